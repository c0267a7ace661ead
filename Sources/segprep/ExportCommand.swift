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
    abstract: "Write prepared cases as NIfTI, to look at them in any viewer.",
    discussion: """
      Each case becomes DIR/<case>/imaging.nii.gz (float32; with several channels imaging_<channel>.nii.gz) and \
      segmentation.nii.gz. The affine puts them exactly over the raw volumes. A case that fails is reported, and the \
      others go on.

      Example:
        segprep export prepared --out nifti --cases case_00000
      """)

  @Argument(help: "The folder of prepared cases.")
  var prepared: String

  @Option(help: ArgumentHelp("The folder for the NIfTI files.", valueName: "folder"))
  var out: String

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
  }

  func run() throws {
    try reporting {
      let manifest = try Manifest.required(folder: prepared)
      try cases?.check(among: manifest.cases.map(\.caseIdentifier))
      let chosen = manifest.cases.filter { cases?.identifiers.contains($0.caseIdentifier) ?? true }
      if !overwrite { try refuseOccupied(chosen) }
      try Folder.make(out)
      let failures = try write(chosen, channels: manifest.channels)
      for failure in failures { printError("segprep: \(failure)") }
      guard let first = failures.first else { return }
      throw ExitCode(failures.count < chosen.count ? 1 : processExitCode(of: first))
    }
  }

  /// An export has the names of raw files: it must not replace them by mistake.
  private func refuseOccupied(_ chosen: [Manifest.Case]) throws {
    for entry in chosen {
      let folder = "\(out)/\(entry.caseIdentifier)"
      guard Folder.isFolder(folder), let name = try Folder.names(in: folder).first else { continue }
      throw OccupiedFolder(folder: folder, name: name)
    }
  }

  /// Writes the cases side by side; returns what went wrong, in their order.
  /// - Throws: a full disk, which every case would meet.
  private func write(_ chosen: [Manifest.Case], channels: [String]) throws -> [any Error] {
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let failures = Mutex<[Int: any Error]>([:])
    let (prepared, out, quiet) = (prepared, out, quiet)
    try workers.forEach(chosen.count) { index in
      do {
        let written = try Self.export(prepared + "/" + chosen[index].file, channels: channels, below: out)
        if !quiet { print(written.joined(separator: "\n")) }
      } catch let error as FileError where error.isOutOfSpace {
        throw error
      } catch {
        failures.withLock { $0[index] = error }
      }
    }
    return failures.withLock { found in found.sorted { $0.key < $1.key }.map(\.value) }
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
      // A data set may call a channel what no file can be called.
      let own = channels[channel].contains("/") ? "channel\(channel)" : channels[channel]
      let name = volume.channels == 1 ? "imaging" : "imaging_\(own)"
      let bytes = reader.shape.count * 4
      try NIfTIWriter.write(
        UnsafeRawBufferPointer(rebasing: volume.voxels.bytes[channel * bytes..<(channel + 1) * bytes]),
        extents: extents, scalar: .float32, affine: volume.affine, form: .bothIfOrthogonal(code: 1),
        to: "\(folder)/\(name).nii.gz")
      written.append("\(folder)/\(name).nii.gz")
    }
    if let label = try reader.label() {
      try NIfTIWriter.write(
        label.classes.bytes, extents: extents, scalar: .uint8, affine: label.affine, form: .bothIfOrthogonal(code: 1),
        to: "\(folder)/segmentation.nii.gz")
      written.append("\(folder)/segmentation.nii.gz")
    }
    return written
  }
}

/// A case's folder that holds something already.
struct OccupiedFolder: Error, CustomStringConvertible {
  var folder: String
  var name: String

  var description: String {
    "\(folder): holds files already, found \(name), expected nothing; choose another --out, or give --overwrite"
  }
}
