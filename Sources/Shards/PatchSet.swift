import Volumes

/// A set of patches: which windows are cut out of each labelled case.
public struct PatchSet: Sendable, Equatable {
  /// The set's name, which is its folder's too.
  public var name: String
  /// How windows are chosen.
  public var sampling: PatchSampling
  /// Voxels of a patch, its margin apart.
  public var shape: Shape
  /// Voxels stored around a patch on each side, for augmentation to read.
  public var margin: ZYX<Int>
  /// Whether patches without any foreground are left out.
  public var skipsBlank: Bool
  /// Augmented versions that are stored of each patch, instead of the patch itself; 0 for the patch as it was prepared.
  public var variants: Int

  /// A set of patches as they were prepared, without margin, blank ones among them, unless said otherwise.
  public init(
    name: String, sampling: PatchSampling, shape: Shape, margin: ZYX<Int> = ZYX(z: 0, y: 0, x: 0),
    skipsBlank: Bool = false, variants: Int = 0
  ) {
    self.name = name
    self.sampling = sampling
    self.shape = shape
    self.margin = margin
    self.skipsBlank = skipsBlank
    self.variants = variants
  }

  /// Voxels of a patch with its margin: what is stored.
  public var storedShape: Shape { Shape { shape[$0] + 2 * margin[$0] } }

  /// What the set's random numbers follow from; a grid has no other seed than 1.
  public var seed: UInt32 {
    if case .random(let random) = sampling { random.seed } else { 1 }
  }

  /// Whether its windows cover each case.
  public var isGrid: Bool { if case .grid = sampling { true } else { false } }

  /// Whether it shows the whole of each case as it was prepared: a grid that leaves no window out, and is not augmented.
  public var isForValidation: Bool { isGrid && !skipsBlank && variants == 0 }

  /// Whether the label decides which patches there are.
  public var needsForeground: Bool {
    if skipsBlank { return true }
    if case .random(let random) = sampling { return random.foreground > 0 }
    return false
  }
}

/// How the windows of a set are chosen.
public enum PatchSampling: Sendable, Equatable {
  /// A number of windows per case at random places.
  case random(RandomSampling)
  /// Windows that cover the case, each overlapping the next by so many voxels.
  case grid(overlap: ZYX<Int>)
}

/// Windows at random places.
public struct RandomSampling: Sendable, Equatable {
  /// Windows in each case.
  public var perCase: Int
  /// The share of windows that are centred on a foreground voxel, 0 to 1.
  public var foreground: Double
  /// Another seed, other places.
  public var seed: UInt32

  /// So many windows per case, none of them centred on foreground unless said otherwise.
  public init(perCase: Int, foreground: Double = 0, seed: UInt32 = 1) {
    self.perCase = perCase
    self.foreground = foreground
    self.seed = seed
  }
}
