import Preprocessing
import TestSupport
import Testing

struct PointwiseTests {
  @Test func nothingChangesNothing() {
    #expect(Pointwise().isIdentity)
    #expect(Pointwise.identity(-3.5) == -3.5)
    #expect(!Pointwise.identity.clipped(to: 0...1).isIdentity)
    #expect(!Pointwise.identity.followed(byOffset: 0, scale: 2).isIdentity)
  }

  /// Chains of clips (also outside of what is left) and scales (also negative) against one step after the other.
  @Test func chainIsItsSteps() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<500 {
      var map = Pointwise.identity
      var steps: [(Double) -> Double] = []
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        if Bool.random(using: &generator) {
          let edges = [0, 1].map { _ in Double.random(in: -30...30, using: &generator) }.sorted()
          map = map.clipped(to: edges[0]...edges[1])
          steps.append { min(max($0, edges[0]), edges[1]) }
        } else {
          let offset = Double.random(in: -10...10, using: &generator)
          let scale = Double.random(in: 0.2...3, using: &generator) * (Bool.random(using: &generator) ? 1 : -1)
          map = map.followed(byOffset: offset, scale: scale)
          steps.append { ($0 - offset) * scale }
        }
      }
      for _ in 0..<20 {
        let value = Double.random(in: -100...100, using: &generator)
        let expected = steps.reduce(value) { $1($0) }
        #expect(abs(map(value) - expected) < 1e-9 * max(1, abs(expected)))
      }
    }
  }

  @Test func voxelsAreMappedAsTheMapSays() {
    let map = Pointwise.identity.clipped(to: -79...304).followed(byOffset: 101, scale: 1 / 76.9)
    let values = (0..<77).map { Float($0 * 17 - 500) }
    var mapped = [Float](repeating: 0, count: values.count)
    values.withUnsafeBufferPointer { source in
      mapped.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        map.apply(from: from, to: to, count: source.count)
      }
    }
    for (value, result) in zip(values, mapped) { #expect(abs(Double(result) - map(Double(value))) < 1e-5) }
  }
}
