/// By case and class, how many voxels were predicted, are true, and are both.
struct DiceCounts {
  private struct Count {
    var predicted = 0
    var actual = 0
    var both = 0
  }

  private let classes: Int
  private var cases: [String: [Count]] = [:]

  init(classes: Int) { self.classes = classes }

  /// Adds a patch; where patches overlap, a voxel counts each time.
  mutating func add(
    _ predicted: ArraySlice<UInt8>, _ truth: UnsafeBufferPointer<UInt8>.SubSequence, of identifier: String
  ) {
    var pairs = [Int](repeating: 0, count: 256 * classes)
    for (predicted, truth) in zip(predicted, truth) { pairs[Int(predicted) * 256 + Int(truth)] += 1 }
    var counts = cases[identifier] ?? Array(repeating: Count(), count: classes)
    for predicted in 0..<classes {
      for truth in 0..<classes {
        let count = pairs[predicted * 256 + truth]
        counts[predicted].predicted += count
        counts[truth].actual += count
        if predicted == truth { counts[truth].both += count }
      }
    }
    cases[identifier] = counts
  }

  /// Class by class the Dice coefficient, averaged over the cases in which the class is there or was predicted; nil where
  /// there is no such case.
  var dice: [Double?] {
    (0..<classes).map { value in
      let each = cases.keys.sorted().compactMap { identifier -> Double? in
        guard let count = cases[identifier]?[value], count.predicted + count.actual > 0 else { return nil }
        return 2 * Double(count.both) / Double(count.predicted + count.actual)
      }
      return each.isEmpty ? nil : each.reduce(0, +) / Double(each.count)
    }
  }
}
