import Volumes

/// Brings a label map from its array onto a grid in (z, y, x) order; labels never gain a value.
///
/// Planes are decoded as they arrive and held only while an output needs them. Between voxels of one class there is nothing to decide. Only where classes meet are weights added up, in Double and in
/// SciPy's order (z, then y, then x), so that a weight of exactly one half falls on the same side.
final class LabelResampler: @unchecked Sendable {
  let decoder: LabelDecoder
  let stretches: [Stretch]
  private let rule: LabelRule
  private let taps: [AxisTaps]
  private let sourceStrides: [Int]
  private let outputStrides: [Int]
  private let output: UnsafeMutablePointer<UInt8>

  /// Classes held at a time, about: what fits a cache, and eight planes at least.
  static func heldBytes(of layout: ArrayLayout) -> Int {
    min(max(8, (4 << 20) / layout.planeCount), layout.planes) * layout.planeCount
  }

  /// - Parameter output: `grid.shape.count` zeros in (z, y, x) order.
  init(
    layout: ArrayLayout, mapping: LabelMapping, grid: TargetGrid, order: InterpolationOrder, rule: LabelRule,
    border: Border, output: UnsafeMutablePointer<UInt8>
  ) {
    precondition(order != .cubic, "labels are resampled at order 0 or 1")
    self.rule = rule
    self.output = output
    let directions = layout.orientation.directions
    let taps = directions.map {
      AxisTaps(grid: grid, axis: $0.axis, isReversed: $0.isReversed, order: order, border: border)
    }
    stretches = Stretch.split(taps[2], arriving: Self.heldBytes(of: layout) / layout.planeCount)
    let slots = stretches.map(\.rows.count).max() ?? 1
    decoder = LabelDecoder(layout: layout, mapping: mapping, slots: slots)
    self.taps = [taps[0], taps[1], taps[2].wrapped(into: slots)]
    let extents = layout.extents
    sourceStrides = [1, extents[0], extents[0] * extents[1]]
    let shape = grid.shape
    outputStrides = directions.map { [1, shape.x, shape.x * shape.y][$0.axis.rawValue] }
  }

  /// Makes one slice, an output along the array's slowest axis; returns its voxels per class.
  ///
  /// The planes of the stretch it belongs to must have been taken, and none of the next.
  func finish(slice: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    let n1 = decoder.layout.extents[1]
    var neighbours = Neighbours(taps: taps, sourceStrides: sourceStrides, layout: decoder.layout)
    neighbours.select(axis: 2, output: slice)
    for j in 0..<taps[1].m {
      neighbours.select(axis: 1, output: j)
      let target = output + slice * outputStrides[2] + j * outputStrides[1]
      let kinds = neighbours.rows(perPlane: n1)
      let first = decoder.rows.base[kinds[0]]
      if first != LabelDecoder.mixed && kinds.allSatisfy({ decoder.rows.base[$0] == first }) {
        counts[Int(first)] += taps[0].m
        if first != 0 {
          for i in 0..<taps[0].m { target[i * outputStrides[0]] = UInt8(first) }
        }
        continue
      }
      for i in 0..<taps[0].m {
        let value = neighbours.resolve(fast: i, decoder.classes.base, rule)
        target[i * outputStrides[0]] = value
        counts[Int(value)] += 1
      }
    }
    return counts
  }
}

/// The one, two, four or eight source voxels around an output, and what they make of it.
private struct Neighbours {
  private let taps: [AxisTaps]
  private let strides: [Int]
  /// Array axes in the order z, y, x.
  private let canonical: [Int]
  private var selected = [0, 0, 0]

  init(taps: [AxisTaps], sourceStrides: [Int], layout: ArrayLayout) {
    self.taps = taps
    strides = sourceStrides
    canonical = [SpatialAxis.z, .y, .x].map { layout.orientation.arrayAxis(along: $0) }
  }

  mutating func select(axis: Int, output: Int) { selected[axis] = output * taps[axis].taps }

  /// The row numbers that the selected output of axes 1 and 2 reads from.
  func rows(perPlane n1: Int) -> [Int] {
    (0..<taps[2].taps).flatMap { k in
      (0..<taps[1].taps).map { j in
        Int(taps[2].index[selected[2] + k]) * n1 + Int(taps[1].index[selected[1] + j])
      }
    }
  }

  /// The class of output `fast` along axis 0 of the selected row.
  mutating func resolve(fast: Int, _ classes: UnsafePointer<UInt8>, _ rule: LabelRule) -> UInt8 {
    selected[0] = fast * taps[0].taps
    let (a, b, c) = (canonical[0], canonical[1], canonical[2])
    let first = classes[offset(a, 0) + offset(b, 0) + offset(c, 0)]
    var isUniform = true
    for i in 0..<taps[a].taps {
      for j in 0..<taps[b].taps {
        for k in 0..<taps[c].taps where classes[offset(a, i) + offset(b, j) + offset(c, k)] != first {
          isUniform = false
        }
      }
    }
    return isUniform ? first : decide(classes, rule)
  }

  private func decide(_ classes: UnsafePointer<UInt8>, _ rule: LabelRule) -> UInt8 {
    let (a, b, c) = (canonical[0], canonical[1], canonical[2])
    // At most eight voxels meet; classes in ascending order, each with its weight.
    var present: [(value: UInt8, weight: Double)] = []
    for i in 0..<taps[a].taps {
      for j in 0..<taps[b].taps {
        for k in 0..<taps[c].taps {
          let value = classes[offset(a, i) + offset(b, j) + offset(c, k)]
          let weight = weight(a, i) * weight(b, j) * weight(c, k)
          if let place = present.firstIndex(where: { $0.value >= value }) {
            if present[place].value == value {
              present[place].weight += weight
            } else {
              present.insert((value, weight), at: place)
            }
          } else {
            present.append((value, weight))
          }
        }
      }
    }
    switch rule {
    case .threshold: return present.last { $0.value != 0 && $0.weight >= 0.5 }?.value ?? 0
    case .argmax: return present.reduce((0, -1.0)) { $1.weight > $0.1 ? ($1.value, $1.weight) : $0 }.0
    }
  }

  private func offset(_ axis: Int, _ tap: Int) -> Int { Int(taps[axis].index[selected[axis] + tap]) * strides[axis] }
  private func weight(_ axis: Int, _ tap: Int) -> Double { taps[axis].weights[selected[axis] + tap] }
}
