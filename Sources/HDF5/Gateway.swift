import CHDF5
import Foundation
import Synchronization

/// Why HDF5 could not do what it was asked to. Each description is the one line that a user sees.
public enum HDF5Error: Error, Equatable, CustomStringConvertible {
  case failed(path: String, action: String, detail: String)
  case unexpected(path: String, name: String, found: String, expected: String)

  /// Whether the disk (or the quota) is full.
  public var isOutOfSpace: Bool { isSystem(ENOSPC) || isSystem(EDQUOT) }

  /// Whether the process has as many files open as it may.
  public var isOutOfFiles: Bool { isSystem(EMFILE) }

  /// Whether it is the system's error of that number.
  private func isSystem(_ code: Int32) -> Bool {
    guard case .failed(_, _, let detail) = self else { return false }
    return detail == String(cString: strerror(code))
  }

  /// The same error, about the file that was to be written rather than its temporary name.
  public func renamed(to newPath: String) -> HDF5Error {
    switch self {
    case .failed(_, let action, let detail): .failed(path: newPath, action: action, detail: detail)
    case .unexpected(_, let name, let found, let expected):
      .unexpected(path: newPath, name: name, found: found, expected: expected)
    }
  }

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .failed(let path, let action, let detail): "\(path): cannot \(action): \(detail)"
    case .unexpected(let path, let name, let found, let expected):
      "\(path): unexpected \(name), found \(found), expected \(expected)"
    }
  }
}

/// The one way into libhdf5: its lock covers one call and the reading of its error stack.
enum Gateway {
  private static let lock = Mutex(())

  /// Everything is closed where it was opened. HDF5's own clean-up at exit would try again to write what could not be
  /// written, and crash. A file must not make the process load a filter's library either: filters are ours to run.
  private static let isSetUp: Bool = H5dont_atexit() >= 0 && H5PLset_loading_state(0) >= 0

  /// Runs one call; a negative result becomes an error with HDF5's own words.
  @discardableResult
  static func call<Result: SignedInteger>(
    _ path: String, _ action: @autoclosure () -> String, _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    let outcome: (result: Result, detail: String) = lock.withLock { _ in
      _ = isSetUp
      H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
      let result = body()
      return (result, result < 0 ? deepestError() : "")
    }
    guard outcome.result >= 0 else {
      throw .failed(path: path, action: action(), detail: outcome.detail)
    }
    return outcome.result
  }

  /// How files are opened: without locks, which file servers often refuse; files are written under another name and
  /// renamed once they are whole.
  static func access(_ path: String) throws(HDF5Error) -> Identifier {
    let access = Identifier(try call(path, "prepare HDF5") { H5Pcreate(segprep_h5_file_access()) }, H5Pclose)
    try call(path, "prepare HDF5") { segprep_h5_without_locks(access.value) }
    return access
  }

  /// HDF5 puts the time, its file's name and addresses beside the system's reason; only the reason is ours to repeat.
  private static func essence(of detail: String) -> String {
    guard let start = detail.range(of: "error message = '"),
      let end = detail[start.upperBound...].firstIndex(of: "'")
    else { return detail }
    return String(detail[start.upperBound..<end])
  }

  /// What went wrong first: the innermost entry of the error stack.
  private static func deepestError() -> String {
    var text = [CChar](repeating: 0, count: 512)
    text.withUnsafeMutableBufferPointer { buffer in
      _ = H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_UPWARD,
        { depth, entry, data in
          guard depth == 0, let entry, let data, let words = entry.pointee.desc else { return 0 }
          strncpy(data.assumingMemoryBound(to: CChar.self), words, 511)
          return 0
        }, buffer.baseAddress)
    }
    let detail = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return detail.isEmpty ? "HDF5 gave no reason" : essence(of: detail)
  }
}

/// An HDF5 identifier that is given back when it goes out of scope.
struct Identifier: ~Copyable {
  let value: hid_t
  private let release: (hid_t) -> herr_t

  init(_ value: hid_t, _ release: @escaping (hid_t) -> herr_t) {
    self.value = value
    self.release = release
  }

  deinit {
    // Giving back an identifier that was valid cannot fail in a way that anything could be done about.
    _ = try? Gateway.call("", "close") { release(value) }
  }
}
