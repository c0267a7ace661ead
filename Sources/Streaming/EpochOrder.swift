import Randomness

/// Which patch comes where in an epoch: a function of seed, epoch and split alone.
final class EpochOrder {
  /// A place in an epoch.
  struct Place: Equatable {
    /// Among the split's patches.
    var entry: Int
    /// How often it came before in the epoch.
    var occurrence: Int
  }

  let count: Int
  private let order: StreamOptions.Order
  private let seed: UInt64
  /// By class, the patches that hold it; for class-balanced order.
  private let holders: [[UInt32]]
  private var entries: [UInt32]
  private var occurrences: [UInt32]
  private var seen: [UInt32]
  private var epoch: Int?

  init(_ catalogue: SampleCatalogue, order: StreamOptions.Order, seed: UInt64) {
    count = catalogue.entries.count
    self.order = order
    self.seed = seed
    holders = order == .classBalanced ? catalogue.holders : []
    entries = (0..<UInt32(count)).map { $0 }
    occurrences = [UInt32](repeating: 0, count: count)
    seen = order == .classBalanced ? occurrences : []
  }

  /// What comes at `place` of an epoch, from 0.
  func place(_ place: Int, epoch: Int) -> Place {
    if epoch != self.epoch { begin(epoch) }
    return Place(entry: Int(entries[place]), occurrence: Int(occurrences[place]))
  }

  private func begin(_ epoch: Int) {
    self.epoch = epoch
    switch order {
    case .sequential: break
    case .uniform:
      var stream = RandomStream(seed: seed, purpose: "stream order", epoch: UInt32(truncatingIfNeeded: epoch))
      for index in 0..<count { entries[index] = UInt32(index) }
      stream.shuffle(&entries)
    case .classBalanced:
      for index in 0..<count { seen[index] = 0 }
      for place in 0..<count {
        var stream = RandomStream(
          seed: seed, purpose: "stream classes", patch: UInt32(place), epoch: UInt32(truncatingIfNeeded: epoch))
        let patches = holders[stream.integer(below: holders.count)]
        let entry = patches[stream.integer(below: patches.count)]
        entries[place] = entry
        occurrences[place] = seen[Int(entry)]
        seen[Int(entry)] += 1
      }
    }
  }
}
