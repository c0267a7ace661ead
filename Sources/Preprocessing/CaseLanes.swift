import Parallelism
import Volumes

/// One channel's way through the lanes: read, filter each plane, and finish each stretch once its planes are there.
final class ChannelLanes: @unchecked Sendable {
  let reading: PlaneReading
  let finishing: StretchLane
  private let tally = Tally()

  /// - Parameter survey: also looks at each plane, as that of channel `index`.
  init(source: any PlaneSource, index: Int, resampler: ImageResampler, survey: RawSurveying?) {
    let pool = ScratchPool<ImageResampler.Scratch>()
    let finishing = StretchLane(resampler.stretches.map { ($0, resampler.slabs) }) { slab, stretch in
      let scratch = pool.take { resampler.makeScratch() }
      resampler.finish(slab: slab, stretch: stretch, scratch)
      pool.give(scratch)
      return {}
    }
    let mayUse = { (plane: Int) in finishing.mayTake(plane) && survey?.mayTake(plane) ?? true }
    reading = PlaneReading(source: source, mayUse: mayUse) { [tally] plane, k in
      survey?.take(plane, at: k, channel: index, source.layout)
      let scratch = pool.take { resampler.makeScratch() }
      let bad = resampler.take(plane, at: k, stretch: finishing.stretch, scratch)
      pool.give(scratch)
      return {
        tally.nonfinite += bad
        finishing.taken += 1
      }
    }
    self.finishing = finishing
  }

  var nonfinite: Int { tally.nonfinite }
}

/// What the steps of a lane add up; touched under the lanes' lock only.
private final class Tally: @unchecked Sendable {
  var nonfinite = 0
  var rawLabels = LabelCounts()
  var classes = [Int](repeating: 0, count: 256)
}

/// The label's way through the lanes.
final class LabelLanes: @unchecked Sendable {
  let output: Buffer<UInt8>
  let reading: PlaneReading
  let finishing: StretchLane
  private let tally = Tally()

  /// - Parameter survey: also looks at each plane.
  init(
    source: any PlaneSource, mapping: LabelMapping, grid: TargetGrid, resampling: Resampling?,
    survey: RawSurveying?
  ) {
    output = Buffer(count: grid.shape.count)
    let resampler = LabelResampler(
      layout: source.layout, mapping: mapping, grid: grid, order: resampling?.labelOrder ?? .nearest,
      rule: resampling?.labelRule ?? .threshold, border: resampling?.labelBorder ?? .nearest, output: output.base)
    let finishing = StretchLane(resampler.stretches.map { ($0.arriving, $0.outputs.count) }) { [tally] slab, stretch in
      let counts = resampler.finish(slice: resampler.stretches[stretch].outputs.lowerBound + slab)
      return { for value in 0..<256 { tally.classes[value] += counts[value] } }
    }
    let mayUse = { (plane: Int) in finishing.mayTake(plane) && survey?.mayDecode(plane) ?? true }
    reading = PlaneReading(source: source, mayUse: mayUse) { [tally] plane, index in
      let counts = resampler.decoder.take(plane, at: index)
      survey?.takeLabel(resampler.decoder, at: index)
      return {
        tally.rawLabels.add(counts)
        finishing.taken += 1
      }
    }
    self.finishing = finishing
  }

  var rawClassCounts: [Int] { tally.rawLabels.perClass }
  var classCounts: [Int] { tally.classes }

  func refuseForeignValues(_ mapping: LabelMapping) throws { try tally.rawLabels.refuseForeignValues(mapping) }
}
