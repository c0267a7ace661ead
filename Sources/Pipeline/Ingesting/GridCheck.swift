import Files
import NIfTI
import Volumes

/// Whether a file of a case lies on another one's grid, and how it must be read so that it does.
///
/// Three tiers. Rounding: corners within a hundredth of a voxel, said by nobody. Resolvable: the files agree once what
/// one header says is read rightly, and a note says how. Fatal: they do not, or nobody can tell.
struct GridCheck {
  /// The file whose grid counts.
  let grid: NIfTIHeader

  /// What was found out about another file.
  struct Match: Equatable {
    /// The directions of space that the file's axes follow.
    var orientation: Orientation
    /// What had to be settled; nil where the files agree as they are.
    var note: String?
  }

  /// Why two files do not belong together.
  struct Mismatch: Error, Equatable, CustomStringConvertible {
    let description: String
  }

  /// Corners may be this far apart, as a fraction of the smallest voxel edge: what rounding in a header can do.
  static let rounding = 0.01
  /// In voxels: up to here every voxel's nearest one on the other grid is that of the same index. Centres taken for
  /// corners make half a voxel; beyond it nobody can tell which voxels belong together.
  static let halfVoxel = 0.5 + rounding

  /// Sizes that differ by no more, relatively, are the same as a header of few digits says it.
  private static let sameSize = 1e-3

  /// How `other`, a label or another channel, lies on the grid.
  func match(_ other: NIfTIHeader) throws(Mismatch) -> Match {
    let fit = fit(other.affine, of: other, on: grid.affine)
    if let fit, isRounding(fit) { return Match(orientation: fit.orientation, note: turn(fit, other)) }
    if other.transformSource == .pixdim { return try matchWithoutTransform(other) }
    if let match = matchByQform(other) { return match }
    guard let fit else { throw other.extents == grid.extents ? axes(other) : shapes(other) }
    guard fit.voxels <= Self.halfVoxel else { throw apart(fit, other) }
    let note =
      "\(name(other)) lies \(Quantity.number(fit.distance)) mm beside \(name(grid)), at most half a voxel: "
      + "taken to lie on its grid"
    return Match(
      orientation: fit.orientation, note: [note, turn(fit, other)].compactMap { $0 }.joined(separator: "; "))
  }

  private func fit(_ affine: Affine, of other: NIfTIHeader, on gridAffine: Affine) -> GridFit? {
    GridFit(
      of: .init(affine: affine, extents: other.extents), on: .init(affine: gridAffine, extents: grid.extents),
      gridOrientation: grid.orientation)
  }

  private func isRounding(_ fit: GridFit) -> Bool {
    let edge = SpatialAxis.allCases.map { grid.affine.spacing[$0] }.min() ?? 0
    return fit.distance <= Self.rounding * edge
  }

  /// What to say of an array whose axes are others than the grid's; it is read along its own.
  private func turn(_ fit: GridFit, _ other: NIfTIHeader) -> String? {
    fit.orientation == grid.orientation
      ? nil
      : "\(name(other)) is stored as \(fit.orientation.codes), \(name(grid)) as \(grid.orientation.codes): "
        + "its axes were turned"
  }

  /// A header that says nothing about its place but fits in all it does say: voxel by voxel as the grid.
  private func matchWithoutTransform(_ other: NIfTIHeader) throws(Mismatch) -> Match {
    guard other.extents == grid.extents else { throw shapes(other) }
    let sizes = SpatialAxis.allCases.map { (found: other.affine.spacing[$0], expected: grid.affine.spacing[$0]) }
    guard sizes.allSatisfy({ abs($0.found - $0.expected) <= Self.sameSize * $0.expected }) else {
      throw Mismatch(
        description: "\(name(other)) says nothing about where it lies (no sform, no qform), "
          + "found voxels of \(text(sizes.map(\.found))) mm, expected \(text(sizes.map(\.expected))) as "
          + "\(name(grid)) has; copy the header of the file that it was made from")
    }
    return Match(
      orientation: grid.orientation,
      note: "\(name(other)) says nothing about where it lies (no sform, no qform): "
        + "taken to lie as \(name(grid)), whose shape and voxel size it has")
  }

  /// Files whose sforms differ while one's qform is the other's transform: a tool rewrote one form of one of them.
  private func matchByQform(_ other: NIfTIHeader) -> Match? {
    if let affine = other.otherAffine, let fit = fit(affine, of: other, on: grid.affine), isRounding(fit) {
      return Match(orientation: fit.orientation, note: settled(by: other, against: grid, fit, other))
    }
    if let affine = grid.otherAffine, let fit = fit(other.affine, of: other, on: affine), isRounding(fit) {
      return Match(orientation: fit.orientation, note: settled(by: grid, against: other, fit, other))
    }
    return nil
  }

  private func settled(
    by owner: NIfTIHeader, against: NIfTIHeader, _ fit: GridFit, _ other: NIfTIHeader
  ) -> String {
    let note =
      "\(name(owner))'s sform does not place it on \(name(against))'s grid, its qform does: "
      + "they were laid over each other by that"
    return [note, turn(fit, other)].compactMap { $0 }.joined(separator: "; ")
  }

  private func shapes(_ other: NIfTIHeader) -> Mismatch {
    Mismatch(
      description: "\(name(grid)) and \(name(other)) have different shapes, found \(shape(grid)) and \(shape(other)), "
        + "expected the same; find the files that belong together")
  }

  /// Arrays of one shape whose headers say that their axes are others: one of the headers belongs to another array.
  private func axes(_ other: NIfTIHeader) -> Mismatch {
    Mismatch(
      description: "\(name(grid)) and \(name(other)) lie on different grids, found axes \(grid.orientation.codes) by "
        + "\(grid.transformSource.rawValue) and \(other.orientation.codes) by \(other.transformSource.rawValue) for arrays "
        + "of one shape, expected the same; mend the wrong header")
  }

  private func apart(_ fit: GridFit, _ other: NIfTIHeader) -> Mismatch {
    let edge = SpatialAxis.allCases.map { grid.affine.spacing[$0] }.min() ?? 0
    return Mismatch(
      description: "\(name(grid)) and \(name(other)) lie on different grids, found corners up to "
        + "\(Quantity.number(fit.distance)) mm apart (\(grid.orientation.codes) by \(grid.transformSource.rawValue) and "
        + "\(other.orientation.codes) by \(other.transformSource.rawValue)), expected at most "
        + "\(Quantity.number(edge / 2)) mm; mend the wrong header, or resample the file onto the other's grid")
  }

  private func shape(_ header: NIfTIHeader) -> String {
    let text = header.extents.map(String.init).joined(separator: "x")
    return header.orientation == grid.orientation ? text : "\(text) (\(header.orientation.codes))"
  }

  private func text(_ sizes: [Double]) -> String { sizes.map { Quantity.number($0) }.joined(separator: "x") }

  private func name(_ header: NIfTIHeader) -> String { Folder.lastName(of: header.path) }
}
