import Files
import Foundation
import Parallelism
import Prepared
import Shards

/// Cuts patches out of a folder of prepared cases and writes them to a folder of shards.
public struct Sharding: Sendable {
  /// Which patches there are and how they are stored.
  public var plan: Plan
  /// The folder of prepared cases.
  public var prepared: String
  /// The folder for shards.
  public var shards: String
  /// Threads in all.
  public var jobs: Int
  /// Bytes that a run may take; nil is 70 % of what is free when it begins. Prepared files that are looked at do not
  /// count: the system gives their memory back when others need it.
  public var memory: Int?
  /// Whether each file is on the disk before it is named in the manifest.
  public var sync = true
  /// Whether files are made anew as they were, from the cases they were cut from, rather than as they would be now.
  private var isRepair = false

  /// A run of `plan` over the cases in `prepared`, into `shards`.
  public init(plan: Plan, prepared: String, shards: String, jobs: Int) {
    self.plan = plan
    self.prepared = prepared
    self.shards = shards
    self.jobs = jobs
  }

  /// A run that makes a folder of shards whole again: what is damaged or missing is cut from the prepared cases once more.
  /// - Throws: `ShardingError.noPlan`.
  public init(repairing shards: String, prepared: String, jobs: Int) throws {
    guard let plan = ShardFolder.savedPlan(shards), !plan.config.patches.isEmpty else {
      throw ShardingError.noPlan(shards: shards)
    }
    self.init(plan: plan, prepared: prepared, shards: shards, jobs: jobs)
    isRepair = true
  }

  /// Writes the files that are not there yet or whose content has changed; a run that was stopped, however hard, is
  /// continued by the next.
  /// - Throws: what ends the whole run: `ShardingError`, `IngestError` (output), `ManifestError`, `ShardManifestError`,
  /// `ShardError`, `FileError` and `HDF5Error` (disk full).
  public func run(observer: any ShardObserver) throws -> ShardReport {
    let started = Date()
    let workers = Workers(count: Ingest.threads(jobs))
    defer { workers.stop() }
    observer.entered("checking the prepared cases")
    let (folder, source) = try sources(on: workers)
    observer.entered("choosing patches")
    let sets = try PlannedSet.plan(plan, of: source, on: workers)
    try folder.check(sets, isRepair: isRepair)
    let threads = try threads(for: sets)

    let output = try OutputFolder(path: shards, for: .shards(sets.map(\.set.name)))
    observer.entered("looking at what is there")
    let making = try ShardMaking(
      sharding: self, sets: sets, source: source, earlier: folder.earlier, observer: observer, on: workers)
    let stale = try folder.stale(sets)
    // From here on files change. A manifest never vouches for one that is being made anew, whenever the run ends; only a
    // repair leaves it, because it makes the very files that the manifest states.
    if !isRepair, making.count > 0 || !stale.isEmpty { output.remove(file: "manifest.json") }
    try AtomicFile.write(plan.json.prettyText, to: output.path + "/plan.json", flush: sync)
    let times = try making.run(threads: threads)
    for file in stale { output.remove(file: file) }

    let manifest = ShardManifest(plan, source, sets, files: making.entries)
    try manifest.write(folder: output.path, flush: sync)
    let report = ShardReport(
      files: making.reports, manifest: manifest, source: source, times: times, bytesBeforeCompression: making.bytes,
      seconds: Date().timeIntervalSince(started))
    let runReport = ShardRunReport(report, started: started, jobs: jobs, synchronized: sync)
    try AtomicFile.write(try CanonicalJSON.text(runReport), to: output.path + "/run_report.json", flush: false)
    return report
  }

  /// The folder of shards as it is, and the prepared cases, checked.
  func sources(on workers: Workers) throws -> (ShardFolder, PreparedFolder) {
    guard !plan.config.patches.isEmpty else { throw ShardingError.noPatches(file: plan.sourceFile) }
    let (inside, outside) = (Folder.resolved(shards) + "/", Folder.resolved(prepared) + "/")
    if inside.hasPrefix(outside) { throw ShardingError.outputInsidePrepared(prepared: prepared, output: shards) }
    let folder = try ShardFolder(path: shards, plan: plan)
    let source: PreparedFolder
    if isRepair, let earlier = folder.earlier {
      source = try PreparedFolder(path: prepared, plan: plan, cutInto: earlier)
    } else {
      source = try PreparedFolder(path: prepared, plan: plan)
    }
    try source.check(on: workers)
    return (folder, source)
  }

  /// What the program takes before the first patch: its own code and libraries, as for an ingest.
  private static let processBytes = CaseMaking.processBytes

  /// Threads that patches are cut and encoded on: as many as fit into the memory.
  func threads(for sets: [PlannedSet]) throws -> Int {
    let given = memory ?? Memory.budgetBytes
    for set in sets where memoryBytes([set], threads: 1) > given {
      throw ShardingError.memory(set: set.set.name, needed: memoryBytes([set], threads: 1), given: given)
    }
    let most = Ingest.threads(jobs)
    return (1...most).last { memoryBytes(sets, threads: $0) <= given } ?? 1
  }

  /// The most memory that a run on so many threads takes.
  func memoryBytes(_ sets: [PlannedSet], threads: Int) -> Int {
    let most = sets.map { writer($0).forecastBytes(workers: threads) + threads * $0.variantBytes }.max()
    return Self.processBytes + (most ?? 0)
  }

  func writer(_ set: PlannedSet) -> ShardWriter {
    ShardWriter(layout: set.layout, plan: plan.shardsJSON.canonicalText, folder: shards, sync: sync)
  }
}
