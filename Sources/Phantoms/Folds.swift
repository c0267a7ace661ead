import Foundation
import Randomness

/// A folded surface: grey matter follows it, and sheets of fluid, the sulci, run inwards from it.
struct Folds: Sendable {
  /// How deep the sheets run, in millimetres.
  let reach: Float
  /// Half the sheets' width at the surface; they end in nothing.
  let gap: Float
  /// The thickness of the grey matter.
  let ribbon: Float

  /// How much of a voxel is grey matter, and how much of it is fluid.
  /// - Parameters:
  ///   - depth: below the surface.
  ///   - distance: from the nearest sheet.
  ///   - edge: the width over which a border fades.
  func shares(depth: Float, distance: Float, deeper: Float = 0, edge: Float) -> (grey: Float, fluid: Float) {
    let reach = reach + deeper
    let cleft = depth < reach ? gap * (1 - depth / reach) - distance : -1
    let (below, beside) = (max(0, depth - reach), max(0, distance - gap))
    let near = min((below * below + beside * beside).squareRoot(), depth)
    return (clamped((ribbon - near) / edge + 0.5), clamped(max(cleft, -depth) / edge + 0.5))
  }

  private func clamped(_ share: Float) -> Float { min(max(share, 0), 1) }
}

/// Where a hemisphere's sulci are: where a smooth random field is zero. It is the same along each line from the
/// hemisphere's middle, or nearly so, so that the sheets run inwards.
struct SulcusField: Sendable {
  private var waves: [(k: SIMD3<Float>, phase: Float)] = []
  private static let wavelengths = 17.0..<30
  /// From the middle to the surface, where the wavelengths hold.
  private static let radius: Float = 58
  /// How much alike the field is along a line: 1 is the same, 0 as different as across it.
  private static let alike: Float = 0.8

  init(using random: inout RandomStream) {
    for _ in 0..<14 {
      let k = 2 * Double.pi / random.uniform(in: Self.wavelengths)
      let cosine = random.uniform(in: -1..<1)
      let turn = random.uniform(in: 0..<(2 * Double.pi))
      let flat = k * (1 - cosine * cosine).squareRoot()
      let direction = SIMD3(Float(flat * cos(turn)), Float(flat * sin(turn)), Float(k * cosine))
      waves.append((direction, Float(random.uniform(in: 0..<(2 * Double.pi)))))
    }
  }

  /// The distance from the nearest sheet, roughly, in millimetres.
  func distance(at point: SIMD3<Float>, bend: Float) -> Float {
    let middle = SIMD3<Float>(point.x < 0 ? -26 : 26, -6, 8)
    let ray = point - middle
    let length = max(4, (ray * ray).sum().squareRoot())
    let stretch = pow(Self.radius / length, Self.alike)
    let place = middle + ray * stretch + bend
    var field: Float = 0
    var slope = SIMD3<Float>.zero
    for wave in waves {
      let angle = (wave.k * place).sum() + wave.phase
      field += cos(angle)
      slope -= wave.k * sin(angle)
    }
    // The slope in space: along the ray the place hardly moves.
    let outwards = ray / length
    slope = (slope - outwards * (slope * outwards).sum() * Self.alike) * stretch
    return abs(field) / max((slope * slope).sum().squareRoot(), 0.01)
  }
}

/// Where the cerebellum's fissures are: planes that fan out from its stalks to the surface.
struct FoliumField: Sendable {
  private static let period: Float = 5.5

  func distance(at point: SIMD3<Float>, bend: Float) -> Float {
    let angle = atan2(point.z + 30, -(point.y + 20))
    let place = (angle * 34 + 0.02 * point.x * point.x + bend) / Self.period
    return abs(place - place.rounded()) * Self.period
  }
}
