import Volumes

/// The stored voxels of a patch as stretches that lie in one piece both there and where they are wanted.
struct PatchRuns {
  /// Voxels in the longest stretch: its values stay in the first-level cache from one step to the next.
  static let longest = 1 << 12

  private let stored: Shape
  private let margin: Shape
  private let inner: Shape
  private let isWhole: Bool

  init(_ layout: ShardLayout, keepsMargin: Bool) {
    stored = layout.storedShape
    margin = layout.margin
    inner = layout.shape
    isWhole = keepsMargin || stored == inner
  }

  /// Calls `body` for each stretch of a channel, in order, with its first voxel's place among the channel's stored
  /// voxels, that among those that are wanted, and its length.
  func forEach(_ body: (_ source: Int, _ target: Int, _ count: Int) -> Void) {
    guard !isWhole else { return split(0, 0, stored.count, body) }
    for z in 0..<inner.z {
      for y in 0..<inner.y {
        let source = ((z + margin.z) * stored.y + y + margin.y) * stored.x + margin.x
        split(source, (z * inner.y + y) * inner.x, inner.x, body)
      }
    }
  }

  private func split(_ source: Int, _ target: Int, _ count: Int, _ body: (Int, Int, Int) -> Void) {
    var done = 0
    while done < count {
      let piece = min(Self.longest, count - done)
      body(source + done, target + done, piece)
      done += piece
    }
  }
}
