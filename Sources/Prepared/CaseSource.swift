import Preprocessing
import Volumes

/// Where a prepared case came from: enough to trace it and to put results back onto the raw grid.
public struct CaseSource: Sendable, Codable, Equatable {
  /// One raw file: its name inside the data set, never an absolute path.
  public struct File: Sendable, Codable, Equatable {
    /// The case's folder and the file's name.
    public var name: String
    /// Its length as it lies on disk.
    public var bytes: Int
    /// Of the bytes as they lie on disk, in hexadecimal.
    public var sha256: String
    /// The volume that is the channel, in a file of several, from 0.
    public var volume: Int?
    /// The .img of a .hdr, or the .hdr of an .img; nil for a file that is whole.
    public var otherHalf: Half?

    /// A file that is read with another one.
    public struct Half: Sendable, Codable, Equatable {
      /// As the other file's.
      public var name: String
      /// Its length as it lies on disk.
      public var bytes: Int
      /// Of the bytes as they lie on disk, in hexadecimal.
      public var sha256: String

      /// A raw file of that name, length and hash.
      public init(name: String, bytes: Int, sha256: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
      }
    }

    /// Stands for all that the file's voxels are read from.
    public var contentHash: String { sha256 + (otherHalf?.sha256 ?? "") }

    /// A raw file of that name, length and hash.
    public init(name: String, bytes: Int, sha256: String, volume: Int? = nil) {
      self.name = name
      self.bytes = bytes
      self.sha256 = sha256
      self.volume = volume
    }
  }

  /// The images, one per channel.
  public var images: [File]
  /// The label's file; nil for an unlabelled case.
  public var label: File?
  /// The raw array's shape along z, y, x once its axes are sorted.
  public var shape: [Int]
  /// Millimetres along z, y, x.
  public var spacingMm: [Double]
  /// The raw array's axis codes, first axis first.
  public var orientation: String
  /// Which transform was used (sform, qform, pixdim), and both codes.
  public var transform: String
  /// The first image's sform_code.
  public var sformCode: Int
  /// The first image's qform_code.
  public var qformCode: Int
  /// The first image's voxel type as stored.
  public var dataType: String
  /// What was odd in the files' headers and how it was settled, one line each; nil where nothing was.
  public var notes: [String]?

  /// A source; shape and spacing as z, y, x triples.
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
  /// Of one channel's values.
  public struct Channel: Sendable, Codable, Equatable {
    /// The smallest value.
    public var minimum: Double
    /// The greatest value.
    public var maximum: Double
    /// The arithmetic mean.
    public var mean: Double
    /// The standard deviation, ddof 0.
    public var std: Double

    /// The numbers that moments hold.
    public init(_ moments: Moments) {
      self.init(minimum: moments.minimum, maximum: moments.maximum, mean: moments.mean, std: moments.std)
    }

    /// The numbers of one channel.
    public init(minimum: Double, maximum: Double, mean: Double, std: Double) {
      self.minimum = minimum
      self.maximum = maximum
      self.mean = mean
      self.std = std
    }
  }

  /// Of the prepared values, one per channel.
  public var channels: [Channel]
  /// Voxels per class in the raw label.
  public var rawClassVoxels: [Int]?
  /// Voxels per class in the prepared label; nil for an unlabelled case.
  public var classVoxels: [Int]?
  /// Voxels that were NaN or infinite and were replaced.
  public var nonfiniteReplaced: Int
  /// How much of each class there was as read, and after each stage that moved the label; nil for an unlabelled case.
  public var labelCensuses: [LabelCensus]?
  /// Of each channel's raw values where the raw label is foreground; nil where nothing is.
  public var rawForeground: [Channel]?
  /// Voxels along z, y, x of the box around all that is not 0 in any raw channel.
  public var contentShape: [Int]

  /// The numbers of one case.
  public init(
    channels: [Channel], rawClassVoxels: [Int]?, classVoxels: [Int]?, nonfiniteReplaced: Int,
    labelCensuses: [LabelCensus]?, rawForeground: [Channel]?, contentShape: [Int]
  ) {
    self.labelCensuses = labelCensuses
    self.rawForeground = rawForeground
    self.contentShape = contentShape
    self.channels = channels
    self.rawClassVoxels = rawClassVoxels
    self.classVoxels = classVoxels
    self.nonfiniteReplaced = nonfiniteReplaced
  }
}
