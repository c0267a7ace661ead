import TestSupport
import Testing

@testable import Shards

struct CodecTests {
  private static let all: [ShardCompression] = [.none, .deflate(level: 1), .lz4, .zstd(level: 1)]

  @Test(arguments: all, [1, 2, 100, 1 << 18, 1 << 18 + 1, 600_000])
  func whatIsPackedIsUnpacked(compression: ShardCompression, count: Int) {
    for source in [noise(count), smooth(count)] {
      let packed = pack(source, compression)
      #expect(unpack(packed, count, compression) == source)
      // Not one byte more or less, of the stored bytes or of those expected.
      #expect(unpack(packed, count + 1, compression) == nil)
      #expect(unpack(packed + [0], count, compression) == nil)
      #expect(unpack(Array(packed.dropLast()), count, compression) == nil)
      if count > 1 { #expect(unpack(packed, count - 1, compression) == nil) }
    }
  }

  /// A checksum finds what a decompressor cannot; but no bytes may make one read or write where it must not.
  @Test(arguments: all) func damagedBytesDoNoHarm(compression: ShardCompression) {
    var generator = SeededGenerator(seed: 3)
    let packed = pack(smooth(5000), compression)
    for _ in 0..<2000 {
      var damaged = packed
      damaged[Int(generator.next() % UInt64(packed.count))] ^= 1 << UInt8(generator.next() % 8)
      _ = unpack(damaged, 5000, compression)
    }
  }

  @Test func lz4FramesAreThoseOfTheFilter() {
    // Noise is stored as it is, in blocks of 256 KB; sizes are big-endian.
    let source = noise(1 << 18 + 5)
    let packed = pack(source, .lz4)
    #expect(Array(packed[..<16]) == [0, 0, 0, 0, 0, 4, 0, 5, 0, 4, 0, 0, 0, 4, 0, 0])
    #expect(Array(packed[16..<16 + 1 << 18]) == Array(source[..<(1 << 18)]))
    #expect(Array(packed[(16 + 1 << 18)...]) == [0, 0, 0, 5] + source[(1 << 18)...])
    // A short run is one block of its own length, which ends in a run of zeros: token, offset 1, length.
    let zeros = pack([UInt8](repeating: 0, count: 1000), .lz4)
    #expect(Array(zeros[..<12]) == [0, 0, 0, 0, 0, 0, 3, 232, 0, 0, 3, 232])
    #expect(zeros.count < 40 && Int(zeros[15]) == zeros.count - 16)
  }

  @Test func lz4RefusesImpossibleFrames() {
    let good = pack([UInt8](repeating: 7, count: 1000), .lz4)
    #expect(unpack(good, 1000, .lz4) != nil)
    for (place, bytes) in [
      (0, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] as [UInt8]), (8, [0, 0, 0, 0]),
      (12, [0, 0, 0, 0]), (12, [0x7F, 0xFF, 0xFF, 0xFF]), (12, [0xFF, 0xFF, 0xFF, 0xFF]),
    ] {
      var bad = good
      bad.replaceSubrange(place..<place + bytes.count, with: bytes)
      #expect(unpack(bad, 1000, .lz4) == nil, "\(bytes) at \(place)")
    }
    #expect(unpack([], 1000, .lz4) == nil)
    #expect(unpack(Array(good[..<11]), 1000, .lz4) == nil)
  }

  @Test func namesAndLevels() {
    #expect(ShardCompression(name: "deflate") == .deflate(level: 1))
    #expect(ShardCompression(name: "zstd", level: 19) == .zstd(level: 19))
    #expect(ShardCompression(name: "zstd", level: 20) == nil)
    #expect(ShardCompression(name: "deflate", level: 0) == nil)
    #expect(ShardCompression(name: "lz4", level: 1) == nil)
    #expect(ShardCompression(name: "gzip") == nil)
    for name in ShardCompression.names { #expect(ShardCompression(name: name)?.name == name) }
  }

  // MARK: bytes

  private func noise(_ count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: count)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  private func smooth(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 / 100 % 256) } }

  private func pack(_ source: [UInt8], _ compression: ShardCompression) -> [UInt8] {
    let packer = CodecPacker(compression)
    var target = [UInt8](repeating: 0, count: packer.bound(source.count))
    return source.withUnsafeBytes { bytes in
      target.withUnsafeMutableBytes { Array(packer.pack(bytes, into: $0)) }
    }
  }

  private func unpack(_ packed: [UInt8], _ count: Int, _ compression: ShardCompression) -> [UInt8]? {
    var target = [UInt8](repeating: 0, count: count)
    let isDone = packed.withUnsafeBytes { bytes in
      target.withUnsafeMutableBytes { CodecUnpacker(compression).unpack(bytes, into: $0) }
    }
    return isDone ? target : nil
  }
}
