import CKernels
import Foundation
import TestSupport
import Testing

struct IntensityKernelTests {
  /// Random123's known answers for philox4x32 with ten rounds.
  @Test func philoxIsRandom123s() {
    #expect(
      PlainKernels.philox(counter: [0, 0, 0, 0], key: [0, 0]) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    #expect(
      PlainKernels.philox(
        counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], key: [0xA409_3822, 0x299F_31D0])
        == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
  }

  @Test func noiseIsThePlainOneToTheBit() {
    var noise = segprep_noise(key: (7, 8), channel: 2, stream: (9, 10), deviation: 0.25)
    let count = 1000
    var values = [Float](repeating: 1, count: count)
    segprep_add_noise(&noise, &values, 640, count)
    for place in 0..<count {
      let plain = PlainKernels.noise(
        voxel: 640 + place, key: [7, 8], channel: 2, stream: [9, 10], deviation: 0.25)
      #expect(values[place].bitPattern == (1 + plain).bitPattern)
    }
  }

  @Test func powerIsThePlainOneToTheBit() {
    var generator = SeededGenerator(seed: 3)
    for exponent in [0.05, 0.7, 1, 1.5, 33] as [Float] {
      let values =
        (0..<1000).map { _ in Float.random(in: -3...5, using: &generator) } + [-3, 5, 0, -.infinity, 1e-30, .nan]
      var power = segprep_power(in_offset: -3, in_scale: 0.125, exponent: exponent, out_scale: 8, out_offset: -3)
      var raised = [Float](repeating: 0, count: values.count)
      segprep_raise(&power, values, &raised, values.count)
      var inPlace = values
      inPlace.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        segprep_raise(&power, base, base, buffer.count)
      }
      #expect(raised.map(\.bitPattern) == inPlace.map(\.bitPattern))
      for (value, result) in zip(values, raised) {
        let plain = PlainKernels.power(
          value, offset: -3, scale: 0.125, exponent: exponent, outScale: 8, outOffset: -3)
        #expect(result.bitPattern == plain.bitPattern, "\(value)^\(exponent)")
      }
    }
  }

  /// Within 1e-6 of the power itself, over all magnitudes.
  @Test func powerIsPrecise() {
    var worst = 0.0
    for exponent in [0.1, 0.7, 0.99, 1.5, 2.2] as [Float] {
      let values = (0..<2000).map { Float(pow(10, -Double($0) / 300)) }
      var power = segprep_power(in_offset: 0, in_scale: 1, exponent: exponent, out_scale: 1, out_offset: 0)
      var raised = [Float](repeating: 0, count: values.count)
      segprep_raise(&power, values, &raised, values.count)
      for (value, result) in zip(values, raised) {
        worst = max(worst, abs(Double(result) / pow(Double(value), Double(exponent)) - 1))
      }
    }
    #expect(worst < 1e-6)
  }

  @Test(arguments: [1, 15, 16, 1000]) func statisticsAreThePlainOnesToTheBit(count: Int) {
    var generator = SeededGenerator(seed: 4)
    let values = (0..<count).map { _ in Float.random(in: 900...1000, using: &generator) }
    let plain = PlainKernels.sums(values, shift: 930)
    for wanted in [SEGPREP_RANGE, SEGPREP_MEAN, SEGPREP_DEVIATION] {
      var sums = segprep_moments(count: 3, sum: 0, squares: 0, lowest: 990, highest: 910)
      segprep_describe(values, count, 930, Int32(wanted.rawValue), &sums)
      #expect(sums.count == Double(3 + count))
      #expect(sums.lowest == min(990, values.min() ?? 0) && sums.highest == max(910, values.max() ?? 0))
      #expect(sums.sum == (wanted == SEGPREP_RANGE ? 0 : plain.sum))
      #expect(sums.squares == (wanted == SEGPREP_DEVIATION ? plain.squares : 0))
    }
  }

  /// Moments, correlation of neighbours, and the Kolmogorov-Smirnov distance from the normal distribution.
  @Test func noiseIsNormal() {
    let count = 1 << 18
    var noise = segprep_noise(key: (1, 2), channel: 0, stream: (3, 4), deviation: 1)
    var values = [Float](repeating: 0, count: count)
    segprep_add_noise(&noise, &values, 0, count)
    let n = Double(count)
    func moment(_ power: Int) -> Double { values.reduce(0) { $0 + pow(Double($1), Double(power)) } / n }
    // Five standard errors of each.
    #expect(abs(moment(1)) < 5 / n.squareRoot())
    #expect(abs(moment(2) - 1) < 5 * (2 / n).squareRoot())
    #expect(abs(moment(3)) < 5 * (15 / n).squareRoot())
    #expect(abs(moment(4) - 3) < 5 * (96 / n).squareRoot())
    #expect(abs(moment(6) - 15) < 5 * (10170 / n).squareRoot())
    for lag in [1, 15, 16, 32, 64] {
      let product = (0..<count - lag).reduce(0) { $0 + Double(values[$1]) * Double(values[$1 + lag]) } / n
      #expect(abs(product) < 5 / n.squareRoot(), "lag \(lag)")
    }
    let distance = values.sorted().enumerated().reduce(0.0) { worst, entry in
      let expected = 0.5 * erfc(-Double(entry.element) / 2.0.squareRoot())
      return max(worst, abs(expected - Double(entry.offset) / n), abs(expected - Double(entry.offset + 1) / n))
    }
    #expect(distance * n.squareRoot() < 1.95)  // p = .001
    // Beyond 4 standard deviations: 16.6 expected.
    #expect((4...35).contains(values.count { abs($0) > 4 }))
  }
}
