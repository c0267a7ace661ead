import Files
import Yams

/// The reader of pipeline files: YAML, in which every key must be known and every value right.
public enum PipelineFile {
  /// Bytes in the longest file that is read.
  static let longest = 1 << 20
  /// The sections that this version reads.
  static let sections = ["name", "dataset", "preprocess", "folds", "patches", "shards", "augment", "stream", "train"]

  /// Reads the pipeline file at `path`.
  /// - Throws: `PipelineError`, with the line, what was found and what is accepted.
  public static func read(_ path: String) throws(PipelineError) -> PipelineConfig {
    try parse(text(at: path), file: path)
  }

  /// Reads the text of a pipeline file; `file` is what messages call it.
  public static func parse(_ text: String, file: String) throws(PipelineError) -> PipelineConfig {
    let root = FileValue(node: try compose(text, file: file), file: file, path: "")
    let section = try MappingCursor(root, accepting: sections)
    let name = try section.required("name").text()
    let dataset = try DatasetReader.read(section.required("dataset"))
    let preprocess = try StageReader.read(section.required("preprocess"))
    var folds = FoldsConfig()
    if let value = section.optional("folds") { folds = try FoldsReader.read(value, of: dataset) }
    var config = PipelineConfig(name: name, dataset: dataset, preprocess: preprocess, folds: folds)
    if let value = section.optional("shards") { config.shards = try ShardsReader.read(value) }
    if let value = section.optional("stream") { config.stream = try StreamReader.read(value) }
    if let value = section.optional("augment") { config.augment = try AugmentReader.read(value) }
    if let value = section.optional("patches") {
      config.patches = try PatchesReader(
        channels: dataset.channels.count, shards: config.shards, augment: config.augment
      ).read(value)
    }
    if let value = section.optional("train") { config.train = try TrainReader(sets: config.patches).read(value) }
    return config
  }

  /// Reads the text of a section `augment` by itself; `file` is what messages call it.
  public static func parseAugment(_ text: String, file: String) throws(PipelineError) -> AugmentConfig {
    try AugmentReader.read(FileValue(node: try compose(text, file: file), file: file, path: "augment"))
  }

  /// Reads the section `augment` of the pipeline file at `path`, which must have one.
  public static func augment(_ path: String) throws(PipelineError) -> AugmentConfig {
    try read(path).requiredAugment(file: path)
  }

  private static func text(at path: String) throws(PipelineError) -> String {
    let bytes: [UInt8]
    do {
      let file = try OpenFile(reading: path)
      let length = try file.length()
      guard length <= longest else { throw PipelineError.tooLong(file: path, bytes: length) }
      bytes = try file.contents()
    } catch let error as PipelineError {
      throw error
    } catch let error as FileError {
      throw .unreadable(error)
    } catch {
      preconditionFailure("reading a file threw \(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .notUTF8(Place(file: path, line: lineOfFirstError(in: bytes)))
    }
    return text
  }

  private static func lineOfFirstError(in bytes: [UInt8]) -> Int {
    var (line, decoder, rest) = (1, UTF8(), bytes.makeIterator())
    while case .scalarValue(let scalar) = decoder.decode(&rest) {
      if scalar == "\n" { line += 1 }
    }
    return line
  }

  private static func compose(_ text: String, file: String) throws(PipelineError) -> Node {
    do {
      // libyaml takes a byte order mark for content, once it was told the encoding.
      let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
      guard let node = try Yams.compose(yaml: text, .default, .default, .utf8) else {
        throw PipelineError.empty(file: file)
      }
      if case .scalar = node, node.null != nil { throw PipelineError.empty(file: file) }
      return node
    } catch let error as PipelineError {
      throw error
    } catch let error as YamlError {
      throw refusal(of: error, file: file)
    } catch {
      throw .syntax(Place(file: file, line: 1), problem: "\(error)")
    }
  }

  private static func refusal(of error: YamlError, file: String) -> PipelineError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // libyaml tells apart where it is and what it was in the middle of, whose line is often the one to mend.
      let during = context.map { " (\($0.text) that began in line \($0.mark.line))" } ?? ""
      let words = problem.hasPrefix("but ") ? String(problem.dropFirst(4)) : problem
      return .syntax(Place(file: file, line: mark.line), problem: words + during)
    case .reader(let problem, let offset, _, let yaml):
      let line = 1 + (offset.map { yaml.prefix($0).count(where: \.isNewline) } ?? 0)
      return .syntax(Place(file: file, line: line), problem: problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return .repeatedKey(Place(file: file, line: context.mark.line), key: duplicates.first ?? "")
    default:
      return .syntax(Place(file: file, line: 1), problem: "\(error)")
    }
  }
}
