@testable import Augmentation
import Foundation
import Randomness
import TestSupport
import Testing
import Volumes

struct ElasticFieldTests {
  /// Displacements along one axis over a whole patch, from the rows that the sampler uses.
  static func dense(_ field: ElasticField, over shape: Shape, _ component: SpatialAxis) -> [Float] {
    let lattice = ElasticLattice()
    lattice.build(field, over: shape)
    let rows = ElasticRows(lattice: lattice)
    rows.prepare(shape: shape, linear: ZYX { row in ZYX { $0 == row ? 1 : 0 } })
    var values: [Float] = []
    for z in 0..<shape.z {
      rows.enter(slice: z)
      for y in 0..<shape.y {
        let row = rows.row(y) + (2 - component.rawValue) * rows.stride
        values += UnsafeBufferPointer(start: row, count: shape.x)
      }
    }
    return values
  }

  @Test(arguments: [Shape(z: 20, y: 33, x: 47), Shape(z: 1, y: 40, x: 30), Shape(z: 3, y: 1, x: 1)])
  func rowsEqualTheSplinesDefinition(shape: Shape) {
    let field = ElasticField(alpha: 100, sigma: 4.7, spacing: Spacing(z: 3, y: 1, x: 0.8), seed: SIMD2(1, 2))
    let plain = PlainField(field, over: shape)
    for component in SpatialAxis.allCases {
      let found = Self.dense(field, over: shape, component)
      for (number, index) in PlainSampling.indices(shape).enumerated() {
        #expect(abs(Double(found[number]) - plain.displacement(at: index)[component]) < 3e-6)
      }
    }
  }

  /// What batchgenerators' field has more than 2 sigma from the border: mean 0 and the RMS of its formula on every axis,
  /// and the correlation of white noise behind a Gaussian, along every axis. Over many seeds, because one patch holds few
  /// independent displacements.
  @Test(arguments: [
    (shape: Shape(z: 24, y: 26, x: 28), sigma: 3.0, spacing: Spacing?.none),
    (shape: Shape(z: 1, y: 90, x: 100), sigma: 3.5, spacing: nil),
    (shape: Shape(z: 14, y: 28, x: 40), sigma: 4.5, spacing: Spacing(z: 3, y: 1.5, x: 1)),
  ])
  func statisticsAreBatchgenerators(shape: Shape, sigma: Double, spacing: Spacing?) {
    let seeds = 40
    let alpha = 200.0
    let dimensions = shape.z == 1 ? 2.0 : 3
    let expected = alpha / 3.0.squareRoot() / pow(2 * Double.pi.squareRoot() * sigma, dimensions / 2)
    for component in SpatialAxis.allCases where shape[component] > 1 {
      var (mean, square, count) = (0.0, 0.0, 0.0)
      var products = ZYX<[Double]> { _ in [0, 0, 0, 0] }
      var counts = products
      for seed in 0..<seeds {
        let field = ElasticField(alpha: alpha, sigma: sigma, spacing: spacing, seed: SIMD2(UInt64(seed), 7))
        let values = Self.dense(field, over: shape, component).map { Double($0) * (spacing?[component] ?? 1) }
        mean += values.reduce(0, +)
        square += values.reduce(0) { $0 + $1 * $1 }
        count += Double(values.count)
        for axis in SpatialAxis.allCases where shape[axis] > 1 {
          let gap = axis == .x ? 1 : axis == .y ? shape.x : shape.y * shape.x
          for lag in 0..<4 {
            // 0, 1, 2 and 3 times half of sigma, as near as whole voxels come.
            let distance = Self.distance(lag, sigma, spacing, axis)
            // Values before and behind each other along the axis: runs of `length` in each stretch of the slower axes.
            let (stretch, length) = (gap * shape[axis], gap * (shape[axis] - distance))
            for start in stride(from: 0, to: values.count, by: stretch) {
              for number in start..<(start + length) {
                products[axis][lag] += values[number] * values[number + distance * gap]
              }
              counts[axis][lag] += Double(length)
            }
          }
        }
      }
      let rms = (square / count).squareRoot()
      #expect(abs(rms / expected - 1) < 0.05, "RMS \(rms), expected \(expected)")
      #expect(abs(mean / count) < 0.1 * expected, "mean \(mean / count) of RMS \(rms)")
      for axis in SpatialAxis.allCases where shape[axis] > 1 {
        for lag in 1..<4 {
          let distance = Double(Self.distance(lag, sigma, spacing, axis)) * (spacing?[axis] ?? 1)
          let correlation = products[axis][lag] / counts[axis][lag] / (products[axis][0] / counts[axis][0])
          let formula = exp(-distance * distance / (4 * sigma * sigma))
          #expect(
            abs(correlation - formula) < 0.05, "\(component) along \(axis) at \(distance): \(correlation), \(formula)")
        }
      }
    }
  }

  private static func distance(_ lag: Int, _ sigma: Double, _ spacing: Spacing?, _ axis: SpatialAxis) -> Int {
    Int((Double(lag) * 0.7 * sigma / (spacing?[axis] ?? 1)).rounded())
  }

  /// No axis is a copy of another, and none follows the seed of another.
  @Test func axesAreIndependent() {
    let shape = Shape(z: 30, y: 30, x: 30)
    var products = [0.0, 0, 0]
    for seed in 0..<40 {
      let field = ElasticField(alpha: 100, sigma: 4, seed: SIMD2(UInt64(seed), 0))
      let axes = SpatialAxis.allCases.map { Self.dense(field, over: shape, $0) }
      for (number, (a, b)) in [(0, 1), (1, 2), (0, 2)].enumerated() {
        products[number] += Double(zip(axes[a], axes[b]).reduce(0) { $0 + $1.0 * $1.1 })
      }
    }
    let rms = ElasticField(alpha: 100, sigma: 4, seed: .zero).voxelRMS(over: shape).x
    for product in products { #expect(abs(product / Double(40 * shape.count)) < 0.1 * rms * rms) }
  }

  @Test func displacementFollowsAlphaAndDamping() {
    let shape = Shape(z: 9, y: 10, x: 11)
    var field = ElasticField(alpha: 100, sigma: 3, seed: SIMD2(4, 5))
    let whole = Self.dense(field, over: shape, .y)
    field.alpha = 50
    field.damping = 0.5
    for (quarter, whole) in zip(Self.dense(field, over: shape, .y), whole) { #expect(abs(quarter - whole / 4) < 1e-6) }
  }

  /// Finite differences of the displacements know of no splines.
  private static func smallestDifference(_ field: ElasticField, over shape: Shape) -> Double {
    let axes = [SpatialAxis.z, .y, .x]
    let moved = axes.map { dense(field, over: shape, $0) }
    var smallest = Double.infinity
    for (number, index) in PlainSampling.indices(shape).enumerated()
    where index.y + 1 < shape.y && index.x + 1 < shape.x {
      guard shape.z == 1 || index.z + 1 < shape.z else { continue }
      let gaps = [shape.z == 1 ? 0 : shape.y * shape.x, shape.x, 1]
      let m = (0..<3).map { row in
        (0..<3).map { column in
          Double(moved[row][number + gaps[column]] - moved[row][number]) + (row == column ? 1 : 0)
        }
      }
      let determinant =
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
      smallest = min(smallest, determinant)
    }
    return smallest
  }

  @Test(arguments: [Shape(z: 30, y: 32, x: 34), Shape(z: 1, y: 60, x: 70)])
  func foldsAreSeenAndDamped(shape: Shape) {
    let sampler = SpatialSampler()
    let perVoxel = ElasticField(alpha: 1, sigma: 6, seed: .zero).voxelRMS(over: shape).x
    var folded = 0
    for seed in 0..<10 {
      // RMS displacements from 0.6 voxels, which never fold at this sigma, to 6, which do.
      let alpha = 0.6 * Double(seed + 1) / perVoxel
      let field = ElasticField(alpha: alpha, sigma: 6, seed: SIMD2(UInt64(seed), 1))
      let found = sampler.smallestDeterminant(of: field, over: shape)
      let expected = Self.smallestDifference(field, over: shape)
      #expect(abs(found - expected) < 0.25 + 0.25 * abs(expected), "\(found), \(expected)")
      let damped = sampler.damped(field, over: shape)
      if found > 0 {
        #expect(damped == field)
        continue
      }
      folded += 1
      #expect(damped.damping < 1 && damped.damping > 0.1)
      #expect(abs(sampler.smallestDeterminant(of: damped, over: shape) - 0.1) < 1e-3)
      #expect(Self.smallestDifference(damped, over: shape) > 0)
      #expect(sampler.damped(damped, over: shape) == damped)
    }
    #expect(folded > 2 && folded < 10)
  }

  @Test func parametersSurviveJSON() throws {
    var stream = RandomStream(seed: 1, purpose: "test")
    for spacing in [nil, Spacing(z: 3, y: 1, x: 1)] {
      var field = ElasticField(alpha: 450, sigma: 11, spacing: spacing, using: &stream)
      field.damping = 0.75
      let text = try JSONEncoder().encode(field)
      #expect(try JSONDecoder().decode(ElasticField.self, from: text) == field)
    }
    let wrong = #"{"alpha": 1, "sigma": 0.5, "seed": [1, 2], "damping": 1}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(ElasticField.self, from: Data(wrong.utf8)) }
  }
}
