import Files
import Foundation

/// `dataset.json`: what nnU-Net, in either version, and the Medical Segmentation Decathlon write beside their folders.
struct DatasetDescription {
  static let fileName = "dataset.json"

  /// A label of the data set: a name, and the raw values that it stands for (several in nnU-Net's regions).
  struct Label: Equatable {
    var name: String
    var values: [Int]
  }

  /// A case as the Decathlon lists it; paths as they are written.
  struct Entry: Equatable {
    var image: String
    var label: String?
  }

  /// The file's path.
  let path: String
  /// The channels' names, by number.
  let channels: [String]
  /// Sorted by their values.
  let labels: [Label]
  /// How many training cases it claims.
  let claimedTraining: Int?
  /// What the files' names end with; nil in older files, which know .nii.gz only.
  let fileEnding: String?
  /// Whether it names the files itself under nnU-Net's `dataset`.
  let hasFileTable: Bool
  let training: [Entry]?
  let test: [Entry]?

  /// Bytes in the longest file that is read.
  private static let longest = 1 << 26

  /// Reads the file in `root`.
  init(in root: String) throws(DatasetError) {
    let path = Folder.join(root, Self.fileName)
    self.path = path
    let content: Content
    do {
      let file = try OpenFile(reading: path)
      let length = try file.length()
      guard length <= Self.longest else {
        throw DatasetError.unusable(
          place: path, problem: "is too long", found: "\(length) bytes", expected: "at most \(Self.longest)")
      }
      content = try JSONDecoder().decode(Content.self, from: Data(try file.contents()))
    } catch let error as DatasetError {
      throw error
    } catch let error as FileError where Folder.isFile(path) {
      throw .unusable(
        place: path, problem: "cannot be read", found: error.reason, expected: "a file that may be read")
    } catch is FileError {
      throw Self.missing(in: root)
    } catch {
      throw .unusable(
        place: path, problem: "is not a description of a data set", found: JSONProblem.words(error),
        expected: "`channel_names` or `modality` {\"0\": name} and `labels`")
    }
    guard let names = content.channelNames ?? content.modality else {
      throw .unusable(
        place: path, problem: "names no channels", found: "neither `channel_names` nor `modality`",
        expected: "{\"0\": name, ...} under one of them")
    }
    channels = (0..<names.count).compactMap { names["\($0)"] }
    guard channels.count == names.count, !channels.isEmpty else {
      throw .unusable(
        place: path, problem: "does not number its channels", found: names.keys.sortedByBytes().joined(separator: ", "),
        expected: "0, 1, ... without a gap")
    }
    var labels: [Label] = []
    for (key, value) in content.labels {
      if let label = value.label(under: key) { labels.append(label); continue }
      throw .unusable(
        place: path, problem: "`labels` has no number at `\(key)`", found: value.words,
        expected: "{name: value}, or {value: name}")
    }
    self.labels = labels.sorted { a, b in
      a.values != b.values ? a.values.lexicographicallyPrecedes(b.values) : a.name < b.name
    }
    claimedTraining = content.numTraining?.number
    fileEnding = content.fileEnding
    hasFileTable = content.hasFileTable
    training = content.training?.map(\.entry)
    test = content.test?.map(\.entry)
  }

  private static func missing(in root: String) -> DatasetError {
    guard let names = try? Folder.names(in: root) else {
      return .unusable(
        place: root, problem: "is no data set", found: "no folder that can be listed",
        expected: "the folder that holds \(fileName)")
    }
    let below = names.filter { Folder.isFile(Folder.join(Folder.join(root, $0), fileName)) }
    return .unusable(
      place: root, problem: "is no data set", found: DatasetError.listing(names), expected: "\(fileName) among them",
      advice: below.isEmpty ? "" : "there is one in \(DatasetError.listing(below))")
  }

  /// The numbers of the channels that a pipeline names.
  func numbers(of wanted: [String]) throws(DatasetError) -> [Int] {
    var numbers: [Int] = []
    for name in wanted {
      let found = channels.indices.filter { channels[$0] == name }
      guard found.count <= 1 else {
        throw .unusable(
          place: path, problem: "several channels are called \(name)", found: "\(found.count) of them",
          expected: "one; give them different names")
      }
      guard let number = found.first else {
        throw .unusable(
          place: path, problem: "there is no channel \(name), which the pipeline wants",
          found: channels.joined(separator: ", "), expected: "it among them",
          advice: NearestName.to(name, among: channels).map { "did you mean \($0)?" } ?? "")
      }
      numbers.append(number)
    }
    return numbers
  }
}

/// The file as it is written.
private struct Content: Decodable {
  var channelNames: [String: String]?
  var modality: [String: String]?
  var labels: [String: LabelValue]
  var numTraining: Count?
  var fileEnding: String?
  var training: [Listed]?
  var test: [Listed]?
  var hasFileTable: Bool

  private enum Key: String, CodingKey {
    case channelNames = "channel_names"
    case fileEnding = "file_ending"
    case modality, labels, numTraining, training, test, dataset
  }

  init(from decoder: any Decoder) throws {
    let content = try decoder.container(keyedBy: Key.self)
    channelNames = try content.decodeIfPresent([String: String].self, forKey: .channelNames)
    modality = try content.decodeIfPresent([String: String].self, forKey: .modality)
    labels = try content.decode([String: LabelValue].self, forKey: .labels)
    numTraining = try content.decodeIfPresent(Count.self, forKey: .numTraining)
    fileEnding = try content.decodeIfPresent(String.self, forKey: .fileEnding)
    training = try content.decodeIfPresent([Listed].self, forKey: .training)
    test = try content.decodeIfPresent([Listed].self, forKey: .test)
    hasFileTable = content.contains(.dataset)
  }
}

/// A value of `labels`: nnU-Net's number or numbers under a name, or the older name under a number.
private enum LabelValue: Decodable {
  case number(Int)
  case numbers([Int])
  case text(String)

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
      self = .number(number)
    } else if let numbers = try? value.decode([Int].self) {
      self = .numbers(numbers)
    } else {
      self = .text(try value.decode(String.self))
    }
  }

  func label(under key: String) -> DatasetDescription.Label? {
    switch self {
    case .number(let number): .init(name: key, values: [number])
    case .numbers(let numbers): .init(name: key, values: numbers)
    case .text(let name): Int(key).map { .init(name: name, values: [$0]) }
    }
  }

  var words: String {
    switch self {
    case .number(let number): "\(number)"
    case .numbers(let numbers): "\(numbers)"
    case .text(let text): "the text \"\(text)\""
    }
  }
}

/// A number, which some files write as a text.
private struct Count: Decodable {
  var number: Int?

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    number = try (try? value.decode(Int.self)) ?? Int(value.decode(String.self))
  }
}

/// A case of `training` or `test`: a mapping, or the image's path alone.
private struct Listed: Decodable {
  var entry: DatasetDescription.Entry

  private enum Key: String, CodingKey { case image, label }

  init(from decoder: any Decoder) throws {
    if let image = try? decoder.singleValueContainer().decode(String.self) {
      entry = .init(image: image)
      return
    }
    let mapping = try decoder.container(keyedBy: Key.self)
    entry = .init(
      image: try mapping.decode(String.self, forKey: .image),
      label: try mapping.decodeIfPresent(String.self, forKey: .label))
  }
}
