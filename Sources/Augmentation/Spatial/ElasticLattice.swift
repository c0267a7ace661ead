import Randomness
import Volumes

/// The control points of an elastic field over one output patch: coefficients of cubic B-splines, one sigma apart.
///
/// An output index i along an axis reads the four control points from `floor(i / step)` on.
final class ElasticLattice {
  /// Control points along each axis; 1 along z of a single slice.
  private(set) var points = Shape(z: 0, y: 0, x: 0)
  /// Voxels from one control point to the next.
  private(set) var step = ZYX<Double>(z: 1, y: 1, x: 1)
  /// The output's voxels.
  private(set) var shape = Shape(z: 0, y: 0, x: 0)
  /// Displacements along z, y, x in output voxels: three lattices of `points.count` coefficients.
  private(set) var coefficients: UnsafeMutablePointer<Float>

  private var words = Workspace<UInt64>()
  private var noise = Workspace<Float>()
  private var half = Workspace<Float>()
  private var whole = Workspace<Float>()

  init() { coefficients = whole.room(for: 0) }

  /// The lattice of the displacements along one axis.
  func coefficients(_ axis: SpatialAxis) -> UnsafeMutablePointer<Float> {
    coefficients + (2 - axis.rawValue) * points.count
  }

  /// Makes the field's control points over a patch of `shape` voxels.
  func build(_ field: ElasticField, over shape: Shape) {
    self.shape = shape
    step = field.voxelSigma
    points = ZYX { axis in
      axis == .z && shape.z == 1 ? 1 : Int((Double(shape[axis] - 1) / step[axis]).rounded(.down)) + 4
    }
    let reach = ZYX { axis in points.z == 1 && axis == .z ? 0 : LatticeSmoothing.reach }
    let wide = ZYX { axis in points[axis] + 2 * reach[axis] }
    coefficients = whole.room(for: 3 * points.count)
    let noise = noise.room(for: wide.count)
    let half = half.room(for: wide.count)
    let rms = field.voxelRMS(over: shape)
    // A uniform number's variance is 1/3, and each axis multiplies it by what smoothing leaves.
    let dimensions = points.z == 1 ? 2 : 3
    let variance = (0..<dimensions).reduce(1.0 / 3) { product, _ in product * LatticeSmoothing.variance }
    for axis in [SpatialAxis.z, .y, .x] {
      let result = coefficients(axis)
      guard rms[axis] > 0 else {
        result.update(repeating: 0, count: points.count)
        continue
      }
      draw(noise, count: wide.count, seed: field.seed, stream: UInt64(axis.rawValue))
      // The slowest axis first: what it cuts off need not be filtered along the others.
      smooth(noise, to: half, outer: 1, points.z, inner: wide.y * wide.x, reach: reach.z)
      smooth(half, to: noise, outer: points.z, points.y, inner: wide.x, reach: reach.y)
      smooth(noise, to: result, outer: points.z * points.y, points.x, inner: 1, reach: reach.x)
      let strength = Float(rms[axis] / variance.squareRoot())
      for index in 0..<points.count { result[index] *= strength }
    }
  }

  /// Uniform numbers in [-1, 1), two from each word of the seed's generator.
  private func draw(_ numbers: UnsafeMutablePointer<Float>, count: Int, seed: SIMD2<UInt64>, stream: UInt64) {
    let generator = Philox4x64(key: seed, counter: SIMD4(0, stream, 0, 0))
    let wordCount = (count + 1) / 2
    let words = words.room(for: wordCount)
    generator.fill(UnsafeMutableBufferPointer(start: words, count: wordCount), firstBlock: 0)
    for index in 0..<count {
      let bits = Int32(truncatingIfNeeded: words[index >> 1] >> (index & 1 == 0 ? 0 : 32))
      numbers[index] = Float(bits) * 0x1p-31
    }
  }

  /// Weighs `2 * reach + 1` neighbours along an axis of `count` results; values of `inner` faster axes lie between them.
  private func smooth(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, outer: Int, _ count: Int, inner: Int,
    reach: Int
  ) {
    let run = count * inner
    for block in 0..<outer {
      let from = source + block * (run + 2 * reach * inner)
      let to = target + block * run
      guard reach > 0 else {
        to.update(from: from, count: run)
        continue
      }
      to.update(repeating: 0, count: run)
      for (tap, weight) in LatticeSmoothing.weights.enumerated() {
        let shifted = from + tap * inner
        for index in 0..<run { to[index] += weight * shifted[index] }
      }
    }
  }
}
