/// What a tissue looks like in each image of a scan: Hounsfield units in the one of a CT, the sequences' signal in MRI.
struct Tissue: Sendable {
  var signal: SIMD4<Float>
  /// How strongly the grain shows, in the signal's unit.
  var ripple: SIMD4<Float>
}

/// A tissue that fills a solid as far as a level of its shape function q.
struct Layer: Sendable {
  /// The tissue fills q < limit; 1 is the solid's surface, 0 its middle.
  var limit: Float = 1
  var tissue: Tissue
  /// How strongly the lumps shift the layer's border.
  var ruffle: Float = 0
  /// Fills only what lies in front of this y: gas above fluid in a patient who lies on the back.
  var above: Float?
  /// The class of what it fills, where it has one.
  var label: UInt8?
  /// Weights along the slices, for what comes and goes along the body.
  var gate: [Float]?
}

extension Layer {
  /// A layer in a CT: Hounsfield units, and how strongly the grain shows in them.
  init(
    limit: Float = 1, value: Float, ripple: Float = 0, ruffle: Float = 0, above: Float? = nil, label: UInt8? = nil,
    gate: [Float]? = nil
  ) {
    let tissue = Tissue(signal: SIMD4(repeating: value), ripple: SIMD4(repeating: ripple))
    self.init(limit: limit, tissue: tissue, ruffle: ruffle, above: above, label: label, gate: gate)
  }
}
