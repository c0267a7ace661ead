import Files

/// nnU-Net's raw data: `DatasetXXX_NAME` with `imagesTr/CASE_0000.nii.gz`, `labelsTr/CASE.nii.gz`, `imagesTs` and
/// `dataset.json`.
///
/// Source: nnU-Net's documentation/dataset_format.md; `dataset.json` of its version 1 is read too.
public enum NnUNetLayout {
  static let explanation =
    "nnU-Net's raw DatasetXXX_NAME with dataset.json, imagesTr/CASE_0000.nii.gz (one file for each channel), "
    + "labelsTr/CASE.nii.gz, imagesTs"

  /// The cases in the data set's folder `root`; those of `imagesTs` are unlabelled.
  /// - Parameters:
  ///   - channels: Names from `dataset.json`, in the order of the prepared image.
  ///   - labels: The pipeline's, which must not contradict `dataset.json`.
  /// - Throws: `DatasetError` for a `dataset.json` that cannot be used, for a folder that cannot be listed, where there is
  ///   no case, and for cases that are in both folders.
  public static func discover(
    _ root: String, channels: [String], labels: LabelScheme
  ) throws(DatasetError) -> Discovery {
    let description = try DatasetDescription(in: root)
    let wanted = try description.numbers(of: channels)
    let ending = try ending(description)
    guard !description.hasFileTable else {
      throw .unusable(
        place: description.path, problem: "names the files itself", found: "the key `dataset`",
        expected: "the files in imagesTr and labelsTr",
        advice: "link them there, or use the layout pairs")
    }
    let training = try NumberedImages(in: "imagesTr", of: root, ending: ending)
    let test = try NumberedImages(in: "imagesTs", of: root, ending: ending)
    guard !training.numbers.isEmpty || !test.numbers.isEmpty else {
      throw .unusable(
        place: root, problem: "no case there",
        found: "\(training.listing) in imagesTr and \(test.listing) in imagesTs",
        expected: "CASE_0000\(ending) and so on, the channel's number in four digits",
        advice: description.training == nil ? "" : "the Decathlon's files are read by `layout: msd`")
    }
    let labelled = Set(
      try files(in: "labelsTr", of: root).filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) })
    try refuse(test.numbers.keys.filter { training.numbers[$0] != nil || labelled.contains($0) }, root)

    let read = { (identifier: String, images: NumberedImages, hasLabel: Bool) in
      let channels = zip(wanted, channels).map { (number: $0, name: $1) }
      var found = images.rawCase(identifier, channels: channels)
      guard hasLabel else { return found }
      let label = RawFile("labelsTr/\(identifier)\(ending)", below: root)
      if Folder.isFile(label.path) {
        found.label = label
      } else {
        found.labelProblems.append(RawCase.notAFile(identifier, label.name))
      }
      return found
    }
    let trained = Set(training.numbers.keys).union(labelled)
    let cases =
      trained.sortedByBytes().map { read($0, training, labelled.contains($0)) }
      + test.numbers.keys.sortedByBytes().map { read($0, test, false) }
    var notes = try description.notes(against: labels)
    notes += [description.note(onTraining: trained.count), training.note, test.note].compactMap { $0 }
    let unlabelled = trained.subtracting(labelled).sortedByBytes()
    if !unlabelled.isEmpty {
      notes.append(
        "labelsTr: no label of \(DatasetError.listing(unlabelled)), found in imagesTr: "
          + "\(unlabelled.count == 1 ? "it counts" : "they count") as unlabelled")
    }
    return Discovery(
      cases: cases.sorted { $0.identifier.utf8.lexicographicallyPrecedes($1.identifier.utf8) }, notes: notes)
  }

  private static func ending(_ description: DatasetDescription) throws(DatasetError) -> String {
    let ending = description.fileEnding ?? ".nii.gz"
    guard [".nii.gz", ".nii"].contains(ending) else {
      throw .unusable(
        place: description.path, problem: "`file_ending` is of another format", found: ending,
        expected: ".nii.gz or .nii", advice: "convert the files to NIfTI")
    }
    return ending
  }

  private static func refuse(_ both: [String], _ root: String) throws(DatasetError) {
    guard !both.isEmpty else { return }
    throw .unusable(
      place: root, problem: "cases of one name in imagesTr or labelsTr and in imagesTs",
      found: DatasetError.listing(both.sortedByBytes()), expected: "each in one of them",
      advice: "rename or remove one of the two")
  }

  /// The names in a folder of the data set, without what a Mac leaves; none where there is no such folder.
  /// - Throws: `DatasetError` for a folder that cannot be listed.
  static func files(in folder: String, of root: String) throws(DatasetError) -> [String] {
    try ListedFolder.namesIfThere(in: Folder.join(root, folder)).filter { !$0.hasPrefix(".") }
  }
}

/// The images of one folder, each channel of a case in a file of its own: `CASE_0000.nii.gz`.
private struct NumberedImages {
  let folder: String
  let root: String
  let ending: String
  /// Which channels each case has, by identifier.
  private(set) var numbers: [String: Set<Int>] = [:]
  /// What is there and has no channel's number.
  private var strays: [String] = []

  init(in folder: String, of root: String, ending: String) throws(DatasetError) {
    (self.folder, self.root, self.ending) = (folder, root, ending)
    for name in try NnUNetLayout.files(in: folder, of: root) {
      let stem = name.dropLast(ending.count)
      guard name.hasSuffix(ending), let number = Self.number(of: stem), stem.utf8.count > 5 else {
        strays.append(name)
        continue
      }
      numbers[String(stem.dropLast(5)), default: []].insert(number)
    }
  }

  /// The number in `_0001` at a name's end.
  private static func number(of stem: Substring) -> Int? {
    let digits = stem.suffix(4)
    guard stem.dropLast(4).hasSuffix("_"), digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(digits)
  }

  func rawCase(_ identifier: String, channels: [(number: Int, name: String)]) -> RawCase {
    var found = RawCase(identifier: identifier, images: [], label: nil)
    guard let numbers = numbers[identifier] else {
      found.imageProblems = [
        "\(identifier): its label has no image, found labelsTr/\(identifier)\(ending), "
          + "expected \(folder)/\(identifier)_0000\(ending); copy the images again, or remove the label"
      ]
      return found
    }
    let missing = channels.filter { !numbers.contains($0.number) }
    if !missing.isEmpty {
      let names = missing.map { "\(folder)/\(name(identifier, $0.number)) (\($0.name))" }
      let there = numbers.sorted().map { name(identifier, $0) }
      found.imageProblems.append(
        "\(identifier): \(DatasetError.list(names)) \(missing.count == 1 ? "is" : "are") missing, found "
          + "\(DatasetError.listing(there)); copy the case again, or leave the channel out of `channels`")
    }
    for channel in channels where numbers.contains(channel.number) {
      let image = RawFile("\(folder)/\(name(identifier, channel.number))", below: root)
      if Folder.isFile(image.path) {
        found.images.append(image)
      } else {
        found.imageProblems.append(RawCase.notAFile(identifier, image.name))
      }
    }
    if !found.imageProblems.isEmpty { found.images = [] }
    return found
  }

  private func name(_ identifier: String, _ number: Int) -> String {
    let digits = "\(number)"
    return "\(identifier)_\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)\(ending)"
  }

  var listing: String { DatasetError.listing(numbers.keys.sortedByBytes() + strays) }

  /// What to say about files that belong to no case.
  var note: String? {
    strays.isEmpty
      ? nil
      : "\(folder): passed over \(DatasetError.listing(strays)): expected names like CASE_0000\(ending)"
  }
}
