import Preprocessing
import Testing
import Volumes

struct VoxelSummaryTests {
  private func summary(_ values: [Double], _ scalar: ScalarType = .float64, slope: Double = 1) throws -> VoxelSummary {
    let grid = Grid(Shape(z: 2, y: 1, x: values.count / 2), values)
    return try VoxelSummary(of: ArraySource(grid, .ras, scalar, slope: slope))
  }

  @Test func rangeMeanAndDistinctValues() throws {
    let found = try summary([2, 2, -1, 2, 0, 0, 5, 2])
    #expect((found.count, found.nonfinite) == (8, 0))
    #expect((found.minimum, found.maximum, found.mean) == (-1, 5, 1.5))
    let distinct = try #require(found.distinct)
    #expect(distinct.map(\.value) == [-1, 0, 2, 5])
    #expect(distinct.map(\.voxels) == [1, 2, 4, 1])
  }

  @Test func valuesAreScaled() throws {
    let found = try summary([-50, 100], .int16, slope: 0.5)
    #expect((found.minimum, found.maximum) == (-50, 100))
  }

  @Test func nonfiniteVoxelsCountNowhereElse() throws {
    let found = try summary([.nan, 1, 1, .infinity, 3, -.infinity])
    #expect((found.count, found.nonfinite, found.minimum, found.maximum) == (6, 3, 1, 3))
    #expect(abs(found.mean - 5 / 3) < 1e-15)
    #expect(found.distinct.map { $0.map(\.voxels) } == [2, 1])
    #expect(try summary([.nan, .nan]).mean.isNaN)
  }

  @Test func imageHasNoListOfValues() throws {
    #expect(try summary((0..<256).map(Double.init)).distinct?.count == 256)
    #expect(try summary((0..<258).map(Double.init)).distinct == nil)
  }
}
