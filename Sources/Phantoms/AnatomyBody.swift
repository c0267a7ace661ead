/// The body's wall, the chest and the skeleton.
extension Anatomy {
  /// Skin, fat, muscle, and the fat among the organs.
  mutating func addBody() {
    let (outline, fat) = (body, body.fat)
    func wall(_ depth: Float, _ back: Float, _ value: Float, _ ripple: Float, coarse: Float, isCavity: Bool = false)
      -> Solid
    {
      let form = Solid.Form.tube(
        Tube(
          heights: heights, extent: -2000...2000, squareness: BodyOutline.squareness,
          center: { _ in SIMD2(0, (back - depth) / 2) },
          halfLengths: { outline.halfLengths($0) - SIMD2(depth, (depth + back) / 2) }))
      return Solid(form: form, coarse: coarse, isCavity: isCavity, layers: [Layer(value: value, ripple: ripple)])
    }
    add(wall(0, 0, 15, 8, coarse: 0.03))
    add(wall(2.5, 2.5, -104, 9, coarse: 0.03))
    add(wall(2.5 + fat, 2 + fat * 0.5, 52, 12, coarse: 0.04))
    add(wall(16 + fat, 22 + fat * 0.5, -98, 14, coarse: 0.05, isCavity: true))
  }

  /// Lungs with vessels, and the heart; the domes end where the liver begins.
  mutating func addChest() {
    let inner = SIMD2(150 - body.fat, 86 - body.fat * 0.75)  // half the space within the muscles
    for side: Float in [1, -1] {
      let lung = Blob(
        center: SIMD3(side * 0.56 * inner.x, -1, 262),
        halfLengths: SIMD3(0.52 * inner.x, inner.y * 1.12, side > 0 ? 182 : 190)
      )
      add(Solid(form: .blob(lung), coarse: 0.1, isEnclosed: true, layers: [Layer(value: -862, ripple: 28)]))
      for _ in 0..<14 {
        let place = SIMD3(draw(-0.5..<0.5), draw(-0.5..<0.5), draw(-0.9..<0.3))
        let vessel = Blob(
          center: lung.point(place), axes: Blob.frame(long: drawVector(-1..<1), side: SIMD3(0.3, 0.8, 0.1)),
          halfLengths: SIMD3(draw(1.5..<4), draw(1.5..<4), draw(10..<28)))
        add(Solid(form: .blob(vessel), isEnclosed: true, layers: [Layer(value: 40)]))
      }
    }
    let heart = Blob(
      center: SIMD3(-22, 34, 168), axes: Blob.frame(long: SIMD3(-0.6, 0.5, -0.4), side: SIMD3(1, 0.4, 0)),
      halfLengths: SIMD3(46, 44, 62))
    add(
      Solid(
        form: .blob(heart), coarse: 0.1, isEnclosed: true,
        layers: [
          Layer(value: 105, ripple: 8), Layer(limit: 0.55, value: vein, ripple: 6, ruffle: 0.2),
        ]))
  }

  /// The spine with its muscles; the spine bends, and its pieces repeat along it.
  mutating func addSkeleton() {
    let back = draw(-3..<3)
    let offset = draw(0..<33)
    let (period, canal): (Float, Float) = (33, -66)
    func bend(_ z: Float) -> Float {
      back + 7 * body.bump(z, at: -60, width: 90) - 14 * body.bump(z, at: -230, width: 80)
    }
    let pieces = gate(period: period, share: 0.77, offset: offset)
    let arches = gate(period: period, share: 0.5, offset: offset - 9)

    for side: Float in [1, -1] {
      let muscle = tube(
        from: -230, to: 2000, center: { SIMD2(side * 36, canal - 8 + bend($0)) }, halfLengths: { _ in SIMD2(27, 17) })
      add(Solid(form: muscle, coarse: 0.15, lumps: 0.08, layers: [Layer(value: 55, ripple: 18)]))
      let psoas = tube(
        from: -260, to: 25, center: { SIMD2(side * (32 + (25 - $0) * 0.13), -36 + bend($0) + (25 - $0) * 0.1) },
        halfLengths: { SIMD2(6 + min(16, (25 - $0) * 0.2), 7 + min(16, (25 - $0) * 0.22)) })
      add(Solid(form: psoas, coarse: 0.1, layers: [Layer(value: 60, ripple: 8)]))
    }
    let wings = tube(
      from: -150, to: 2000, center: { SIMD2(0, canal + 4 + bend($0)) }, halfLengths: { _ in SIMD2(42, 4.5) })
    add(Solid(form: wings, lumps: 0.1, layers: [Layer(value: 330, ripple: 60, gate: arches)]))
    let spine = tube(
      from: -190, to: 2000, center: { SIMD2(0, canal - 18 + bend($0)) }, halfLengths: { _ in SIMD2(4.5, 14) })
    add(Solid(form: spine, lumps: 0.1, layers: [Layer(value: 420, ripple: 60, gate: arches)]))
    let bodies = tube(
      from: -250, to: 2000, center: { SIMD2(0, canal + 28 + bend($0)) }, halfLengths: { _ in SIMD2(25, 18) })
    add(
      Solid(
        form: bodies, lumps: 0.06,
        layers: [
          Layer(value: 88, ripple: 10), Layer(limit: 1.06, value: 460, ripple: 40, gate: pieces),
          Layer(limit: 0.8, value: 185, ripple: 26, ruffle: 0.05, gate: pieces),
        ]))
    let ring = tube(from: -250, to: 2000, center: { SIMD2(0, canal + bend($0)) }, halfLengths: { _ in SIMD2(15, 13) })
    add(Solid(form: ring, layers: [Layer(value: 380, ripple: 50, gate: arches), Layer(limit: 0.42, value: 24)]))
  }

  /// Pelvis, hips, buttocks and bladder.
  mutating func addPelvis() {
    for side: Float in [1, -1] {
      let buttock = Blob(center: SIMD3(side * 74, -66, -262), halfLengths: SIMD3(72, 44, 100))
      add(Solid(form: .blob(buttock), coarse: 0.15, layers: [Layer(value: 54, ripple: 16)]))
      let thigh = Blob(center: SIMD3(side * 84, 5, -430), halfLengths: SIMD3(74, 84, 170))
      add(Solid(form: .blob(thigh), coarse: 0.1, layers: [Layer(value: 56, ripple: 14)]))
      let wing = Blob(
        center: SIMD3(side * 82, -26, -178),
        axes: Blob.frame(long: SIMD3(side * 0.5, 0.1, 1), side: SIMD3(1, 0.9 * side, 0)),
        halfLengths: SIMD3(11, 52, 66))
      add(
        Solid(
          form: .blob(wing), coarse: 0.2, lumps: 0.1,
          layers: [Layer(value: 480, ripple: 60), Layer(limit: 0.6, value: 170, ripple: 40)]))
      let socket = Blob(center: SIMD3(side * 88, -4, -262), halfLengths: SIMD3(30, 30, 32))
      add(
        Solid(
          form: .blob(socket), lumps: 0.08,
          layers: [
            Layer(value: 420, ripple: 50), Layer(limit: 0.78, value: 70), Layer(limit: 0.66, value: 330, ripple: 50),
          ]))
      let femur = tube(
        from: -2000, to: -275, center: { _ in SIMD2(side * 100, 0) }, halfLengths: { _ in SIMD2(15, 15) })
      add(Solid(form: femur, layers: [Layer(value: 900, ripple: 60), Layer(limit: 0.35, value: -40)]))
    }
    let sacrum = Blob(
      center: SIMD3(0, -66, -218), axes: Blob.frame(long: SIMD3(0, -0.35, -1), side: SIMD3(1, 0, 0)),
      halfLengths: SIMD3(50, 18, 52))
    add(
      Solid(
        form: .blob(sacrum), lumps: 0.15,
        layers: [Layer(value: 380, ripple: 60), Layer(limit: 0.7, value: 150, ripple: 40)]))
    let bladder = Blob(center: SIMD3(draw(-8..<8), 28, -262), halfLengths: SIMD3(46, 38, draw(24..<44)))
    add(Solid(form: .blob(bladder), coarse: 0.1, layers: [Layer(value: 45), Layer(limit: 0.84, value: 6)]))
  }
}
