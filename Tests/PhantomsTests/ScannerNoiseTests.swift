import Randomness
import Testing

@testable import Phantoms

struct ScannerNoiseTests {
  /// Of variance 1, correlated within the planes more than between them.
  @Test func hasItsCorrelations() {
    let (slices, rows, columns) = (33, 40, 30)
    var noise = ScannerNoise(slices: slices, rows: rows, stream: RandomStream(seed: 1, purpose: "noise"))
    var planes: [[Float]] = []
    for column in 0..<columns {
      noise.advance(to: column)
      planes.append(noise.plane)
    }
    func correlation(slice: Int, row: Int, column: Int) -> Float {
      var (sum, count): (Float, Float) = (0, 0)
      for c in 0..<(columns - column) {
        for r in 0..<(rows - row) {
          for s in 0..<(slices - slice) {
            sum += planes[c][r * slices + s] * planes[c + column][(r + row) * slices + s + slice]
            count += 1
          }
        }
      }
      return sum / count
    }
    #expect(abs(correlation(slice: 0, row: 0, column: 0) - 1) < 0.05)
    #expect(abs(correlation(slice: 0, row: 1, column: 0) - ScannerNoise.memory) < 0.04)
    #expect(abs(correlation(slice: 0, row: 0, column: 1) - ScannerNoise.memory) < 0.04)
    #expect(abs(correlation(slice: 1, row: 0, column: 0) - 0.2435) < 0.04)
    #expect(abs(correlation(slice: 2, row: 0, column: 0)) < 0.04)
  }
}
