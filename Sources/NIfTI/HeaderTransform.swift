import CNIfTI
import Volumes

/// Where a header puts its voxels: both forms and the one that counts, in millimetres.
struct HeaderTransform {
  let sformCode: Int
  let qformCode: Int
  let sform: Affine?
  let qform: Affine?
  let source: NIfTIHeader.TransformSource
  let affine: Affine
  /// The qform where the sform counts and the qform is sound; nil otherwise.
  let other: Affine?
  /// What is odd about it though its meaning is clear.
  let notes: [String]

  /// - Throws: `NIfTIError.badTransform` for a transform that places the voxels nowhere.
  init(_ raw: RawHeader, _ image: nifti_image, path: String) throws {
    sformCode = Int(image.sform_code)
    qformCode = Int(image.qform_code)
    let sform = sformCode > 0 ? Affine(image.sto_xyz) : nil
    let qform = qformCode > 0 ? Affine(image.qto_xyz) : nil
    let stored: Affine
    if let sform {
      (source, stored) = (.sform, sform)
    } else if let qform {
      (source, stored) = (.qform, qform)
    } else {
      (source, stored) = (.pixdim, Self.centred(extents: raw.extents, spacing: raw.pixdim))
    }
    let unit = LengthUnit(code: raw.units, affine: stored)
    affine = stored.scaled(by: unit.millimetres)
    self.sform = sform?.scaled(by: unit.millimetres)
    self.qform = qform?.scaled(by: unit.millimetres)
    // After the conversion, which can take a size beyond what a number holds.
    try Self.check(source, affine, raw, path: path)
    let isQformSound = self.qform.map { Self.isSound(.qform, $0, raw) } == true
    other = source == .sform && isQformSound ? self.qform : nil
    var notes = [unit.note].compactMap { $0 }
    if source == .sform && !raw.pixdim.allSatisfy({ $0 != 0 && $0.isFinite }) {
      notes.append("pixdim \(Self.text(raw.pixdim)) is no voxel size: the sform's is used")
    }
    self.notes = notes
  }

  /// Whether a transform keeps three axes, and libnifti did not have to replace one of its numbers.
  private static func isSound(_ source: NIfTIHeader.TransformSource, _ affine: Affine, _ raw: RawHeader) -> Bool {
    let isWhole: Bool =
      switch source {
      case .sform: raw.sform.allSatisfy(\.isFinite)
      case .qform: raw.quaternion.allSatisfy(\.isFinite) && raw.pixdim.allSatisfy { $0 > 0 && $0.isFinite }
      case .pixdim: true
      }
    return isWhole && affine.isInvertible
  }

  private static func check(
    _ source: NIfTIHeader.TransformSource, _ affine: Affine, _ raw: RawHeader, path: String
  ) throws {
    guard !isSound(source, affine, raw) else { return }
    let numbers: String
    switch source {
    case .sform:
      numbers = stride(from: 0, to: 12, by: 4).map { "(\(text(raw.sform[$0..<($0 + 4)])))" }.joined(separator: " ")
    case .qform where raw.quaternion.allSatisfy(\.isFinite): numbers = "with pixdim \(text(raw.pixdim))"
    case .qform: numbers = "with quaternion and offset \(text(raw.quaternion))"
    case .pixdim: numbers = text(raw.pixdim)
    }
    throw NIfTIError.badTransform(path: path, found: "\(source.rawValue) \(numbers)")
  }

  /// The numbers as a header's 24 bits say them: 0.9, not 0.8999999761581421.
  private static func text(_ numbers: some Collection<Double>) -> String {
    numbers.map { Double(Float($0)) == $0 ? "\(Float($0))" : "\($0)" }.joined(separator: ", ")
  }

  /// nibabel's base affine: voxel sizes, the array's centre at the origin, the first axis towards the left.
  private static func centred(extents: [Int], spacing: [Double]) -> Affine {
    var affine = Affine.identity
    for axis in 0..<3 {
      let step = axis == 0 ? -abs(spacing[axis]) : abs(spacing[axis])
      affine.rows[axis][axis] = step
      affine.rows[axis][3] = -step * Double(extents[axis] - 1) / 2
    }
    return affine
  }
}

extension Affine {
  fileprivate init(_ m: nifti_dmat44) {
    let (a, b, c, _) = m.m
    self.init(rows: [[a.0, a.1, a.2, a.3], [b.0, b.1, b.2, b.3], [c.0, c.1, c.2, c.3]])
  }
}
