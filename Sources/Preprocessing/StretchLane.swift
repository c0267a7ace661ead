import Parallelism

/// Finishes one stretch of planes after the other: all planes of a stretch are taken, then all of its slabs finished,
/// then the next stretch's planes may come.
final class StretchLane: Lane, @unchecked Sendable {
  /// Finishes a slab of a stretch; what it returns runs under the lanes' lock.
  typealias Finish = @Sendable (_ slab: Int, _ stretch: Int) -> (() -> Void)

  private let stretches: [(planes: Range<Int>, slabs: Int)]
  private let finish: Finish
  /// The stretch whose planes are being taken, or whose slabs are being finished; it changes only between the two.
  private(set) var stretch = 0
  /// Planes of it taken, slabs of it begun and finished.
  var taken = 0
  private var begun = 0
  private var finished = 0

  init(_ stretches: [(planes: Range<Int>, slabs: Int)], finish: @escaping Finish) {
    self.stretches = stretches
    self.finish = finish
  }

  /// Whether a plane's turn has come.
  func mayTake(_ plane: Int) -> Bool {
    passEmpty()
    return stretch < stretches.count && stretches[stretch].planes.contains(plane)
  }

  func next() -> LaneState {
    passEmpty()
    guard stretch < stretches.count else { return .finished }
    guard taken == stretches[stretch].planes.count, begun < stretches[stretch].slabs else { return .waiting }
    let (slab, stretch) = (begun, stretch)
    begun += 1
    let finishing = Finishing()
    return .step(
      work: { [self] in finishing.run = finish(slab, stretch) },
      finish: { [self] in
        finishing.run()
        finished += 1
        if finished == stretches[stretch].slabs { pass() }
      })
  }

  /// A stretch of which nothing is made is over when its planes are there.
  private func passEmpty() {
    while stretch < stretches.count, stretches[stretch].slabs == 0, taken == stretches[stretch].planes.count { pass() }
  }

  private func pass() {
    (taken, begun, finished) = (0, 0, 0)
    stretch += 1
  }

  private final class Finishing {
    var run: () -> Void = {}
  }
}
