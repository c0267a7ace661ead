import Parallelism
import Volumes

/// How much of each class a label holds at one point of its way: what a stage did to it shows in the next census.
public struct LabelCensus: Sendable, Codable, Equatable {
  /// The stage after which was counted; "raw" for the label as it was read.
  public var stage: String
  /// Millilitres of each class, by class number; background (the first) is not counted.
  public var ml: [Double]
  /// Parts of each class, by class number: voxels that touch, be it by a corner.
  public var components: [Int]
  /// Parts counted before the stage of which no voxel is left, by class number.
  public var vanished: [Int]

  /// What `stage` says of the label as it was read.
  public static let raw = "raw"

  init(stage: String, counts: [Int], components: Components, vanished: [Int], affine: Affine) {
    self.stage = stage
    let spacing = affine.spacing
    let voxelMillilitres = spacing.z * spacing.y * spacing.x / 1000
    ml = counts.enumerated().map { $0.offset == 0 ? 0 : Double($0.element) * voxelMillilitres }
    self.components = components.counts
    self.vanished = vanished
  }

  /// The census of the first `classes` class numbers.
  public func of(classes: Int) -> LabelCensus {
    var census = self
    census.ml = Array(ml.prefix(classes))
    census.components = Array(components.prefix(classes))
    census.vanished = Array(vanished.prefix(classes))
    return census
  }
}

extension LabelMap {
  /// The parts of a label map in memory.
  func components(on workers: Workers) throws -> Components {
    let counter = ComponentCounter(
      layout: ArrayLayout(extents: [shape.x, shape.y, shape.z], orientation: .ras, scalar: .uint8))
    // A few planes at a time: the runs of noise take many times the label's memory.
    for first in stride(from: 0, to: shape.z, by: Self.planesAtATime) {
      let planes = try workers.map(min(Self.planesAtATime, shape.z - first)) { runs(ofPlane: first + $0) }
      for runs in planes { counter.add(runs) }
    }
    return counter.finish()
  }

  private static let planesAtATime = 32

  private func runs(ofPlane z: Int) -> [LabelRun] {
    var runs: [LabelRun] = []
    for y in 0..<shape.y { runs.append(row: y, of: classes.base + (z * shape.y + y) * shape.x, count: shape.x) }
    return runs
  }
}
