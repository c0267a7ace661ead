import Volumes

/// Where a prepared case came from: enough to trace it and to put results back onto the raw grid.
public struct CaseSource: Sendable, Codable, Equatable {
  /// One raw file: its name inside the data set, never an absolute path.
  public struct File: Sendable, Codable, Equatable {
    public var name: String
    public var bytes: Int
    public var sha256: String

    public init(name: String, bytes: Int, sha256: String) {
      self.name = name
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// The images, one per channel.
  public var images: [File]
  public var label: File?
  /// The raw array's shape along z, y, x once its axes are sorted.
  public var shape: [Int]
  /// Millimetres along z, y, x.
  public var spacingMm: [Double]
  /// The raw array's axis codes, first axis first.
  public var orientation: String
  /// Which transform was used (sform, qform, pixdim), and both codes.
  public var transform: String
  public var sformCode: Int
  public var qformCode: Int
  public var dataType: String

  public init(
    images: [File], label: File?, shape: Shape, spacing: Spacing, orientation: String, transform: String,
    sformCode: Int, qformCode: Int, dataType: String
  ) {
    self.images = images
    self.label = label
    self.shape = [shape.z, shape.y, shape.x]
    spacingMm = [spacing.z, spacing.y, spacing.x]
    self.orientation = orientation
    self.transform = transform
    self.sformCode = sformCode
    self.qformCode = qformCode
    self.dataType = dataType
  }
}

/// What is known about a prepared image and label, so that nobody has to read them to know it.
public struct CaseStatistics: Sendable, Codable, Equatable {
  /// Of one channel's prepared values.
  public struct Channel: Sendable, Codable, Equatable {
    public var minimum: Double
    public var maximum: Double
    public var mean: Double
    public var std: Double

    public init(minimum: Double, maximum: Double, mean: Double, std: Double) {
      self.minimum = minimum
      self.maximum = maximum
      self.mean = mean
      self.std = std
    }
  }

  public var channels: [Channel]
  /// Voxels per class in the raw label and in the prepared one.
  public var rawClassVoxels: [Int]?
  public var classVoxels: [Int]?
  /// Voxels that were NaN or infinite and were replaced.
  public var nonfiniteReplaced: Int

  public init(channels: [Channel], rawClassVoxels: [Int]?, classVoxels: [Int]?, nonfiniteReplaced: Int) {
    self.channels = channels
    self.rawClassVoxels = rawClassVoxels
    self.classVoxels = classVoxels
    self.nonfiniteReplaced = nonfiniteReplaced
  }
}
