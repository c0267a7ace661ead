import Volumes

/// What a case looked like at one point of its way: small mid slices, and how its intensities were spread.
public struct StagePreview: Sendable {
  /// One slice, row by row from the top.
  public struct Slice: Sendable {
    /// Pixels down and across.
    public var rows: Int
    /// Pixels across.
    public var columns: Int
    /// Intensities by channel.
    public var values: [[Float]]
    /// Classes; empty without a label.
    public var classes: [UInt8]
  }

  /// Intensities in bins of equal width.
  public struct Histogram: Sendable, Codable, Equatable {
    /// The lowest sampled value.
    public var lower: Double
    /// The highest sampled value.
    public var upper: Double
    /// Sampled voxels in each bin from `lower` to `upper`.
    public var counts: [Int]

    init(of sample: [Float], bins: Int = 64) {
      (lower, upper) = (Double(sample.min() ?? 0), Double(sample.max() ?? 0))
      counts = Array(repeating: 0, count: bins)
      // In doubles: the width of a float image's range may be no float.
      let scale = upper > lower ? Double(bins) / (upper - lower) : 0
      for value in sample { counts[min(bins - 1, Int((Double(value) - lower) * scale))] += 1 }
    }
  }

  /// The stage after which it was taken; "raw" for the case as it was read.
  public var stage: String
  /// Axial, coronal, sagittal.
  public var slices: [Slice]
  /// By channel.
  public var histograms: [Histogram]
}

/// Takes a preview while planes pass.
final class PreviewSampler: @unchecked Sendable {
  private let table: SliceTable
  private let step: Int
  /// By channel; each pixel is written by one thread.
  private let values: [Buffer<Float>]
  private let classes: Buffer<UInt8>?
  private let samples: [Buffer<Float>]
  private let perPlane: Int

  /// Voxels sampled for a histogram, about.
  private static let sampled = 1 << 16

  /// Bytes that the previews of a case take, at most: a sampler of the raw voxels, one of the resampled ones, and what
  /// is kept of each of `stages`.
  static func bytes(channels: Int, stages: Int) -> Int {
    let pixels = 3 * SliceTable.longestSide * SliceTable.longestSide
    let sampler = channels * 4 * (pixels + sampled) + pixels * (1 + MemoryLayout<(Int32, Int32)>.size)
    return 2 * sampler + (stages + 1) * pixels * (4 * channels + 1)
  }

  init(_ layout: ArrayLayout, spacing: Spacing, channels: Int, isLabelled: Bool) {
    table = SliceTable(layout, spacing: spacing)
    // Odd, so that the samples do not all lie in a few columns.
    step = max(1, layout.planes * layout.planeCount / Self.sampled) | 1
    perPlane = (layout.planeCount + step - 1) / step
    let (pixels, count) = (table.pixels, perPlane * layout.planes)
    values = (0..<channels).map { _ in Buffer(count: pixels) }
    samples = (0..<channels).map { _ in Buffer(count: count) }
    classes = isLabelled ? Buffer(count: pixels) : nil
  }

  /// Takes what is shown of plane `k` of a channel as it is stored.
  /// - Parameter layout: the channel's, the same as the others' but for the scalar type.
  func take(_ plane: UnsafeRawPointer, at k: Int, channel: Int, _ layout: ArrayLayout) {
    let values = values[channel]
    table.forEach(inPlane: k) { voxel, pixel in values.base[pixel] = Float(layout.value(plane, voxel)) }
    let sample = samples[channel].base + k * perPlane
    for index in 0..<perPlane { sample[index] = Float(layout.value(plane, min(index * step, layout.planeCount - 1))) }
  }

  /// Takes what is shown of plane `k` of the label, decoded.
  func take(classes plane: UnsafePointer<UInt8>, at k: Int) {
    guard let classes else { return }
    table.forEach(inPlane: k) { voxel, pixel in classes.base[pixel] = plane[voxel] }
  }

  /// The preview, once every plane was taken; `map` is applied to the values of each channel.
  func finish(stage: String, _ maps: [Pointwise]) -> StagePreview {
    let mapped = zip(values, maps).map { buffer, map in buffer.values.map(map.finite) }
    var first = 0
    let slices = table.sizes.map { size in
      let range = first..<first + size.count
      first += size.count
      return StagePreview.Slice(
        rows: size.rows, columns: size.columns, values: mapped.map { Array($0[range]) },
        classes: classes.map { Array($0.values[range]) } ?? [])
    }
    let histograms = zip(samples, maps).map { buffer, map in
      StagePreview.Histogram(of: buffer.values.map(map.finite))
    }
    return StagePreview(stage: stage, slices: slices, histograms: histograms)
  }
}

extension PreviewSampler {
  /// A sampler of voxels in memory.
  convenience init(_ volume: Volume, _ label: LabelMap?) {
    let shape = volume.shape
    let layout = ArrayLayout(extents: [shape.x, shape.y, shape.z], orientation: .ras, scalar: .float32)
    self.init(layout, spacing: volume.affine.spacing, channels: volume.channels, isLabelled: label != nil)
    for z in 0..<shape.z {
      for channel in 0..<volume.channels {
        take(volume.voxels.base + channel * shape.count + z * layout.planeCount, at: z, channel: channel, layout)
      }
      if let label { take(classes: label.classes.base + z * layout.planeCount, at: z) }
    }
  }
}

extension Pointwise {
  /// The value as it is written; 0 for what is not finite and will be replaced.
  fileprivate func finite(_ value: Float) -> Float {
    let value = written(value)
    return value.isFinite ? value : 0
  }
}
