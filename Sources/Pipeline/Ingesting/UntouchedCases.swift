import Files
import Prepared

/// Prepared cases that a run does not look at: their raw files are gone, or they are not among those it was asked for.
struct UntouchedCases {
  /// Those whose raw files are gone, kept or dropped.
  let gone: [String]
  /// Those of `gone` that are dropped.
  let dropped: Set<String>
  /// Those that stay as an earlier run left them.
  let staying: [Manifest.Case]
  /// What an earlier run said of cases that it left out, and of such that failed; they may have been made since, by one
  /// that was stopped.
  let (excluded, failed): ([Manifest.Absent], [Manifest.Absent])

  init(_ ingest: Ingest, _ preview: Ingest.Preview, earlier: Manifest?) {
    let touched = Set(preview.toPrepare.map(\.identifier) + preview.excluded.map(\.caseIdentifier))
    let others = (earlier?.cases ?? []).filter {
      !touched.contains($0.caseIdentifier) && Folder.isFile(ingest.prepared + "/" + $0.file)
    }
    let gone = others.map(\.caseIdentifier).filter { !preview.known.contains($0) }.sorted()
    let dropped = ingest.prune ? Set(gone) : []
    staying = others.filter { !dropped.contains($0.caseIdentifier) }
    (self.gone, self.dropped) = (gone, dropped)
    let isUntouched = { (absent: Manifest.Absent) in
      !touched.contains(absent.caseIdentifier) && preview.known.contains(absent.caseIdentifier)
    }
    excluded = (earlier?.excluded ?? []).filter(isUntouched)
    failed = (earlier?.failed ?? []).filter(isUntouched)
  }
}
