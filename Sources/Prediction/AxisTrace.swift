import Preprocessing
import Volumes

/// Where the voxels of one axis of a raw case went while it was prepared.
struct AxisTrace {
  /// By raw index, the nearest prepared index; -1 where the case was cut off.
  let places: [Int]
  /// Where raw index i lies among the prepared ones, cut off or not.
  let map: LinearIndexMap

  /// - Parameters:
  ///   - count: raw voxels.
  ///   - spacing: of the raw voxels, in millimetres.
  init(count: Int, spacing: Double, _ axis: SpatialAxis, _ decisions: [StageRecord]) {
    var places = (0..<count).map { Optional(Double($0)) }
    var (spacing, map) = (spacing, LinearIndexMap.identity)
    let place = 2 - axis.rawValue  // z, y, x
    for record in decisions {
      guard let extent = record.shape?[place] else { continue }
      if let new = record.spacingMm?[place] {
        // Whatever the grid rule: a voxel of the new grid is so many of the old one, and the outer corners coincide.
        let step = new / spacing
        let resampled = LinearIndexMap(scale: 1 / step, offset: 0.5 / step - 0.5)
        map = LinearIndexMap(scale: resampled.scale * map.scale, offset: resampled(map.offset))
        // A grid of exact spacing may end a little before the last voxel, which is nearest to its last one.
        places = places.map { $0.map { min(max(resampled($0), 0), Double(extent - 1)) } }
        spacing = new
      } else if let before = record.before?[place] {
        let shift = Double(record.stage == .crop ? -before : before)
        map.offset += shift
        places = places.map { $0.flatMap { (-0.5..<Double(extent) - 0.5).contains($0 + shift) ? $0 + shift : nil } }
      }
    }
    // Half-way the lower voxel, whatever rounding made of the half.
    self.places = places.map { $0.map { Int(($0 - 1e-6).rounded()) } ?? -1 }
    self.map = map
  }
}

extension Orientation {
  /// The orientation of axis codes such as "IPL"; nil for other texts.
  public init?(codes: String) {
    let letters: [Character: Direction] = [
      "R": Direction(axis: .x, isReversed: false), "L": Direction(axis: .x, isReversed: true),
      "A": Direction(axis: .y, isReversed: false), "P": Direction(axis: .y, isReversed: true),
      "S": Direction(axis: .z, isReversed: false), "I": Direction(axis: .z, isReversed: true),
    ]
    let directions = codes.compactMap { letters[$0] }
    guard directions.count == 3, codes.count == 3, Set(directions.map(\.axis)).count == 3 else { return nil }
    self.init(directions: directions)
  }

  /// The affine of an array of this orientation from that of its sorted axes: the inverse of `canonical`.
  func array(_ canonical: Affine, extents: [Int]) -> Affine {
    var affine = canonical
    for (place, direction) in directions.enumerated() {
      for row in 0..<3 {
        let step = canonical.rows[row][direction.axis.rawValue]
        affine.rows[row][place] = direction.isReversed ? -step : step
        if direction.isReversed { affine.rows[row][3] += step * Double(extents[place] - 1) }
      }
    }
    return Affine(rows: affine.rows)
  }
}
