import Files
import Foundation
import Shards
import TestSupport
import Testing
import Volumes

/// FORMAT.md's example, run by Python on files of ours.
struct FormatExampleTests {
  private let folder = TemporaryFolder()

  private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// Debian's, whose HDF5 has no plugins, and the one that Tests/install-plugins made.
  private static let stock = URL(filePath: "/usr/bin/python3")
  private static let withPlugins = repository.appending(path: ".build/plugins/bin/python")

  private static func has(_ module: String, _ python: URL) -> Bool {
    (try? run(python, ["-c", "import \(module)"]))?.status == 0
  }

  @Test(.enabled("needs python3-h5py", { has("h5py", stock) }), arguments: [ShardCompression.none, .deflate(level: 6)])
  func stockHDF5Reads(compression: ShardCompression) throws { try expectExample(compression, Self.stock) }

  @Test(
    .enabled("needs `make plugins`", { has("hdf5plugin", withPlugins) }),
    arguments: [ShardCompression.lz4, .zstd(level: 1)])
  func pluginsRead(compression: ShardCompression) throws { try expectExample(compression, Self.withPlugins) }

  private func expectExample(_ compression: ShardCompression, _ python: URL) throws {
    for image in ShardLayout.ImageType.allCases {
      // Larger than one block of LZ4.
      let layout = try ShardLayout(
        channels: 2, shape: Shape(z: 21, y: 50, x: 70), margin: SampleShard.margin, image: image,
        compression: compression, classes: 3)
      let sample = SampleShard(layout: layout, patches: 3)
      let path = try sample.write(into: folder).path
      let result = try Self.run(python, ["-c", try Self.example(), path])
      try #require(result.status == 0, "\(result.error)")
      #expect(result.output == (0..<3).map { expectedLine(sample, $0) }.joined())
    }
  }

  private func expectedLine(_ sample: SampleShard, _ patch: Int) -> String {
    let layout = sample.layout
    let sum = (0..<layout.imageCount).reduce(0.0) { sum, voxel in
      let value = SampleShard.value(patch, voxel)
      return sum + (layout.image == .float16 ? Double(Float16(value)) : Double(value))
    }
    var counts = [0, 0, 0]
    let (shape, margin, stored) = (layout.shape, layout.margin, layout.storedShape)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          counts[
            Int(sample.label(patch, ((z + margin.z) * stored.y + y + margin.y) * stored.x + x + margin.x))] += 1
        }
      }
    }
    let entry = sample.file.patches[patch]
    let affine = sample.file.cases[patch % 2].affine
    let centre = affine.position(
      x: Double(entry.origin.x) + Double(shape.x - 1) / 2, y: Double(entry.origin.y) + Double(shape.y - 1) / 2,
      z: Double(entry.origin.z) + Double(shape.z - 1) / 2)
    return "\(entry.caseIdentifier) fold 2 origin [\(entry.origin.z), \(entry.origin.y), \(entry.origin.x)]"
      + " image (2, \(stored.z), \(stored.y), \(stored.x)) sum \(String(format: "%.6g", sum)) classes \(counts)"
      + " centre \(centre) mm\n"
  }

  /// The Python between the fences of the document.
  private static func example() throws -> String {
    let text = try String(contentsOf: repository.appending(path: "Sources/Shards/FORMAT.md"), encoding: .utf8)
    let start = try #require(text.range(of: "```python\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    return String(text[start.upperBound..<end.lowerBound])
  }

  private static func run(_ python: URL, _ arguments: [String]) throws -> (status: Int32, output: String, error: String)
  {
    let process = Process()
    process.executableURL = python
    process.arguments = arguments
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    let texts = [output, error].map { String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
    process.waitUntilExit()
    return (process.terminationStatus, texts[0], texts[1])
  }
}
