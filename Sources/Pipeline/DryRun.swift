import Datasets
import NIfTI
import Prepared
import Preprocessing
import Volumes

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
    /// Whether the case has a label.
    public var isLabelled: Bool
    /// Why the case will fail.
    public var problem: String?
    /// What the user should know though it will not fail.
    public var notes: [String]

    init(_ raw: RawCase, of ingest: Ingest) {
      caseIdentifier = raw.identifier
      isLabelled = raw.label != nil
      notes = raw.notes
      do {
        let opened = try CaseIngest.Opened(raw)
        let layout = opened.images[0].layout
        var affine = layout.orientation.canonical(opened.images[0].header.affine, extents: layout.extents)
        var shape = layout.shape
        rawShape = shape.array
        for stage in ingest.plan.config.preprocess {
          if stage.needsLabel && !isLabelled { throw PreprocessingError.needsLabel(stage: stage.name) }
          if case .resample(let resampling) = stage {
            let grid = resampling.target(shape: shape, spacing: affine.spacing)
            affine = affine.reindexed(by: grid.index)
            shape = grid.shape
          }
          if case .pad(let pad) = stage { shape = Shape { max(shape[$0], pad.shape[$0]) } }
        }
        self.shape = shape.array
        bytes = shape.count * (4 * raw.images.count + (isLabelled ? 1 : 0))
      } catch {
        problem = ingest.reason("\(error)", of: raw)
      }
    }
  }

  /// The cases that would be prepared.
  public var items: [Item]
  /// The cases that the pipeline leaves out, and why.
  public var excluded: [Manifest.Absent]

  /// Looks at the cases that `ingest` would prepare.
  /// - Throws: what `Ingest.preview` throws.
  public init(_ ingest: Ingest) throws {
    let preview = try ingest.preview()
    items = preview.toPrepare.map { Item($0, of: ingest) }
    excluded = preview.excluded
  }

  /// The exit code that the ingest would have, as far as headers tell: 0, 1 if some cases will fail, 2 if all will.
  public var exitCode: Int32 {
    let failing = items.count { $0.problem != nil }
    return failing == 0 ? 0 : failing == items.count ? 2 : 1
  }

  /// A table for people.
  public var text: String {
    var table = TextTable(["case", "raw (z,y,x)", "prepared", "size", ""])
    for item in items {
      table.add([
        item.caseIdentifier, shape(item.rawShape), shape(item.shape), item.bytes.map(Quantity.bytes) ?? "-",
        item.problem.map { "will fail: \($0)" } ?? (item.isLabelled ? "" : "no label: for prediction, in no fold"),
      ])
    }
    for absent in excluded { table.add([absent.caseIdentifier, "-", "-", "-", "left out: \(absent.reason)"]) }
    let total = items.reduce(0) { $0 + ($1.bytes ?? 0) }
    let warnings = items.flatMap { item in item.notes.map { "warning: \(item.caseIdentifier): \($0)\n" } }.joined()
    return table.text + warnings
      + "\(items.count { $0.problem == nil }) cases to prepare, \(Quantity.bytes(total)); \(excluded.count) left out; "
      + "\(items.count { $0.problem != nil }) will fail. Nothing was written.\n"
  }

  private func shape(_ shape: [Int]?) -> String { shape.map { $0.map(String.init).joined(separator: "x") } ?? "-" }
}
