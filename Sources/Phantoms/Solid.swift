import Foundation

/// A body part: a shape function q(x, y, z) that grows from its middle outwards, and layers of tissue inside it.
struct Solid: Sendable {
  enum Form: Sendable {
    case blob(Blob)
    case tube(Tube)
  }

  let form: Form
  /// How strongly the coarse field and the lumps bend the surface; 0.2 moves it by a tenth of the radius.
  let coarse: Float
  let lumps: Float
  /// Whether it is kept within the row's enclosure.
  let isEnclosed: Bool
  /// Whether it is that enclosure: later solids that are enclosed end where it ends.
  let isCavity: Bool
  /// Painted in this order, each over those before.
  let layers: [Layer]
  /// The columns' x and the rows' y that the solid may reach.
  let reach: (x: ClosedRange<Float>, y: ClosedRange<Float>)
  /// The highest q, before it is bent, at which anything may still be painted.
  private let level: Float
  /// The mean radius of the surface q = 1, in millimetres.
  private let radius: Float

  init(
    form: Form, coarse: Float = 0, lumps: Float = 0, isEnclosed: Bool = false, isCavity: Bool = false, layers: [Layer]
  ) {
    self.form = form
    self.coarse = coarse
    self.lumps = lumps
    self.isEnclosed = isEnclosed
    self.isCavity = isCavity
    self.layers = layers
    let ruffle = layers.map { abs($0.ruffle) }.max() ?? 0
    level = (layers.map(\.limit).max() ?? 1) + 2.6 * (abs(coarse) + abs(lumps) + ruffle) + 0.15
    switch form {
    case .blob(let blob):
      radius = blob.radius
      reach = blob.reach(level: level)
    case .tube(let tube):
      radius = tube.radius
      reach = tube.reach(level: level)
    }
  }

  /// Paints the solid's part of a row. `edge` is the width in millimetres over which a border fades.
  func paint(_ row: borrowing PhantomRow, grid: ScanGrid, edge: Float) {
    let range: Range<Int>
    switch form {
    case .blob(let blob): range = blob.fill(row, level: level, grid: grid)
    case .tube(let tube): range = tube.fill(row)
    }
    if range.isEmpty { return }
    let (q, coarseField, lumpField) = (row.scratch, row.coarse, row.lumps)
    if coarse != 0 || lumps != 0 {
      let (coarse, lumps) = (coarse, lumps)
      for slice in range { q[slice] += coarse * coarseField[slice] + lumps * lumpField[slice] }
    }
    if isCavity {
      let (enclosure, sharpness) = (row.enclosure, radius / (2 * edge))
      for slice in range {
        let inside = (1 - q[slice]) * sharpness + 0.5
        enclosure[slice] = inside < 0 ? 0 : inside > 1 ? 1 : inside
      }
    }
    for layer in layers { paint(layer, row, range, sharpness: radius / (2 * layer.limit.squareRoot() * edge), edge) }
  }

  private func paint(
    _ layer: Layer, _ row: borrowing PhantomRow, _ range: Range<Int>, sharpness: Float, _ edge: Float
  ) {
    var share: Float = 1
    if let above = layer.above {
      share = min(max((row.y - above) / edge + 0.5, 0), 1)
      if share == 0 { return }
    }
    let mask = isEnclosed ? row.enclosure : row.everywhere
    let (q, lumpField, weights, labels) = (row.scratch, row.lumps, row.weights, row.labels)
    let (limit, ruffle) = (layer.limit, layer.ruffle)
    for slice in range {
      let inside = (limit - q[slice] - ruffle * lumpField[slice]) * sharpness + 0.5
      weights[slice] = (inside < 0 ? 0 : inside > 1 ? 1 : inside) * share * mask[slice]
    }
    if let gate = layer.gate {
      gate.withUnsafeBufferPointer { gate in for slice in range { weights[slice] *= gate[slice] } }
    }
    row.blend(layer.tissue, range)
    if let label = layer.label {
      for slice in range where q[slice] + ruffle * lumpField[slice] < limit && mask[slice] > 0.5 {
        labels[slice] = label
      }
    }
  }
}
