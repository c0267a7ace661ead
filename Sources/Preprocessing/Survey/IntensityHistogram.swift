/// How often each intensity occurs: bins ascending, each by the value in it that is nearest to 0.
///
/// A bin is 1/4096 of its value wide, so whole numbers up to 8192 have a bin each: percentiles of a CT are exact, and
/// those of any image right to 0.025 %. Two distributions are merged by adding, whatever the order.
public struct IntensityDistribution: Sendable, Equatable {
  /// The bins that hold anything, ascending.
  public var values: [Float]
  /// Voxels in each of them.
  public var voxels: [Int]

  /// A distribution; both arrays are equally long.
  public init(values: [Float], voxels: [Int]) {
    precondition(values.count == voxels.count, "\(values.count) bins with \(voxels.count) counts")
    self.values = values
    self.voxels = voxels
  }
}

/// Counts floats by their 21 highest bits.
final class IntensityHistogram: @unchecked Sendable {
  private static let pageBits = 10
  private static let droppedBits = 11
  /// Most intensities of an image lie in a few pages of bins.
  private var pages = [UnsafeMutablePointer<Int>?](repeating: nil, count: 1 << (32 - droppedBits - pageBits))

  deinit { for page in pages { page?.deallocate() } }

  func add(_ values: UnsafePointer<Float>, _ count: Int) {
    for i in 0..<count {
      // Adding 0 turns -0 into 0.
      let bits = (values[i] + 0).bitPattern
      let ordered = bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
      let bin = Int(ordered >> Self.droppedBits)
      page(bin >> Self.pageBits)[bin & (1 << Self.pageBits - 1)] += 1
    }
  }

  func merge(_ other: IntensityHistogram) {
    for (number, theirs) in other.pages.enumerated() {
      guard let theirs else { continue }
      let ours = page(number)
      for i in 0..<1 << Self.pageBits { ours[i] += theirs[i] }
    }
  }

  var distribution: IntensityDistribution {
    var found = IntensityDistribution(values: [], voxels: [])
    for (number, page) in pages.enumerated() {
      guard let page else { continue }
      for i in 0..<1 << Self.pageBits where page[i] > 0 {
        found.values.append(Self.value(ofBin: number << Self.pageBits | i))
        found.voxels.append(page[i])
      }
    }
    return found
  }

  private func page(_ number: Int) -> UnsafeMutablePointer<Int> {
    if let page = pages[number] { return page }
    let page = UnsafeMutablePointer<Int>.allocate(capacity: 1 << Self.pageBits)
    page.initialize(repeating: 0, count: 1 << Self.pageBits)
    pages[number] = page
    return page
  }

  private static func value(ofBin bin: Int) -> Float {
    let ordered = UInt32(bin) << droppedBits
    let isNegative = ordered & 0x8000_0000 == 0
    let magnitude = (isNegative ? ~ordered : ordered) & 0x7fff_ffff & ~(1 << droppedBits - 1)
    return Float(bitPattern: isNegative ? magnitude | 0x8000_0000 : magnitude)
  }
}
