import CKernels
import Parallelism
import Volumes

/// What is known about one channel's raw voxels: where there is anything, and how bright the foreground is.
public struct RawChannel: Sendable {
  /// Count, mean, spread and range of the foreground; of nothing without a label.
  public var foreground: Moments
  /// The foreground's intensities.
  public var distribution: IntensityDistribution
  var content: Box?
}

/// Looks at each plane of a channel as it is stored, while it passes through the cache anyway.
final class ChannelSurvey: @unchecked Sendable {
  private let layout: ArrayLayout
  private let foreground: ForegroundPlanes?
  private let input: segprep_input
  private let pool = ScratchPool<Scratch>()
  /// By plane, each written by one thread.
  private let moments: UnsafeMutableBufferPointer<Moments>
  private let contents: UnsafeMutableBufferPointer<PlaneContent?>

  private final class Scratch: @unchecked Sendable {
    let histogram = IntensityHistogram()
    let values: Buffer<Float>
    init(count: Int) { values = Buffer(count: count) }
  }

  /// - Parameter replacement: stands in for voxels that are not finite.
  init(layout: ArrayLayout, foreground: ForegroundPlanes?, replacement: Float) {
    self.layout = layout
    self.foreground = foreground
    input = segprep_input(layout, replacement: replacement)
    moments = .allocate(capacity: layout.planes)
    moments.initialize(repeating: .none)
    contents = .allocate(capacity: layout.planes)
    contents.initialize(repeating: nil)
  }

  deinit {
    moments.deallocate()
    contents.deallocate()
  }

  func take(_ plane: UnsafeRawPointer, at k: Int) {
    contents[k] = PlaneContent(of: plane, layout)
    guard let runs = foreground?.take(k), !runs.isEmpty else { return }
    let scratch = pool.take { Scratch(count: layout.planeCount + Self.lanes) }
    defer { pool.give(scratch) }
    var count = 0
    for run in runs {
      let first = Int(run.row) * layout.extents[0] + Int(run.start)
      load(plane + first * layout.scalar.bytes, run.count, into: scratch.values.base + count)
      count += run.count
    }
    scratch.histogram.add(scratch.values.base, count)
    moments[k] = measure(scratch.values.base, count, .identity, .all)
  }

  /// The whole channel, once every plane was taken.
  func finish() -> RawChannel {
    let histogram = IntensityHistogram()
    for scratch in pool.all { histogram.merge(scratch.histogram) }
    var box: Box?
    for (k, content) in contents.enumerated() {
      guard let content else { continue }
      let here = layout.box(of: [content.columns, content.rows, k..<k + 1])
      box = box.map { $0.union(here) } ?? here
    }
    return RawChannel(
      foreground: moments.reduce(into: .none) { $0.merge($1) }, distribution: histogram.distribution, content: box)
  }

  private static let lanes = Int(SEGPREP_LANES)

  /// Loads neighbouring voxels as floats; up to `lanes` values behind the last are overwritten.
  private func load(_ voxels: UnsafeRawPointer, _ count: Int, into values: UnsafeMutablePointer<Float>) {
    var input = input
    let (rows, rest) = (count / Self.lanes, count % Self.lanes)
    let rowBytes = Self.lanes * layout.scalar.bytes
    _ = segprep_load_rows(&input, voxels, rowBytes, rows, Self.lanes, values)
    if rest > 0 {
      _ = segprep_load_rows(&input, voxels + rows * rowBytes, rowBytes, 1, rest, values + rows * Self.lanes)
    }
  }
}
