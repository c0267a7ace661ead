import Files
import Parallelism
import Prepared
import Volumes

/// Finds the damaged patches of a shard whose bytes are not those that were written, without letting HDF5 parse it: the
/// manifest says where the index lies.
struct ShardTriage {
  private let path: String
  private let entry: ShardManifest.File

  init(path: String, entry: ShardManifest.File) {
    self.path = path
    self.entry = entry
  }

  /// The patches whose stored bytes, or whose lines of the index, are not what they were.
  func check(on workers: Workers) throws -> [Damage] {
    let file = try OpenFile(reading: path)
    let length = try file.length()
    let columns = try Columns(file, entry, length: length)
    // A file that ends within its index has no patch to look at.
    guard let columns else { return [] }
    let names = [("image", true), ("label", !entry.classVoxels.isEmpty)].filter(\.1).map(\.0)
    let memories = ScratchPool<StoredBytes>()
    return try workers.map(entry.patches) { patch in
      let memory = memories.take { StoredBytes() }
      defer { memories.give(memory) }
      let file = try OpenFile(reading: path)
      return try names.compactMap { name in
        try problem(of: name, patch, columns, file, length, memory).map { problem in
          Damage(
            file: entry.file, patch: patch, caseIdentifier: columns.caseIdentifier(of: patch),
            problem: "\(name) is damaged, \(problem)")
        }
      }
    }.flatMap { $0 }
  }

  private func problem(
    of name: String, _ patch: Int, _ columns: Columns, _ file: borrowing OpenFile, _ length: Int,
    _ memory: StoredBytes
  ) throws -> String? {
    let (offset, stored) = (columns.integer("offset_" + name, patch), columns.integer("length_" + name, patch))
    let checksum = columns.checksum("crc32c_" + name, patch)
    guard stored >= 1, offset >= 0, stored <= length, offset <= length - stored else {
      return "found \(stored) bytes at \(offset), expected a place within the file's \(length)"
    }
    let bytes = memory.take(stored)
    _ = try file.read(into: bytes, at: offset)
    let found = CRC32C.checksum(UnsafeRawBufferPointer(bytes))
    return found == checksum ? nil : "found crc32c \(CRC32C.text(found)), expected \(CRC32C.text(checksum))"
  }

  /// The columns of the index as they lie in the file.
  private struct Columns: Sendable {
    private let bytes: [String: [UInt8]]
    private let caseBytes: Int
    private let cases: Set<String>

    /// Nil where the file does not reach so far.
    init?(_ file: borrowing OpenFile, _ entry: ShardManifest.File, length: Int) throws {
      caseBytes = entry.index.caseBytes
      cases = Set(entry.cases)
      var bytes: [String: [UInt8]] = [:]
      let widths = ShardIndex.columns(classes: entry.classVoxels.count).filter { $0.width == nil }.map {
        ($0.name, $0.type.bytes)
      }
      for (name, width) in widths + [("case", entry.index.caseBytes)] {
        guard let offset = entry.index.columns[name], offset >= 0, width >= 1, offset <= length,
          entry.patches <= (length - offset) / width
        else { return nil }
        var column = [UInt8](repeating: 0, count: entry.patches * width)
        _ = try column.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
        bytes[name] = column
      }
      self.bytes = bytes
    }

    func integer(_ name: String, _ patch: Int) -> Int { Int(entry(name, patch, as: Int64.self)) }

    func checksum(_ name: String, _ patch: Int) -> UInt32 { entry(name, patch, as: UInt32.self) }

    private func entry<Value: FixedWidthInteger>(_ name: String, _ patch: Int, as type: Value.Type) -> Value {
      guard let column = bytes[name] else { preconditionFailure("the index has no column \(name)") }
      return Value(
        littleEndian: column.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: patch * MemoryLayout<Value>.size, as: type)
        })
    }

    /// Nil for what is no case of the file.
    func caseIdentifier(of patch: Int) -> String? {
      let column = bytes["case"] ?? []
      let name = column[patch * caseBytes..<(patch + 1) * caseBytes].prefix { $0 != 0 }
      let text = String(decoding: name, as: UTF8.self)
      return cases.contains(text) ? text : nil
    }
  }
}
