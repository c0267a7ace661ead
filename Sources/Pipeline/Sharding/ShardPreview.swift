import Files
import Parallelism
import Shards
import Volumes

/// What cutting patches would make, found out from the prepared cases; nothing is written.
public struct ShardPreview: Encodable, Sendable {
  /// One case's patches of a set.
  public struct Case: Encodable, Sendable {
    /// The case's name in the data set.
    public var caseIdentifier: String
    /// The fold that validates on it; nil where one case alone makes no folds.
    public var fold: Int?
    /// Patches of the set.
    public var patches: Int
    /// Of them, those that hold each class; of augmented versions, before they are augmented.
    public var classPatches: [Int]
  }

  /// One patch set.
  public struct Set: Encodable, Sendable {
    /// The set's name.
    public var set: String
    /// Files that it would be in.
    public var files: Int
    /// Patches in all.
    public var patches: Int
    /// Bytes of all of them before compression.
    public var bytesBeforeCompression: Int
    /// Bytes of all of them after it, judged by a few.
    public var bytes: Int
    /// What cutting and encoding them takes on the run's threads, judged by a few; the disk comes on top.
    public var seconds: Double
    /// Its cases, in order.
    public var cases: [Case]
  }

  /// In the order of the pipeline.
  public var sets: [Set]
  /// Class names by class number; empty for a number that no class has.
  public var classes: [String]
  /// Threads that patches would be cut on.
  public var threads: Int
  /// The most memory that the run would take.
  public var memoryBytes: Int
  /// Bytes free where the shards would lie; nil where the system does not say.
  public var freeBytes: Int?

  /// Looks at the cases that `sharding` would cut patches from.
  /// - Throws: what the run would throw before it writes anything.
  public init(_ sharding: Sharding) throws {
    let workers = Workers(count: Ingest.threads(sharding.jobs))
    defer { workers.stop() }
    let (_, source) = try sharding.sources(on: workers)
    let planned = try PlannedSet.plan(sharding.plan, of: source, on: workers)
    let threads = try sharding.threads(for: planned)
    classes = sharding.plan.config.dataset.labels.names
    self.threads = threads
    memoryBytes = sharding.memoryBytes(planned, threads: threads)
    freeBytes = DiskSpace.freeBytes(at: sharding.shards)
    let classes = classes.count
    sets = try planned.map { set in
      let shelf = CaseShelf(source, room: workers.count + 1)
      let cases = try workers.map(set.cases.count, helping: true) { index in
        try Self.look(at: set.cases[index], set, shelf, classes: classes)
      }
      return try Self.forecast(set, cases, shelf, sharding.writer(set), threads: threads)
    }
  }

  private static func look(
    at item: PatchedCase, _ set: PlannedSet, _ shelf: CaseShelf, classes: Int
  ) throws -> Case {
    var classPatches = [Int](repeating: 0, count: classes)
    for patch in item.patches {
      let counts = try shelf.classCounts(patch, of: set.set)
      for value in classPatches.indices where counts[value] > 0 { classPatches[value] += 1 }
    }
    return Case(
      caseIdentifier: item.description.caseIdentifier, fold: item.fold, patches: item.patches.count,
      classPatches: classPatches)
  }

  /// Patches that are encoded to judge the others by.
  private static let samples = 8

  private static func forecast(
    _ set: PlannedSet, _ cases: [Case], _ shelf: CaseShelf, _ writer: ShardWriter, threads: Int
  ) throws -> Set {
    let patches = set.files.flatMap(\.patches)
    // From the middle of each eighth: the first window of a grid is a corner, which packs better than most.
    let count = min(samples, patches.count)
    let trials = try (0..<count).map { number in
      let index = (2 * number + 1) * patches.count / (2 * count)
      return try writer.trial(patches[index]) { try shelf.cut(patches[index], of: set, into: $0) }
    }
    let share = Double(patches.count) / Double(max(1, count))
    return Set(
      set: set.set.name, files: set.files.count, patches: patches.count,
      bytesBeforeCompression: patches.count * set.patchBytes,
      bytes: Int(Double(trials.reduce(0) { $0 + $1.bytes }) * share),
      seconds: trials.reduce(0) { $0 + $1.seconds } * share / Double(threads), cases: cases)
  }

  /// Tables and sums for people.
  public var text: String {
    let named = ClassNumbers(classes).foreground
    var table = TextTable(["set", "case", "fold", "patches"] + named.map { "with \(classes[$0])" })
    for set in sets {
      for item in set.cases {
        table.add(
          [set.set, item.caseIdentifier, item.fold.map(String.init) ?? "-", "\(item.patches)"]
            + named.map { "\(item.classPatches[$0])" })
      }
    }
    let sums = sets.map { set in
      "\(set.set): \(Quantity.counted(set.patches, "patch", "patches")) in \(Quantity.counted(set.files, "file")), "
        + "\(Quantity.bytes(set.bytesBeforeCompression)), about \(Quantity.bytes(set.bytes)) as stored\n"
    }
    let room = freeBytes.map { "; \(Quantity.bytes($0)) free on the disk" } ?? ""
    let seconds = sets.reduce(0) { $0 + $1.seconds }
    return table.text + "\n" + sums.joined()
      + "Memory: \(Quantity.bytes(memoryBytes)) on \(Quantity.counted(threads, "thread")); "
      + "time: about \(Quantity.seconds(seconds)), the disk apart\(room). Nothing was written.\n"
  }
}
