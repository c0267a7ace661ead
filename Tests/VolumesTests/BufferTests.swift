import Testing
import Volumes

struct BufferTests {
  /// 3 MB is on huge pages, one value is not.
  @Test(arguments: [0, 1, 7, 800_000])
  func startsAsZeros(count: Int) {
    let buffer = Buffer<Float>(count: count)
    #expect(buffer.values.count == count)
    #expect(buffer.bytes.count == 4 * count)
    #expect(buffer.bytes.allSatisfy { $0 == 0 })
  }

  @Test func keepsWhatIsPut() {
    let buffer = Buffer<Int32>(count: 5)
    for index in 0..<5 { buffer[index] = Int32(index * index) }
    #expect(Array(buffer.values) == [0, 1, 4, 9, 16])
    #expect(buffer[3] == 9)
  }
}
