import CKernels
import Volumes

/// Where a case's foreground is: the voxels of each class slice by slice, from which any one of them is found by
/// looking through one slice. Takes 4 bytes per slice and class that is there, however large the foreground.
///
/// The label's memory is only looked at; it must last as long as the index.
public struct ForegroundIndex {
  private let label: UnsafeRawBufferPointer
  private let shape: Shape
  /// The classes that have a voxel, the background apart, ascending.
  public let classes: [UInt8]
  /// Voxels of each of `classes` in each slice.
  private let slices: [[UInt32]]
  /// Voxels of any of `classes` in each slice.
  private let foreground: [UInt32]

  /// Looks through a label once.
  /// - Precondition: `label` has a byte for each voxel of `shape`.
  public init(label: UnsafeRawBufferPointer, shape: Shape) {
    precondition(label.count == shape.count, "\(label.count) voxels are no label of \(shape)")
    (self.label, self.shape) = (label, shape)
    var slices = [[UInt32]?](repeating: nil, count: 256)
    var foreground = [UInt32](repeating: 0, count: shape.z)
    var counts = [UInt64](repeating: 0, count: 256)
    for z in 0..<shape.z {
      for value in counts.indices { counts[value] = 0 }
      let slice = Self.slice(z, of: label, shape)
      segprep_count_bytes(slice.baseAddress, slice.count, &counts)
      for (value, voxels) in counts.enumerated() where voxels > 0 && value > 0 {
        slices[value, default: [UInt32](repeating: 0, count: shape.z)][z] = UInt32(voxels)
        foreground[z] += UInt32(voxels)
      }
    }
    classes = (0...255).filter { slices[Int($0)] != nil }
    self.slices = slices.compactMap { $0 }
    self.foreground = foreground
  }

  /// A case without foreground has nothing that a patch could be centred on.
  public var isEmpty: Bool { classes.isEmpty }

  /// The number of voxels of the class at `place` in `classes`.
  public func count(ofClassAt place: Int) -> Int { slices[place].reduce(0) { $0 + Int($1) } }

  /// The voxel of the class at `place` in `classes` that has `rank` others of its class before it in memory.
  /// - Precondition: `rank` is below the number of the class's voxels.
  public func voxel(_ rank: Int, ofClassAt place: Int) -> ZYX<Int> {
    var rest = rank
    for (z, voxels) in slices[place].enumerated() {
      guard rest >= voxels else {
        for (index, value) in Self.slice(z, of: label, shape).enumerated() where value == classes[place] {
          if rest == 0 { return ZYX(z: z, y: index / shape.x, x: index % shape.x) }
          rest -= 1
        }
        break
      }
      rest -= Int(voxels)
    }
    preconditionFailure("no voxel \(rank) of class \(classes[place]); the label changed while it was looked at")
  }

  /// Whether a window holds a voxel of any class but the background; what lies outside the volume is background.
  public func isForeground(at origin: ZYX<Int>, shape window: Shape) -> Bool {
    let inside = Window(origin: origin, shape: window).inside(shape)
    for z in inside.z where foreground[z] > 0 {
      for y in inside.y {
        let start = (z * shape.y + y) * shape.x
        let row = UnsafeRawBufferPointer(rebasing: label[start + inside.x.lowerBound..<start + inside.x.upperBound])
        if row.contains(where: { $0 != 0 }) { return true }
      }
    }
    return false
  }

  private static func slice(_ z: Int, of label: UnsafeRawBufferPointer, _ shape: Shape) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: label[z * shape.y * shape.x..<(z + 1) * shape.y * shape.x])
  }
}

extension [[UInt32]?] {
  fileprivate subscript(index: Int, default fresh: @autoclosure () -> [UInt32]) -> [UInt32] {
    get { self[index] ?? fresh() }
    set { self[index] = newValue }
  }
}
