import Files
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct CheckpointTests {
  private static let tensors = [("a", [1, 2, 3, 4, 5, 6] as [Float], [2, 3]), ("b", [-0.5], [1])]

  private func write(to path: String) throws {
    try SafeTensors.write(
      Self.tensors.map { NamedTensor(name: $0.0, tensor: try Tensor($0.1, shape: $0.2)) }, metadata: ["key": "text"],
      to: path)
  }

  @Test func tensorsComeBackUnderTheirNames() throws {
    let folder = TemporaryFolder()
    let path = folder.path("x.safetensors")
    try write(to: path)
    let file = try SafeTensors(path: path)
    #expect(file.metadata == ["key": "text"])
    #expect(file.names == ["a", "b"])
    for (name, values, shape) in Self.tensors {
      let tensor = try Tensor(full: shape)
      try file.fill([NamedTensor(name: name, tensor: tensor)])
      #expect(try tensor.values() == values)
    }
  }

  /// By the specification: length, JSON, values without gaps.
  @Test func theFileIsASafetensorsFile() throws {
    let folder = TemporaryFolder()
    let path = folder.path("x.safetensors")
    try write(to: path)
    let bytes = try OpenFile(reading: path).contents()
    let header =
      #"{"__metadata__":{"key":"text"},"a":{"data_offsets":[0,24],"dtype":"F32","shape":[2,3]},"#
      + #""b":{"data_offsets":[24,28],"dtype":"F32","shape":[1]}}"#
    #expect(Int(bytes[0]) == (header.utf8.count + 7) / 8 * 8)
    #expect(String(decoding: bytes[8..<8 + header.utf8.count], as: UTF8.self) == header)
    #expect(bytes.count == 8 + Int(bytes[0]) + 28)
  }

  @Test(arguments: [
    ("short", "found 3 bytes, expected a header"),
    ("header beyond the end", "found 9 bytes, expected a header of 200"),
    ("a header that fills a memory", "found 4398046511104 bytes, expected a header of 2199023255552"),
    ("no JSON", "found a header that is no JSON of tensors, expected one of safetensors"),
    ("values beyond the end", "expected a whole, of the type F32"),
    ("an overflowing shape", "expected a whole, of the type F32"),
  ])
  func aFileThatIsNotWholeIsRefused(_ kind: String, _ words: String) throws {
    let folder = TemporaryFolder()
    let path = folder.path("x.safetensors")
    let bytes: [UInt8] =
      switch kind {
      case "short": [1, 2, 3]
      case "header beyond the end": [200, 0, 0, 0, 0, 0, 0, 0, 0]
      case "a header that fills a memory": [0, 0, 0, 0, 0, 2, 0, 0]
      case "no JSON": [2, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      default:
        try headed(
          kind == "values beyond the end"
            ? #"{"a":{"data_offsets":[0,400],"dtype":"F32","shape":[100]}}"#
            : #"{"a":{"data_offsets":[0,4],"dtype":"F32","shape":[4611686018427387904,4]}}"#)
      }
    try bytes.withUnsafeBytes { try AtomicFile.write($0, to: path) }
    // A file with a hole takes no room.
    if kind == "a header that fills a memory" { truncate(path, 1 << 42) }
    let error = #expect(throws: TrainingError.self) { try SafeTensors(path: path) }
    #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
  }

  private func headed(_ json: String) throws -> [UInt8] {
    [UInt8(json.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(json.utf8) + [0, 0, 0, 0]
  }

  @Test func otherShapesAreRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.path("x.safetensors")
    try write(to: path)
    let error = #expect(throws: TrainingError.self) {
      try SafeTensors(path: path).fill([NamedTensor(name: "a", tensor: try Tensor(full: [3, 2]))])
    }
    #expect(
      error == .otherCheckpoint(path: path, what: "a", found: "shape [2, 3]", expected: "shape [3, 2]"))
  }
}
