import CKernels
import TestSupport
import Testing

struct KernelTests {
  // MARK: halves

  /// Every half there is, and numbers all around it: Swift's own Float16 is the reference.
  @Test func halvesAreThoseOfTheStandard() {
    var generator = SeededGenerator(seed: 1)
    var values: [Float] = [0, -0.0, 65504, -65504, 0x1p-24, 0x1p-25, 0x1.8p-25, 0x1.000002p-25, 0x1p-14, 0x1.ffcp-15]
    for bits in 0...UInt16.max {
      let half = Float(Float16(bitPattern: bits))
      guard half.isFinite else { continue }
      values += [half, half.nextUp, half.nextDown, half + (Float(Float16(bitPattern: bits).nextUp) - half) / 2]
    }
    for _ in 0..<100_000 {
      values.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
    }
    values = values.filter { abs($0) <= 65504 }
    let expected = values.map { Float16($0).bitPattern }
    var stored = [UInt16](repeating: 0, count: values.count)
    var halving = segprep_halving()
    segprep_halve(values, values.count, &stored, &halving)
    #expect(stored == expected)
    #expect(halving.largest == 65504)
    #expect(halving.worst == values.map { abs(Float(Float16($0)) - $0) }.max())

    var shuffled = [UInt8](repeating: 0, count: 2 * values.count)
    var again = segprep_halving()
    segprep_halve_shuffled(values, values.count, &shuffled, &again)
    #expect(shuffled == expected.map { UInt8($0 & 255) } + expected.map { UInt8($0 >> 8) })
    #expect(again.largest == halving.largest && again.worst == halving.worst)
  }

  @Test func everyHalfWidens() {
    let halves = (0...UInt16.max).filter { !Float16(bitPattern: $0).isNaN }
    var floats = [Float](repeating: 0, count: halves.count)
    segprep_widen(halves, halves.count, &floats)
    let expected = halves.map { Float(Float16(bitPattern: $0)) }
    #expect(floats.map(\.bitPattern) == expected.map(\.bitPattern))
    let shuffled = halves.map { UInt8($0 & 255) } + halves.map { UInt8($0 >> 8) }
    segprep_widen_shuffled(shuffled, halves.count, halves.count, &floats)
    #expect(floats.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test(arguments: [65504.004 as Float, 70000, -.infinity, .nan, -.nan])
  func whatIsTooLargeIsTold(value: Float) {
    let values: [Float] = [1, value, 2]
    var stored = [UInt16](repeating: 0, count: 3)
    var halving = segprep_halving()
    segprep_halve(values, 3, &stored, &halving)
    #expect(!(halving.largest <= 65504))
  }

  @Test func roundingErrorsAddUpOverCalls() {
    var stored: UInt16 = 0
    var halving = segprep_halving()
    for value in [1 + 0x1p-12, 1, 1 + 0x1p-13] as [Float] { segprep_halve([value], 1, &stored, &halving) }
    #expect(halving.worst == 0x1p-12)
    #expect(halving.largest == 1 + 0x1p-12)
  }

  @Test(arguments: [0, 1, 7, 64, 1000])
  func floatsAreShuffledAndBack(count: Int) {
    var generator = SeededGenerator(seed: 2)
    let values = (0..<count).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())) }
    var shuffled = [UInt8](repeating: 0, count: 4 * count)
    segprep_shuffle_floats(values, count, &shuffled)
    let expected: [UInt8] = [0, 8, 16, 24].flatMap { shift in
      values.map { UInt8(truncatingIfNeeded: $0.bitPattern >> UInt32(shift)) }
    }
    #expect(shuffled == expected)
    var back = [Float](repeating: 0, count: count)
    segprep_unshuffle_floats(shuffled, count, count, &back)
    #expect(back.map(\.bitPattern) == values.map(\.bitPattern))
  }

  // MARK: checksums and counts

  /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  @Test func knownChecksums() {
    #expect(segprep_crc32c(0, "123456789", 9) == 0xE306_9283)
    #expect(segprep_crc32c(0, [UInt8](repeating: 0, count: 32), 32) == 0x8A91_36AA)
    #expect(segprep_crc32c(0, [UInt8](repeating: 0xFF, count: 32), 32) == 0x62A8_AB43)
    #expect(segprep_crc32c(0, (0..<32).map { UInt8($0) }, 32) == 0x46DD_794E)
    #expect(segprep_crc32c(0, [UInt8](), 0) == 0)
  }

  @Test(arguments: [1, 7, 8, 9, 4095, 4096, 4097, 4103, 4351, 4352, 12_345, 100_001])
  func checksumIsThatOfTheTable(count: Int) {
    var generator = SeededGenerator(seed: count)
    let bytes = (0..<count + 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    bytes.withUnsafeBytes { all in
      for start in 0..<3 {
        let base = all.baseAddress.map { $0 + start }
        let expected = segprep_crc32c_plain(0, base, count)
        #expect(segprep_crc32c(0, base, count) == expected)
        let first = segprep_crc32c(0, base, count / 3)
        #expect(segprep_crc32c(first, base.map { $0 + count / 3 }, count - count / 3) == expected)
      }
    }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 1000])
  func bytesAreCounted(count: Int) {
    var generator = SeededGenerator(seed: count)
    // Runs, so that blocks of one value are among them.
    let bytes = (0..<count).map { index in
      let noise = index % 7 == 0 ? UInt8(generator.next() % 3) : 0
      return UInt8(index / 200) * 50 + noise
    }
    var counts = [UInt64](repeating: 0, count: 256)
    segprep_count_bytes(bytes, count, &counts)
    var expected = [UInt64](repeating: 0, count: 256)
    for byte in bytes { expected[Int(byte)] += 1 }
    #expect(counts == expected)
  }
}
