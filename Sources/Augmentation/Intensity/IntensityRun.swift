import CKernels
import Volumes

/// The intensity transforms of one channel, in as few passes over its voxels as their statistics allow.
///
/// Operations on single values wait until something needs to know all of them: extremes, a mean, a neighbourhood. Then
/// they run one after the other on a stretch that stays in the cache, and so on to the end of the channel. Statistics are
/// carried through operations where that is exact, and otherwise measured in the pass that is made anyway.
struct IntensityRun {
  private let shape: Shape
  private let target: UnsafeMutablePointer<Float>
  private let scratch: IntensityScratch
  private let channel: Int
  /// Where the values are before `waiting`.
  private var values: ChannelValues
  private var waiting: [ChunkOperation] = []
  /// Of the values after `waiting`.
  private var statistics = ChannelStatistics.unknown
  /// Of the whole case at the same point, where its statistics are to be used instead of the patch's.
  private var ofCase: ChannelStatistics?
  /// What the value beyond the patch has become.
  private(set) var padValue: Float

  init(
    _ values: ChannelValues, into target: UnsafeMutablePointer<Float>, shape: Shape, channel: Int, padValue: Float,
    ofCase: ChannelStatistics?, scratch: IntensityScratch
  ) {
    (self.values, self.target, self.shape, self.channel) = (values, target, shape, channel)
    (self.padValue, self.ofCase, self.scratch) = (padValue, ofCase, scratch)
  }

  /// Carries out the operations; afterwards the result is in the target.
  mutating func run(_ operations: [IntensityOperation]) {
    for operation in operations { apply(operation) }
    flush()
  }

  private mutating func apply(_ operation: IntensityOperation) {
    switch operation {
    case .multiply(let factor): scale(by: Float(factor), offset: 0)
    case .add(let offset): scale(by: 1, offset: Float(offset))
    case .contrast(let factor, let preservesRange): contrast(Float(factor), preservesRange: preservesRange)
    case .gamma(let exponent, let inverts, let retainsStatistics):
      gamma(Float(exponent), inverts: inverts, retainsStatistics: retainsStatistics)
    case .noise(let deviation, let seed):
      wait(.noise(segprep_noise(seed, channel: channel, deviation: Float(deviation))))
      statistics = .unknown
    case .blur(let sigma):
      scratch.blur(settledValues(), target, shape: shape, sigma: sigma)
      settle()
    case .coarsen(let zoom):
      scratch.coarsen(settledValues(), target, shape: shape, zoom: zoom)
      settle()
    }
  }

  private mutating func scale(by factor: Float, offset: Float) {
    wait(.affine(segprep_affine(scale: factor, offset: offset)))
    statistics = statistics.scaled(by: factor, offset: offset)
    ofCase = ofCase?.scaled(by: factor, offset: offset)
  }

  private mutating func contrast(_ factor: Float, preservesRange: Bool) {
    let known = known(.mean)
    let (range, mean) = (known.range ?? 0...0, Float(known.mean ?? 0))
    var map = segprep_affine(scale: factor, offset: mean - mean * factor)
    if preservesRange { (map.lower, map.upper) = (range.lowerBound, range.upperBound) }
    wait(.affine(map))
    var changed = statistics.scaled(by: map.scale, offset: map.offset)
    if preservesRange, factor > 1 {
      // The extremes are clamped to what they were, and so are values near them, whose mean is no longer known.
      changed = ChannelStatistics(range: range)
    }
    statistics = changed
    // Of a case, what the clamp does to its mean cannot be seen from the patch; it is taken as if nothing were clamped.
    ofCase = ofCase.map {
      var scaled = $0.scaled(by: map.scale, offset: map.offset)
      if preservesRange, factor > 1 { scaled.range = range }
      return scaled
    }
  }

  private mutating func gamma(_ exponent: Float, inverts: Bool, retainsStatistics: Bool) {
    // What is to be put back is measured along with the extremes.
    if retainsStatistics, ofCase == nil, !statistics.knows(.range) { measure(.deviation) }
    let range = known(.range).range ?? 0...0
    let width = range.upperBound - range.lowerBound
    let toUnit = 1 / (width + 1e-7)  // batchgenerators' epsilon
    let power =
      inverts
      ? segprep_power(
        in_offset: range.upperBound, in_scale: -toUnit, exponent: exponent, out_scale: -width,
        out_offset: range.upperBound)
      : segprep_power(
        in_offset: range.lowerBound, in_scale: toUnit, exponent: exponent, out_scale: width,
        out_offset: range.lowerBound)
    let before = Measurement(.deviation), after = Measurement(.deviation)
    let known = statistics
    let isKnown = known.knows(.deviation)
    if retainsStatistics, !isKnown { wait(.measure(before)) }
    wait(.power(power))
    let ends = [range.lowerBound, range.upperBound].map { ChunkOperation.power(power).applied(to: $0) }
    statistics = ChannelStatistics(range: ChannelStatistics.range(ends[0], ends[1]))
    ofCase = ofCase.map { _ in statistics }
    guard retainsStatistics else { return }
    wait(.measure(after))
    flush()
    let (old, new) = (isKnown ? known : before.statistics, after.statistics)
    guard let oldMean = old.mean, let oldDeviation = old.deviation else { return }
    guard let newMean = new.mean, let newDeviation = new.deviation else { return }
    (statistics.mean, statistics.deviation) = (newMean, newDeviation)
    let factor = oldDeviation / (newDeviation + 1e-8)  // batchgenerators' epsilon
    scale(by: Float(factor), offset: Float(oldMean - newMean * factor))
  }

  /// Puts an operation into the next pass.
  private mutating func wait(_ operation: ChunkOperation) {
    waiting.append(operation)
    padValue = operation.applied(to: padValue)
  }

  /// The case's numbers where they are to be used and known, else the patch's, measured if need be.
  private mutating func known(_ wanted: Measurement.Wanted) -> ChannelStatistics {
    if let ofCase, ofCase.knows(wanted) { return ofCase }
    if !statistics.knows(wanted) { measure(wanted) }
    var known = statistics
    if let range = ofCase?.range { known.range = range }
    return known
  }

  /// Measures what there is after the waiting operations; where none wait, without writing anything.
  private mutating func measure(_ wanted: Measurement.Wanted) {
    let measurement = Measurement(wanted)
    if waiting.isEmpty {
      forEachStretch { first, count in
        measurement.add(values.stretch(from: first, count: count, widenedInto: scratch.stretch), count: count)
      }
    } else {
      waiting.append(.measure(measurement))
      flush()
    }
    statistics = measurement.statistics
  }

  /// Carries out what waits; the values are in the target then.
  private mutating func flush() {
    if waiting.isEmpty, values.isAt(target) { return }
    forEachStretch { first, count in
      let stretch = target + first
      var source = values.stretch(from: first, count: count, widenedInto: stretch)
      for operation in waiting {
        operation.run(source, stretch, first: first, count: count)
        source = UnsafePointer(stretch)
      }
      if source != UnsafePointer(stretch) { stretch.update(from: source, count: count) }
    }
    waiting.removeAll(keepingCapacity: true)
    values = .float32(UnsafePointer(target))
  }

  /// The values for a kernel that reads neighbours: floats that lie in memory as they are, nothing waiting.
  private mutating func settledValues() -> UnsafePointer<Float> {
    if waiting.isEmpty, case .float32(let source) = values { return source }
    flush()
    return UnsafePointer(target)
  }

  /// After such a kernel, which nothing can be known through, has written the target.
  private mutating func settle() {
    values = .float32(UnsafePointer(target))
    statistics = .unknown
  }

  private func forEachStretch(_ body: (_ first: Int, _ count: Int) -> Void) {
    for first in stride(from: 0, to: shape.count, by: ChunkOperation.chunk) {
      body(first, min(ChunkOperation.chunk, shape.count - first))
    }
  }
}

extension segprep_noise {
  init(_ seed: NoiseSeed, channel: Int, deviation: Float) {
    func words(_ pair: UInt64) -> (UInt32, UInt32) { (UInt32(truncatingIfNeeded: pair), UInt32(pair >> 32)) }
    self.init(
      key: words(seed.key), channel: UInt32(channel), stream: words(seed.stream), deviation: deviation)
  }
}
