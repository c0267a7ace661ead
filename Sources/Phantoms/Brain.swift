import Foundation
import Randomness

/// A patient's brain: its folded surface, and what is painted into it, in the order in which it is painted.
///
/// Right and left, head and foot, front and back differ as in people.
struct Brain: Sendable {
  let shape: BrainShape
  let tumour: BrainTumour
  private(set) var solids: [Solid] = []
  private let cortex: Folds
  private let cerebellum: Folds
  private let sulci: SulcusField
  private let folia = FoliumField()
  var random: RandomStream
  /// How much the brain has shrunk with age, 0 to 1: wide sulci, wide ventricles.
  let age: Float

  init(isEnhancing: Bool, using stream: RandomStream) {
    var random = stream
    age = Float(random.uniform())
    tumour = BrainTumour(isEnhancing: isEnhancing, using: &random)
    shape = BrainShape(shift: -tumour.side * tumour.push * 7, using: &random)
    cortex = Folds(reach: 17, gap: 0.35 + 0.7 * age, ribbon: 2.6)
    cerebellum = Folds(reach: 17, gap: 0.1 + 0.25 * age, ribbon: 1.3)
    sulci = SulcusField(using: &random)
    self.random = random
    addVentricles()
    addNuclei()
    addStem()
    addVessels()
    solids += tumour.solids
  }

  mutating func add(_ solid: Solid) { solids.append(solid) }

  /// A number in a range, from the patient's own stream.
  mutating func draw(_ range: Range<Double>) -> Float { Float(random.uniform(in: range)) }

  /// A vector of three numbers in a range.
  mutating func drawVector(_ range: Range<Double>) -> SIMD3<Float> { SIMD3(draw(range), draw(range), draw(range)) }

  /// Paints fluid, grey and white matter along a row, and marks the white matter as what encloses oedema.
  /// - Parameter depths: receives the depth in all that the image shows.
  /// - Returns: the slices that show anything; the others are left as they were.
  func paintMatter(_ row: borrowing PhantomRow, depths: UnsafeMutablePointer<Float>, edge: Float) -> Range<Int> {
    var (first, end) = (row.count, 0)
    let (grey, fluid, white) = (row.scratch, row.weights, row.enclosure)
    for slice in 0..<row.count {
      let point = SIMD3(row.x, row.y, row.z[slice])
      let dent = 2.2 * row.coarse[slice]
      let cerebrum = shape.cerebrumDepth(point) + dent
      let small = shape.cerebellumDepth(point) + 0.4 * dent
      let depth = shape.headDepth(cerebrum: cerebrum, cerebellum: small, stem: shape.stemDepth(point))
      depths[slice] = depth
      (grey[slice], fluid[slice], white[slice]) = (0, 1, 0)
      if depth < -edge { continue }
      (first, end) = (min(first, slice), slice + 1)
      if cerebrum > -edge && cerebrum >= small {
        let inside = min(cerebrum, shape.medialDepth(point) - 0.5 - 0.6 * age)
        let distance = inside < 26 ? sulci.distance(at: point, bend: 2.2 * row.lumps[slice]) : 30
        (grey[slice], fluid[slice]) = cortex.shares(
          depth: inside, distance: distance, deeper: 4 * row.coarse[slice], edge: edge)
      } else if small > -edge {
        let distance = folia.distance(at: point, bend: 1.6 * row.lumps[slice])
        (grey[slice], fluid[slice]) = cerebellum.shares(
          depth: small, distance: distance, deeper: 3 * row.lumps[slice], edge: edge)
      }
      white[slice] = (1 - grey[slice]) * (1 - fluid[slice])
    }
    let shown = first..<max(first, end)
    row.blend(BrainTissue.white, shown, weights: row.everywhere)
    row.blend(BrainTissue.grey, shown, weights: grey)
    row.blend(BrainTissue.fluid, shown)
    return shown
  }
}
