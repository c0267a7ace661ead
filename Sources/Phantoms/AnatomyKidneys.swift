import Foundation

/// The kidneys and what grows in them: the only parts with a class.
extension Anatomy {
  /// The classes of a segmentation.
  enum Class {
    static let background: UInt8 = 0
    static let kidney: UInt8 = 1
    static let tumour: UInt8 = 2
  }

  /// Two kidneys, the right one lower; one has a tumour, the other now and then as well.
  mutating func addKidneys() {
    let right = drawKidney(side: 1, height: -15)
    let left = drawKidney(side: -1, height: 8)
    for (kidney, side) in [(right, Float(1)), (left, Float(-1))] {
      addRenalVessels(kidney, side: side)
      addKidney(kidney)
    }
    let isRight = draw(0..<1) < 0.5
    addTumour(to: isRight ? right : left, side: isRight ? 1 : -1)
    if draw(0..<1) < 0.15 { addTumour(to: isRight ? left : right, side: isRight ? -1 : 1) }
  }

  private mutating func drawKidney(side: Float, height: Float) -> Blob {
    // The upper pole leans towards the spine and the back; the convex border looks outwards and backwards.
    let long = SIMD3(-side * draw(0.15..<0.32), draw(-0.28 ..< -0.1), 1)
    let size = draw(0.95..<1.16)
    return Blob(
      center: SIMD3(side * (66 + draw(-4..<5)), -34 + draw(-5..<5), height + draw(-6..<6)),
      axes: Blob.frame(long: long, side: SIMD3(side * 0.8, -0.55, 0)),
      halfLengths: SIMD3(26, 29, 53) * size)
  }

  private mutating func addRenalVessels(_ kidney: Blob, side: Float) {
    for (value, shift, width) in [(artery, Float(4), Float(3.2)), (vein, -4, 4.8)] {
      let from = SIMD3<Float>(side > 0 ? 10 : -6, -5, kidney.center.z + shift)
      let to = kidney.point(SIMD3(-0.35, 0, 0.05)) + SIMD3(0, 0, shift)
      let vessel = Blob(
        center: (from + to) / 2, axes: Blob.frame(long: to - from, side: SIMD3(0, 0.2, 1)),
        halfLengths: SIMD3(width, width, ((to - from) * (to - from)).sum().squareRoot() / 2 + 4))
      add(Solid(form: .blob(vessel), isEnclosed: true, layers: [Layer(value: value, ripple: 3)]))
    }
  }

  private mutating func addKidney(_ kidney: Blob) {
    let medulla = cortex - 12 - 68 * phase
    add(
      Solid(
        form: .blob(kidney), coarse: 0.06, lumps: 0.07, isEnclosed: true,
        layers: [
          Layer(value: cortex, ripple: 7, label: Class.kidney),
          Layer(limit: 0.6, value: medulla, ripple: 8, ruffle: 0.22),
        ]))
    if draw(0..<1) < 0.45 {
      let cyst = Blob(
        center: kidney.point(Blob.unit(drawVector(-1..<1)) * 0.85), halfLengths: SIMD3(repeating: draw(5..<15)))
      // KiTS19's annotators left cysts to the kidney.
      add(
        Solid(
          form: .blob(cyst), lumps: 0.05, isEnclosed: true,
          layers: [Layer(value: draw(0..<18), ripple: 3, label: Class.kidney)]))
    }
    let sinus = Blob(
      center: kidney.point(SIMD3(-0.62, 0, 0.02)), axes: kidney.axes,
      halfLengths: kidney.halfLengths * SIMD3(0.62, 0.36, 0.42))
    add(
      Solid(
        form: .blob(sinus), coarse: 0.1, lumps: 0.2, isEnclosed: true,
        layers: [
          Layer(value: -78, ripple: 24, label: Class.background),
          Layer(limit: 0.3, value: vein - 20, ripple: 20, ruffle: 0.25),
        ]))
  }

  /// A mass at the kidney's surface, half inside it: patchy, its middle dead where it is large.
  private mutating func addTumour(to kidney: Blob, side: Float) {
    var direction = drawVector(-1..<1)
    direction.x = abs(direction.x) + 0.1  // not at the hilum
    direction.z *= 0.7
    direction = Blob.unit(direction)
    let radius = exp(Float(random.uniform(in: log(8.0)..<log(34.0))))
    let depth = draw(0.7..<1.1)
    let tumour = Blob(
      center: kidney.point(direction * depth), axes: Blob.frame(long: drawVector(-1..<1), side: SIMD3(0.3, 0.9, 0.2)),
      halfLengths: drawVector(0.85..<1.15) * radius)
    let value = draw(60..<140)
    var layers = [
      Layer(limit: 1.12, value: value + 12, ripple: 14, label: Class.tumour),
      Layer(limit: 0.85, value: value, ripple: 22, ruffle: 0.1),
    ]
    if radius > 16 {
      layers.append(Layer(limit: draw(0.15..<0.5), value: draw(20..<60), ripple: 20, ruffle: 0.35))
    }
    add(Solid(form: .blob(tumour), lumps: 0.14, isEnclosed: true, layers: layers))
  }
}
