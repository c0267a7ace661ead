import Evaluation
import NIfTI
import Parallelism
import Prepared
import Preprocessing
import Volumes

/// Reads a prediction and its truth onto one grid; two that lie on different grids are refused.
struct PairReading {
  let classes: EvaluationClasses
  let workers: Workers

  /// - Returns: the pair, and what had to be settled about the headers.
  /// - Throws: what reading throws, `GridCheck.Mismatch` and `EvaluationError.otherGrid`.
  func read(prediction: String, truth: SegmentationSet.Place) throws -> (pair: LabelPair, notes: [String]) {
    let header = try NIfTIHeader(path: prediction)
    _ = try header.layout()
    switch truth {
    case .nifti(let path): return try read(header, nifti: path)
    case .prepared(let path): return (try read(header, prepared: path), [])
    }
  }

  /// About what reading and scoring takes: a byte for each voxel of either segmentation, and four while the distances from
  /// a class that fills the volume are measured. 0 for a file that is refused.
  static func bytes(prediction path: String) -> Int {
    guard let header = try? NIfTIHeader(path: path), (try? header.layout()) != nil else { return 0 }
    return 6 * header.extents.reduce(1, *)
  }

  private func read(_ header: NIfTIHeader, nifti path: String) throws -> (pair: LabelPair, notes: [String]) {
    let truthHeader = try NIfTIHeader(path: path)
    _ = try truthHeader.layout()
    let grid = try CaseGrid(images: [truthHeader], label: header)
    let truth = try label(truthHeader, grid.images[0], classes.truth, affine: grid.affine)
    let prediction = try label(header, grid.label, classes.prediction, affine: grid.affine)
    return (LabelPair(prediction: prediction, truth: truth), grid.notes)
  }

  private func read(_ header: NIfTIHeader, prepared path: String) throws -> LabelPair {
    let reader = try CaseFileReader(path: path)
    guard let truth = try reader.label() else { throw CaseFileError.notACase(path: path, format: "unlabelled") }
    try check(truth, path)
    let extents = [truth.shape.x, truth.shape.y, truth.shape.z]
    let fit = GridFit(
      of: .init(affine: header.affine, extents: header.extents), on: .init(affine: truth.affine, extents: extents),
      gridOrientation: .ras)
    let edge = SpatialAxis.allCases.map { truth.affine.spacing[$0] }.min() ?? 0
    guard let fit, fit.distance <= GridCheck.rounding * edge else {
      let shape = Orientation(closestTo: header.affine).shape(ofExtents: header.extents)
      throw EvaluationError.otherGrid(
        prediction: header.path, truth: path, found: Self.text(shape, header.affine),
        expected: Self.text(truth.shape, truth.affine))
    }
    let prediction = try label(header, fit.orientation, classes.prediction, affine: header.affine)
    return LabelPair(prediction: prediction, truth: truth)
  }

  /// A prepared label holds the classes themselves: of a pipeline that may have others than are scored.
  private func check(_ truth: LabelMap, _ path: String) throws {
    let known = ClassNumbers(classes.names).all
    let isThere = truth.valuesPresent
    let found = isThere.indices.filter { isThere[$0] && !known.contains($0) }
    guard found.isEmpty else {
      throw LabelRefusal(
        path: path, error: .foreignLabels(found: found.map(String.init).joined(separator: ", "), expected: known))
    }
  }

  private func label(
    _ header: NIfTIHeader, _ orientation: Orientation?, _ mapping: LabelMapping, affine: Affine
  ) throws -> LabelMap {
    do {
      return try LabelMap.read(
        NIfTIReader(header: header, orientation: orientation), mapping: mapping, affine: affine, on: workers)
    } catch let error as PreprocessingError {
      throw LabelRefusal(path: header.path, error: error)
    }
  }

  /// `80x160x160 voxels (z, y, x) of 3x1.62x1.62 mm`.
  private static func text(_ shape: Shape, _ affine: Affine) -> String {
    let spacing = affine.spacing.array.map { Quantity.number($0) }.joined(separator: "x")
    return "\(shape) voxels (z, y, x) of \(spacing) mm from "
      + "(\(affine.origin.map { Quantity.number($0, decimals: 2) }.joined(separator: ", ")))"
  }
}

/// A segmentation whose values are no classes.
struct LabelRefusal: Error, CustomStringConvertible {
  var path: String
  var error: PreprocessingError

  var description: String {
    if case .foreignLabels(let found, let expected) = error {
      return "\(path): values that are no classes, found \(found), "
        + "expected only \(expected.map(String.init).joined(separator: ", ")); name all classes, or look at the file"
    }
    return "\(path): \(error)"
  }
}

extension LabelMap {
  /// For each value that a voxel could have, whether one has it.
  fileprivate var valuesPresent: [Bool] {
    [Bool](unsafeUninitializedCapacity: 256) { isThere, count in
      isThere.initialize(repeating: false)
      for value in classes.bytes { isThere[Int(value)] = true }
      count = 256
    }
  }
}
