import Files
import Preprocessing

/// `dataset_fingerprint.json`: what nnU-Net plans by, worked out on raw intensities of the labelled cases.
///
/// nnU-Net draws 10,000 foreground voxels from each case, so that a large tumour counts no more than a small one; here
/// each case's whole distribution counts equally, which is what those draws tend to. Percentiles are right to 0.025 % of
/// their value (exact for whole numbers up to 8192).
/// Source: nnunetv2/experiment_planning/dataset_fingerprint/fingerprint_extractor.py.
public struct DatasetFingerprint: Sendable, Encodable {
  /// One channel's foreground over all cases.
  public struct Foreground: Sendable, Encodable, Equatable {
    /// The greatest value.
    public var max: Double
    /// The mean, each case counting the same.
    public var mean: Double
    /// The median.
    public var median: Double
    /// The smallest value.
    public var min: Double
    /// Half a per cent of the foreground is not above it.
    public var percentile_00_5: Double
    /// 99.5 % of the foreground are not above it.
    public var percentile_99_5: Double
    /// ddof 0.
    public var std: Double

    init(_ mixture: IntensityMixture) {
      (max, mean, median, min) = (mixture.maximum, mixture.mean, mixture.quantile(0.5), mixture.minimum)
      (percentile_00_5, percentile_99_5) = (mixture.quantile(0.005), mixture.quantile(0.995))
      std = mixture.std
    }
  }

  /// By channel number; empty where no case has foreground.
  public var foregroundIntensityPropertiesPerChannel: [String: Foreground]
  /// The median over the cases of the share of voxels that cropping to what is not 0 leaves.
  public var medianRelativeSizeAfterCropping: Double
  /// z, y, x, one per labelled case in the order of their identifiers.
  public var shapesAfterCrop: [[Int]]
  /// Millimetres along z, y, x.
  public var spacings: [[Double]]

  /// Adds up the labelled cases of a folder.
  /// - Throws: `FileError`, `HDF5Error` and `CaseFileError` for a case file that cannot be read.
  public init(of manifest: Manifest, folder: String) throws {
    let cases = manifest.cases.filter(\.isLabelled)
    var mixtures = manifest.channels.map { _ in IntensityMixture() }
    for item in cases {
      guard let found = try CaseFileReader(path: folder + "/" + item.file).rawForeground() else { continue }
      for (channel, part) in found.enumerated() { mixtures[channel].add(part) }
    }
    shapesAfterCrop = cases.map(\.statistics.contentShape)
    spacings = cases.map(\.source.spacingMm)
    medianRelativeSizeAfterCropping = Self.median(
      cases.map { Double($0.statistics.contentShape.reduce(1, *)) / Double($0.source.shape.reduce(1, *)) })
    foregroundIntensityPropertiesPerChannel = [:]
    for (channel, mixture) in mixtures.enumerated() where !mixture.isEmpty {
      foregroundIntensityPropertiesPerChannel["\(channel)"] = Foreground(mixture)
    }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 1 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
