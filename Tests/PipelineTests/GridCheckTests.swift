import NIfTI
import Testing
import Volumes

@testable import Pipeline

struct GridCheckTests {
  private static let voxels = [UInt8](repeating: 0, count: RawFolder.extents.reduce(1, *))

  private static let both = "imaging.nii.gz and segmentation.nii.gz"

  /// What the user is told of a label of this affine; nil where nothing.
  private func told(_ affine: Affine, _ form: NIfTIWriter.Form = .sform(code: 2)) throws -> String? {
    let data = try RawFolder(1)
    try data.label(0, Self.voxels, affine, form)
    return told(try data.header("imaging"), try data.header("segmentation"))
  }

  private func told(_ first: NIfTIHeader, _ other: NIfTIHeader) -> String? {
    do {
      return try GridCheck(grid: first).match(other).note
    } catch { return "refused: \(error)" }
  }

  private func shifted(by distance: Double, along row: Int = 1) -> Affine {
    var affine = RawFolder.axes
    affine.rows[row][3] = distance
    return affine
  }

  // MARK: rounding

  /// The smallest voxel edge is 0.75 mm.
  @Test func hundredthOfAVoxelIsRounding() throws {
    #expect(try told(RawFolder.axes) == nil)
    #expect(try told(shifted(by: 0.0074)) == nil)
    #expect(try told(shifted(by: 0.0076)) != nil)
  }

  /// KiTS19's nine labels whose transform is a quaternion of 24-bit numbers.
  @Test func quaternionOfTheSameAxesIsTheSameGrid() throws {
    #expect(try told(RawFolder.axes, .qform(code: 1)) == nil)
  }

  // MARK: resolvable

  /// Every voxel's nearest voxel on the other grid is that of the same index.
  @Test func upToHalfAVoxelIsSettledAndSaid() throws {
    func note(_ distance: String) -> String {
      "segmentation.nii.gz lies \(distance) mm beside imaging.nii.gz, at most half a voxel: taken to lie on its grid"
    }
    #expect(try told(shifted(by: 0.0076)) == note("0.0076"))
    #expect(try told(shifted(by: -0.375)) == note("0.375"))
    #expect(try told(shifted(by: 1.5, along: 2)) == note("1.5"))  // slices are 3 mm apart
    #expect(try told(shifted(by: 0.39))?.hasPrefix("refused: \(Self.both) lie on different grids") == true)
    #expect(try told(shifted(by: 1.54, along: 2))?.hasPrefix("refused: ") == true)
    var stretched = RawFolder.axes
    stretched.rows[2][0] = -3.002  // 2 micrometres a slice, a hundredth of a millimetre over all
    #expect(try told(stretched) == note("0.01"))
  }

  /// The same grid, its array stored along other axes: all 48 ways.
  @Test func arrayAlongOtherAxesIsReadAlongItsOwn() throws {
    let data = try RawFolder(1)
    let first = try data.header("imaging")
    let shape = first.orientation.shape(ofExtents: first.extents)
    let canonical = first.orientation.canonical(first.affine, extents: first.extents)
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      for signs in 0..<8 {
        let orientation = Orientation(
          directions: order.enumerated().map { place, axis in
            .init(axis: SpatialAxis.allCases[axis], isReversed: signs >> place & 1 == 1)
          })
        let extents = orientation.directions.map { shape[$0.axis] }
        try data.label(0, Self.voxels, canonical.stored(along: orientation, extents: extents), extents: extents)
        let match = try GridCheck(grid: first).match(data.header("segmentation"))
        #expect(match.orientation == orientation)
        let note =
          "segmentation.nii.gz is stored as \(orientation.codes), imaging.nii.gz as IPL: its axes were turned"
        #expect(match.note == (orientation.codes == "IPL" ? nil : note))
      }
    }
  }

  /// Half way between two axes of space, rounding decides after which of them an array's axis is called; the voxels
  /// belong together all the same.
  @Test func arrayBetweenTwoAxesOfSpaceIsNotTurnedByRounding() throws {
    func affine(_ degrees: Double) -> Affine {
      let (c, s) = (cosine(degrees), cosine(90 - degrees))
      return Affine(rows: [[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0]])
    }
    let data = try RawFolder(0)
    try data.image(0, [Int16](repeating: 0, count: Self.voxels.count), affine(44.99))
    try data.label(0, Self.voxels, affine(45.01))
    let (first, other) = (try data.header("imaging"), try data.header("segmentation"))
    #expect(first.orientation.codes != other.orientation.codes)
    #expect(try GridCheck(grid: first).match(other) == .init(orientation: first.orientation, note: nil))
  }

  private func cosine(_ degrees: Double) -> Double {
    let x = degrees * .pi / 180
    // A few terms are enough here, and spare an import.
    return (1...12).reduce((sum: 1.0, term: 1.0)) { state, n in
      let term = -state.term * x * x / Double((2 * n - 1) * 2 * n)
      return (state.sum + term, term)
    }.sum
  }

  /// A header without any form lies as the image if it has the image's shape and voxel sizes.
  @Test func headerThatSaysNothingFollowsTheImage() throws {
    let data = try RawFolder(1)
    let first = try data.header("imaging")
    try data.label(0, Self.voxels)
    try data.edit("segmentation") { $0.clearForms() }
    let label = try data.header("segmentation")
    #expect(label.transformSource == .pixdim)
    let note =
      "segmentation.nii.gz says nothing about where it lies (no sform, no qform): "
      + "taken to lie as imaging.nii.gz, whose shape and voxel size it has"
    #expect(try GridCheck(grid: first).match(label) == .init(orientation: first.orientation, note: note))

    // The other way round the label's place counts: an image's voxels without a place are those of the same index.
    let grid = try CaseGrid(images: [label], label: first)
    #expect(grid.affine == first.affine && grid.transformSource == .sform)
    #expect(grid.images == [first.orientation] && grid.label == first.orientation)
    #expect(grid.notes.count == 1)

    // Both without: their voxel sizes are all that is known.
    let nothing = try CaseGrid(images: [label], label: label)
    #expect(nothing.images == [label.orientation] && nothing.transformSource == .pixdim)
    #expect(
      nothing.notes
        == ["no sform and no qform says where the case lies: only its voxel sizes are known, left may be right"])

    try data.edit("segmentation") { $0.pixdim = [1, 1, 1] }
    #expect(
      told(first, try data.header("segmentation"))
        == "refused: segmentation.nii.gz says nothing about where it lies (no sform, no qform), found voxels of "
        + "1x1x1 mm, expected 3x0.75x0.75 as imaging.nii.gz has; copy the header of the file that it was made from")
  }

  /// A tool rewrote one form of one of the files; the other form still says that they belong together.
  @Test func qformSettlesWhereSformsDiffer() throws {
    let elsewhere = shifted(by: 40)
    let data = try RawFolder(1)
    try data.label(0, Self.voxels, RawFolder.axes, .both(code: 1))
    try data.edit("segmentation") { $0.sform = elsewhere }
    let (first, label) = (try data.header("imaging"), try data.header("segmentation"))
    #expect(label.affine.origin == [0, 40, 0])
    func note(_ owner: String, _ against: String) -> String {
      "\(owner).nii.gz's sform does not place it on \(against).nii.gz's grid, its qform does: "
        + "they were laid over each other by that"
    }
    #expect(
      try GridCheck(grid: first).match(label)
        == .init(orientation: first.orientation, note: note("segmentation", "imaging")))
    // The grid's own qform is the other's transform: the grid stays where its sform puts it.
    #expect(
      try GridCheck(grid: label).match(first)
        == .init(orientation: label.orientation, note: note("segmentation", "imaging")))

    // Two sforms that differ over one qform contradict each other.
    try data.image(0, [Int16](repeating: 0, count: Self.voxels.count), RawFolder.axes, .both(code: 1))
    try data.edit("imaging") { $0.sform = shifted(by: -40) }
    #expect(
      told(try data.header("imaging"), label)?.hasPrefix("refused: \(Self.both) lie on different grids") == true)
  }

  // MARK: fatal

  /// The same header but for a sign: the voxels may be mirrored or the header wrong, and nobody can tell.
  @Test func mirrorImageAboutTheOriginIsAnotherGrid() throws {
    let flipped = Affine(rows: [[0, 0, 0.75, 0], [0, -0.75, 0, 0], [-3, 0, 0, 0]])
    #expect(
      try told(flipped) == "refused: \(Self.both) lie on different grids, found corners up to 17.25 mm apart "
        + "(IPL by sform and IPR by sform), expected at most 0.375 mm; "
        + "mend the wrong header, or resample the file onto the other's grid")
  }

  @Test func oneShapeAlongOtherAxesIsAnotherGrid() throws {
    let permuted = Affine(rows: [[0, 0, -0.75, 0], [-3, 0, 0, 0], [0, -0.75, 0, 0]])
    #expect(
      try told(permuted) == "refused: \(Self.both) lie on different grids, found axes IPL by sform and PIL by sform "
        + "for arrays of one shape, expected the same; mend the wrong header")
  }

  @Test func otherShapeIsAnotherGrid() throws {
    let data = try RawFolder(1)
    try data.label(0, [UInt8](repeating: 0, count: 6 * 20 * 25), extents: [6, 20, 25])
    let text =
      "\(Self.both) have different shapes, found 6x20x24 and 6x20x25, expected the same; "
      + "find the files that belong together"
    #expect(told(try data.header("imaging"), try data.header("segmentation")) == "refused: \(text)")
    let report = try data.run()
    #expect(report.manifest.failed == [.init(caseIdentifier: "case_00000", reason: text)])

    let turned = Affine(rows: [[-0.75, 0, 0, 0], [0, -0.75, 0, 0], [0, 0, 3, 0]])
    try data.label(0, [UInt8](repeating: 0, count: 24 * 20 * 7), turned, extents: [24, 20, 7])
    #expect(
      told(try data.header("imaging"), try data.header("segmentation"))?
        .contains("found 6x20x24 and 24x20x7 (LPS), expected") == true)
  }

  // MARK: whole cases

  /// Turned, moved by less than half a voxel, or without a transform: the prepared voxels are those of the label as it
  /// should be, and the manifest says so, also once the case is kept.
  @Test func settledCasesArePreparedAsIfRightAndSaidSo() throws {
    let data = try RawFolder(4)
    try data.run(into: data.folder.path("right"))
    try data.turnLabel(1)
    try data.edit("segmentation", 2) { $0.sform.rows[0][3] += 0.2 }
    try data.edit("segmentation", 3) { $0.clearForms() }
    let report = try data.run()
    let warnings = report.manifest.cases.map(\.warnings)
    #expect(warnings[0] == [])
    #expect(warnings[1].first?.hasSuffix("its axes were turned") == true)
    #expect(warnings[2].first?.hasSuffix("taken to lie on its grid") == true)
    #expect(warnings[3].first?.contains("says nothing about where it lies") == true)
    for number in 0..<4 {
      let name = "cases/\(RawFolder.name(number)).h5"
      let (right, found) = (try data.reader("right/" + name), try data.reader("prepared/" + name))
      #expect(try right.voxels() == found.voxels())
      #expect(right.affine == found.affine)
    }
    let again = try data.run()
    #expect(again.cases.allSatisfy { $0.outcome == .kept })
    #expect(again.manifest == report.manifest)
    // Also where there is no manifest to take them from.
    try data.removeManifest()
    #expect(try data.run().manifest == report.manifest)
  }
}
