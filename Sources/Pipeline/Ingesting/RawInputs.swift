import Datasets
import Files
import Foundation
import Prepared

/// The raw files of a data set, and the prepared ones, as earlier runs hashed them, by name.
///
/// Content decides whether a file has changed; size and time of change only spare reading it again. The record lies in
/// run_report.json, the one file that may differ between runs; without it everything is hashed anew, and nothing else
/// changes.
struct RawInputs: Sendable, Codable, Equatable {
  /// A case that a rule about its voxels left out, as it was when they were read: no prepared file says so.
  struct LeftOut: Sendable, Codable, Equatable {
    var ingestDigest: String
    var reason: String
    /// The SHA-256 of each of its files, by name.
    var files: [String: String]
  }

  var inputs: [String: HashedFile] = [:]
  var leftOut: [String: LeftOut]?

  /// What the last run into a folder recorded; nothing where there is no readable report.
  init(folder: String) {
    guard let data = FileManager.default.contents(atPath: folder + "/run_report.json"),
      let recorded = try? CanonicalJSON.value(RawInputs.self, from: data)
    else { return }
    (inputs, leftOut) = (recorded.inputs, recorded.leftOut)
  }

  /// Why a case was left out, as long as its files and the pipeline are the same; and its files as they are.
  /// - Throws: `FileError` where a raw file cannot be read.
  func reasonToLeaveOut(_ raw: RawCase, ingestDigest: String) throws -> (reason: String, inputs: [String: HashedFile])?
  {
    guard let known = leftOut?[raw.identifier], known.ingestDigest == ingestDigest, raw.problems.isEmpty else {
      return nil
    }
    let now = try Dictionary(raw.filesOnDisk.map { ($0.name, try hashed($0)) }) { first, _ in first }
    return now.mapValues(\.sha256) == known.files ? (known.reason, now) : nil
  }

  /// The file's hash, from the record where its stamp is the same, else from its content.
  func hashed(_ file: RawFile) throws -> HashedFile {
    let stamp = try FileStamp(of: OpenFile(reading: file.path))
    if let known = inputs[file.name], known.stamp == stamp { return known }
    return try HashLane.hash(file.path)
  }
}
