import TestSupport
import Testing
import Volumes

struct OrientationTests {
  /// One affine and the axis codes that nibabel 5.4.2's `aff2axcodes` gives it.
  struct Golden: Sendable {
    var codes: String
    var columns: [[Double]]

    init(_ codes: String, _ columns: [[Double]]) {
      self.codes = codes
      self.columns = columns
    }

    var affine: Affine { Affine(rows: columns.map { $0 + [0] }) }
  }

  static let golden = [
    Golden("RAS", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    Golden("IPL", [[0, 0, -0.75], [0, -0.75, 0], [-3, 0, 0]]),  // KiTS19
    Golden("LPS", [[-1, 0, 0], [0, -1, 0], [0, 0, 1]]),  // BraTS20
    Golden("RAS", [[0.7518, 0, 1.0261], [0.1368, 0.6928, -1.4095], [-0.237, 0.4, 2.4414]]),
    Golden("ALS", [[-0.1389, -0.679, 1.8991], [0.7878, -0.1197, 0.3349], [0, 0.5785, 2.2981]]),
    Golden("ILA", [[-0.878, -3.162, -0.105], [0.774, -0.593, 1.606], [-2.231, 1.038, 0.599]]),
    Golden("PRS", [[-1.822, 2.27, -0.368], [-2.396, -1.903, -0.266], [-1.301, 0.326, 1.006]]),
    Golden("LIP", [[-3.946, -0.417, -1.296], [2.242, -0.036, -2.53], [1.177, -1.33, 0.474]]),
    Golden("RAS", [[0.9, 0, 0], [0, 0.9, 2.5], [0, 0, 3]]),  // a tilted gantry
    // Sheared: two columns have their greatest entry in one row.
    Golden("RAS", [[1, 0.2, 0], [0.2, 1, 1.6], [0, 0, 1.2]]),
    Golden("RAS", [[1, 1.3, 0], [0, 1, 0], [0, 0, 1]]),
    Golden("RAI", [[2.81, 0.77, 0.31], [-0.11, 0.98, -0.35], [-0.27, -0.45, -0.26]]),
    Golden("PLS", [[-0.21, -0.94, 0.4], [-1.04, 0.59, 1.22], [-0.59, -0.48, 1.08]]),
    Golden("LIA", [[-0.54, 0.16, -0.02], [-0.13, -0.73, 0.71], [0.15, -0.33, -0.24]]),
    // So sheared that the columns themselves, strongest first, would give LIP, PRS, SAR, PIL.
    Golden("ILP", [[-0.94, -2.03, 0.17], [0.26, -1.98, -1.04], [-0.74, -0.03, 0.24]]),
    Golden("SRA", [[0.07, 1.09, -0.78], [-0.91, 0.18, 1.28], [0.51, -0.12, 0.38]]),
    Golden("ASR", [[-1.96, 0.39, 0.3], [2.03, 0.7, 0.06], [0.86, 0.61, -0.03]]),
    Golden("PRI", [[-0.23, 0.94, -0.83], [-1.98, 0.89, -0.63], [1.26, -0.5, -0.44]]),
    // Served strongest axis first, as nibabel does since 5.4 (5.0 gives LIP, PRS, PSL).
    Golden("PIR", [[-2.942, -0.041, 3.133], [-2.788, -0.263, -2.441], [2.004, -0.426, 1.202]]),
    Golden("SRA", [[-1.888, 3.54, -1.815], [-2.414, -0.295, 2.978], [1.754, 3.405, 2.144]]),
    Golden("PRS", [[-1.227, 1.101, -2.535], [-2.678, -0.496, 1.181], [0.019, 1.176, 2.871]]),
  ]

  @Test(arguments: golden)
  func codesAreNibabels(golden: Golden) {
    #expect(Orientation(closestTo: golden.affine).codes == golden.codes)
  }

  /// All 48 orders and signs of the axes.
  static let all: [Orientation] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].flatMap { order in
    (0..<8).map { signs in
      Orientation(
        directions: order.enumerated().map { place, axis in
          Orientation.Direction(axis: SpatialAxis.allCases[axis], isReversed: signs >> place & 1 == 1)
        })
    }
  }

  @Test func everyOrientationFindsItself() {
    #expect(Set(Self.all.map(\.codes)).count == 48)
    for orientation in Self.all {
      #expect(Orientation(closestTo: Self.axes(of: orientation, spacing: [0.7, 1.3, 5])) == orientation)
    }
  }

  @Test func canonicalAffineKeepsEveryVoxelsPosition() {
    var generator = SeededGenerator(seed: 3)
    let extents = [3, 4, 2]
    for orientation in Self.all {
      // A little shear and turn on top, too little to change which axis is which.
      var affine = Self.axes(of: orientation, spacing: [0.7, 1.3, 2])
      for row in 0..<3 {
        for column in 0..<4 { affine.rows[row][column] += Double.random(in: -0.1...0.1, using: &generator) }
      }
      let canonical = orientation.canonical(affine, extents: extents)
      #expect(Orientation(closestTo: canonical) == .ras)
      let shape = orientation.shape(ofExtents: extents)
      for index in 0..<shape.count {
        let place = ZYX(z: index / shape.x / shape.y, y: index / shape.x % shape.y, x: index % shape.x)
        let stored = orientation.directions.enumerated().map { axis, direction in
          Double(direction.isReversed ? extents[axis] - 1 - place[direction.axis] : place[direction.axis])
        }
        let expected = affine.position(x: stored[0], y: stored[1], z: stored[2])
        let found = canonical.position(x: Double(place.x), y: Double(place.y), z: Double(place.z))
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(orientation.codes) \(place)")
      }
    }
  }

  @Test func shapeFollowsTheAxes() {
    let kits = Orientation(closestTo: Self.golden[1].affine)
    #expect(kits.shape(ofExtents: [216, 512, 500]) == Shape(z: 216, y: 512, x: 500))
    #expect(kits.arrayAxis(along: .z) == 0)
    let layout = ArrayLayout(extents: [216, 512, 500], orientation: kits, scalar: .int16)
    #expect((layout.planes, layout.planeCount, layout.planeBytes) == (500, 216 * 512, 2 * 216 * 512))
  }

  private static func axes(of orientation: Orientation, spacing: [Double]) -> Affine {
    var affine = Affine(rows: [[0, 0, 0, 4], [0, 0, 0, -7], [0, 0, 0, 11]])
    for (column, direction) in orientation.directions.enumerated() {
      affine.rows[direction.axis.rawValue][column] = direction.isReversed ? -spacing[column] : spacing[column]
    }
    return affine
  }
}
