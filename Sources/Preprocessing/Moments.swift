import CKernels
import Parallelism
import Volumes

/// Count, mean, spread and range of some voxels.
public struct Moments: Sendable, Equatable {
  /// The number of values, whole.
  public var count: Double
  /// The arithmetic mean; 0 for no values.
  public var mean: Double
  /// Sum of squared distances from the mean.
  public var squares: Double
  /// The smallest value; infinity for no values.
  public var minimum: Double
  /// The greatest value; minus infinity for no values.
  public var maximum: Double
  /// The smallest and the greatest voxel before the map under which the values were measured.
  var voxels: (lowest: Float, highest: Float)

  /// Standard deviation, ddof 0.
  public var std: Double { count > 0 ? (max(0, squares) / count).squareRoot() : 0 }

  /// Whether all values are the same but for the rounding of the float filters: 16 units in the last place.
  public var isConstant: Bool { maximum - minimum <= 2e-6 * max(abs(minimum), abs(maximum)) }

  /// The moments of nothing.
  public static let none = Moments(
    count: 0, mean: 0, squares: 0, minimum: .infinity, maximum: -.infinity, voxels: (.infinity, -.infinity))

  /// Adds another part's moments, measured under the same map (Chan, Golub and LeVeque 1979).
  public mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    let total = count + other.count
    let distance = other.mean - mean
    squares += other.squares + distance * distance * count * other.count / total
    mean += distance * other.count / total
    count = total
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    voxels = (min(voxels.lowest, other.voxels.lowest), max(voxels.highest, other.voxels.highest))
  }

  /// The moments after `(v - offset) * scale`, `map` being the whole map from the voxels on.
  func followed(byOffset offset: Double, scale: Double, map: Pointwise) -> Moments {
    // The extremes are those that will be written, to the last bit.
    let ends = [map.written(voxels.lowest), map.written(voxels.highest)].map(Double.init).sorted()
    return Moments(
      count: count, mean: (mean - offset) * scale, squares: squares * scale * scale, minimum: ends[0],
      maximum: ends[1], voxels: voxels)
  }

  /// Whether two measurements agree to the last bit.
  public static func == (a: Moments, b: Moments) -> Bool {
    a.count == b.count && a.mean == b.mean && a.squares == b.squares && a.minimum == b.minimum
      && a.maximum == b.maximum && a.voxels == b.voxels
  }
}

/// Which voxels are measured.
enum Measured {
  case all
  case nonzero
  case masked(UnsafePointer<UInt8>)
}

/// The moments of one channel's voxels after a pointwise map.
///
/// Slices are measured on their own and merged in order, so the result does not depend on the number of workers.
func measure(
  _ volume: Volume, channel: Int, _ map: Pointwise, _ which: Measured = .all, on workers: Workers
) throws -> Moments {
  let shape = volume.shape
  let area = shape.y * shape.x
  let parts = try workers.map(shape.z) { z in
    let slice = volume.voxels.base + channel * shape.count + z * area
    return measure(slice, area, map, which.advanced(by: z * area))
  }
  return parts.reduce(into: Moments.none) { $0.merge($1) }
}

/// The moments of a run of voxels after a pointwise map.
func measure(_ voxels: UnsafePointer<Float>, _ count: Int, _ map: Pointwise, _ which: Measured) -> Moments {
  var kernel = map.kernel
  let mask = which.mask(voxels, count, map)
  defer { if case .nonzero = which { mask?.deallocate() } }
  guard let first = mask.map({ $0.firstIndex { $0 != 0 } }) ?? 0 else { return .none }
  // A shift near the values keeps the difference of squares exact; a constant slice has exactly no spread. It must be
  // one of the values that count: one far outside them would cancel their digits.
  let shift = map.written(voxels[first])
  var sums = segprep_moments(count: 0, sum: 0, squares: 0, lowest: .infinity, highest: -.infinity)
  if let mask {
    segprep_measure_masked(&kernel, voxels, mask.baseAddress, count, shift, &sums)
  } else {
    segprep_measure(&kernel, voxels, count, shift, &sums)
  }
  let mean = sums.sum / sums.count
  let ends = [map.written(sums.lowest), map.written(sums.highest)].map(Double.init).sorted()
  return Moments(
    count: sums.count, mean: mean + Double(shift), squares: sums.squares - mean * sums.sum, minimum: ends[0],
    maximum: ends[1], voxels: (sums.lowest, sums.highest))
}

extension Measured {
  /// Which of `count` voxels count; nil if all do. The mask of `nonzero` is new memory.
  fileprivate func mask(
    _ voxels: UnsafePointer<Float>, _ count: Int, _ map: Pointwise
  ) -> UnsafeBufferPointer<UInt8>? {
    switch self {
    case .all: return nil
    case .masked(let mask): return UnsafeBufferPointer(start: mask, count: count)
    case .nonzero:
      let mask = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
      for i in 0..<count { mask[i] = map.written(voxels[i]) != 0 ? 1 : 0 }
      return UnsafeBufferPointer(mask)
    }
  }

  func advanced(by count: Int) -> Measured {
    if case .masked(let mask) = self { .masked(mask + count) } else { self }
  }
}

extension Measured: @unchecked Sendable {}
