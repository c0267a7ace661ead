import Shards
import Volumes

/// Patches and shards in words.
enum PatchesDescription {
  static func lines(of set: PatchSet) -> [String] {
    let size = "\(text(set.shape)) voxels (z, y, x)"
    var lines: [String]
    switch set.sampling {
    case .random(let random):
      let patches = Quantity.counted(random.perCase, "patch", "patches")
      lines = ["\(patches) of \(size) in each labelled case, at random places, seed \(random.seed)"]
      if random.foreground > 0 {
        let centred = Int((Double(random.perCase) * random.foreground).rounded())
        lines.append("\(centred) of them centred on foreground: first a class that is there, then one of its voxels")
      }
      if set.skipsBlank { lines.append("places without foreground are drawn again; cases without any have no patch") }
    case .grid(let overlap):
      lines = [
        "windows of \(size) that overlap by \(text(overlap)),",
        "the last of each axis shifted back to end at the border",
      ]
      if set.skipsBlank { lines.append("windows without foreground are left out") }
    }
    if set.variants > 0 {
      let versions = Quantity.counted(set.variants, "augmented version")
      lines.append("stored as \(versions) of each, for training alone; the patch itself is not stored")
    }
    if set.margin != .zero {
      lines.append("stored with \(text(set.margin)) more voxels on each side, for augmentation")
    }
    return lines
  }

  static func lines(of shards: ShardsConfig, _ sets: [PatchSet], channels: Int) -> [String] {
    let largest = sets.map { $0.imageBytes(channels: channels, as: shards.image) + $0.storedShape.count }.max() ?? 0
    let compression = shards.compression == .none ? "not compressed" : "compressed with \(shards.compression.name)"
    return [
      "image \(shards.image.rawValue), label uint8, \(compression)",
      "\(Quantity.counted(shards.filePatches, "patch", "patches")) a file, at most "
        + "\(Quantity.bytes(largest * shards.filePatches)) before compression",
      "outside a case: its smallest value in each channel, and background",
    ]
  }

  /// What the user should know before patches are cut.
  static func notes(on config: PipelineConfig) -> [String] {
    let gaps = config.patches.filter { $0.isGrid && $0.skipsBlank }.map {
      "patch set \($0.name) leaves out windows without foreground: train on it, but validate on one that covers all"
    }
    let isUnscaled = config.preprocess.contains { $0.overDataset?.isFoldSafe == true }
    guard !config.patches.isEmpty, isUnscaled else { return gaps }
    let early = config.patches.filter { $0.variants > 0 }.map {
      "patch set \($0.name) is augmented before the fold_safe stages scale it: give brightness, noise and the like in the "
        + "units that values have before them"
    }
    guard config.shards.image == .float16 else { return gaps + early }
    return gaps + early + [
      "patches hold the values that fold_safe stages have not scaled yet, and float16 rounds them to 1 part in 2048; "
        + "`shards: {image: float32}` keeps them as they are"
    ]
  }

  private static func text(_ axes: ZYX<Int>) -> String { "\(axes.z) x \(axes.y) x \(axes.x)" }
}
