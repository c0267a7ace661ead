import NIfTI
import Prepared
import Preprocessing
import Volumes

/// The grid of a raw image, and where its voxels lie in the case that was prepared from it: the way back for what was found
/// there.
public struct RawGrid: Sendable {
  /// Voxels along each axis of the raw array, fastest first.
  public let extents: [Int]
  /// The directions that its axes follow.
  public let orientation: Orientation
  /// Maps the raw array's indices (i, j, k) to millimetres.
  public let affine: Affine
  /// Which of a header's transforms said so.
  public let form: NIfTIWriter.Form
  /// By axis of space and raw index, the nearest prepared index; -1 where the case was cut off.
  let places: ZYX<[Int]>
  private let prepared: Shape

  /// The grid of raw images beside what the stages did to them.
  public init(
    extents: [Int], orientation: Orientation, affine: Affine, form: NIfTIWriter.Form, prepared: Shape,
    decisions: [StageRecord]
  ) {
    self.extents = extents
    self.orientation = orientation
    self.affine = affine
    self.form = form
    self.prepared = prepared
    let shape = orientation.shape(ofExtents: extents)
    let spacing = orientation.canonical(affine, extents: extents).spacing
    places = ZYX { axis in
      AxisTrace(count: shape[axis], spacing: spacing[axis], axis, decisions).places
    }
  }

  /// The grid that a prepared case came from, worked out from what its file says.
  ///
  /// The raw affine is that of the prepared grid taken back through the stages, equal to the raw header's up to rounding.
  public init(of reader: CaseFileReader) {
    let source = reader.source
    let orientation = Orientation(codes: source.orientation) ?? .ras
    let shape = Shape(z: source.shape[0], y: source.shape[1], x: source.shape[2])
    let spacing = Spacing(z: source.spacingMm[0], y: source.spacingMm[1], x: source.spacingMm[2])
    let index = ZYX { axis in
      AxisTrace(count: shape[axis], spacing: spacing[axis], axis, reader.decisions).map
    }
    let extents = orientation.directions.map { shape[$0.axis] }
    let canonical = reader.affine.reindexed(by: index)
    self.init(
      extents: extents, orientation: orientation, affine: orientation.array(canonical, extents: extents),
      form: Self.form(source.transform, sform: source.sformCode, qform: source.qformCode), prepared: reader.shape,
      decisions: reader.decisions)
  }

  /// How a header says where a raw image lies, to be said in the same way.
  /// - Parameter transform: the name of what counted in the raw header.
  public static func form(_ transform: String, sform: Int, qform: Int) -> NIfTIWriter.Form {
    // The transform may be of another file of the case than the codes are; one that is written must not have code 0.
    switch transform {
    case NIfTIHeader.TransformSource.sform.rawValue where qform > 0:
      .bothIfOrthogonal(code: Int16(clamping: max(1, sform)))
    case NIfTIHeader.TransformSource.sform.rawValue: .sform(code: Int16(clamping: max(1, sform)))
    case NIfTIHeader.TransformSource.qform.rawValue: .qform(code: Int16(clamping: max(1, qform)))
    default: .sform(code: 1)
    }
  }

  /// The classes of a prepared case at the raw array's voxels, in the array's order: each raw voxel has the class of the
  /// prepared voxel nearest to it, and background where the case was cut off.
  /// - Precondition: `label` lies on the prepared grid.
  public func classes(of label: LabelMap) -> Buffer<UInt8> {
    precondition(label.shape == prepared, "\(label.shape) is not the prepared grid \(prepared)")
    let found = Buffer<UInt8>(count: extents.reduce(1, *))
    let strides = Shape(z: prepared.y * prepared.x, y: prepared.x, x: 1)
    // By array axis and index, the offset in the prepared label; negative for outside.
    let offsets = orientation.directions.map { direction in
      let offsets = places[direction.axis].map { $0 < 0 ? -1 : $0 * strides[direction.axis] }
      return direction.isReversed ? offsets.reversed() : offsets
    }
    for k in 0..<extents[2] where offsets[2][k] >= 0 {
      for j in 0..<extents[1] where offsets[1][j] >= 0 {
        let row = found.base + (k * extents[1] + j) * extents[0]
        let source = label.classes.base + offsets[2][k] + offsets[1][j]
        offsets[0].withUnsafeBufferPointer { steps in
          for i in 0..<extents[0] where steps[i] >= 0 { row[i] = source[steps[i]] }
        }
      }
    }
    return found
  }

  /// Writes a prepared case's classes onto the raw grid.
  /// - Throws: `NIfTIWriterError`, `FileError`.
  public func write(_ label: LabelMap, to path: String) throws {
    let classes = classes(of: label)
    try NIfTIWriter.write(classes.bytes, extents: extents, scalar: .uint8, affine: affine, form: form, to: path)
  }
}

extension LabelMap {
  /// Writes the classes on their own grid.
  /// - Throws: `NIfTIWriterError`, `FileError`.
  public func write(to path: String) throws {
    try NIfTIWriter.write(
      classes.bytes, extents: [shape.x, shape.y, shape.z], scalar: .uint8, affine: affine,
      form: .bothIfOrthogonal(code: 1), to: path)
  }
}
