import Pictures
import Pipeline
import Volumes

/// Segmentations of the same cases side by side: a row for each case, the truth first and then each run, as outlines over
/// one axial slice.
struct ComparisonFigure {
  private(set) var picture: Picture

  /// Pixels of the longest side of a slice.
  private static let longestSide = 220
  private static let gap = 6

  /// - Parameter runs: their names, in the order of the predictions.
  /// - Precondition: at least one case.
  init(_ cases: [ComparedCase], runs: [String]) {
    let titles = ["truth"] + runs
    let slices = cases.map(Self.slices)
    let width = slices.map { $0.image.columns }.max() ?? 1
    let tileWidth = max(width, 16 * Picture.letterWidth)
    let heights = slices.map { $0.image.rows + Self.gap + Picture.lineHeight }
    picture = Picture(
      width: Self.gap + titles.count * (tileWidth + Self.gap),
      height: 2 * Self.gap + Picture.lineHeight + heights.reduce(0, +), Colour(grey: 24))
    for (place, title) in titles.enumerated() {
      let fitting = String(title.prefix(tileWidth / Picture.letterWidth))
      picture.write(fitting, row: Self.gap, column: Self.gap + place * (tileWidth + Self.gap))
    }
    var row = 2 * Self.gap + Picture.lineHeight
    for (index, slice) in slices.enumerated() {
      for (place, outline) in slice.labels.enumerated() {
        let column = Self.gap + place * (tileWidth + Self.gap)
        picture.draw(slice.image, window: slice.window, row: row, column: column)
        picture.drawContours(of: outline, row: row, column: column)
      }
      picture.write(cases[index].caseIdentifier, row: row + slice.image.rows + 2, column: Self.gap)
      row += heights[index]
    }
  }

  private struct Slices {
    var image: Slice<Float>
    var window: ClosedRange<Float>
    var labels: [Slice<UInt8>]
  }

  private static func slices(of item: ComparedCase) -> Slices {
    let (shape, spacing) = (item.image.shape, item.image.affine.spacing)
    let pixel = max(Double(shape.y) * spacing.y, Double(shape.x) * spacing.x) / Double(longestSide)
    let index = fullest(item.truth)
    func slice<Value>(_ voxels: UnsafeMutablePointer<Value>) -> Slice<Value> {
      Slice(of: UnsafePointer(voxels), shape: shape, axis: .z, index: index, spacing: spacing, pixel: pixel)
    }
    let image = slice(item.image.voxels.base)
    let sorted = image.values.sorted()
    let (low, high) = (sorted[sorted.count / 200], sorted[sorted.count - 1 - sorted.count / 200])
    return Slices(
      image: image, window: low...max(high, low.nextUp),
      labels: ([item.truth] + item.predictions).map { slice($0.classes.base) })
  }

  /// The plane that shows most of the greatest class, which is the rarest as a rule; the middle one of an empty label.
  private static func fullest(_ label: LabelMap) -> Int {
    let area = label.shape.y * label.shape.x
    let greatest = label.classes.values.max() ?? 0
    guard greatest > 0 else { return label.shape.z / 2 }
    let counts = (0..<label.shape.z).map { z in
      (0..<area).reduce(0) { $0 + (label.classes.base[z * area + $1] == greatest ? 1 : 0) }
    }
    return counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
  }
}
