import ArgumentParser
import Files
import NIfTI
import Parallelism
import Prepared
import Preprocessing
import Volumes

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write prepared cases as NIfTI, to look at them in any viewer.",
    discussion: """
      Each case becomes DIR/<case>/imaging.nii.gz (float32; with several channels imaging_<channel>.nii.gz) and \
      segmentation.nii.gz. The affine puts them exactly over the raw volumes.

      Example:
        segprep export prepared --out nifti --cases case_00000
      """)

  @Argument(help: "The folder of prepared cases.")
  var prepared: String

  @Option(help: ArgumentHelp("The folder for the NIfTI files.", valueName: "folder"))
  var out: String

  @Option(help: ArgumentHelp("Only these cases.", valueName: "a,b"))
  var cases: String?

  @Option(help: "Cases written at a time.")
  var jobs: Int = 2

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
  }

  func run() throws {
    try reporting {
      let manifest = try Manifest.required(folder: prepared)
      let wanted = cases?.split(separator: ",").map(String.init)
      let known = Set(manifest.cases.map(\.caseIdentifier))
      if let unknown = wanted?.first(where: { !known.contains($0) }) {
        throw ValidationError(
          "--cases: no such case, found \(unknown), expected one of \(known.sorted().joined(separator: ", "))")
      }
      let chosen = manifest.cases.filter { wanted?.contains($0.caseIdentifier) ?? true }
      let workers = Workers(count: jobs)
      defer { workers.stop() }
      let (prepared, out, quiet) = (prepared, out, quiet)
      try workers.forEach(chosen.count) { index in
        let written = try Self.export(prepared + "/" + chosen[index].file, channels: manifest.channels, below: out)
        if !quiet { print(written.joined(separator: "\n")) }
      }
    }
  }

  /// Writes one case; returns the files.
  private static func export(_ path: String, channels: [String], below out: String) throws -> [String] {
    let reader = try CaseFileReader(path: path)
    let folder = "\(out)/\(reader.caseIdentifier)"
    try Folder.make(folder)
    let extents = [reader.shape.x, reader.shape.y, reader.shape.z]
    let volume = try reader.image()
    var written: [String] = []
    for channel in 0..<volume.channels {
      let name = volume.channels == 1 ? "imaging" : "imaging_\(channels[channel])"
      let bytes = reader.shape.count * 4
      try NIfTIWriter.write(
        UnsafeRawBufferPointer(rebasing: volume.voxels.bytes[channel * bytes..<(channel + 1) * bytes]),
        extents: extents, scalar: .float32, affine: volume.affine, form: .both(code: 1),
        to: "\(folder)/\(name).nii.gz")
      written.append("\(folder)/\(name).nii.gz")
    }
    if let label = try reader.label() {
      try NIfTIWriter.write(
        label.classes.bytes, extents: extents, scalar: .uint8, affine: label.affine, form: .both(code: 1),
        to: "\(folder)/segmentation.nii.gz")
      written.append("\(folder)/segmentation.nii.gz")
    }
    return written
  }
}
