import Preprocessing

/// Why cases cannot be predicted; what is wrong with one case is reported with that case.
public enum PredictionError: Error, Equatable, CustomStringConvertible {
  /// Nothing to read at a path.
  case nothing(path: String, found: String)
  /// A prepared case that lies in no folder of prepared cases.
  case alone(path: String)
  /// A raw case of which nobody says how it is prepared.
  case noPipeline(path: String)
  /// A stage that works on a label, which a case to predict does not have.
  case needsLabel(source: String, place: Int, StageName)
  /// A stage whose numbers are those of the data set that was trained on, which the model does not know.
  case needsDataset(source: String, place: Int, StageName, isRecorded: Bool)
  /// Cases of other channels or classes than the model's.
  case otherModel(source: String, what: String, found: [String], expected: [String])
  /// Prepared cases of another pipeline than those that the model was trained on.
  case otherPreparation(path: String, found: String, expected: String)
  /// A prepared case that numbers over another data set were put into.
  case otherNumbers(path: String)
  case noCases(path: String)
  /// A file, where a case has several.
  case oneFileOfSeveral(path: String, channels: [String])
  /// An image in the place of its own prediction.
  case outputIsInput(path: String)
  /// A file in the place of a prediction, that the same model and settings did surely not make.
  case occupied(path: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .nothing(let path, let found):
      "\(path): no cases can be read there, found \(found), expected a folder of cases, or one; look at the path"
    case .alone(let path):
      "\(path): a prepared case by itself, found no manifest above it that lists it, expected it in its folder as "
        + "`segprep ingest` wrote it; predict that folder with --cases"
    case .noPipeline(let path):
      "\(path): raw cases, and nothing says how they are prepared, found no --pipeline, expected the file that the model "
        + "was trained with; give it, or ingest the cases first"
    case .needsLabel(let source, let place, let stage):
      "\(source): cases cannot be predicted so, found stage \(place), \(stage.rawValue), which needs a label, "
        + "expected stages that work without; a model for such cases has to be trained without that stage"
    case .needsDataset(let source, let place, let stage, let isRecorded):
      "\(source): raw cases cannot be predicted so, found stage \(place), \(stage.rawValue), which is measured on the data "
        + "set, expected one whose numbers the model has; "
        + (isRecorded
          ? "give the pipeline file that it was trained with"
          : "its checkpoint keeps none: ingest the cases with that data set, and predict the prepared folder")
    case .otherModel(let source, let what, let found, let expected):
      "\(source): of other \(what) than the model, found \(found.joined(separator: ", ")), "
        + "expected \(expected.joined(separator: ", ")); give the pipeline or the cases that the model was trained with"
    case .otherPreparation(let path, let found, let expected):
      "\(path): prepared by another pipeline than the model's cases, found ingest digest \(found.prefix(12)), "
        + "expected \(expected.prefix(12)); ingest the cases with the model's pipeline file, or give it with the raw ones"
    case .otherNumbers(let path):
      "\(path): prepared by numbers over another data set than the model's, found others in its `decisions`, expected those "
        + "of the cases that it was trained on; predict the raw case, with --pipeline"
    case .noCases(let path):
      "\(path): no case to predict, found 0, expected at least one; look at --cases and at the pipeline's `exclude`"
    case .oneFileOfSeveral(let path, let channels):
      "\(path): one file, found 1 image, expected one for each channel (\(channels.joined(separator: ", "))); "
        + "give the folder of the data set"
    case .outputIsInput(let path):
      "\(path): is the image itself, found it where its prediction goes, expected another place; choose another --out"
    case .occupied(let path):
      "\(path): is there already, found a file that another model or other settings made, expected none; "
        + "choose another --out, or give --overwrite"
    }
  }

  /// The process' exit code.
  var exitCode: Int32 {
    switch self {
    case .nothing: 2
    case .occupied: 73
    default: 64
    }
  }
}
