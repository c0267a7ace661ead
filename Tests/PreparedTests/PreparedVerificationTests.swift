import Files
import Foundation
import HDF5
import Parallelism
import Prepared
import Preprocessing
import TestSupport
import Testing
import Volumes

struct PreparedVerificationTests {
  private let folder = TemporaryFolder()

  @Test func wholeFolderIsWhole() throws {
    try prepare()
    #expect(try verify() == [])
  }

  @Test func everyFlippedBitIsFound() throws {
    try prepare()
    var generator = SeededGenerator(seed: 6)
    for name in ["cases/b.h5", "splits_final.json", "datalist.json", "dataset_fingerprint.json"] {
      let whole = try folder.contents(name)
      for _ in 0..<20 {
        var bytes = whole
        bytes[Int(generator.next() % UInt64(whole.count))] ^= 1 << UInt8(generator.next() % 8)
        try folder.put(bytes, name)
        let damages = try verify()
        #expect(damages.map(\.file) == [name])
        if name == "cases/b.h5" { #expect(damages.first?.caseIdentifier == "b") }
      }
      try folder.put(whole, name)
    }
    #expect(try verify() == [])
  }

  /// Which fold, which class, which number of a fold_safe stage: nothing else would show it.
  @Test func everyFlippedBitOfTheManifestIsFound() throws {
    try prepare()
    let whole = try folder.contents("manifest.json")
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      try folder.put(bytes, "manifest.json")
      do {
        #expect(try verify().map(\.file).contains("manifest.json"), "byte \(place)")
      } catch {
        #expect("\(error)".contains("manifest.json: "))
      }
    }
  }

  /// As earlier programs wrote it.
  @Test func manifestWithoutAHashOfItselfIsReadAndSaidSo() throws {
    try prepare()
    let path = folder.path(".")
    #expect(try PreparedVerification(folder: path).isSealed)
    let manifest = try Manifest.required(folder: path)
    try folder.put(try CanonicalJSON.text(manifest).utf8, "manifest.json")
    #expect(try Manifest.required(folder: path) == manifest)
    #expect(try verify() == [])
    #expect(try !PreparedVerification(folder: path).isSealed)
    let stray = try CanonicalJSON.text(manifest).replacing("{\n", with: "{\n  \"a\" : 1,\n", maxReplacements: 1)
    try folder.put(stray.utf8, "manifest.json")
    #expect(
      try verify().map(\.line) == [
        "manifest.json: is not what was written, found another text without manifest_sha256, expected one that states it"
      ])
  }

  @Test func everyDamageIsALine() throws {
    try prepare()
    let whole = try folder.contents("cases/a.h5")
    try folder.put(whole.dropLast(), "cases/a.h5")
    try FileManager.default.moveItem(atPath: folder.path("cases/b.h5"), toPath: folder.path("cases/d.h5"))
    try FileManager.default.removeItem(atPath: folder.path("datalist.json"))
    try folder.put(try folder.contents("cases/d.h5"), "cases/c.h5")
    #expect(
      try verify().map(\.line) == [
        "cases/a.h5: a: has another length, found \(whole.count - 1) bytes, expected \(whole.count)",
        "cases/b.h5: b: is missing, found no file, expected \(whole.count) bytes",
        "cases/c.h5: c: has other bytes than were written, found sha256 \(try sha256("cases/d.h5")), "
          + "expected \(try sha256OfC()); these are the bytes of cases/b.h5: files were renamed",
        "cases/d.h5: is not in the manifest, found a file, expected none of that name; its bytes are those of "
          + "cases/b.h5: rename it",
        "datalist.json: is missing, found no file, expected the lists of the manifest",
      ])
  }

  @Test func whatTheFileSaysIsHeldAgainstTheManifest() throws {
    try prepare()
    var manifest = try Manifest.required(folder: folder.path("."))
    manifest.cases[0].shape = [9, 9, 9]
    manifest.ingestDigest = "other"
    try manifest.write(folder: folder.path("."))
    let lines = try verify().map(\.line)
    #expect(lines.count == 4)
    #expect(lines.first == "cases/a.h5: a: the shape is not the manifest's, found [2, 3, 4], expected [9, 9, 9]")
    #expect(lines.last == "cases/c.h5: c: the ingest digest is not the manifest's, found 0123abcd, expected other")
  }

  private func sha256(_ name: String) throws -> String { try SHA256.hash(file: folder.path(name)).sha256 }

  private func sha256OfC() throws -> String { try Manifest.required(folder: folder.path(".")).cases[2].sha256 }

  private func verify() throws -> [Damage] {
    let workers = Workers(count: 2)
    defer { workers.stop() }
    return try PreparedVerification(folder: folder.path(".")).run(on: workers) { _ in }
  }

  /// Three cases, a manifest and its lists.
  private func prepare() throws {
    let workers = Workers(count: 1)
    defer { workers.stop() }
    try Folder.make(folder.path("cases"))
    var manifest = Manifest(
      name: "t", channels: ["ct"], classes: ["background", "kidney"], ingestDigest: "0123abcd", foldsDigest: "f")
    let shape = Shape(z: 2, y: 3, x: 4)
    let source = CaseSource(
      images: [.init(name: "a", bytes: 1, sha256: "aa")], label: .init(name: "l", bytes: 1, sha256: "bb"), shape: shape,
      spacing: Spacing(z: 1, y: 1, x: 1), orientation: "RAS", transform: "sform", sformCode: 1, qformCode: 0,
      dataType: "int16")
    let statistics = CaseStatistics(
      channels: [.init(minimum: 0, maximum: 1, mean: 0.5, std: 0.1)], rawClassVoxels: [24, 0], classVoxels: [24, 0],
      nonfiniteReplaced: 0, labelCensuses: nil, rawForeground: nil, contentShape: shape.array)
    for (number, identifier) in ["a", "b", "c"].enumerated() {
      let raw = RawVolumes(
        channels: [ConstantSource(shape, value: UInt8(number))], label: ConstantSource(shape, value: 0),
        mapping: LabelMapping(classes: [0: 0, 1: 1]), affine: .identity)
      let state = try Preprocessor(stages: []).run(raw, on: workers)
      let written = try CaseFileWriter(
        caseIdentifier: identifier, source: source, statistics: statistics, ingestDigest: "0123abcd"
      ).write(state, to: folder.path("cases/\(identifier).h5"), flush: false, on: workers)
      manifest.cases.append(
        Manifest.Case(
          caseIdentifier: identifier, written: written, shape: shape.array, spacingMm: [1, 1, 1], isLabelled: true,
          statistics: statistics, source: source, warnings: []))
    }
    try manifest.write(folder: folder.path("."))
    let fingerprint = try DatasetFingerprint(of: manifest, folder: folder.path("."))
    try AtomicFile.write(try CanonicalJSON.text(fingerprint), to: folder.path("dataset_fingerprint.json"))
  }
}

/// A volume of one value.
private final class ConstantSource: PlaneSource, @unchecked Sendable {
  let layout: ArrayLayout
  private let value: UInt8

  init(_ shape: Shape, value: UInt8) {
    layout = ArrayLayout(extents: [shape.x, shape.y, shape.z], orientation: .ras, scalar: .uint8)
    self.value = value
  }

  func readPlane(into plane: UnsafeMutableRawBufferPointer) {
    for index in plane.indices { plane[index] = value }
  }
}
