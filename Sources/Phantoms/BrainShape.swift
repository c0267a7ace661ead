import Foundation
import Randomness

/// The outlines of cerebrum, cerebellum and brainstem: depths below their surfaces, in millimetres, negative outside.
///
/// Sizes are those of an average adult in the atlas space that BraTS20's cases are registered to: 137 mm from side to
/// side, 173 mm from front to back (the real case BraTS20_Training_001). z = 0 is the height of the third ventricle.
struct BrainShape: Sendable {
  /// Half the hemispheres' width, length and height above their middle.
  private let hemispheres: SIMD3<Float>
  private let temporal: [Blob]
  private var cerebellum: [Blob]
  let stem: [Blob]
  /// How far what grows in one hemisphere has pushed the midline towards x > 0, in millimetres.
  let shift: Float

  init(shift: Float, using random: inout RandomStream) {
    func draw(_ range: Range<Double>) -> Float { Float(random.uniform(in: range)) }
    self.shift = shift
    hemispheres = SIMD3(67 + draw(-2..<2), 86 + draw(-3..<2), 54 + draw(-2..<2))
    temporal = [1, -1].map { side in
      Blob(
        center: SIMD3(side * 42, -2, -17),
        axes: Blob.frame(long: SIMD3(-side * 0.1, 1, -0.12), side: SIMD3(1, 0, 0)),
        halfLengths: SIMD3(23, 23, 43) + draw(-1..<1))
    }
    cerebellum = [1, -1].map { side in
      Blob(
        center: SIMD3(side * 21, -47, -29), axes: Blob.frame(long: SIMD3(1, -side * 0.25, 0), side: SIMD3(0, 1, 0)),
        halfLengths: SIMD3(33, 29, 32))
    }
    cerebellum.append(Blob(center: SIMD3(0, -44, -22), halfLengths: SIMD3(15, 27, 25)))
    stem = [
      Blob(center: SIMD3(0, -13, -8), halfLengths: SIMD3(20, 13, 16)),
      Blob(center: SIMD3(0, -9, -29), halfLengths: SIMD3(18, 14, 15)),
      Blob(
        center: SIMD3(0, -19, -52), axes: Blob.frame(long: SIMD3(0, 0.25, 1), side: SIMD3(1, 0, 0)),
        halfLengths: SIMD3(10, 9, 21)),
    ]
  }

  /// Whether a column through the head can meet the brain at all.
  static func mayShow(x: Float, y: Float) -> Bool { x * x / (80 * 80) + y * y / (100 * 100) < 1 }

  /// The depth in the cerebrum, both hemispheres as one.
  func cerebrumDepth(_ point: SIMD3<Float>) -> Float {
    var egg = point - SIMD3(0, 0, 12)
    egg.x *= 1 + 0.0012 * (point.y + 25)  // widest behind the middle
    let squares = (egg / hemispheres) * (egg / hemispheres)
    // Fuller than an ellipsoid: its norm, and that of a box with round corners.
    let norm = max(0.1, 0.7 * squares.sum().squareRoot() + 0.3 * (squares * squares).sum().squareRoot().squareRoot())
    let dome = (1 - norm) / norm * (egg * egg).sum().squareRoot()
    let upper = Self.least(dome, (point.z - floor(point)) * 0.95, within: 8)
    return temporal.reduce(upper) { Self.greatest($0, $1.depth(at: point), within: 3) }
  }

  func cerebellumDepth(_ point: SIMD3<Float>) -> Float {
    let lobes = cerebellum.reduce(-100) { Self.greatest($0, $1.depth(at: point), within: 8) }
    return min(lobes, floor(point) - 1.5 - point.z)  // the tentorium
  }

  func stemDepth(_ point: SIMD3<Float>) -> Float {
    stem.reduce(-100) { Self.greatest($0, $1.depth(at: point), within: 5) }
  }

  /// The depth in all that the skull-stripped image shows: the brain and the fluid in its clefts.
  func headDepth(cerebrum: Float, cerebellum: Float, stem: Float) -> Float {
    Self.greatest(Self.greatest(cerebrum, cerebellum, within: 14), stem, within: 14) + 0.6
  }

  /// The distance from the cleft between the hemispheres, which ends above the corpus callosum.
  func medialDepth(_ point: SIMD3<Float>) -> Float {
    let sideways = point.x - midline(point)
    let (y, z) = ((point.y + 2) / 47, (point.z - 8) / 27)
    let inside = max(0, 1 - (y * y + z * z).squareRoot()) * 70
    return (sideways * sideways + inside * inside).squareRoot()
  }

  /// The midline's x; the falx holds it at the top and at the ends.
  func midline(_ point: SIMD3<Float>) -> Float {
    let (y, z) = ((point.y - 5) / 42, (point.z - 2) / 32)
    return shift * exp(-y * y - z * z)
  }

  /// What the cerebrum rests on: the skull in front, the tentorium behind, which is highest in the middle.
  private func floor(_ point: SIMD3<Float>) -> Float {
    let behind = min(max((12 - point.y) / 36, 0), 1)
    let tent = -11 + 18 * exp(-point.x * point.x / (26 * 26)) + 0.1 * (point.y + 40)
    return -20 + (tent + 20) * behind * behind * (3 - 2 * behind)
  }

  /// The lesser and the greater of two, rounded where they are nearer to each other than `width`.
  private static func least(_ a: Float, _ b: Float, within width: Float) -> Float {
    let share = min(max(0.5 + 0.5 * (b - a) / width, 0), 1)
    return b + (a - b) * share - width * share * (1 - share)
  }

  private static func greatest(_ a: Float, _ b: Float, within width: Float) -> Float {
    -least(-a, -b, within: width)
  }
}
