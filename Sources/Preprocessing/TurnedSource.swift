import Volumes

/// A volume whose axes lie in another order or direction than those of its case's first image, turned to lie as that does.
///
/// It is kept whole, because its planes are not the image's planes; such files are rare.
final class TurnedSource: PlaneSource, @unchecked Sendable {
  let layout: ArrayLayout
  private let source: any PlaneSource
  private var voxels: Buffer<UInt8>?
  private var next = 0

  /// Whether a volume's planes are not those of the reference.
  static func isNeeded(_ layout: ArrayLayout, for reference: ArrayLayout) -> Bool {
    layout.orientation != reference.orientation
  }

  /// Bytes that a turned volume takes.
  static func bytes(of layout: ArrayLayout) -> Int { layout.planes * layout.planeBytes }

  /// - Precondition: both lie on one grid: the same shape in space.
  init(_ source: any PlaneSource, as reference: ArrayLayout) {
    precondition(source.layout.shape == reference.shape, "a volume of another shape")
    self.source = source
    var layout = source.layout
    (layout.extents, layout.orientation) = (reference.extents, reference.orientation)
    self.layout = layout
  }

  func readPlane(into plane: UnsafeMutableRawBufferPointer) throws {
    let voxels = try self.voxels ?? turned()
    self.voxels = voxels
    plane.copyMemory(from: UnsafeRawBufferPointer(start: voxels.base + next * layout.planeBytes, count: plane.count))
    next += 1
  }

  private func turned() throws -> Buffer<UInt8> {
    let old = source.layout
    let voxels = Buffer<UInt8>(count: Self.bytes(of: old))
    let plane = UnsafeMutableRawBufferPointer.allocate(byteCount: old.planeBytes, alignment: 64)
    defer { plane.deallocate() }
    guard let base = plane.baseAddress else { return voxels }
    let steps = (0..<3).map { step(alongOld: $0) }
    for k in 0..<old.planes {
      try source.readPlane(into: plane)
      for j in 0..<old.extents[1] {
        let first = steps[2].first + k * steps[2].stride + steps[1].first + j * steps[1].stride + steps[0].first
        let row = UnsafeRawPointer(base + j * old.extents[0] * old.scalar.bytes)
        scatter(row, old.extents[0], to: voxels.base, first: first, stride: steps[0].stride)
      }
    }
    return voxels
  }

  /// Where index 0 of an old axis lies in the new array, and how far apart its indices do, in voxels.
  private func step(alongOld axis: Int) -> (first: Int, stride: Int) {
    let direction = source.layout.orientation.directions[axis]
    let new = layout.orientation.arrayAxis(along: direction.axis)
    let stride = layout.extents[..<new].reduce(1, *)
    let isFlipped = direction.isReversed != layout.orientation.directions[new].isReversed
    return isFlipped ? ((layout.extents[new] - 1) * stride, -stride) : (0, stride)
  }

  private func scatter(
    _ row: UnsafeRawPointer, _ count: Int, to voxels: UnsafeMutableRawPointer, first: Int, stride: Int
  ) {
    func copy<Voxel: BitwiseCopyable>(_ type: Voxel.Type) {
      let from = row.assumingMemoryBound(to: Voxel.self)
      let to = voxels.assumingMemoryBound(to: Voxel.self) + first
      for i in 0..<count { to[i * stride] = from[i] }
    }
    switch layout.scalar.bytes {
    case 1: copy(UInt8.self)
    case 2: copy(UInt16.self)
    case 4: copy(UInt32.self)
    default: copy(UInt64.self)
    }
  }
}

extension RawVolumes {
  /// The same case, every volume's planes being those of the first channel.
  var aligned: RawVolumes {
    let turn = { (source: any PlaneSource) -> any PlaneSource in
      TurnedSource.isNeeded(source.layout, for: self.layout) ? TurnedSource(source, as: self.layout) : source
    }
    var raw = self
    raw.channels = channels.map(turn)
    raw.label = label.map(turn)
    return raw
  }
}
