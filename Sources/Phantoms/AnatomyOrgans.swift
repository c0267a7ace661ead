/// The organs of the abdomen but the kidneys.
extension Anatomy {
  /// Small bowel and colon: walls that enhance as tumours do, with fluid, food and gas.
  mutating func addBowel() {
    for _ in 0..<85 {
      let center = SIMD3(draw(-98..<98), draw(-12..<64), draw(-225 ..< -22))
      let loop = Blob(
        center: center, axes: Blob.frame(long: drawVector(-1..<1), side: SIMD3(0.2, 0.3, 0.9)),
        halfLengths: SIMD3(draw(10..<17), draw(10..<17), draw(18..<42)))
      addGut(loop, gas: draw(0..<1) < 0.3)
    }
    for height in stride(from: Float(-170), through: 30, by: 24) {
      let right = SIMD3(118 + draw(-5..<5), 8 + draw(-8..<8), height - 30)
      let left = SIMD3(-124 + draw(-5..<5), -2 + draw(-8..<8), height - 5)
      for center in [right, left] {
        let pouch = Blob(center: center, halfLengths: SIMD3(draw(15..<24), draw(17..<26), draw(14..<20)))
        addGut(pouch, gas: draw(0..<1) < 0.75)
      }
    }
    for place in stride(from: Float(-95), through: 95, by: 24) {
      let pouch = Blob(
        center: SIMD3(place, 72 - abs(place) * 0.12, -18 - 0.1 * place + draw(-8..<8)),
        halfLengths: SIMD3(draw(13..<19), draw(14..<22), draw(15..<24)))
      addGut(pouch, gas: draw(0..<1) < 0.6)
    }
  }

  private mutating func addGut(_ blob: Blob, gas: Bool) {
    var layers = [
      Layer(value: draw(70..<125), ripple: 14), Layer(limit: 0.62, value: draw(5..<70), ripple: 22, ruffle: 0.1),
    ]
    if gas {
      let level = blob.center.y + draw(-0.4..<0.5) * blob.radius
      layers.append(Layer(limit: 0.7, value: -930, ruffle: 0.05, above: level))
    }
    add(Solid(form: .blob(blob), coarse: 0.15, lumps: 0.14, isEnclosed: true, layers: layers))
  }

  /// Stomach, pancreas and spleen on the left; liver and gallbladder on the right.
  mutating func addUpperAbdomen() {
    let stomach = Blob(
      center: SIMD3(-58, 36, 62), axes: Blob.frame(long: SIMD3(-0.5, -0.2, 1), side: SIMD3(1, 0, 0.5)),
      halfLengths: SIMD3(34, 36, 58))
    add(
      Solid(
        form: .blob(stomach), coarse: 0.15, lumps: 0.06, isEnclosed: true,
        layers: [
          Layer(value: 85, ripple: 12), Layer(limit: 0.8, value: 22, ripple: 20),
          Layer(limit: 0.8, value: -940, above: 36 + draw(-8..<22)),
        ]))
    for step in 0..<7 {
      let place = Float(step)
      let part = Blob(
        center: SIMD3(34 - 19 * place, 4 + 5 * place - 0.9 * place * place, 2 + 5 * place),
        halfLengths: SIMD3(17, 11, 13))
      add(Solid(form: .blob(part), lumps: 0.3, isEnclosed: true, layers: [Layer(value: 105, ripple: 18)]))
    }
    let spleen = Blob(
      center: SIMD3(-112 + draw(-4..<4), -34, 66), axes: Blob.frame(long: SIMD3(0.1, -0.3, 1), side: SIMD3(1, 0.6, 0)),
      halfLengths: SIMD3(27, 44, 52))
    let hilum = Blob(center: SIMD3(-78, -14, 60), halfLengths: SIMD3(26, 18, 34))
    add(Solid(form: .blob(spleen), coarse: 0.16, isEnclosed: true, layers: [Layer(value: cortex - 12, ripple: 9)]))
    add(Solid(form: .blob(hilum), coarse: 0.2, isEnclosed: true, layers: [Layer(value: -95, ripple: 14)]))
    addLiver(value: draw(95..<128))
  }

  private mutating func addLiver(value: Float) {
    let right = Blob(
      center: SIMD3(82, 8, 58), axes: Blob.frame(long: SIMD3(0.25, -0.1, 1), side: SIMD3(1, -0.35, 0)),
      halfLengths: SIMD3(64, 78, 86))
    let left = Blob(
      center: SIMD3(12, 46, 84), axes: Blob.frame(long: SIMD3(-1, 0.25, 0.2), side: SIMD3(0, 0.3, 1)),
      halfLengths: SIMD3(36, 34, 80))
    let gap = Blob(
      center: SIMD3(34, 4, 0), axes: Blob.frame(long: SIMD3(0.6, 0.5, 0.3), side: SIMD3(0, 0.3, 1)),
      halfLengths: SIMD3(18, 14, 36))
    for lobe in [right, left] {
      add(Solid(form: .blob(lobe), coarse: 0.17, isEnclosed: true, layers: [Layer(value: value, ripple: 7)]))
    }
    for _ in 0..<22 {
      let lobe = draw(0..<1) < 0.75 ? right : left
      let vessel = Blob(
        center: lobe.point(drawVector(-0.45..<0.45)),
        axes: Blob.frame(long: drawVector(-1..<1), side: SIMD3(0.5, 0.1, 0.7)),
        halfLengths: SIMD3(draw(1.8..<4.5), draw(1.8..<4.5), draw(14..<34)))
      add(Solid(form: .blob(vessel), lumps: 0.2, isEnclosed: true, layers: [Layer(value: value + 38)]))
    }
    if draw(0..<1) < 0.4 {
      let lesion = Blob(center: right.point(drawVector(-0.5..<0.5)), halfLengths: drawVector(8..<20))
      add(Solid(form: .blob(lesion), lumps: 0.15, isEnclosed: true, layers: [Layer(value: draw(50..<90), ripple: 18)]))
    }
    add(Solid(form: .blob(gap), coarse: 0.2, isEnclosed: true, layers: [Layer(value: -92, ripple: 16)]))
    let gallbladder = Blob(
      center: SIMD3(66, 44, 2), axes: Blob.frame(long: SIMD3(0.3, 0.5, -1), side: SIMD3(1, 0, 0)),
      halfLengths: SIMD3(14, 14, 30))
    add(
      Solid(
        form: .blob(gallbladder), isEnclosed: true, layers: [Layer(value: 50), Layer(limit: 0.8, value: 9, ripple: 3)]))
  }

  /// Aorta and vena cava with their branches in the pelvis: as bright as the kidneys.
  mutating func addVessels() {
    let sway = draw(-4..<4)
    for side: Float in [1, -1] {
      let iliac = tube(
        from: -320, to: -92, center: { SIMD2(2 + side * (4 + (-92 - $0) * 0.36), -6 + (-92 - $0) * 0.1) },
        halfLengths: { _ in SIMD2(7, 7) })
      add(Solid(form: iliac, lumps: 0.1, isEnclosed: true, layers: [Layer(value: artery)]))
      let vein = tube(
        from: -320, to: -96, center: { SIMD2(8 + side * (4 + (-96 - $0) * 0.34), -16 + (-96 - $0) * 0.1) },
        halfLengths: { _ in SIMD2(8, 8) })
      add(Solid(form: vein, lumps: 0.1, isEnclosed: true, layers: [Layer(value: self.vein)]))
    }
    let aorta = tube(
      from: -98, to: 2000, center: { SIMD2(-9 + sway * self.body.bump($0, at: 40, width: 60), -6) },
      halfLengths: { SIMD2(repeating: $0 > 120 ? 12.5 : 10) })
    add(
      Solid(
        form: aorta, coarse: 0.05, isEnclosed: true,
        layers: [Layer(limit: 1.12, value: 70), Layer(value: artery, ripple: 3)]))
    let cava = tube(
      from: -100, to: 150, center: { SIMD2(21, -6 + max(0, $0 - 40) * 0.2) }, halfLengths: { _ in SIMD2(13, 9.5) })
    add(Solid(form: cava, coarse: 0.1, lumps: 0.08, isEnclosed: true, layers: [Layer(value: vein, ripple: 6)]))
  }
}
