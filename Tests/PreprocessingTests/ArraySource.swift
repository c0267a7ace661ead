import Parallelism
import Preprocessing
import TestSupport
import Volumes

/// Values on a grid in (z, y, x) order, x fastest.
struct Grid<Value> {
  var shape: Shape
  var values: [Value]

  init(_ shape: Shape, _ values: [Value]) {
    self.shape = shape
    self.values = values
  }

  init(_ shape: Shape, _ value: (_ z: Int, _ y: Int, _ x: Int) -> Value) {
    self.shape = shape
    values = []
    values.reserveCapacity(shape.count)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x { values.append(value(z, y, x)) }
      }
    }
  }

  subscript(z: Int, y: Int, x: Int) -> Value { values[(z * shape.y + y) * shape.x + x] }
}

extension Grid: Sendable where Value: Sendable {}
extension Grid: Equatable where Value: Equatable {}

extension Grid<Double> {
  /// Whole numbers that every scalar type can hold.
  static func random(_ shape: Shape, _ range: ClosedRange<Int> = 0...100, seed: Int) -> Grid {
    var generator = SeededGenerator(seed: seed)
    return Grid(shape) { _, _, _ in Double(Int.random(in: range, using: &generator)) }
  }

  /// The greatest distance between two grids of one shape.
  func distance(to other: Grid) -> Double {
    guard shape == other.shape else { return .infinity }
    return zip(values, other.values).reduce(0) { Swift.max($0, abs($1.0 - $1.1)) }
  }
}

/// An array in memory, its axes, type and bytes as a file would have them.
final class ArraySource: PlaneSource, @unchecked Sendable {
  let layout: ArrayLayout
  private let bytes: [UInt8]
  private var next = 0

  init(_ layout: ArrayLayout, _ bytes: [UInt8]) {
    self.layout = layout
    self.bytes = bytes
  }

  /// Stores a grid along other axes; a value is stored as (value - intercept) / slope.
  convenience init(
    _ grid: Grid<Double>, _ orientation: Orientation = .ras, _ scalar: ScalarType = .float32,
    isByteSwapped: Bool = false, slope: Double = 1, intercept: Double = 0
  ) {
    let extents = orientation.directions.map { grid.shape[$0.axis] }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(grid.shape.count * scalar.bytes)
    var place = Shape(z: 0, y: 0, x: 0)
    for k in 0..<extents[2] {
      for j in 0..<extents[1] {
        for i in 0..<extents[0] {
          for (index, direction) in zip([i, j, k], orientation.directions) {
            place[direction.axis] = direction.isReversed ? grid.shape[direction.axis] - 1 - index : index
          }
          let stored = (grid[place.z, place.y, place.x] - intercept) / slope
          bytes += isByteSwapped ? Self.encode(stored, scalar).reversed() : Self.encode(stored, scalar)
        }
      }
    }
    let layout = ArrayLayout(
      extents: extents, orientation: orientation, scalar: scalar, isByteSwapped: isByteSwapped, slope: slope,
      intercept: intercept)
    self.init(layout, bytes)
  }

  func readPlane(into plane: UnsafeMutableRawBufferPointer) {
    plane.copyBytes(from: bytes[next * layout.planeBytes..<(next + 1) * layout.planeBytes])
    next += 1
  }

  private static func encode(_ value: Double, _ scalar: ScalarType) -> [UInt8] {
    func bytes<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    return switch scalar {
    case .uint8: bytes(UInt8(value.rounded()))
    case .int8: bytes(Int8(value.rounded()))
    case .uint16: bytes(UInt16(value.rounded()))
    case .int16: bytes(Int16(value.rounded()))
    case .uint32: bytes(UInt32(value.rounded()))
    case .int32: bytes(Int32(value.rounded()))
    case .uint64: bytes(UInt64(value.rounded()))
    case .int64: bytes(Int64(value.rounded()))
    case .float32: bytes(Float(value))
    case .float64: bytes(value)
    }
  }
}

extension Orientation {
  /// All 48 orders and signs of the axes.
  static let all: [Orientation] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].flatMap { order in
    (0..<8).map { signs in
      Orientation(
        directions: order.enumerated().map { place, axis in
          Direction(axis: SpatialAxis.allCases[axis], isReversed: signs >> place & 1 == 1)
        })
    }
  }

  /// The affine of an array along these axes whose first canonical voxel lies at the origin.
  func affine(_ spacing: Spacing, extents: [Int]) -> Affine {
    var affine = Affine(rows: [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    for (column, direction) in directions.enumerated() {
      let step = spacing[direction.axis]
      affine.rows[direction.axis.rawValue][column] = direction.isReversed ? -step : step
      if direction.isReversed { affine.rows[direction.axis.rawValue][3] = step * Double(extents[column] - 1) }
    }
    return affine
  }
}

extension Spacing {
  static let unit = Spacing(z: 1, y: 1, x: 1)
}

/// A case that stages can be run on.
struct Sample {
  var channels: [ArraySource]
  var label: ArraySource?
  var mapping = LabelMapping(classes: [0: 0, 1: 1, 2: 2, 3: 3])
  var spacing = Spacing.unit
  var nonfinite = NonfinitePolicy.fail

  init(_ channels: ArraySource..., label: ArraySource? = nil, spacing: Spacing = .unit) {
    self.channels = channels
    self.label = label
    self.spacing = spacing
  }

  func run(_ stages: Stage..., jobs: Int = 1) throws -> CaseState {
    let layout = channels[0].layout
    let raw = RawVolumes(
      channels: channels, label: label, mapping: mapping,
      affine: layout.orientation.affine(spacing, extents: layout.extents), nonfinite: nonfinite)
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    return try Preprocessor(stages: stages).run(raw, on: workers)
  }

  /// What a user sees of a run that fails.
  func message(_ stages: Stage...) -> String? {
    do {
      _ = try stages.isEmpty ? run() : run(stages[0])
      return nil
    } catch { return "\(error)" }
  }
}

extension CaseState {
  /// A channel as it would be written: its pending map applied.
  func written(_ channel: Int = 0) -> Grid<Double> {
    let count = volume.shape.count
    var values = Array(volume.voxels.values[channel * count..<(channel + 1) * count])
    values.withUnsafeMutableBufferPointer { voxels in
      guard let base = voxels.baseAddress, !pending[channel].isIdentity else { return }
      pending[channel].apply(from: base, to: base, count: count)
    }
    return Grid(volume.shape, values.map(Double.init))
  }

  var classes: Grid<UInt8>? { label.map { Grid($0.shape, Array($0.classes.values)) } }
}
