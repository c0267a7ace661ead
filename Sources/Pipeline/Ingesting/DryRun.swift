import Datasets
import Parallelism
import Prepared
import Preprocessing

/// What an ingest would make, found out from names and headers alone.
public struct DryRun: Encodable {
  /// One case that would be prepared.
  public struct Item: Sendable, Encodable {
    /// The case's name in the data set.
    public var caseIdentifier: String
    /// z, y, x.
    public var rawShape: [Int]?
    /// After the stages; what a crop will cut off is not known before the voxels are read.
    public var shape: [Int]?
    /// Bytes of prepared voxels: float32 per channel, and uint8 for a label.
    public var bytes: Int?
    /// Bytes of raw voxels, unpacked.
    public var rawVoxelBytes: Int?
    /// Whether the case has a label.
    public var isLabelled: Bool
    /// The most memory that making the case takes, and the stage that takes it.
    public var memoryBytes: Int?
    /// The stage that takes the most.
    public var memoryStage: String?
    /// Whether the case is prepared already and would be left as it is.
    public var isKept = false
    /// Why a case that was prepared before would be made anew.
    public var cause: String?
    /// Why the case will fail.
    public var problem: String?
    /// What the user should know though it will not fail.
    public var notes: [String]

    /// Whether the run would make the case, as far as headers tell.
    var isMade: Bool { problem == nil && !isKept }

    init(_ raw: RawCase, _ caseIngest: CaseIngest, of ingest: Ingest) {
      caseIdentifier = raw.identifier
      isLabelled = raw.label != nil
      notes = raw.notes
      do {
        let opened = try CaseIngest.Opened(raw)
        notes += opened.grid.notes
        let forecast = try caseIngest.forecast(of: opened)
        (rawShape, shape) = (forecast.rawShape.array, forecast.shape.array)
        (bytes, rawVoxelBytes) = (forecast.bytes, forecast.rawBytes)
        (memoryBytes, memoryStage) = (forecast.memoryBytes, forecast.memoryStage)
      } catch {
        problem = ingest.reason("\(error)", of: raw)
      }
    }
  }

  /// The cases that would be prepared.
  public var items: [Item]
  /// The cases that the pipeline leaves out, and why.
  public var excluded: [Manifest.Absent]
  /// What the user should know about the data set as a whole.
  public var notes: [String]

  /// Prepared cases whose raw files are gone.
  public var gone: [String]
  /// The time that the run would take.
  public var time: TimeForecast
  /// The room it would take on the disk.
  public var disk: DiskForecast

  /// Looks at the cases that `ingest` would prepare.
  /// - Throws: what `Ingest.preview` throws, and `FoldsError` for cases that the file of the folds lacks.
  public init(_ ingest: Ingest) throws {
    let preview = try ingest.preview()
    try FoldAssignment.check(preview, ingest.plan)
    let workers = Workers(count: Ingest.threads(ingest.jobs))
    defer { workers.stop() }
    let stages = ingest.plan.config.preprocess
    let caseIngest = CaseIngest(plan: ingest.plan, stages: stages, workers: workers)
    let earlier = try OutputFolder.earlierManifest(in: ingest.prepared, ingestDigest: ingest.plan.ingestDigest)
    let reuse = CaseReuse(
      plan: ingest.plan, folder: ingest.prepared, recorded: RawInputs(folder: ingest.prepared),
      earlier: earlier)
    var leftOut = preview.excluded
    let untouched = UntouchedCases(ingest, preview, earlier: earlier)
    var (toMake, staying) = ([RawCase](), untouched.staying)
    items = preview.toPrepare.compactMap { raw in
      var item = Item(raw, caseIngest, of: ingest)
      switch reuse.verdict(on: raw, stages: nil, redo: ingest.redo) {
      case .keep(let entry, _):
        item.isKept = true
        staying.append(entry)
      case .leaveOut(let reason, _):
        leftOut.append(.init(caseIdentifier: raw.identifier, reason: reason))
        return nil
      case .make(let cause, let standing):
        item.cause = cause
        toMake.append(raw)
        item.problem = item.problem.map { CaseReuse.failure($0, standing: standing) }
      case .fail(let error, let standing):
        item.problem = CaseReuse.failure(
          item.problem ?? ingest.reason("\(error)", of: raw), standing: standing)
        if let standing { staying.append(standing) }
      }
      return item
    }
    try FoldAssignment.check(making: toMake, staying: staying, preview, ingest.plan)
    excluded = leftOut
    let making = items.filter(\.isMade)
    let workload = making.reduce(into: Workload()) {
      $0.add(rawBytes: $1.rawVoxelBytes ?? 0, preparedBytes: $1.bytes ?? 0)
    }
    time = TimeForecast(workload, jobs: ingest.jobs, last: Making.last(in: ingest.prepared))
    disk = DiskForecast(workload, cases: making.count, plan: ingest.plan, folder: ingest.prepared)
    gone = untouched.gone
    notes = preview.notes
  }

  /// The exit code that the ingest would have, as far as headers tell: 0, 1 if some cases will fail, 2 if all will.
  public var exitCode: Int32 {
    let failing = items.count { $0.problem != nil }
    return failing == 0 ? 0 : failing == items.count ? 2 : 1
  }

  /// A table for people.
  public var text: String {
    var table = TextTable(["case", "raw (z,y,x)", "prepared", "size", "memory", ""])
    for item in items {
      table.add([
        item.caseIdentifier, shape(item.rawShape), shape(item.shape), item.bytes.map(Quantity.bytes) ?? "-",
        item.memoryBytes.map(Quantity.bytes) ?? "-",
        remark(item),
      ])
    }
    for absent in excluded { table.add([absent.caseIdentifier, "-", "-", "-", "-", "left out: \(absent.reason)"]) }
    for identifier in gone { table.add([identifier, "-", "-", "-", "-", "raw files gone"]) }
    let making = items.filter(\.isMade)
    let total = making.reduce(0) { $0 + ($1.bytes ?? 0) }
    let notes = notes + items.flatMap { item in item.notes.map { "\(item.caseIdentifier): \($0)" } }
    let warnings = (notes + [disk.warning].compactMap { $0 }).map { "warning: \($0)\n" }.joined()
    let expected = making.isEmpty ? "" : "Expected: \(time.text); \(disk.text). "
    return table.text + warnings
      + "\(Quantity.counted(making.count, "case")) to prepare, \(Quantity.bytes(total)); \(items.count(where: \.isKept)) kept as they are; "
      + "\(excluded.count) left out; \(items.count { $0.problem != nil }) will fail.\n\(expected)Nothing was written.\n"
  }

  private func remark(_ item: Item) -> String {
    if let problem = item.problem { return "will fail: \(problem)" }
    let label = item.isLabelled ? "" : "no label: for prediction, in no fold"
    let state = item.isKept ? "kept as it is" : item.cause.map { "made anew: \($0)" } ?? ""
    return [state, label].filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private func shape(_ shape: [Int]?) -> String { shape.map { $0.map(String.init).joined(separator: "x") } ?? "-" }
}
