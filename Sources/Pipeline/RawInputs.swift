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
  var inputs: [String: HashedFile] = [:]

  /// What the last run into a folder recorded; nothing where there is no readable report.
  init(folder: String) {
    guard let data = FileManager.default.contents(atPath: folder + "/run_report.json"),
      let recorded = try? CanonicalJSON.value(RawInputs.self, from: data)
    else { return }
    inputs = recorded.inputs
  }

  /// The file's hash, from the record where its stamp is the same, else from its content.
  func hashed(_ file: RawFile) throws -> HashedFile {
    let stamp = try FileStamp(of: OpenFile(reading: file.path))
    if let known = inputs[file.name], known.stamp == stamp { return known }
    return try HashLane.hash(file.path)
  }
}
