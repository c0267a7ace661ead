import NIfTI
import Preprocessing
import TestSupport
import Testing
import Volumes

@testable import Prediction

struct RawGridTests {
  private func record(_ stage: StageName, shape: [Int], spacing: [Double]? = nil, before: [Int]? = nil) -> StageRecord {
    var record = StageRecord(stage: stage)
    (record.shape, record.spacingMm, record.before) = (shape, spacing, before)
    return record
  }

  @Test func nearestVoxelsOfAResampledAxis() {
    let halved = record(.resample, shape: [1, 1, 3], spacing: [1, 1, 2])
    #expect(AxisTrace(count: 6, spacing: 1, .x, [halved]).places == [0, 0, 1, 1, 2, 2])
    let doubled = record(.resample, shape: [1, 1, 6], spacing: [1, 1, 0.5])
    #expect(AxisTrace(count: 3, spacing: 1, .x, [doubled]).places == [0, 2, 4])
    // Of exact spacing: the grid ends before the last voxel, which is nearest to its last one.
    let exact = record(.resample, shape: [1, 1, 2], spacing: [1, 1, 3])
    #expect(AxisTrace(count: 8, spacing: 1, .x, [exact]).places == [0, 0, 0, 1, 1, 1, 1, 1])
  }

  @Test func whatWasCutOffIsNowhere() {
    let stages = [
      record(.crop, shape: [3, 1, 1], before: [2, 0, 0]), record(.pad, shape: [5, 1, 1], before: [1, 0, 0]),
    ]
    let trace = AxisTrace(count: 7, spacing: 1, .z, stages)
    #expect(trace.places == [-1, -1, 1, 2, 3, -1, -1])
    #expect(trace.map == LinearIndexMap(scale: 1, offset: -1))
  }

  /// Where a raw voxel's centre lies in the prepared affine is where its place is, to half a voxel.
  @Test func placesAgreeWithTheAffine() {
    let stages = [
      record(.crop, shape: [9, 10, 9], before: [1, 2, 3]),
      record(.resample, shape: [6, 7, 14], spacing: [1.5, 10.0 / 7, 9.0 / 14]),
      record(.pad, shape: [8, 8, 14], before: [1, 0, 0]),
    ]
    for (axis, count) in [(SpatialAxis.z, 12), (.y, 14), (.x, 13)] {
      let trace = AxisTrace(count: count, spacing: 1, axis, stages)
      for (index, place) in trace.places.enumerated() where place >= 0 {
        #expect(abs(trace.map(Double(index)) - Double(place)) <= 0.5 + 1e-5)
      }
      #expect(trace.places.contains { $0 >= 0 } && trace.places.contains(-1))
    }
  }

  @Test(arguments: ["RAS", "IPL", "LPS", "SAR", "PIR"])
  func classesGoToTheArraysOwnOrder(codes: String) throws {
    let orientation = try #require(Orientation(codes: codes))
    #expect(orientation.codes == codes)
    let shape = Shape(z: 2, y: 3, x: 4)
    let extents = orientation.directions.map { shape[$0.axis] }
    let label = Buffer<UInt8>(count: 24)
    for voxel in 0..<24 { label[voxel] = UInt8(voxel) }
    let canonical = Affine(rows: [[0.5, 0.1, 0, 3], [0, 2, 0.2, -4], [0.3, 0, 5, 6]])
    let affine = orientation.array(canonical, extents: extents)
    #expect(
      zip(orientation.canonical(affine, extents: extents).rows.joined(), canonical.rows.joined())
        .allSatisfy { abs($0 - $1) < 1e-12 })
    let grid = RawGrid(
      extents: extents, orientation: orientation, affine: affine, form: .sform(code: 1), prepared: shape, decisions: [])
    let found = grid.classes(of: LabelMap(shape: shape, classes: label, affine: canonical))
    for k in 0..<extents[2] {
      for j in 0..<extents[1] {
        for i in 0..<extents[0] {
          let position = affine.position(x: Double(i), y: Double(j), z: Double(k))
          let index = canonical.index(at: position).map { Int($0.rounded()) }
          let expected = UInt8((index[2] * 3 + index[1]) * 4 + index[0])
          #expect(found[(k * extents[1] + j) * extents[0] + i] == expected)
        }
      }
    }
  }
}
