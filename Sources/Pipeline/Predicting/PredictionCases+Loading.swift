import Datasets
import NIfTI
import Parallelism
import Prediction
import Prepared
import Preprocessing
import Volumes

/// A case as a network wants it, and the way back.
public struct PredictionCase {
  /// The prepared image.
  public var volume: Volume
  /// By channel, what stands outside the image: its smallest value, as in shards.
  public var fill: [Float]
  /// The raw image's grid.
  public var raw: RawGrid
}

extension PredictionCases {
  /// Reads a case, and prepares it where it is raw.
  /// - Throws: what reading and preparing throw.
  public func load(_ index: Int, on workers: Workers) throws -> PredictionCase {
    switch places[index] {
    case .prepared(let path, _): try load(prepared: path)
    case .raw(let raw): try load(raw: raw, on: workers)
    }
  }

  /// Does what fold_safe stages do, to an image and to what stands outside it.
  private func apply(_ maps: [DeferredMaps.Map]?, to volume: Volume, _ fill: inout [Float]) {
    for (channel, map) in (maps ?? []).enumerated() {
      let values = volume.voxels.base + channel * volume.shape.count
      for voxel in 0..<volume.shape.count { values[voxel] = map(values[voxel]) }
      fill[channel] = map(fill[channel])
    }
  }

  private func load(prepared path: String) throws -> PredictionCase {
    let reader = try CaseFileReader(path: path)
    let volume = try reader.image()
    var fill = reader.statistics.channels.map { Float($0.minimum) }
    apply(maps, to: volume, &fill)
    return PredictionCase(volume: volume, fill: fill, raw: RawGrid(of: reader))
  }

  private func load(raw: RawCase, on workers: Workers) throws -> PredictionCase {
    guard let recipe else { preconditionFailure("raw cases have a recipe") }
    let ingest = CaseIngest(plan: recipe.plan, stages: recipe.stages, workers: workers)
    let opened = try CaseIngest.Opened(raw)
    var state = try ingest.preprocess(opened)
    var fill = try (0..<state.volume.channels).map { Float(try state.moments(ofChannel: $0, on: workers).minimum) }
    try state.settle(on: workers)
    apply(maps, to: state.volume, &fill)
    let (header, layout) = (opened.headers[0], opened.images[0].layout)
    let grid = RawGrid(
      extents: layout.extents, orientation: layout.orientation, affine: opened.grid.affine,
      form: RawGrid.form(
        opened.grid.transformSource.rawValue, sform: header.sformCode, qform: header.qformCode),
      prepared: state.volume.shape, decisions: state.records)
    return PredictionCase(volume: state.volume, fill: fill, raw: grid)
  }
}
