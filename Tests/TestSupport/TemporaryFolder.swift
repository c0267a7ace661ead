import Foundation

/// An empty folder that goes away with the test.
public final class TemporaryFolder: Sendable {
  private let url: URL

  /// A new folder of a name that nobody else has.
  public init() {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("segprep-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of something in the folder.
  public func path(_ name: String) -> String { url.path + "/" + name }

  /// The names in the folder, or in one below it, sorted.
  public func names(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
  }

  /// The bytes of a file in the folder.
  public func contents(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Puts a file into the folder, and folders above it where they are missing; returns its path.
  @discardableResult
  public func put(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    let target = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
    return target.path
  }

  /// The text of the error that `body` throws, without where the folder lies; nil if it throws none.
  public func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: path(""), with: "")
    }
  }
}
