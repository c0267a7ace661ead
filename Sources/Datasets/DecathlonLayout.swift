import Files

/// The Medical Segmentation Decathlon: `dataset.json` lists the cases; several channels are volumes of one 4-D file.
///
/// Source: medicaldecathlon.com, and the `dataset.json` of its ten tasks.
public enum DecathlonLayout {
  static let explanation =
    "a Decathlon task with dataset.json, which lists the files of imagesTr, labelsTr and imagesTs; several channels are "
    + "volumes of one 4-D file"

  /// The cases that `dataset.json` in `root` lists; those of `test` are unlabelled.
  ///
  /// A case is called as its image's file. What is listed and not there is a case with problems.
  /// - Parameters:
  ///   - channels: Names from `modality`, in the order of the prepared image.
  ///   - labels: The pipeline's, which must not contradict `dataset.json`.
  /// - Throws: `DatasetError` for a `dataset.json` that cannot be used, and for two cases of one name.
  public static func discover(
    _ root: String, channels: [String], labels: LabelScheme
  ) throws(DatasetError) -> Discovery {
    let description = try DatasetDescription(in: root)
    let wanted = try description.numbers(of: channels)
    let (training, test) = try lists(of: description)
    let count = description.channels.count
    // The one channel of a 3-D file is the file.
    let volumes = wanted.map { count == 1 ? nil : RawFile.Volume($0, of: count) }

    var cases: [String: RawCase] = [:]
    var listed: Set<String> = []
    for entry in training + test {
      let image = try path(entry.image, description)
      // A Mac's shadow of a file, listed by whoever listed the folder.
      guard let identifier = identifier(image) else { continue }
      listed.insert(image)
      var found = RawCase(identifier: identifier, images: [], label: nil)
      if let problem = problem(image, of: identifier, root) {
        found.imageProblems.append(problem)
      } else {
        found.images = volumes.map { RawFile(image, below: root, volume: $0) }
      }
      if let label = try entry.label.map({ label throws(DatasetError) in try path(label, description) }) {
        if let problem = problem(label, of: identifier, root) {
          found.labelProblems.append(problem)
        } else {
          found.label = RawFile(label, below: root)
        }
      }
      if cases.updateValue(found, forKey: identifier) != nil {
        throw .unusable(
          place: description.path, problem: "two cases are called \(identifier)", found: "its image twice",
          expected: "each once in `training` and `test` together", advice: "remove one, or rename its file")
      }
    }
    guard !cases.isEmpty else {
      throw .unusable(
        place: description.path, problem: "lists no case", found: "no image", expected: "images in `training` or `test`"
      )
    }
    var notes = try description.notes(against: labels)
    let named = training.count { identifier($0.image) != nil }
    notes += [description.note(onTraining: named), note(onFilesBeside: listed, root)].compactMap { $0 }
    return Discovery(cases: cases.keys.sortedByBytes().compactMap { cases[$0] }, notes: notes)
  }

  private static func lists(
    of description: DatasetDescription
  ) throws(DatasetError) -> (training: [DatasetDescription.Entry], test: [DatasetDescription.Entry]) {
    guard let training = description.training else {
      throw .unusable(
        place: description.path, problem: "lists no files", found: "no `training`",
        expected: "[{\"image\": path, \"label\": path}, ...]",
        advice: "nnU-Net's folders are read by `layout: nnunet`")
    }
    if let bare = training.first(where: { $0.label == nil }) {
      throw .unusable(
        place: description.path, problem: "`training` has an image without a label", found: "\(bare.image) alone",
        expected: "{\"image\": path, \"label\": path}", advice: "list it under `test`")
    }
    return (training, (description.test ?? []).map { .init(image: $0.image) })
  }

  /// A listed path as it lies below the data set's folder.
  private static func path(_ written: String, _ description: DatasetDescription) throws(DatasetError) -> String {
    let parts = written.split(separator: "/").filter { $0 != "." }
    guard !written.hasPrefix("/"), !parts.isEmpty, !parts.contains("..") else {
      throw .unusable(
        place: description.path, problem: "lists a path outside the data set", found: written,
        expected: "one below the folder of \(DatasetDescription.fileName)")
    }
    return parts.joined(separator: "/")
  }

  /// A file's name without its ending; nil for a hidden file.
  private static func identifier(_ path: String) -> String? {
    let name = Folder.lastName(of: path)
    guard !name.hasPrefix(".") else { return nil }
    return [".nii.gz", ".nii"].first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } ?? name
  }

  private static func problem(_ file: String, of identifier: String, _ root: String) -> String? {
    guard !Folder.isFile(Folder.join(root, file)) else { return nil }
    return "\(identifier): \(file) is missing, found no such file, expected it as "
      + "\(DatasetDescription.fileName) says; download the data set again, or take the case off the list"
  }

  /// What to say about images that are there and not listed.
  private static func note(onFilesBeside listed: Set<String>, _ root: String) -> String? {
    let others = ["imagesTr", "imagesTs"].flatMap { folder in
      ((try? NnUNetLayout.files(in: folder, of: root)) ?? []).map { "\(folder)/\($0)" }
    }.filter { !listed.contains($0) }
    guard !others.isEmpty else { return nil }
    return "\(DatasetDescription.fileName): does not list \(DatasetError.listing(others)): passed over"
  }
}
