import Datasets
import Files

/// Why a run could not begin or had to stop. What goes wrong with one case is reported with that case instead.
public enum IngestError: Error, Equatable, CustomStringConvertible {
  case unknownCases([String], known: [String])
  /// `--cases` that chooses nothing.
  case noCasesNamed(known: [String])
  /// Prepared data that would lie among the raw data.
  case outputInsideRaw(raw: String, output: String)
  /// `--prune` that would drop every prepared case: a wrong raw folder, most likely.
  case nothingLeftToKeep(raw: String, prepared: Int)
  case everyCaseLeftOut(raw: String, excluded: Int)
  case outputHeld(path: String)
  case outputOfAnotherPipeline(path: String, found: String, expected: String)
  case outputNotWritable(path: String, detail: String)
  /// Something that is no folder, or no file, where one is needed.
  case outputObstructed(path: String, found: String, at: String, expected: String)
  /// Raw data that are no folder.
  case rawNotAFolder(path: String, found: String)
  /// The disk took no more; the forecast and the number are those of the cases still to make.
  case diskFull(DiskForecast, cases: Int)
  case noForeground

  /// The line the user sees.
  public var description: String {
    switch self {
    case .outputInsideRaw(let raw, let output):
      return "\(output): lies in the raw folder \(raw), expected a folder of its own: raw data are only read; "
        + "choose another --out"
    case .nothingLeftToKeep(let raw, let prepared):
      return "--prune: \(raw) holds none of the \(prepared) cases that are prepared, expected some; "
        + "look at the raw folder, or remove the prepared one by hand"
    case .noCasesNamed(let known):
      return "--cases: names no case, found nothing between the commas, expected some of \(Self.shortened(known))"
    case .unknownCases(let names, let known):
      let near = names.compactMap { NearestName.to($0, among: known) }.first.map { "; did you mean \($0)?" } ?? ""
      return "--cases: no such case, found \(names.joined(separator: ", ")), "
        + "expected some of \(Self.shortened(known))\(near)"
    case .everyCaseLeftOut(let raw, let excluded):
      return "\(raw): no case is left to prepare, found \(excluded) that the pipeline leaves out, "
        + "expected at least one; look at `exclude` and `unlabelled`"
    case .outputHeld(let path):
      return "\(path): another run is writing there, expected nobody; wait for it, or choose another --out"
    case .outputOfAnotherPipeline(let path, let found, let expected):
      return "\(path): holds cases of another pipeline, found ingest digest \(found.prefix(12)), "
        + "expected \(expected.prefix(12)); choose another --out, or remove the folder"
    case .outputNotWritable(let path, let detail):
      return "\(path): cannot write there: \(detail); choose another --out"
    case .outputObstructed(let path, let found, let place, let expected):
      return "\(path): cannot write there, found \(found) at \(place), expected \(expected); choose another --out"
    case .rawNotAFolder(let path, let found):
      return "\(path): no cases can be read there, found \(found), expected a folder; look at the path"
    case .diskFull(let disk, let cases):
      let left = cases == 0 ? "the manifest" : "\(Quantity.counted(cases, "case")) still to make"
      return
        "\(disk.folder): the disk or your quota is full, found \(disk.freeBytes.map(Quantity.bytes) ?? "too little") free, "
        + "expected \(Quantity.bytes(disk.neededBytes)) for \(left); "
        + "free some space and run the same command again: cases that are made are kept"
    case .noForeground:
      return "over dataset: no foreground with a spread in any case, found none, expected some; look at the labels"
    }
  }

  /// The process' exit code for an error that ends a run: 2 where nothing could be done, 64 for wrong usage, 73 for an
  /// output that cannot be written to or is another run's.
  public var exitCode: Int32 {
    switch self {
    case .unknownCases, .noCasesNamed, .outputInsideRaw, .nothingLeftToKeep: 64
    case .everyCaseLeftOut, .noForeground, .rawNotAFolder, .diskFull: 2
    case .outputHeld, .outputOfAnotherPipeline, .outputNotWritable, .outputObstructed: 73
    }
  }

  private static func shortened(_ names: [String]) -> String {
    names.count <= 6
      ? names.joined(separator: ", ") : "\(names.prefix(3).joined(separator: ", ")) ... \(names[names.count - 1])"
  }
}

extension IngestError {
  /// Raw data are only read: what is made among them would be taken for raw, or lost with them.
  /// - Throws: `outputInsideRaw`.
  static func check(output: String, outside raw: String) throws(IngestError) {
    let isInside = (Folder.resolved(output) + "/").hasPrefix(Folder.resolved(raw) + "/")
    if isInside { throw .outputInsideRaw(raw: raw, output: output) }
  }

  /// Holds the cases that somebody names against those that there are.
  /// - Throws: `noCasesNamed`, `unknownCases`.
  public static func check(_ named: [String], among known: [String]) throws(IngestError) {
    guard !named.isEmpty else { throw .noCasesNamed(known: known) }
    let all = Set(known)
    let unknown = named.filter { !all.contains($0) }
    guard unknown.isEmpty else { throw .unknownCases(unknown, known: known) }
  }
}
