import Foundation
import NIfTI
import Prepared
import Volumes

/// Raw headers read, and changed byte by byte into what other programs write.
extension RawFolder {
  func path(_ name: String, _ number: Int = 0) -> String { "raw/\(Self.name(number))/\(name).nii.gz" }

  func header(_ name: String, _ number: Int = 0) throws -> NIfTIHeader {
    try NIfTIHeader(path: folder.path(path(name, number)))
  }

  /// Changes a file's header. It is no gzip after that, which its name does not change.
  func edit(_ name: String, _ number: Int = 0, _ change: (inout HeaderEdit) -> Void) throws {
    let reader = try NIfTIReader(header: header(name, number))
    var voxels: [UInt8] = []
    var plane = [UInt8](repeating: 0, count: reader.layout.planeBytes)
    for _ in 0..<reader.layout.planes {
      try plane.withUnsafeMutableBytes { try reader.readPlane(into: $0) }
      voxels += plane
    }
    // The writer stores a header as it is: 10 bytes of a member's header and 5 of a block's come before it.
    let stored = try folder.contents(path(name, number))
    let start = stored.starts(with: [0x1F, 0x8B]) ? 15 : 0
    var edit = HeaderEdit(bytes: Array(stored[start..<start + 352]))
    change(&edit)
    try folder.put(edit.bytes + voxels, path(name, number))
  }

  /// Stores a case's label along other axes: left, posterior, superior instead of KiTS19's.
  func turnLabel(_ number: Int) throws {
    let header = try header("segmentation", number)
    let reader = try NIfTIReader(header: header)
    let (n, lps) = (header.extents, [header.extents[2], header.extents[1], header.extents[0]])
    var turned = [UInt8](repeating: 0, count: n.reduce(1, *))
    var plane = [UInt8](repeating: 0, count: reader.layout.planeBytes)
    for k in 0..<n[2] {
      try plane.withUnsafeMutableBytes { try reader.readPlane(into: $0) }
      for j in 0..<n[1] {
        for i in 0..<n[0] { turned[k + lps[0] * (j + lps[1] * (n[0] - 1 - i))] = plane[i + n[0] * j] }
      }
    }
    let canonical = header.orientation.canonical(header.affine, extents: n)
    let orientation = Orientation(
      directions: [
        .init(axis: .x, isReversed: true), .init(axis: .y, isReversed: true), .init(axis: .z, isReversed: false),
      ]
    )
    try label(number, turned, canonical.stored(along: orientation, extents: lps), extents: lps)
  }

  /// A prepared case, by its path below the test's folder.
  func reader(_ name: String) throws -> CaseFileReader { try CaseFileReader(path: folder.path(name)) }

  func removeManifest() throws { try FileManager.default.removeItem(atPath: prepared + "/manifest.json") }
}

extension CaseFileReader {
  /// The bytes of image and label.
  func voxels() throws -> [UInt8] {
    let (image, label) = (try image(), try label())
    return withExtendedLifetime((image, label)) {
      Array(image.voxels.bytes) + Array(label?.classes.bytes ?? .init(start: nil, count: 0))
    }
  }
}

/// The first 352 bytes of a NIfTI-1 file, open to change.
struct HeaderEdit {
  var bytes: [UInt8]

  /// As a file without sform and qform.
  mutating func clearForms() { bytes.replaceSubrange(252..<256, with: [0, 0, 0, 0]) }

  /// Voxel sizes.
  var pixdim: [Float] {
    get { floats(80, 3) }
    set { put(newValue, 80) }
  }

  var sform: Affine {
    get { Affine(rows: (0..<3).map { floats(280 + 16 * $0, 4).map(Double.init) }) }
    set { put(newValue.rows.flatMap { $0.map { Float($0) } }, 280) }
  }

  private func floats(_ offset: Int, _ count: Int) -> [Float] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map { raw.loadUnaligned(fromByteOffset: offset + 4 * $0, as: Float.self) }
    }
  }

  private mutating func put(_ values: [Float], _ offset: Int) {
    bytes.withUnsafeMutableBytes { raw in
      for (place, value) in values.enumerated() {
        raw.storeBytes(of: value, toByteOffset: offset + 4 * place, as: Float.self)
      }
    }
  }
}

extension Affine {
  /// The affine of the same volume, this one being along right, anterior, superior, when it is stored along other axes.
  func stored(along orientation: Orientation, extents: [Int]) -> Affine {
    var stored = self
    for (place, direction) in orientation.directions.enumerated() {
      for row in 0..<3 {
        let step = rows[row][direction.axis.rawValue]
        stored.rows[row][place] = direction.isReversed ? -step : step
        if direction.isReversed { stored.rows[row][3] += step * Double(extents[place] - 1) }
      }
    }
    return stored
  }
}
