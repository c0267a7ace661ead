import ArgumentParser
import Prepared
import Shards

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Describe a NIfTI file, a prepared case, or a folder of prepared cases or of shards.",
    discussion: """
      For a NIfTI file: shape, type, spacing, orientation, both transforms, the range of its values, its labels. \
      All of it is read, so a truncated or corrupt file is found.

      Examples:
        segprep inspect raw/data/case_00000/segmentation.nii.gz
        segprep inspect prepared/cases/case_00000.h5
        segprep inspect prepared
        segprep inspect shards
      """)

  @Argument(help: "A .nii, .nii.gz, .hdr or .h5 file, a manifest.json, or the folder that holds one.")
  var file: String

  @Flag(help: "Print JSON, for programs.")
  var json = false

  func run() throws {
    try reporting {
      switch try InspectedFile(path: file) {
      case .preparedFolder: try show(try Manifest.required(folder: file), text: ManifestDescription.text)
      case .preparedManifest: try show(try Manifest.read(path: file), text: ManifestDescription.text)
      case .shardFolder: try show(try ShardManifest.required(folder: file), text: ShardSummary.text)
      case .shardManifest: try show(try ShardManifest.read(path: file), text: ShardSummary.text)
      case .preparedCase: try show(CaseDescription(try CaseFileReader(path: file)), text: \.text)
      case .nifti: try show(try NIfTIDescription(path: file), text: \.text)
      }
    }
  }

  private func show<Value: Encodable>(_ value: Value, text: (Value) -> String) throws {
    print(json ? try CanonicalJSON.text(value) : text(value), terminator: "")
  }
}
