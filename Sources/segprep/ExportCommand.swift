import ArgumentParser
import Console
import Files
import Foundation
import NIfTI
import Parallelism
import Prepared
import Synchronization
import Volumes

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write prepared cases as NIfTI, to look at them in any viewer, or for nnU-Net.",
    discussion: """
      Each case becomes DIR/<case>/imaging.nii.gz (float32; with several channels imaging_<channel>.nii.gz) and \
      segmentation.nii.gz. The affine puts them exactly over the raw volumes. A case that fails is reported, and the \
      others go on.

      With --format nnunet they become a raw data set of nnU-Net, DIR/DatasetXXX_NAME: labelled cases in imagesTr and \
      labelsTr, the others in imagesTs, dataset.json, and the folds as splits_final.json. What nnU-Net does to a channel \
      goes by its name in dataset.json: `noNorm` leaves the prepared values as they are.

      Examples:
        segprep export prepared --out nifti --cases case_00000
        segprep export prepared --out nnUNet_raw --format nnunet --dataset-id 64
      """)

  @Argument(help: "The folder of prepared cases.")
  var prepared: String

  @Option(help: ArgumentHelp("The folder for the NIfTI files.", valueName: "folder"))
  var out: String

  @Option(help: "What for: viewer or nnunet.")
  var format = ExportFormat.viewer

  @Option(help: ArgumentHelp("The number of nnU-Net's data set, 1 to 999.", valueName: "n"))
  var datasetId: Int?

  @Option(help: "The name of nnU-Net's data set, instead of the pipeline's.")
  var name: String?

  @Option(help: ArgumentHelp("Only these cases.", valueName: "a,b"))
  var cases: CaseList?

  @Option(help: "Cases written at a time.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Write into case folders that hold files already; files of the same names are replaced.")
  var overwrite = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
    if format == .nnunet, datasetId == nil {
      throw ValidationError("--format nnunet needs --dataset-id, found none, expected 1 to 999")
    }
    if format == .viewer, datasetId != nil || name != nil {
      throw ValidationError("--dataset-id and --name are nnU-Net's, found --format viewer, expected --format nnunet")
    }
  }

  func run() throws {
    try reporting {
      let manifest = try Manifest.required(folder: prepared)
      try cases?.check(among: manifest.cases.map(\.caseIdentifier))
      let chosen = manifest.cases.filter { cases?.identifiers.contains($0.caseIdentifier) ?? true }
      let names = try names(manifest)
      if !overwrite { try refuseOccupied(names.folders(of: chosen.map(\.caseIdentifier))) }
      try Folder.make(out)
      let failures = try write(chosen, names)
      for failure in failures { printError("segprep: \(failure.error)") }
      if case .nnunet(let dataset) = names, failures.count < chosen.count {
        let failed = Set(failures.map(\.place))
        var written = manifest
        written.cases = chosen.enumerated().filter { !failed.contains($0.offset) }.map(\.element)
        try dataset.write(written)
        if !quiet { print(dataset.advice(hasFolds: manifest.folds > 0)) }
      }
      guard let first = failures.first else { return }
      throw ExitCode(failures.count < chosen.count ? 1 : processExitCode(of: first.error))
    }
  }

  private func names(_ manifest: Manifest) throws -> ExportNames {
    guard format == .nnunet, let datasetId else { return .viewer(folder: out, channels: manifest.channels) }
    return .nnunet(try NnUNetDataset(below: out, identifier: datasetId, name: name ?? manifest.name))
  }

  /// An export has the names of raw files: it must not replace them by mistake.
  private func refuseOccupied(_ folders: [String]) throws {
    for folder in folders {
      guard Folder.isFolder(folder), let name = try Folder.names(in: folder).first else { continue }
      throw OccupiedFolder(folder: folder, name: name)
    }
  }

  /// Writes the cases side by side; returns what went wrong with which, in their order.
  /// - Throws: a full disk, which every case would meet.
  private func write(_ chosen: [Manifest.Case], _ names: ExportNames) throws -> [(place: Int, error: any Error)] {
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let failures = Mutex<[Int: any Error]>([:])
    let (prepared, quiet) = (prepared, quiet)
    try workers.forEach(chosen.count) { index in
      do {
        let written = try Self.export(prepared + "/" + chosen[index].file, names)
        if !quiet { print(written.joined(separator: "\n")) }
      } catch let error as FileError where error.isOutOfSpace {
        throw error
      } catch {
        failures.withLock { $0[index] = error }
      }
    }
    return failures.withLock { found in found.sorted { $0.key < $1.key }.map { (place: $0.key, error: $0.value) } }
  }

  /// Writes one case; returns the files.
  private static func export(_ path: String, _ names: ExportNames) throws -> [String] {
    let reader = try CaseFileReader(path: path)
    let identifier = reader.caseIdentifier
    var written: [String] = []
    func write(_ voxels: UnsafeRawBufferPointer, _ scalar: ScalarType, _ affine: Affine, to path: String) throws {
      try Folder.make(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
      try NIfTIWriter.write(
        voxels, extents: [reader.shape.x, reader.shape.y, reader.shape.z], scalar: scalar, affine: affine,
        form: .bothIfOrthogonal(code: 1), to: path)
      written.append(path)
    }
    let volume = try reader.image()
    let bytes = reader.shape.count * 4
    for channel in 0..<volume.channels {
      try write(
        UnsafeRawBufferPointer(rebasing: volume.voxels.bytes[channel * bytes..<(channel + 1) * bytes]), .float32,
        volume.affine, to: names.image(identifier, channel: channel, isLabelled: reader.isLabelled))
    }
    if let label = try reader.label() {
      try write(label.classes.bytes, .uint8, label.affine, to: names.label(identifier))
    }
    return written
  }
}

extension ExportFormat: ExpressibleByArgument {}

/// A case's folder that holds something already.
struct OccupiedFolder: Error, CustomStringConvertible {
  var folder: String
  var name: String

  var description: String {
    "\(folder): holds files already, found \(name), expected nothing; choose another --out, or give --overwrite"
  }
}
