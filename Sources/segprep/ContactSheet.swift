import Pictures
import Volumes

/// Pictures of samples side by side: three planes each, outlines of the label, a caption below.
struct ContactSheet {
  private(set) var picture: Picture
  private let channel: Int
  private let window: ClosedRange<Float>
  /// The side of a pixel in millimetres.
  private let pixel: Double
  private let tile: (width: Int, height: Int)
  /// Pixels that the tallest slice is high.
  private let sliceHeight: Int
  private var count = 0

  /// Pixels of the longest side of a slice.
  private static let longestSide = 200
  private static let gap = 6
  private static let captionLines = 3
  /// Tiles beside each other.
  private static let columns = 2

  /// A sheet for `tiles` samples like this one, in its window: from the 0.5th to the 99.5th percentile.
  init(_ image: Volume, channel: Int, tiles: Int) {
    self.channel = channel
    let spacing = image.affine.spacing, shape = image.shape
    let extents = Spacing { spacing[$0] * Double(shape[$0]) }
    pixel = max(extents.z, extents.y, extents.x) / Double(Self.longestSide)
    let sizes = Self.slices(of: image, image.voxels.base + channel * shape.count, pixel: pixel)
    let (width, height) = (sizes.reduce(0) { $0 + $1.columns + Self.gap }, sizes.map(\.rows).max() ?? 0)
    sliceHeight = height
    tile = (
      max(width, 80 * Picture.letterWidth), height + Self.gap + Self.captionLines * Picture.lineHeight + Self.gap
    )
    let rows = (tiles + Self.columns - 1) / Self.columns
    picture = Picture(
      width: Self.gap + Self.columns * (tile.width + Self.gap), height: Self.gap + rows * (tile.height + Self.gap),
      Colour(grey: 24))
    let values = UnsafeBufferPointer(start: image.voxels.base + channel * shape.count, count: shape.count)
    // Every 7th voxel tells as much as all of them.
    let sorted = stride(from: 0, to: values.count, by: values.count > 1 << 16 ? 7 : 1).map { values[$0] }.sorted()
    let (low, high) = (sorted[sorted.count / 200], sorted[sorted.count - 1 - sorted.count / 200])
    window = low...max(high, low.nextUp)
  }

  /// Puts a sample into the next tile.
  mutating func add(_ image: Volume, _ label: LabelMap?, caption: String) {
    let row = Self.gap + count / Self.columns * (tile.height + Self.gap)
    let left = Self.gap + count % Self.columns * (tile.width + Self.gap)
    var column = left
    let values = Self.slices(of: image, image.voxels.base + channel * image.shape.count, pixel: pixel)
    let outlines = label.map { Self.slices(of: image, $0.classes.base, pixel: pixel) }
    for (index, slice) in values.enumerated() {
      picture.draw(slice, window: window, row: row, column: column)
      if let outlines { picture.drawContours(of: outlines[index], row: row, column: column) }
      column += slice.columns + Self.gap
    }
    let lines = Picture.wrapped(caption, width: tile.width).split(separator: "\n").prefix(Self.captionLines)
    picture.write(lines.joined(separator: "\n"), row: row + sliceHeight + Self.gap, column: left)
    count += 1
  }

  /// The mid slices: axial, coronal, sagittal.
  private static func slices<Value>(
    of image: Volume, _ voxels: UnsafeMutablePointer<Value>, pixel: Double
  ) -> [Slice<Value>] {
    [SpatialAxis.z, .y, .x].map { axis in
      Slice(
        of: UnsafePointer(voxels), shape: image.shape, axis: axis, index: image.shape[axis] / 2,
        spacing: image.affine.spacing, pixel: pixel)
    }
  }
}
