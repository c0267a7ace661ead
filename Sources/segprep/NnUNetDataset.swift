import Files
import Foundation
import Prepared

/// A raw data set of nnU-Net, `DatasetXXX_NAME`: what lies in it beside the images and labels.
struct NnUNetDataset {
  /// `DatasetXXX_NAME`.
  let title: String
  /// The data set's own folder.
  let folder: String

  /// - Throws: `NameProblem` for a number or a name that nnU-Net has no place for.
  init(below out: String, identifier: Int, name: String) throws(NameProblem) {
    guard (1...999).contains(identifier) else {
      throw NameProblem(option: "--dataset-id", found: "\(identifier)", expected: "1 to 999")
    }
    guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
      throw NameProblem(option: "--name", found: name, expected: "letters, digits, - and _")
    }
    let digits = String(identifier)
    title = "Dataset" + String(repeating: "0", count: 3 - digits.count) + "\(digits)_\(name)"
    folder = Folder.join(out, title)
  }

  /// Puts `dataset.json` and `splits_final.json` there, once the cases are.
  /// - Parameter manifest: of those that were written.
  func write(_ manifest: Manifest) throws {
    try AtomicFile.write(try Description(manifest).text(), to: folder + "/dataset.json")
    if manifest.folds > 0 {
      try AtomicFile.write(try CanonicalJSON.text(manifest.splits), to: folder + "/splits_final.json")
    }
  }

  /// What to do with it.
  func advice(hasFolds: Bool) -> String {
    let set = "nnU-Net: \(folder) goes into $nnUNet_raw"
    guard hasFolds else { return set }
    return set + "; after nnUNetv2_plan_and_preprocess copy its splits_final.json to $nnUNet_preprocessed/\(title)"
  }

  /// `dataset.json` of nnU-Net's version 2.
  private struct Description: Encodable {
    var channelNames: [String: String]
    var labels: [String: Int]
    var numTraining: Int
    var fileEnding = ".nii.gz"

    enum CodingKeys: String, CodingKey {
      case channelNames = "channel_names"
      case labels, numTraining
      case fileEnding = "file_ending"
    }

    init(_ manifest: Manifest) {
      channelNames = .init(uniqueKeysWithValues: manifest.channels.enumerated().map { ("\($0.offset)", $0.element) })
      labels = ["background": 0]
      // nnU-Net takes classes without gaps only.
      for (value, name) in manifest.classes.enumerated().dropFirst() {
        labels[name.isEmpty ? "unused \(value)" : name] = value
      }
      numTraining = manifest.cases.count { $0.isLabelled }
    }

    func text() throws -> String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}

/// A data set that cannot be called so.
struct NameProblem: Error, CustomStringConvertible {
  var option: String
  var found: String
  var expected: String

  var description: String {
    "\(option): cannot be a part of nnU-Net's DatasetXXX_NAME, found \(found), expected \(expected)"
  }
}
