import Files
import HDF5
import Parallelism
import Prepared
import Preprocessing
import TestSupport
import Testing
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct CaseFileTests {
  private let folder = TemporaryFolder()

  /// Larger than the blocks of 512 KB in which files are written.
  private static let large = Shape(z: 30, y: 70, x: 80)
  private static let small = Shape(z: 2, y: 3, x: 4)

  /// On a file server without locks every lock is refused; here another one is held.
  @Test func noLockIsAskedFor() throws {
    _ = try write(try state(Self.small, []), "a.h5", jobs: 1)
    let held = try OpenFile(writing: folder.path("a.h5"), truncate: false)
    #expect(flock(held.descriptor, LOCK_EX) == 0)
    #expect(try CaseFileReader(path: folder.path("a.h5")).shape == Self.small)
    try HDF5Writer(path: folder.path("a.h5")).close()
    withExtendedLifetime(held.descriptor) {}
  }

  @Test(arguments: [1, 2, 3], [small, large])
  func whatIsWrittenIsRead(jobs: Int, shape: Shape) throws {
    let stages = [Stage.clip(-50...50), .zscore(.volume)]
    _ = try write(try state(shape, stages, jobs: jobs), "a.h5", jobs: jobs)
    let reader = try CaseFileReader(path: folder.path("a.h5"))
    #expect(reader.caseIdentifier == "case_00007")
    #expect(reader.channels == 2)
    #expect(reader.shape == shape)
    #expect(reader.isLabelled)
    #expect(reader.affine == Affine(rows: [[1.5, 0, 0, 4], [0, 1.5, 0, 5], [0, 0, 3, 6]]))
    #expect(reader.source == Self.source)
    #expect(reader.statistics == Self.statistics)
    #expect(reader.ingestDigest == "0123abcd")

    let again = try state(shape, stages, jobs: 1)
    #expect(reader.decisions == again.records)
    let image = try reader.image()
    #expect(image.affine == reader.affine)
    for channel in 0..<2 {
      for index in 0..<shape.count {
        let place = channel * shape.count + index
        let expected = again.pending[channel](Double(again.volume.voxels.base[place]))
        if abs(Double(image.voxels.base[place]) - expected) > 1e-5 {
          Issue.record("channel \(channel), voxel \(index): \(image.voxels.base[place]), expected \(expected)")
          return
        }
      }
    }
    let label = try reader.label()
    #expect(label.map { $0.classes.values.elementsEqual((0..<shape.count).map { UInt8($0 % 3) }) } == true)
  }

  @Test(arguments: [true, false])
  func mappedVoxelsAreThoseThatAreRead(isLabelled: Bool) throws {
    _ = try write(try state(Self.large, [.zscore(.volume)], isLabelled: isLabelled), "a.h5")
    let mapped = try MappedCase(path: folder.path("a.h5"))
    let image = try mapped.description.image()
    for channel in 0..<2 {
      let bytes = image.voxels.bytes[channel * 4 * Self.large.count..<(channel + 1) * 4 * Self.large.count]
      #expect(mapped.image(channel: channel).elementsEqual(bytes))
    }
    #expect((mapped.label != nil) == isLabelled)
    if let label = try mapped.description.label() { #expect(mapped.label?.elementsEqual(label.classes.bytes) == true) }
  }

  /// Chunks have no place that could be mapped.
  @Test func chunkedVoxelsAreNotMapped() throws {
    let writer = try HDF5Writer(path: folder.path("a.h5"))
    _ = try writer.createChunkedDataset("image", type: .float32, shape: [1, 2], chunk: [1, 2], filters: [])
    _ = try writer.createDataset("label", type: .uint8, shape: [1, 2])
    try writer.close()
    let reader = try HDF5Reader(path: folder.path("a.h5"))
    #expect(try reader.offset(of: "image") == nil)
    #expect(try reader.offset(of: "label").map { $0 > 0 } == true)
  }

  @Test func unlabelledCaseHasNoLabel() throws {
    _ = try write(try state(Self.small, [], isLabelled: false), "a.h5")
    let reader = try CaseFileReader(path: folder.path("a.h5"))
    #expect(!reader.isLabelled)
    #expect(try reader.label() == nil)
    #expect(try !HDF5Reader(path: folder.path("a.h5")).contains("label"))
  }

  @Test func hashIsThatOfTheFile() throws {
    for (name, shape) in [("a.h5", Self.small), ("b.h5", Self.large)] {
      let written = try write(try state(shape, [.zscore(.volume)]), name, jobs: 2)
      let bytes = try folder.contents(name)
      let hash = SHA256()
      bytes.withUnsafeBytes { hash.update($0) }
      #expect(written.sha256 == hash.finish())
      #expect(written.bytes == bytes.count)
    }
  }

  @Test func sameCaseIsTheSameBytes() throws {
    for (number, jobs) in [1, 1, 2, 3].enumerated() {
      _ = try write(try state(Self.large, [.zscore(.volume)], jobs: jobs), "\(number).h5", jobs: jobs)
    }
    let first = try folder.contents("0.h5")
    for number in 1...3 { #expect(try folder.contents("\(number).h5") == first) }
    #expect(try folder.names() == ["0.h5", "1.h5", "2.h5", "3.h5"])
  }

  @Test func attributesSayWhereItCameFrom() throws {
    _ = try write(try state(Self.small, []), "a.h5")
    let file = try HDF5Reader(path: folder.path("a.h5"))
    #expect(try file.text("format") == "segprep-case")
    #expect(try file.numbers("format_version") == [1])
    #expect(try file.numbers("affine") == [1.5, 0, 0, 4, 0, 1.5, 0, 5, 0, 0, 3, 6, 0, 0, 0, 1])
    #expect(try file.numbers("spacing_mm") == [3, 1.5, 1.5])
    #expect(try file.numbers("pad_value") == [-1, -2])
    #expect(try file.numbers("source_shape") == [20, 30, 40])
    #expect(try file.text("source_orientation") == "IPL")
    #expect(try file.text("source_sha256") == "aa bb")
    #expect(try file.text("nothing") == nil)
    let image = try file.describe("image")
    #expect((image.shape, image.type) == ([2, 2, 3, 4], .float32))
    let label = try file.describe("label")
    #expect((label.shape, label.type) == ([2, 3, 4], .uint8))
  }

  @Test func failureLeavesNothingBehind() throws {
    let case7 = try state(Self.small, [])
    #expect(throws: (any Error).self) { _ = try write(case7, "missing/a.h5") }
    #expect(try folder.names().isEmpty)
  }

  // MARK: files that are no case

  @Test func truncatedFileIsRefused() throws {
    _ = try write(try state(Self.small, []), "whole.h5")
    let bytes = try folder.contents("whole.h5")
    for length in [0, 7, 100, 4096, bytes.count - 1] {
      try folder.put(bytes[..<length], "a.h5")
      let message = folder.message { _ = try CaseFileReader(path: folder.path("a.h5")) }
      #expect(message?.hasPrefix("a.h5: cannot open as HDF5: ") == true, "\(length): \(message ?? "taken")")
    }
  }

  @Test func otherFilesAreRefused() throws {
    try folder.put(Array("not HDF5 at all, but long enough to look for a signature".utf8), "a.h5")
    #expect(
      folder.message { _ = try CaseFileReader(path: folder.path("a.h5")) }
        == "a.h5: cannot open as HDF5: file signature not found")
    #expect(
      folder.message { _ = try CaseFileReader(path: folder.path("none.h5")) }
        == "none.h5: cannot open: No such file or directory")
    try HDF5Writer(path: folder.path("b.h5")).close()
    #expect(
      folder.message { _ = try CaseFileReader(path: folder.path("b.h5")) }
        == "b.h5: not a prepared case, found HDF5 without a format, expected format \"segprep-case\"; "
        + "look at it with h5dump, or give a file that `segprep ingest` wrote")
    let writer = try HDF5Writer(path: folder.path("c.h5"))
    try writer.setAttribute("format", "segprep-case")
    try writer.setAttribute("format_version", [2], shape: [])
    try writer.close()
    #expect(
      folder.message { _ = try CaseFileReader(path: folder.path("c.h5")) }
        == "c.h5: the case is of another version, found 2, expected 1; use the segprep that wrote it, or ingest again")
  }

  /// The image's last extent, in place, becomes larger than any file.
  @Test(arguments: [1 << 20, 1 << 40, 1 << 62])
  func hugeClaimsAreRefused(claim: UInt64) throws {
    _ = try write(try state(Self.small, []), "a.h5")
    var bytes = try folder.contents("a.h5")
    let extents = [2, 2, 3, 4].flatMap { value in withUnsafeBytes(of: UInt64(value).littleEndian) { Array($0) } }
    let place = try #require((0..<bytes.count - 32).first { bytes[$0..<$0 + 32].elementsEqual(extents) })
    withUnsafeBytes(of: claim.littleEndian) { bytes.replaceSubrange(place + 24..<place + 32, with: $0) }
    try folder.put(bytes, "a.h5")
    let message = folder.message { _ = try CaseFileReader(path: folder.path("a.h5")).image() }
    #expect(message?.hasPrefix("a.h5: ") == true, "\(message ?? "taken")")
  }

  @Test func missingAttributesAreNamed() throws {
    let writer = try HDF5Writer(path: folder.path("a.h5"))
    try writer.setAttribute("format", "segprep-case")
    try writer.setAttribute("format_version", [1], shape: [])
    let image = try writer.createDataset("image", type: .float32, shape: [1, 1, 1, 1])
    try writer.close()
    try [UInt8](repeating: 0, count: 4).withUnsafeBytes {
      try OpenFile(writing: folder.path("a.h5"), truncate: false).write($0, at: image)
    }
    #expect(
      folder.message { _ = try CaseFileReader(path: folder.path("a.h5")) }
        == "a.h5: unexpected affine, found 0 numbers, expected 16")
  }

  // MARK: a case

  private static let source = CaseSource(
    images: [.init(name: "c/a.nii.gz", bytes: 5, sha256: "aa"), .init(name: "c/b.nii", bytes: 6, sha256: "bb")],
    label: .init(name: "c/l.nii.gz", bytes: 7, sha256: "cc"), shape: Shape(z: 20, y: 30, x: 40),
    spacing: Spacing(z: 0.1, y: 0.2, x: 0.3), orientation: "IPL", transform: "sform", sformCode: 2, qformCode: 0,
    dataType: "int16")
  private static let statistics = CaseStatistics(
    channels: [
      .init(minimum: -1, maximum: 1, mean: 0.1, std: 0.2), .init(minimum: -2, maximum: 1, mean: 0.1, std: 1 / 3),
    ],
    rawClassVoxels: [5, 6, 7], classVoxels: [1, 2, 3], nonfiniteReplaced: 4, labelCensuses: nil,
    rawForeground: nil, contentShape: [20, 29, 38])

  private func write(_ state: CaseState, _ name: String, jobs: Int = 1) throws -> CaseFileWriter.Written {
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    return try CaseFileWriter(
      caseIdentifier: "case_00007", source: Self.source, statistics: Self.statistics, ingestDigest: "0123abcd"
    ).write(state, to: folder.path(name), flush: false, on: workers)
  }

  private func state(
    _ shape: Shape, _ stages: [Stage], isLabelled: Bool = true, jobs: Int = 1
  ) throws -> CaseState {
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let raw = RawVolumes(
      channels: [CountingSource(shape, .int16, by: 37), CountingSource(shape, .int16, by: 11)],
      label: isLabelled ? CountingSource(shape, .uint8, modulus: 3) : nil,
      mapping: LabelMapping(classes: [0: 0, 1: 1, 2: 2]),
      affine: Affine(rows: [[1.5, 0, 0, 4], [0, 1.5, 0, 5], [0, 0, 3, 6]]))
    return try Preprocessor(stages: stages).run(raw, on: workers)
  }
}

/// Voxel i holds `i * step mod modulus`.
private final class CountingSource: PlaneSource, @unchecked Sendable {
  let layout: ArrayLayout
  private let step: Int
  private let modulus: Int
  private var next = 0

  init(_ shape: Shape, _ scalar: ScalarType, by step: Int = 1, modulus: Int = 101) {
    layout = ArrayLayout(extents: [shape.x, shape.y, shape.z], orientation: .ras, scalar: scalar)
    self.step = step
    self.modulus = modulus
  }

  func readPlane(into plane: UnsafeMutableRawBufferPointer) {
    for index in 0..<layout.planeCount {
      let value = (next + index) * step % modulus
      if layout.scalar == .uint8 {
        plane[index] = UInt8(value)
      } else {
        plane.storeBytes(of: Int16(value), toByteOffset: 2 * index, as: Int16.self)
      }
    }
    next += layout.planeCount
  }
}
