import ArgumentParser
import Files
import NIfTI
import Pipeline
import Prepared
import Preprocessing
import Volumes

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
      if Folder.isFolder(file) || file.hasSuffix(".json") {
        let isFile = file.hasSuffix(".json")
        try show(
          isFile ? try Manifest.read(path: file) : try Manifest.required(folder: file), text: ManifestDescription.text)
      } else if try Self.isHDF5(file) {
        try show(CaseDescription(try CaseFileReader(path: file)), text: \.text)
      } else {
        try show(try NIfTIDescription(path: file), text: \.text)
      }
    }
  }

  private func show<Value: Encodable>(_ value: Value, text: (Value) -> String) throws {
    print(json ? try CanonicalJSON.text(value) : text(value), terminator: "")
  }

  /// HDF5's signature (HDF5 file format specification, section II.A).
  private static func isHDF5(_ path: String) throws -> Bool {
    var signature = [UInt8](repeating: 0, count: 8)
    let file = try OpenFile(reading: path)
    _ = try signature.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    return signature == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  }
}
