import Files
import Foundation
import HDF5
import Parallelism
import Prepared
import Shards
import Synchronization
import TestSupport
import Testing
import Volumes

struct ShardVerificationTests {
  private let folder = TemporaryFolder()

  @Test(arguments: [1, 3]) func wholeFolderIsWhole(jobs: Int) throws {
    for compression in ShardFileTests.compressions {
      try write(compression)
      #expect(try verify(jobs: jobs) == [])
    }
  }

  /// Anywhere: in patches, in the index, in HDF5's structure, in its gaps, in the manifest.
  @Test func everyFlippedBitIsFound() throws {
    try write(.lz4, shape: Shape(z: 10, y: 20, x: 30))
    var generator = SeededGenerator(seed: 5)
    let names = ["manifest.json"] + files.map { "random/\($0)" }
    let contents = try names.map { try folder.contents($0) }
    var patches = 0
    for flip in 0..<100 {
      let file = flip % 10 == 0 ? 0 : 1 + flip % (names.count - 1)
      var bytes = contents[file]
      let place = Int(generator.next() % UInt64(bytes.count))
      bytes[place] ^= 1 << UInt8(generator.next() % 8)
      try folder.put(bytes, names[file])
      if file == 0 {
        #expect(folder.message { _ = try verify() } != nil, "byte \(place) of \(names[file])")
      } else {
        let damages = try verify()
        #expect(!damages.isEmpty && damages.allSatisfy { $0.file == names[file] }, "byte \(place) of \(names[file])")
        patches += damages.count { $0.patch != nil && $0.caseIdentifier != nil }
      }
      try folder.put(contents[file], names[file])
    }
    #expect(patches > 20, "\(patches) flips were put down to a patch")
    #expect(try verify() == [])
  }

  @Test func patchAndCaseAreNamed() throws {
    for compression in [ShardCompression.none, .zstd(level: 1)] {
      try write(compression)
      let name = "random/\(files[1])"
      let index = try ShardReader(path: folder.path(name)).index
      var bytes = try folder.contents(name)
      bytes[index.images[3].offset + index.images[3].length - 1] ^= 0x10
      bytes[index.labels[4].offset] ^= 0x01
      try folder.put(bytes, name)
      let lines = try verify(jobs: 2).map(\.line)
      #expect(lines.count == 2)
      #expect(lines.first?.hasPrefix("\(name): patch 3 of case_00001: image is damaged, found crc32c 0x") == true)
      #expect(lines.last?.hasPrefix("\(name): patch 4 of case_00000: label is damaged, found crc32c 0x") == true)
      // The trusted path refuses the file; without a hash the reader still refuses the patch.
      let hash = try ShardManifest.required(folder: folder.path(".")).files[1].sha256
      #expect(
        folder.message { _ = try ShardReader(path: folder.path(name), sha256: hash) }?
          .hasPrefix("\(name): not the bytes that were written, found ") == true)
      let reader = try ShardReader(path: folder.path(name))
      let memory = PatchMemory(reader.layout)
      #expect(
        folder.message { try reader.read(3, into: memory.buffers, using: ShardDecoder(reader.layout)) }?
          .hasPrefix("\(name): patch 3 of case_00001: image is damaged, found crc32c 0x") == true)
    }
  }

  @Test func truncatedMissingRenamedAndForeignFiles() throws {
    try write(.lz4)
    let whole = try files.map { try folder.contents("random/\($0)") }
    let index = try ShardReader(path: folder.path("random/\(files[0])")).index
    let last = try #require((index.images + index.labels).map(\.offset).max())
    try folder.put(whole[0][..<(last + 1)], "random/\(files[0])")
    var lines = try verify().map(\.line)
    #expect(lines.count == 2)
    #expect(
      lines.first == "random/\(files[0]): has another length, found \(last + 1) bytes, expected \(whole[0].count)")
    #expect(lines.last?.hasPrefix("random/\(files[0]): patch ") == true)
    #expect(lines.last?.contains(" is damaged, found ") == true)

    for length in [0, 1, 100, 3000] {
      try folder.put(whole[0][..<length], "random/\(files[0])")
      #expect(try verify().first?.line.contains("has another length, found \(length) bytes") == true)
    }

    // Two files that changed places.
    try folder.put(whole[1], "random/\(files[0])")
    try folder.put(whole[0], "random/\(files[1])")
    lines = try verify().map(\.line)
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.hasSuffix(": files were renamed") }, "\(lines)")

    // One that has another name now, and one that nobody knows.
    try FileManager.default.removeItem(atPath: folder.path("random/\(files[0])"))
    try folder.put(whole[1], "random/\(files[1])")
    try folder.put(whole[0], "random/fold9-00000.h5")
    try folder.put([1, 2, 3], "random/other.h5")
    #expect(
      try verify().map(\.line) == [
        "random/\(files[0]): is missing, found no file, expected \(whole[0].count) bytes with case_00000, case_00001",
        "random/fold9-00000.h5: is not in the manifest, found a file, expected none of that name; its bytes are those "
          + "of random/\(files[0]): rename it",
        "random/other.h5: is not in the manifest, found a file, expected none of that name; remove it",
      ])
  }

  /// What a bug of the writer could put into a file is found although its bytes are those that were written.
  @Test func untrueReferencesAreFound() throws {
    try write(.none)
    let path = folder.path("random/\(files[0])")
    var manifest = try ShardManifest.required(folder: folder.path("."))
    func expect(_ problem: String, patch: Int? = nil) throws {
      let (bytes, sha256) = try SHA256.hash(file: path)
      (manifest.files[0].bytes, manifest.files[0].sha256) = (bytes, sha256)
      try manifest.write(folder: folder.path("."))
      let damages = try verify()
      #expect(damages.map(\.problem) == [problem])
      #expect(damages.first?.patch == patch)
    }
    let whole = try folder.contents("random/\(files[0])")
    func overwrite(_ column: String, _ patch: Int, _ value: some FixedWidthInteger, entry: Int = 0, of count: Int = 1)
      throws
    {
      var bytes = whole
      let offset = try #require(manifest.files[0].index.columns[column])
      withUnsafeBytes(of: value.littleEndian) { value in
        let place = offset + (patch * count + entry) * value.count
        bytes.replaceSubrange(place..<place + value.count, with: value)
      }
      try folder.put(bytes, "random/\(files[0])")
    }
    let index = try ShardReader(path: path).index
    try overwrite("flags", 2, UInt32(1))
    try expect("the flag for padding is wrong, found true, expected false", patch: 2)
    try overwrite("origin_zyx", 2, Int64(20), entry: 0, of: 3)
    try expect("the patch lies outside its case, found 20x4x6, expected within 20x30x40", patch: 2)
    try overwrite("crc32c_image", 1, index.images[1].checksum ^ 1)
    #expect(try folder.contents("random/\(files[0])") != whole)
    func hex(_ checksum: UInt32) -> String { String(format: "0x%08x", checksum) }
    let checksum = index.images[1].checksum
    try expect("image is damaged, found crc32c \(hex(checksum)), expected \(hex(checksum ^ 1))", patch: 1)
    try overwrite("offset_label", 1, Int64(index.labels[0].offset))
    let damages = try verifyAfterSealing(&manifest, path)
    #expect(damages.first?.problem.hasPrefix("the place of the label in the index is wrong, found ") == true)

    try folder.put(whole, "random/\(files[0])")
    let voxels = manifest.files[0].classVoxels
    manifest.files[0].classVoxels[0] += 1
    try expect(
      "voxels per class is not the manifest's, found \(voxels), expected \(manifest.files[0].classVoxels)")
    manifest.files[0].classVoxels = voxels
    manifest.cases[1].preparedSha256 = "other"
    try manifest.write(folder: folder.path("."))
    #expect(
      try verify().map(\.line)
        == files.map {
          "random/\($0): the prepared file of case_00001 is not the manifest's, found dd1, expected other"
        })
  }

  // MARK: manifest

  @Test func manifestIsReadAndSealed() throws {
    try write(.lz4)
    let manifest = try ShardManifest.required(folder: folder.path("."))
    #expect(manifest.files.map(\.file) == files.map { "random/\($0)" })
    #expect(manifest.sets[0].patches == 15)
    #expect(manifest.sets[0].classVoxels.reduce(0, +) == 15 * SampleShard.small.count)
    #expect(abs(manifest.sets[0].classFractions.reduce(0, +) - 1) < 1e-12)
    var text = String(decoding: try folder.contents("manifest.json"), as: UTF8.self)
    text = text.replacingOccurrences(of: "\"name\" : \"test\"", with: "\"name\" : \"tesu\"")
    try folder.put(Array(text.utf8), "manifest.json")
    #expect(
      folder.message { _ = try verify() }?.hasPrefix("./manifest.json: the manifest is damaged, found other bytes")
        == true)
  }

  @Test func otherManifestsAreRefused() throws {
    func message(_ json: String) throws -> String? {
      try folder.put(Array(json.utf8), "manifest.json")
      return folder.message { _ = try verify() }
    }
    #expect(try message("[1]")?.hasPrefix("./manifest.json: not a manifest of shards, found another text") == true)
    #expect(
      try message(#"{"format": "segprep-shards", "format_version": 2}"#)
        == "./manifest.json: the manifest is of another version, found 2, expected 1; use the segprep that wrote it, "
        + "or make the shards again")
    #expect(
      try message(#"{"format": "segprep-shards", "format_version": 1}"#)?
        .hasPrefix("./manifest.json: the manifest is damaged") == true)
    try write(.none)
    var manifest = try ShardManifest.required(folder: folder.path("."))
    for name in ["/etc/passwd", "../a.h5", "a//b.h5", "a/../../b.h5", ""] {
      manifest.files[0].file = name
      try manifest.write(folder: folder.path("."))
      #expect(folder.message { _ = try verify() }?.hasPrefix("./manifest.json: the manifest is damaged") == true)
    }
  }

  // MARK: a folder of shards

  private let files = (0..<3).map { "fold2-0000\($0).h5" }

  /// Three files of five patches of two cases.
  private func write(_ compression: ShardCompression, shape: Shape = SampleShard.small) throws {
    let layout = try ShardLayout(
      channels: 1, shape: shape, margin: SampleShard.margin, compression: compression, classes: 3)
    let sample = SampleShard(layout: layout)
    let shards = (0..<3).map { number in
      var file = sample.file
      file.number = number
      return file
    }
    let writer = ShardWriter(layout: layout, plan: #"{"name": "test"}"#, folder: folder.path("."), sync: false)
    let workers = Workers(count: 2)
    defer { workers.stop() }
    let entries = Mutex<[Int: ShardManifest.File]>([:])
    _ = try writer.write(shards, on: workers, fill: sample.fill) { file, written in
      entries.withLock { $0[file] = ShardManifest.File(shards[file], written: written) }
    }
    var manifest = ShardManifest(
      name: "test", channels: ["ct"], classes: ["background", "kidney", "tumour"], ingestDigest: "i", foldsDigest: "f",
      shardsDigest: "s", folds: 5)
    manifest.cases = sample.file.cases.map {
      .init(caseIdentifier: $0.caseIdentifier, fold: 2, preparedSha256: $0.preparedHash)
    }
    manifest.files = entries.withLock { all in all.sorted { $0.key < $1.key }.map(\.value) }
    var set = ShardManifest.PatchSet(set: "random", sampling: "random", layout: layout)
    set.count(manifest.files)
    manifest.sets = [set]
    try manifest.write(folder: folder.path("."))
  }

  private func verify(jobs: Int = 1) throws -> [Damage] {
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let seen = Mutex(0)
    let verification = try ShardVerification(folder: folder.path("."))
    let damages = try verification.run(on: workers) { _ in seen.withLock { $0 += 1 } }
    #expect(seen.withLock { $0 } == verification.files.count)
    return damages
  }

  private func verifyAfterSealing(_ manifest: inout ShardManifest, _ path: String) throws -> [Damage] {
    (manifest.files[0].bytes, manifest.files[0].sha256) = try SHA256.hash(file: path)
    try manifest.write(folder: folder.path("."))
    return try verify()
  }
}
