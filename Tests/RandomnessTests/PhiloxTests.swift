import Randomness
import Testing

struct PhiloxTests {
  /// Random123's kat_vectors, philox4x64 with 10 rounds.
  @Test func matchesRandom123() {
    let zeros = Philox4x64(key: SIMD2(0, 0), counter: SIMD4(0, 0, 0, 0))
    #expect(
      zeros.block()
        == SIMD4(0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b))
    let ones = Philox4x64(key: SIMD2(repeating: .max), counter: SIMD4(repeating: .max))
    #expect(
      ones.block()
        == SIMD4(0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0))
    let pi = Philox4x64(
      key: SIMD2(0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c),
      counter: SIMD4(0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89))
    #expect(
      pi.block()
        == SIMD4(0xa528_f454_03e6_1d95, 0x38c7_2dbd_566e_9788, 0xa5a1_610e_72fd_18b5, 0x57bd_43b5_e52b_7fe6))
  }

  @Test func blocksCountInTheFirstLane() {
    let key = SIMD2<UInt64>(3, 4)
    let shifted = Philox4x64(key: key, counter: SIMD4(12, 6, 7, 8)).block()
    #expect(Philox4x64(key: key, counter: SIMD4(5, 6, 7, 8)).block(7) == shifted)
  }

  @Test(arguments: [0, 1, 3, 4, 5, 11]) func fillIsTheBlocksInOrder(count: Int) {
    let generator = Philox4x64(key: SIMD2(1, 2), counter: SIMD4(0, 1, 2, 3))
    var words = [UInt64](repeating: 0, count: count)
    words.withUnsafeMutableBufferPointer { generator.fill($0, firstBlock: 9) }
    for place in 0..<count {
      let block = generator.block(9 + UInt64(place / 4))
      #expect(words[place] == block[place % 4])
    }
  }
}

struct StableHashTests {
  /// From the FNV authors' test vectors.
  @Test(
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func isFNV1a(text: String, hash: UInt64) {
    #expect(StableHash.hash64(text) == hash)
    #expect(StableHash.hash32(text) == UInt32(truncatingIfNeeded: hash ^ (hash >> 32)))
  }

  @Test func caseIdentifiersDoNotCollide() {
    let names = (0..<1000).map { "case_\(String(repeating: "0", count: 5 - String($0).count))\($0)" }
    #expect(Set(names.map(StableHash.hash64)).count == names.count)
  }
}
