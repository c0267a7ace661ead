import Files

/// Why segmentations cannot be scored; what is wrong with one case is reported with that case.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  case nothing(path: String)
  case noSegmentations(path: String, found: [String])
  case twice(identifier: String, first: String, second: String)
  /// Prepared cases of which none is labelled; `fold` where only those of a fold were asked for.
  case noLabelledCase(truth: String, cases: Int, fold: Int?)
  /// Runs of which no case is in all, and prepared.
  case noSharedCase(prepared: String, runs: [String])
  /// Raw segmentations of which nobody says what their values mean.
  case noClasses(truth: String)
  case noFold(Int, folds: Int, truth: String)
  /// A fold was asked for of what has none.
  case foldWithoutManifest(truth: String)
  case fileAgainstFolder(file: String, folder: String)
  case otherGrid(prediction: String, truth: String, found: String, expected: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .nothing(let path):
      "\(path): no segmentations there, found nothing, expected a NIfTI file or a folder of them; look at the path"
    case .noSegmentations(let path, let found):
      "\(path): no segmentations there, found \(found.isEmpty ? "nothing" : Self.listing(found)), "
        + "expected CASE.nii.gz or CASE/segmentation.nii.gz; look at the path, or give --pipeline for a raw data set"
    case .twice(let identifier, let first, let second):
      "\(second): \(identifier) is there twice, found \(first) too, expected one segmentation; move one away"
    case .noLabelledCase(let truth, let cases, let fold):
      "\(truth): no case to score there, found \(cases) prepared\(fold.map { " of fold \($0)" } ?? ""), none of them "
        + "with a label, expected at least one; look at the folder\(fold == nil ? "" : ", or choose another --fold")"
    case .noSharedCase(let prepared, let runs):
      "\(prepared): no case of it is in all runs, found none in common, expected CASE.nii.gz of one case in each of "
        + "\(runs.joined(separator: ", ")); predict the same cases with `--grid prepared`"
    case .noClasses(let truth):
      "\(truth): the classes' names are not known, found NIfTI files alone, "
        + "expected --labels kidney=1,tumour=2, or --pipeline FILE"
    case .noFold(let fold, let folds, let truth):
      "--fold: no such fold, found \(fold), expected 0 to \(folds - 1), the folds of \(truth)"
    case .foldWithoutManifest(let truth):
      "--fold: \(truth) has no folds, found no manifest of prepared cases, expected one; name the cases with --cases"
    case .fileAgainstFolder(let file, let folder):
      "\(file): one segmentation cannot be held against \(folder), found a file and a folder, "
        + "expected two files or two folders"
    case .otherGrid(let prediction, let truth, let found, let expected):
      "\(prediction): lies on another grid than \(truth), found \(found), expected \(expected); "
        + "predict with `--grid prepared`, or evaluate against the raw labels"
    }
  }

  /// Whether the command was given wrongly, rather than bad data.
  public var isUsage: Bool {
    switch self {
    case .noClasses, .noFold, .foldWithoutManifest, .fileAgainstFolder: true
    case .nothing, .noSegmentations, .twice, .noLabelledCase, .noSharedCase, .otherGrid: false
    }
  }

  private static func listing(_ names: [String]) -> String {
    names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }
}
