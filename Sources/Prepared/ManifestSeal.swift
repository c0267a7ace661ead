import Files

/// The hash of a manifest's JSON in which the hash itself is blank: no bit of a manifest can change unnoticed.
public struct ManifestSeal {
  private static let blank = String(repeating: "0", count: 64)
  private static let key = Array("\"manifest_sha256\" : \"".utf8)

  private let stated: [UInt8]
  private let found: String

  /// Whether the text is the one that was sealed.
  public var isWhole: Bool { stated == Array(found.utf8) }

  /// The seal of a manifest's text; nil for a text without one.
  public init?(_ text: [UInt8]) {
    guard let place = Self.place(in: text) else { return nil }
    stated = Array(text[place])
    var blanked = text
    blanked.replaceSubrange(place, with: Array(Self.blank.utf8))
    found = Self.hash(blanked)
  }

  /// The canonical JSON of a manifest, sealed.
  public static func text(_ manifest: some Encodable) throws -> String {
    var bytes = Array(try CanonicalJSON.text(Sealed(manifest: manifest)).utf8)
    guard let place = place(in: bytes) else { preconditionFailure("a manifest without a place for its seal") }
    bytes.replaceSubrange(place, with: Array(hash(bytes).utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A manifest's keys and one for the seal, still blank.
  private struct Sealed<Manifest: Encodable>: Encodable {
    var manifest: Manifest

    private enum Key: String, CodingKey { case manifestSha256 }

    func encode(to encoder: any Encoder) throws {
      try manifest.encode(to: encoder)
      var keys = encoder.container(keyedBy: Key.self)
      try keys.encode(blank, forKey: .manifestSha256)
    }
  }

  private static func hash(_ bytes: [UInt8]) -> String {
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  private static func place(in text: [UInt8]) -> Range<Int>? {
    guard let start = text.firstRange(of: key)?.upperBound, start + blank.utf8.count <= text.count else { return nil }
    return start..<start + blank.utf8.count
  }
}
