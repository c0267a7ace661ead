import Volumes

/// Why something cannot be trained or computed. Each description is the one line that a user sees.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// libtorch refused an operation.
  case torch(operation: String, reason: String)
  /// There was no memory for an operation.
  case memory(operation: String, reason: String)
  /// A training that does not fit into the memory.
  case doesNotFit(MemoryNeed, available: Int?)
  /// CUDA was asked for where there is none.
  case noCUDA(version: String)
  /// bfloat16 was asked for on a device without it.
  case noBFloat16(device: Device)
  case noSuchParameter(loss: String, found: String, expected: [String])
  /// A network that cannot be built.
  case network(what: String, found: Int, expected: ClosedRange<Int>)
  /// A patch that cannot be halved as often as the network does it.
  case patch(found: Shape, depth: Int, nearest: Shape)
  /// A normalisation over a single value, which leaves nothing of it.
  case norm(kind: String, patch: Shape, batch: Int, depth: Int)
  /// The loss of a batch, or its gradient, is no number.
  case notANumber(what: String, found: String, epoch: Int, batch: Int, patches: [String])
  /// Patches of a grid that do not come case by case, from below to above, or lie outside their case.
  case patchOutOfOrder(patch: String, file: String)
  /// A pipeline that has grids alone, and does not say that one is trained on.
  case noTrainingSet(file: String, sets: [String])
  /// A fold to validate on without a set for it.
  case noValidation(folder: String)
  /// Labels beyond the network's classes.
  case foreignClass(found: Int, classes: Int, patch: String)
  /// A file that is no checkpoint, or is damaged.
  case notACheckpoint(path: String, what: String)
  /// A checkpoint that another segprep wrote.
  case checkpointVersion(path: String, found: Int, expected: Int)
  /// A checkpoint of another network, training or data.
  case otherCheckpoint(path: String, what: String, found: String, expected: String)
  /// A folder where another run is writing.
  case runHeld(path: String)
  /// A folder that holds a training.
  case runThere(path: String)
  /// Nothing to go on from.
  case noRun(path: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .torch(let operation, let reason):
      return "libtorch: \(operation) failed: \(Self.line(reason))"
    case .memory(let operation, let reason):
      return
        "libtorch: out of memory in \(operation): \(Self.line(reason)); smaller batches take less (global_batch to "
        + "train, --batch to predict), and --device cpu the machine's own memory"
    case .doesNotFit(let need, let available):
      let found = available.map { "about \(MemoryNeed.text($0)) free" } ?? "too little"
      return "training: does not fit into the memory, found \(found), expected about \(MemoryNeed.text(need.bytes)) "
        + "for \(need.summary); \(need.advice(available: available))"
    case .noCUDA(let version):
      return
        "--device cuda: libtorch \(version) finds no CUDA device, found cpu, expected cuda; build against a libtorch "
        + "with CUDA (LIBTORCH=<folder of a pip-installed torch> make build) on a machine with a GPU, or use --device cpu"
    case .noBFloat16(let device):
      let expected = device == .cuda ? "a GPU since Ampere" : "a CPU with avx512_bf16"
      return "precision: the \(device == .cuda ? "GPU" : "CPU") has no instructions for bfloat16, found float32 alone, "
        + "expected \(expected); choose `precision: auto`"
    case .noSuchParameter(let loss, let found, let expected):
      return "loss: \(loss) has no such parameter, found \(found), "
        + "expected \(expected.isEmpty ? "none" : expected.joined(separator: ", "))"
    case .network(let what, let found, let expected):
      return "network: \(what) out of range, found \(found), expected \(expected.lowerBound) to \(expected.upperBound)"
    case .patch(let found, let depth, let nearest):
      return "network: a patch of \(found) cannot be halved \(depth) times, found \(found), "
        + "expected multiples of \(1 << depth), the nearest is \(nearest); cut such patches, or choose a lower depth"
    case .norm(let kind, let patch, let batch, let depth):
      return "network: \(kind) norm has a single value to normalise at the lowest level, found a batch of \(batch) "
        + "patches of \(patch) that are halved \(depth) times, expected at least two values; choose a larger patch"
        + "\(kind == "batch" ? " or batch" : ""), a lower depth, or another norm"
    case .patchOutOfOrder(let patch, let file):
      return
        "\(file): \(patch) is out of place, expected a case's patches one after the other, inside the case and from "
        + "below to above, as `segprep shard` writes them; cut the shards again"
    case .notANumber(let what, let found, let epoch, let batch, let patches):
      return "epoch \(epoch), batch \(batch): \(what) is no number, found \(found), expected a finite one, on "
        + "\(patches.joined(separator: ", ")); look at these patches, or choose a lower learning rate"
    case .noTrainingSet(let file, let sets):
      return "\(file): no set to train on, found grids alone, expected one with `sampling: random`, or "
        + "`train: {patches: NAME}` with one of \(sets.joined(separator: ", "))"
    case .noValidation(let folder):
      return
        "\(folder): no set to validate on, found none that was cut on a grid (one with skip_blank or variants does not "
        + "show whole cases), expected one; add a set with `sampling: grid`, or train with --fold all"
    case .foreignClass(let found, let classes, let patch):
      return "\(patch): a label of another class, found \(found), expected 0 to \(classes - 1); "
        + "the shards are damaged: `segprep verify` says where"
    case .notACheckpoint(let path, let what):
      return "\(path): not a checkpoint of segprep, \(what); give a file that `segprep train` wrote"
    case .checkpointVersion(let path, let found, let expected):
      return "\(path): a checkpoint of another version, found \(found), expected \(expected); "
        + "use the segprep that wrote it, or train again"
    case .otherCheckpoint(let path, let what, let found, let expected):
      return "\(path): of another training: \(what), found \(found), expected \(expected); for another training leave "
        + "--resume out, and choose another --out"
    case .runHeld(let path):
      return "\(path): another run is writing there, expected nobody; wait for it, or choose another --out"
    case .runThere(let path):
      return "\(path): holds a training, found last.safetensors, expected none; go on with --resume, "
        + "or choose another --out"
    case .noRun(let path):
      return "\(path): nothing to resume, found no last.safetensors, expected one; leave --resume out to begin"
    }
  }

  /// Whether something was asked for that cannot be, rather than found to be wrong.
  public var isUsage: Bool {
    switch self {
    case .noSuchParameter, .network, .patch, .norm, .noTrainingSet, .noValidation: true
    default: false
    }
  }

  /// Whether the output is another run's.
  public var isOccupied: Bool {
    switch self {
    case .runHeld, .runThere: true
    default: false
    }
  }

  /// libtorch's messages run over many lines; the first one says what is wrong.
  private static func line(_ reason: String) -> String {
    String(reason.split(whereSeparator: \.isNewline).first ?? "no reason given")
  }
}
