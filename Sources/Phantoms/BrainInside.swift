/// What lies within the brain: ventricles, nuclei, brainstem, clefts and vessels.
extension Brain {
  private func segment(
    from start: SIMD3<Float>, to end: SIMD3<Float>, across: SIMD2<Float>, overlap: Float
  ) -> Solid.Form {
    let length = ((end - start) * (end - start)).sum().squareRoot()
    return .blob(
      Blob(
        center: (start + end) / 2, axes: Blob.frame(long: end - start, side: SIMD3(1, 0, 0.1)),
        halfLengths: SIMD3(across.x, across.y, length / 2 + overlap)))
  }

  /// A point given for the right, on one side, moved with the midline.
  private func place(_ side: Float, _ point: SIMD3<Float>) -> SIMD3<Float> {
    var moved = SIMD3(side * point.x, point.y, point.z)
    moved.x += shape.midline(moved)
    return moved
  }

  /// The four ventricles; the tumour's side is squeezed.
  mutating func addVentricles() {
    for side: Float in [1, -1] {
      let squeeze = side == tumour.side ? 1 - 0.55 * tumour.push : 1 + 0.15 * tumour.push
      let width = (0.72 + 0.55 * age) * squeeze
      /// From the frontal horn to the trigone, then the occipital and the temporal horn: where, and half widths.
      let body: [(SIMD3<Float>, SIMD2<Float>)] = [
        (SIMD3(13, 38, 6), SIMD2(3.5, 6)), (SIMD3(9, 25, 13), SIMD2(5, 8)), (SIMD3(9, 6, 19), SIMD2(5.5, 6)),
        (SIMD3(12, -14, 20), SIMD2(6, 6)), (SIMD3(19, -31, 16), SIMD2(7.5, 8.5)), (SIMD3(24, -40, 8), SIMD2(6.5, 8)),
      ]
      let horns: [[(SIMD3<Float>, SIMD2<Float>)]] = [
        body, [(SIMD3(24, -40, 8), SIMD2(4, 6)), (SIMD3(21, -64, 4), SIMD2(3, 5))],
        [
          (SIMD3(24, -40, 8), SIMD2(3.5, 5)), (SIMD3(33, -26, -6), SIMD2(3, 4)), (SIMD3(35, -4, -15), SIMD2(2.4, 3)),
        ],
      ]
      for horn in horns {
        for ((from, wide), (to, narrow)) in zip(horn, horn.dropFirst()) {
          let form = segment(
            from: place(side, from), to: place(side, to), across: (wide + narrow) / 2 * width, overlap: 5)
          add(Solid(form: form, coarse: 0.06, layers: [Layer(tissue: BrainTissue.fluid)]))
        }
      }
      let plexus = segment(
        from: place(side, SIMD3(21, -34, 14)), to: place(side, SIMD3(25, -42, 5)), across: SIMD2(2, 2.6), overlap: 2)
      add(Solid(form: plexus, lumps: 0.3, layers: [Layer(tissue: BrainTissue.plexus)]))
    }
    let third = segment(
      from: place(1, SIMD3(0, 6, -2)), to: place(1, SIMD3(0, -14, 2)), across: SIMD2(1.8 + 1.8 * age, 9), overlap: 3)
    add(Solid(form: third, layers: [Layer(tissue: BrainTissue.fluid)]))
  }

  mutating func addNuclei() {
    for side: Float in [1, -1] {
      let nuclei: [(SIMD3<Float>, SIMD3<Float>, SIMD2<Float>)] = [
        (SIMD3(15, 28, 7), SIMD3(17, 16, 15), SIMD2(4.5, 6)),  // caudate, head
        (SIMD3(18, 14, 18), SIMD3(20, -14, 22), SIMD2(2.6, 3)),  // caudate, body
        (SIMD3(25, 18, 2), SIMD3(31, -8, 4), SIMD2(5, 9)),  // putamen
        (SIMD3(18, 8, 0), SIMD3(22, -4, 1), SIMD2(4, 6)),  // pallidum
        (SIMD3(8, -5, 5), SIMD3(14, -22, 8), SIMD2(7.5, 8.5)),  // thalamus
      ]
      for (from, to, across) in nuclei {
        let form = segment(from: place(side, from), to: place(side, to), across: across, overlap: 5)
        add(Solid(form: form, coarse: 0.05, lumps: 0.05, layers: [Layer(tissue: BrainTissue.deepGrey)]))
      }
      // The insula, and the cleft between the temporal lobe and those above it.
      let cleft = [Layer(tissue: BrainTissue.grey), Layer(limit: 0.06 + 0.06 * age, tissue: BrainTissue.fluid)]
      let insula = Blob(
        center: SIMD3(side * 39, 6, 2), axes: Blob.frame(long: SIMD3(0, 1, 0.1), side: SIMD3(1, 0, -0.2 * side)),
        halfLengths: SIMD3(4.5, 13, 22))
      let sylvian = Blob(
        center: SIMD3(side * 52, 2, -3), axes: Blob.frame(long: SIMD3(0, 1, -0.28), side: SIMD3(-0.2 * side, 0.3, 1)),
        halfLengths: SIMD3(4.5, 17, 38))
      for blob in [insula, sylvian] { add(Solid(form: .blob(blob), coarse: 0.1, lumps: 0.15, layers: cleft)) }
    }
  }

  /// Midbrain, pons and medulla, the cerebellum's stalks, and the fourth ventricle behind them.
  mutating func addStem() {
    for blob in shape.stem {
      add(Solid(form: .blob(blob), coarse: 0.04, layers: [Layer(tissue: BrainTissue.stem)]))
    }
    for side: Float in [1, -1] {
      let stalk = segment(
        from: SIMD3(side * 12, -16, -32), to: SIMD3(side * 22, -42, -36), across: SIMD2(7, 7), overlap: 6)
      add(Solid(form: stalk, coarse: 0.1, layers: [Layer(tissue: BrainTissue.white)]))
      let peduncle = segment(
        from: SIMD3(side * 9, -8, -14), to: SIMD3(side * 18, 0, -2), across: SIMD2(6, 6), overlap: 4)
      add(Solid(form: peduncle, layers: [Layer(tissue: BrainTissue.white)]))
    }
    let aqueduct = segment(from: SIMD3(0, -22, -8), to: SIMD3(0, -28, -22), across: SIMD2(1.2, 1.2), overlap: 2)
    let fourth = segment(from: SIMD3(0, -28, -24), to: SIMD3(0, -33, -40), across: SIMD2(6, 4.5), overlap: 4)
    for form in [aqueduct, fourth] { add(Solid(form: form, layers: [Layer(tissue: BrainTissue.fluid)])) }
  }

  /// Arteries at the base, the deep veins, and veins in the sulci: bright after contrast agent.
  mutating func addVessels() {
    var courses: [(SIMD3<Float>, SIMD3<Float>, Float)] = [
      (SIMD3(0, 3, -22), SIMD3(1, 3, -44), 1.5),  // basilar
      (SIMD3(0, -20, 12), SIMD3(0, -38, 10), 1.2), (SIMD3(0, -40, 10), SIMD3(0, -62, 14), 1.7),  // deep veins
    ]
    for side: Float in [1, -1] {
      courses.append((SIMD3(side * 9, 12, -16), SIMD3(side * 30, 14, -10), 1.5))  // middle cerebral
      courses.append((SIMD3(side * 30, 14, -10), SIMD3(side * 50, 4, -2), 1.2))
      courses.append((SIMD3(side * 1.5, 33, -6), SIMD3(side * 1.5, 43, 14), 0.8))  // anterior cerebral
      courses.append((SIMD3(side * 4, -4, -20), SIMD3(side * 22, -24, -12), 1.2))  // posterior cerebral
    }
    for _ in 0..<26 {
      var direction = Blob.unit(drawVector(-1..<1))
      direction.z = abs(direction.z)
      let start = direction * SIMD3(63, 80, 48) + SIMD3(0, 0, 14)
      courses.append((start, start + drawVector(-16..<16), draw(0.7..<1.2)))
    }
    for (from, to, radius) in courses {
      let form = segment(from: from, to: to, across: SIMD2(radius, radius), overlap: 2)
      add(Solid(form: form, lumps: 0.1, layers: [Layer(tissue: BrainTissue.vessel)]))
    }
  }
}
