import Volumes

/// One step between the raw voxels and the prepared case. Steps run in the order in which they are listed.
public enum Stage: Sendable, Equatable {
  case resample(Resampling)
  /// Values outside become the bound (HU for CT).
  case clip(ClosedRange<Double>)
  /// The same, with bounds of each channel's own.
  case clipChannels([ClosedRange<Double>])
  /// Bounds that are percentiles of the whole data set's foreground; worked out before any case is prepared.
  case clipDataset(DatasetClip)
  case zscore(ZScore)
  case crop(Crop)
  case pad(Pad)
  case rescale(Rescale)

  /// The stage's name in a pipeline file.
  public var name: StageName {
    switch self {
    case .resample: .resample
    case .clip, .clipChannels, .clipDataset: .clip
    case .zscore: .zscore
    case .crop: .crop
    case .pad: .pad
    case .rescale: .rescale
    }
  }

  /// Whether a case without a label cannot pass.
  public var needsLabel: Bool { self == .zscore(.foreground) || cropsToForeground }

  /// Whether the stage is measured on all labelled cases together; nil where it is not.
  public var overDataset: OverDataset? {
    switch self {
    case .clipDataset(let clip): OverDataset(isFoldSafe: clip.isFoldSafe)
    case .zscore(.dataset(let isFoldSafe)): OverDataset(isFoldSafe: isFoldSafe)
    default: nil
    }
  }

  /// Whether intensities mean something else afterwards: what was measured on raw ones fits no more.
  public var scales: Bool {
    switch self {
    case .resample, .clip, .clipChannels, .clipDataset, .crop, .pad: false
    case .zscore, .rescale: true
    }
  }

  /// How a stage is measured on a data set.
  public struct OverDataset: Sendable {
    /// Whether each fold has numbers of its own, measured on what it trains on; they are applied by whoever reads the
    /// fold, because one prepared case is in several.
    public var isFoldSafe: Bool
  }

  private var cropsToForeground: Bool {
    if case .crop(let crop) = self { crop.to == .foreground } else { false }
  }
}

/// The names of the stages in a pipeline file.
public enum StageName: String, CaseIterable, Sendable, Codable {
  case resample
  case clip = "clip_hu"
  case zscore, crop, pad, rescale
}

/// Which voxels' mean and standard deviation (ddof 0) turn a channel into (v - mean) / std.
public enum ZScore: Sendable, Equatable {
  /// All voxels, background included.
  case volume
  /// Voxels that are not 0; zeros stay 0.
  case nonzero
  /// Voxels of any class but background; all voxels are scaled.
  case foreground
  /// The raw foreground of all labelled cases, each counting the same, worked out before; all voxels are scaled.
  case dataset(isFoldSafe: Bool)
  /// Given numbers, one pair per channel or one for all.
  case constants([Normal])

  /// A mean and a standard deviation.
  public struct Normal: Sendable, Equatable, Codable {
    /// Subtracted from each value.
    public var mean: Double
    /// Divides what is left; ddof 0.
    public var std: Double

    /// The map v -> (v - mean) / std.
    public init(mean: Double, std: Double) {
      self.mean = mean
      self.std = std
    }
  }
}

/// Clips each channel to percentiles of its raw foreground in all labelled cases, each counting the same.
public struct DatasetClip: Sendable, Equatable {
  /// Per cent of the foreground that lie below the lower bound.
  public var lowerPercentile: Double
  /// Per cent that do not lie above the upper bound.
  public var upperPercentile: Double
  /// Whether each fold has bounds of its own.
  public var isFoldSafe: Bool

  /// A clip to percentiles, by default to nnU-Net's.
  public init(lowerPercentile: Double = 0.5, upperPercentile: Double = 99.5, isFoldSafe: Bool = false) {
    self.lowerPercentile = lowerPercentile
    self.upperPercentile = upperPercentile
    self.isFoldSafe = isFoldSafe
  }
}

/// Cuts a case down to a box around what matters.
public struct Crop: Sendable, Equatable {
  /// What the box is drawn around.
  public enum Target: String, Sendable, Codable, CaseIterable {
    /// Voxels that are not 0 in any channel.
    case nonzero
    /// Voxels of any class but background.
    case foreground
  }

  /// What the box is drawn around.
  public var to: Target
  /// Voxels kept around the box, as far as the volume reaches.
  public var margin: Shape

  /// A crop to `to`, by default with nothing around it.
  public init(to: Target, margin: Shape = Shape(z: 0, y: 0, x: 0)) {
    self.to = to
    self.margin = margin
  }
}

/// Makes a case at least as large as a shape, the same on both sides (one voxel more after than before if it is odd).
public struct Pad: Sendable, Equatable {
  /// The least number of voxels along each axis; a longer axis stays as it is.
  public var shape: Shape
  /// What the new voxels hold; nil is each channel's minimum. Their label is background.
  public var value: Double?

  /// Padding to `shape`.
  public init(shape: Shape, value: Double? = nil) {
    self.shape = shape
    self.value = value
  }
}

/// Maps one range of values linearly onto another.
public struct Rescale: Sendable, Equatable {
  /// The range that becomes `to`; nil is each channel's own minimum and maximum.
  public var from: ClosedRange<Double>?
  /// The range that comes out.
  public var to: ClosedRange<Double>

  /// A map of `from` onto `to`.
  public init(from: ClosedRange<Double>? = nil, to: ClosedRange<Double> = 0...1) {
    self.from = from
    self.to = to
  }
}

/// Why a case could not be prepared; the caller puts the case's name in front.
public indirect enum PreprocessingError: Error, Equatable, CustomStringConvertible {
  case nonfinite(count: Int, of: Int)
  case foreignLabels(found: String, expected: [Int])
  case constantImage(stage: StageName, value: Double)
  case noVoxels(stage: StageName, target: String)
  case needsLabel(stage: StageName)
  /// A volume larger than the machine's memory.
  case beyondMemory(shape: String, bytes: Int)
  /// More voxels along an axis than any volume has.
  case endlessAxis(shape: String)
  /// Values whose spread is beyond the range of a float.
  case narrowRange(stage: StageName, width: Double)
  /// What is wrong with one of several channels.
  case inChannel(Int, PreprocessingError)

  /// What is wrong, without the case's name.
  public var description: String {
    switch self {
    case .nonfinite(let count, let total):
      "\(count) of \(total) voxels are NaN or infinite, expected finite values; "
        + "mend the image, or set `nonfinite` in the pipeline to the number that replaces them"
    case .foreignLabels(let found, let expected):
      "label values outside the label map, found \(found), "
        + "expected only \(expected.map(String.init).joined(separator: ", ")); "
        + "mend the label, or add the values (or `rest`) to `label_map`"
    case .constantImage(let stage, let value):
      "\(stage.rawValue): every voxel has the same value, found \(ForeignValues.text(value)), expected an image; look at the file, or exclude the case"
    case .noVoxels(let stage, let target):
      "\(stage.rawValue): no \(target) voxels, found 0, expected at least one; look at the file, or exclude the case"
    case .narrowRange(let stage, let width):
      "\(stage.rawValue): the values lie too close together, found a width of \(width), "
        + "expected one that a float can divide by; look at the file's scl_slope and the stage's range"
    case .beyondMemory(let shape, let bytes):
      "preparing \(shape) voxels (z, y, x) takes \(bytes >> 20) MiB, expected less than this machine has; "
        + "look at the file's spacing and the target spacing"
    case .endlessAxis(let shape):
      "the target spacing makes \(shape) voxels (z, y, x), expected fewer than \(TargetGrid.longestAxis) along each axis; "
        + "look at the file's spacing"
    case .inChannel(let index, let error):
      "channel number \(index + 1): \(error)"
    case .needsLabel(let stage):
      "\(stage.rawValue): the stage needs a label, found none, expected one; exclude unlabelled cases (`unlabelled: exclude`)"
    }
  }
}
