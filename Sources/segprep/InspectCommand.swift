import ArgumentParser
import Prepared

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Describe a NIfTI file, a prepared case, or a folder of prepared cases.",
    discussion: """
      For a NIfTI file: shape, type, spacing, orientation, both transforms, the range of its values, its labels. \
      All of it is read, so a truncated or corrupt file is found.

      Examples:
        segprep inspect raw/data/case_00000/segmentation.nii.gz
        segprep inspect prepared/cases/case_00000.h5
        segprep inspect prepared
      """)

  @Argument(help: "A .nii, .nii.gz, .hdr or .h5 file, a manifest.json, or the folder that holds one.")
  var file: String

  @Flag(help: "Print JSON, for programs.")
  var json = false

  func run() throws {
    try reporting {
      switch try InspectedFile(path: file) {
      case .preparedFolder: try show(try Manifest.required(folder: file), text: ManifestDescription.text)
      case .manifest: try show(try Manifest.read(path: file), text: ManifestDescription.text)
      case .preparedCase: try show(CaseDescription(try CaseFileReader(path: file)), text: \.text)
      case .nifti: try show(try NIfTIDescription(path: file), text: \.text)
      }
    }
  }

  private func show<Value: Encodable>(_ value: Value, text: (Value) -> String) throws {
    print(json ? try CanonicalJSON.text(value) : text(value), terminator: "")
  }
}
