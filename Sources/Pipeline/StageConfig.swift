import Volumes

/// One step of the preprocessing, with all its parameters.
public enum StageConfig: Sendable, Equatable {
  /// New voxel sizes.
  case resample(ResampleConfig)
  /// Values held within a range.
  case clipHU(ValueRange)
  /// Mean 0, standard deviation 1.
  case zscore(ZScoreStatistics)
  /// Outer planes cut away.
  case crop(CropConfig)
  /// Outer planes added.
  case pad(PadConfig)
  /// A range of values mapped to another.
  case rescale(RescaleConfig)

  /// The stage's name in a pipeline file.
  public var name: StageName {
    switch self {
    case .resample: .resample
    case .clipHU: .clipHU
    case .zscore: .zscore
    case .crop: .crop
    case .pad: .pad
    case .rescale: .rescale
    }
  }

  /// Whether the stage reads the label, so that it cannot be run on an unlabelled case.
  public var needsLabel: Bool {
    switch self {
    case .crop(let crop): crop.to == .foreground
    case .zscore(let statistics): statistics == .foreground || statistics == .dataset
    case .resample, .clipHU, .pad, .rescale: false
    }
  }
}

/// The names of the stages in a pipeline file.
public enum StageName: String, CaseIterable, Sendable {
  /// New voxel sizes.
  case resample
  /// Values held within a range.
  case clipHU = "clip_hu"
  /// Mean 0, standard deviation 1.
  case zscore
  /// Outer planes cut away.
  case crop
  /// Outer planes added.
  case pad
  /// A range of values mapped to another.
  case rescale
}

/// A range of voxel values; `lower < upper`.
public struct ValueRange: Sendable, Equatable {
  /// The least value.
  public var lower: Double
  /// The greatest value.
  public var upper: Double

  /// A range of voxel values.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }
}

/// Where a z-score's mean and standard deviation come from (ddof 0).
public enum ZScoreStatistics: Sendable, Equatable {
  /// All voxels of the case.
  case volume
  /// The case's voxels that are not 0.
  case nonzero
  /// The case's voxels that are not background in the label.
  case foreground
  /// The foreground voxels of the whole data set.
  case dataset
  /// Given numbers, the same for each case.
  case constants(mean: Double, std: Double)
}

/// What a case is cropped to.
public struct CropConfig: Sendable, Equatable {
  /// What decides where the box around the content ends.
  public enum Content: String, CaseIterable, Sendable {
    /// Voxels that are not 0 in some channel.
    case nonzero
    /// Voxels that are not background in the label.
    case foreground
  }

  /// What decides where the box around the content ends.
  public var to: Content
  /// Voxels kept around the box on both sides, as far as there are any.
  public var margin: ZYX<Int>

  /// A crop.
  public init(to: Content, margin: ZYX<Int> = ZYX(z: 0, y: 0, x: 0)) {
    self.to = to
    self.margin = margin
  }
}

/// What a case is padded to.
public struct PadConfig: Sendable, Equatable {
  /// What the new voxels of the image hold.
  public enum Value: Sendable, Equatable {
    /// The volume's least value at that point of the preprocessing.
    case minimum
    /// This value.
    case constant(Double)
  }

  /// The least number of voxels along each axis.
  public var shape: Shape
  /// What the new voxels of the image hold; those of the label are background.
  public var value: Value

  /// A padding.
  public init(shape: Shape, value: Value = .minimum) {
    self.shape = shape
    self.value = value
  }
}

/// A range of values and the range that it becomes.
public struct RescaleConfig: Sendable, Equatable {
  /// The range that is mapped.
  public enum Source: Sendable, Equatable {
    /// From the volume's least to its greatest value.
    case volume
    /// This range.
    case range(ValueRange)
  }

  /// The range that is mapped.
  public var from: Source
  /// The range that it becomes.
  public var to: ValueRange

  /// A rescaling; by default the volume's own range becomes 0 to 1.
  public init(from: Source = .volume, to: ValueRange = ValueRange(lower: 0, upper: 1)) {
    self.from = from
    self.to = to
  }
}
