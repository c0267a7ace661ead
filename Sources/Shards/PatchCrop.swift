import CKernels
import Volumes

/// Cuts a window out of a volume; where the window leaves the volume, a fill value stands.
public struct PatchCrop: Sendable {
  private let window: Window
  /// The window without its margin.
  private let inner: Window
  /// Voxels of the volume.
  private let volume: Shape

  /// The window of `patch` with its margin.
  public init(_ patch: ShardPatch, of set: PatchSet, in volume: Shape) {
    window = Window(origin: ZYX { patch.origin[$0] - set.margin[$0] }, shape: set.storedShape)
    inner = Window(origin: patch.origin, shape: set.shape)
    self.volume = volume
  }

  /// Voxels of each of the 256 classes in the window without its margin; what lies outside the volume is background.
  public func classCounts(of label: UnsafeRawBufferPointer) -> [Int] {
    precondition(label.count == volume.count, "\(label.count) voxels are no label of \(volume)")
    var counts = [UInt64](repeating: 0, count: 256)
    let rows = inner.inside(volume)
    for z in rows.z {
      for y in rows.y {
        let row = (z * volume.y + y) * volume.x
        let inside = UnsafeRawBufferPointer(rebasing: label[row + rows.x.lowerBound..<row + rows.x.upperBound])
        segprep_count_bytes(inside.baseAddress, inside.count, &counts)
      }
    }
    counts[0] += UInt64(inner.shape.count - rows.z.count * rows.y.count * rows.x.count)
    return counts.map { Int($0) }
  }

  /// Copies one channel of an image.
  /// - Parameters:
  ///   - source: the volume's floats in (z, y, x) order, at any alignment.
  ///   - fill: the value outside the volume.
  ///   - target: room for the window's floats.
  public func copy(floats source: UnsafeRawBufferPointer, fill: Float, to target: UnsafeMutableRawBufferPointer) {
    copy(source, fill, to: target)
  }

  /// Copies a label; outside the volume is background.
  public func copy(classes source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    copy(source, UInt8(0), to: target)
  }

  private func copy<Value: BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, _ fill: Value, to target: UnsafeMutableRawBufferPointer
  ) {
    let size = MemoryLayout<Value>.size
    precondition(source.count == volume.count * size, "\(source.count) bytes are no volume of \(volume)")
    precondition(target.count == window.shape.count * size, "\(target.count) bytes are no window of \(window.shape)")
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    let rows = window.inside(volume)
    let isWhole = rows.z.count * rows.y.count * rows.x.count == window.shape.count
    if !isWhole { target.initializeMemory(as: Value.self, repeating: fill) }
    let skipped = rows.x.lowerBound - window.origin.x
    for z in rows.z {
      for y in rows.y {
        let source = (z * volume.y + y) * volume.x + rows.x.lowerBound
        let row = ((z - window.origin.z) * window.shape.y + y - window.origin.y) * window.shape.x + skipped
        (to + row * size).copyMemory(from: from + source * size, byteCount: rows.x.count * size)
      }
    }
  }
}
