import Foundation
import Randomness

/// A patient: everything that is painted, from the skin inwards, in the order in which it is painted.
///
/// Right and left, head and foot, front and back differ as in people, so that an axis turned round shows. Sizes are
/// those of an average adult; the scan scales them in the plane. No tissue has Hounsfield units of its own: the liver
/// and the bowel have the tumours', the spleen and the veins the kidneys'.
struct Anatomy: Sendable {
  private(set) var solids: [Solid] = []
  let heights: [Float]
  /// Half the body's width and depth at each height.
  let body: BodyOutline
  /// How far the contrast agent has come: 0 is even enhancement, 1 bright cortex and dark medulla.
  let phase: Float
  /// Hounsfield units of the renal cortex, the arteries and the veins.
  let cortex: Float
  let artery: Float
  let vein: Float
  var random: RandomStream

  /// - Parameters:
  ///   - heights: each slice's z.
  init(heights: [Float], using random: RandomStream) {
    var random = random
    self.heights = heights
    body = BodyOutline(using: &random)
    phase = Float(random.uniform())
    cortex = Float(random.uniform(in: 165..<190)) + 35 * phase
    artery = cortex + Float(random.uniform(in: -10..<30))
    vein = cortex + Float(random.uniform(in: -25..<15))
    self.random = random
    addBody()
    addChest()
    addBowel()
    addUpperAbdomen()
    addSkeleton()
    addPelvis()
    addVessels()
    addKidneys()
  }

  mutating func add(_ solid: Solid) { solids.append(solid) }

  /// A number in a range, from the patient's own stream.
  mutating func draw(_ range: Range<Double>) -> Float { Float(random.uniform(in: range)) }

  /// A vector of three numbers in a range.
  mutating func drawVector(_ range: Range<Double>) -> SIMD3<Float> { SIMD3(draw(range), draw(range), draw(range)) }

  /// A tube along the body.
  func tube(
    from low: Float, to high: Float, center: (Float) -> SIMD2<Float>, halfLengths: (Float) -> SIMD2<Float>
  ) -> Solid.Form {
    .tube(Tube(heights: heights, extent: low...high, center: center, halfLengths: halfLengths))
  }

  /// Weights that come and go along the body: 1 for `share` of each period, with soft ends.
  func gate(period: Float, share: Float, offset: Float) -> [Float] {
    heights.map { height in
      let place = (height - offset) / period
      let distance = abs(place - place.rounded()) * 2  // 0 in the middle of a piece, 1 between two
      return min(max((share - distance) * 8 + 0.5, 0), 1)
    }
  }

  /// Weights that are 1 between two heights, with soft ends.
  func gate(from low: Float, to high: Float) -> [Float] {
    heights.map { min(max(min($0 - low, high - $0) / 6 + 0.5, 0), 1) }
  }
}

/// The body's outline: an ellipse with full corners, whose width and depth change along the body.
struct BodyOutline: Sendable {
  let belly: Float
  /// Thickness of the fat under the skin, in millimetres.
  let fat: Float
  static let squareness: Float = 0.35

  init(using random: inout RandomStream) {
    belly = Float(random.uniform(in: 0..<16))
    fat = Float(random.uniform(in: 9..<26))
  }

  func halfLengths(_ z: Float) -> SIMD2<Float> {
    let waist = bump(z, at: 40, width: 60)
    let hips = bump(z, at: -230, width: 90)
    return SIMD2(168 - 8 * waist + 12 * hips, 106 + belly * bump(z, at: -60, width: 100) + 6 * hips)
  }

  func bump(_ z: Float, at middle: Float, width: Float) -> Float {
    exp(-((z - middle) / width) * ((z - middle) / width))
  }
}
