/// How a stream reads; no choice here but `order`, `image` and `damage` changes a byte of what comes out.
public struct StreamOptions: Sendable {
  /// In which order a split's patches come.
  public enum Order: String, Sendable, Codable, CaseIterable {
    /// Each patch once an epoch, in an order of the epoch's own.
    case uniform
    /// For each sample a class is drawn, each as likely, then one of the patches that hold it: with replacement, so that an
    /// epoch leaves patches out and has others several times. An epoch is as long as it would be otherwise.
    case classBalanced = "class_balanced"
    /// Each patch once an epoch, as they lie in the files.
    case sequential
  }

  /// How the values of a batch's image are stored.
  public enum ImageType: String, Sendable, Codable, CaseIterable {
    case float16, float32

    /// Bytes per voxel.
    public var bytes: Int { self == .float16 ? 2 : 4 }
  }

  /// When stored bytes are held against their checksum.
  public enum Checks: String, Sendable, CaseIterable {
    case always
    /// The first time that a stream reads a patch.
    case first
    case never
  }

  /// What becomes of a patch whose bytes are damaged or cannot be read.
  public enum DamagePolicy: String, Sendable, CaseIterable {
    /// The stream ends with the error.
    case fail
    /// Its sample is all zero and not valid, and the stream's `damages` names it.
    case skip
  }

  /// In which order patches come; validation is always sequential. Nil: uniform for training.
  public var order: Order?
  /// The type of a batch's image.
  public var image = ImageType.float32
  /// Epochs until the stream ends; nil for no end.
  public var epochs: Int? = 1
  /// When checksums are looked at.
  public var checks = Checks.always
  /// What a damaged patch does.
  public var damage = DamagePolicy.fail
  /// Batches that are in memory at a time, those that the trainer holds among them; nil for as many as keep the threads
  /// busy. More than `held`.
  public var batches: Int?
  /// Batches that the trainer holds at a time, at most.
  public var held = 1
  /// What happens to a training's patch on its way into the batch; nil for nothing. Validation is never augmented.
  public var augmentation: (any PatchAugmentation)?

  /// Called each time that the trainer has waited for `stallSeconds` without any batch, from the trainer's thread.
  public var stalled: (@Sendable (StreamStall) -> Void)?
  /// How long a wait is worth telling, in seconds.
  public var stallSeconds = 30.0

  /// One epoch of floats in the split's own order, all checked.
  public init() {}
}
