import Foundation
import Randomness

/// A glioma: a core, which takes up contrast agent at its rim in most cases, and oedema around it in the white matter.
struct BrainTumour: Sendable {
  /// BraTS's values in a segmentation; there is no 3.
  enum Class {
    static let necrosis: UInt8 = 1
    static let oedema: UInt8 = 2
    static let enhancing: UInt8 = 4
  }

  /// The hemisphere it grows in: 1 is the patient's right.
  let side: Float
  /// How strongly it pushes aside what is around it, 0 to 1.
  let push: Float
  let solids: [Solid]

  init(isEnhancing: Bool, using random: inout RandomStream) {
    func draw(_ range: Range<Double>) -> Float { Float(random.uniform(in: range)) }
    func vector(_ range: Range<Double>) -> SIMD3<Float> { SIMD3(draw(range), draw(range), draw(range)) }
    let side: Float = random.chance(0.5) ? 1 : -1
    let radius = exp(Float(random.uniform(in: log(9.0)..<log(28.0))))
    var center: SIMD3<Float>
    repeat {
      center = SIMD3(side * draw(14..<52), draw(-58..<58), draw(-4..<50))
    } while !Self.lies(center, within: 0.74)
    let spread = draw(1.5..<2.5)
    (self.side, push) = (side, min(1, radius * radius * spread / 900))

    let tilt = Blob.frame(long: vector(-1..<1), side: SIMD3(0.3, 0.9, 0.2))
    let oedemaLayer = Layer(tissue: BrainTissue.oedema, label: Class.oedema)
    let halo = Blob(
      center: center + vector(-0.35..<0.35) * radius, axes: tilt,
      halfLengths: vector(0.8..<1.25) * min(radius * spread, 46))
    let rim = Blob(center: center, axes: tilt, halfLengths: SIMD3(repeating: radius * 1.12))
    let core = Blob(center: center, axes: tilt, halfLengths: vector(0.82..<1.2) * radius)
    var solids = [
      Solid(form: .blob(halo), coarse: 0.3, lumps: 0.28, isEnclosed: true, layers: [oedemaLayer]),
      Solid(form: .blob(rim), coarse: 0.1, lumps: 0.2, layers: [oedemaLayer]),
    ]
    var layers: [Layer] = []
    if isEnhancing {
      let rim = draw(0.85..<1.15)
      var bright = BrainTissue.enhancing
      bright.signal *= SIMD4(1, 1, rim, 1)
      layers.append(Layer(tissue: bright, label: Class.enhancing))
      let dead = radius > 10 ? draw(0.3..<0.68) : draw(0.05..<0.3)
      layers.append(
        Layer(limit: dead, tissue: Self.necrosis(flair: draw(0.6..<1.9)), ruffle: 0.2, label: Class.necrosis))
    } else {
      layers.append(Layer(tissue: BrainTissue.solid, label: Class.necrosis))
      layers.append(
        Layer(limit: draw(0.1..<0.4), tissue: Self.necrosis(flair: 1.2), ruffle: 0.3, label: Class.necrosis))
    }
    solids.append(Solid(form: .blob(core), coarse: 0.1, lumps: 0.2, layers: layers))
    if isEnhancing && random.chance(0.2) {
      // A second focus, in the oedema.
      let satellite = Blob(
        center: center + Blob.unit(vector(-1..<1)) * radius * 1.45, halfLengths: vector(3..<7))
      solids.append(Solid(form: .blob(satellite), lumps: 0.2, layers: [layers[0]]))
    }
    self.solids = solids
  }

  private static func necrosis(flair: Float) -> Tissue {
    var tissue = BrainTissue.necrosis
    tissue.signal[MRISequence.flair.rawValue] *= flair
    return tissue
  }

  private static func lies(_ point: SIMD3<Float>, within share: Float) -> Bool {
    let place = (point - SIMD3(0, 0, 14)) / SIMD3(67, 86, 53)
    return (place * place).sum() < share * share
  }
}
