import Files

/// The folder that predictions are written to: held against other runs, and continued where a run was stopped.
public final class PredictedFolder {
  /// The places, among all cases, of those that are still to be predicted.
  public private(set) var left: [Int] = []
  private let folder: OutputFolder
  private let cases: PredictionCases
  private let settings: PredictionSettings
  private var record: PredictedRecord

  /// Makes the folder, and finds out which cases the same model and settings have predicted already.
  /// - Parameter replacing: whether to predict all cases anew, whatever is there.
  /// - Throws: `PredictionError` where a file is in the way, or raw data are; `IngestError` where it cannot be written.
  public init(_ path: String, for cases: PredictionCases, _ settings: PredictionSettings, replacing: Bool) throws {
    try cases.check(output: path)
    folder = try OutputFolder(path: path, for: .predictions)
    record = PredictedRecord(folder: path)
    (self.cases, self.settings) = (cases, settings)
    for (index, identifier) in cases.identifiers.enumerated() {
      let file = self.path(of: identifier)
      if replacing || !Folder.isFile(file) {
        left.append(index)
      } else {
        let made = record.cases[identifier]
        guard made != nil, made == (try? entry(index)) else { throw PredictionError.occupied(path: file) }
      }
    }
  }

  /// Where a case's prediction lies.
  public func path(of identifier: String) -> String {
    Folder.join(folder.path, PredictionCases.fileName(of: identifier))
  }

  /// Writes a case's prediction.
  ///
  /// What makes it is recorded before it is there: a file without a record would be taken for somebody else's, a record
  /// without a file is a case to predict.
  /// - Parameter fill: writes a file at a path, whole or not at all.
  public func write(_ index: Int, fill: (_ path: String) throws -> Void) throws {
    let identifier = cases.identifiers[index]
    folder.remove(file: PredictionCases.fileName(of: identifier))
    record.cases[identifier] = try entry(index)
    try record.write(folder: folder.path)
    try fill(path(of: identifier))
  }

  private func entry(_ index: Int) throws -> PredictedRecord.Entry {
    PredictedRecord.Entry(settings: settings, input: try cases.inputHash(index))
  }
}
