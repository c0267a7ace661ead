import Volumes

/// The parts of a label map: voxels of one class that touch, be it by a corner (26 neighbours).
public struct Components: Sendable, Equatable {
  /// Voxels that hang together.
  public struct Part: Sendable, Equatable {
    /// Their class.
    public var value: UInt8
    /// How many they are.
    public var voxels: Int
    var box: Box
  }

  /// Parts per class; background is not counted.
  public internal(set) var counts = [Int](repeating: 0, count: 256)
  /// The parts that ended first, at most `keptParts` of them: noise taken for a label has millions.
  public internal(set) var parts: [Part] = []

  static let keptParts = 1 << 16

  mutating func add(_ part: Part) {
    counts[Int(part.value)] += 1
    if parts.count < Self.keptParts { parts.append(part) }
  }

  /// How many kept parts of each class have no voxel left on another grid.
  /// - Parameter index: where index i of the other grid lies on this one.
  func vanished(from label: LabelMap, index: ZYX<LinearIndexMap>) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for part in parts {
      let box = part.box.covered(by: index, within: label.shape)
      if !label.contains(part.value, in: box) { counts[Int(part.value)] += 1 }
    }
    return counts
  }
}

extension Box {
  /// The voxels of another grid that reach into this box.
  fileprivate func covered(by index: ZYX<LinearIndexMap>, within shape: Shape) -> Box {
    let ends = ZYX { axis in
      // Voxel i fills i - 0.5 to i + 0.5.
      let place = { (edge: Int) in (Double(edge) - 0.5 - index[axis].offset) / index[axis].scale }
      let first = Int((place(lower[axis]) - 0.5).rounded(.down)) + 1
      let last = Int((place(upper[axis]) + 0.5).rounded(.up)) - 1
      return (max(0, first), min(shape[axis], last + 1))
    }
    return Box(lower: ends.map(\.0), upper: ends.map(\.1))
  }
}

extension LabelMap {
  fileprivate func contains(_ value: UInt8, in box: Box) -> Bool {
    guard box.lower.z < box.upper.z, box.lower.y < box.upper.y, box.lower.x < box.upper.x else { return false }
    for z in box.lower.z..<box.upper.z {
      for y in box.lower.y..<box.upper.y {
        let row = classes.base + (z * shape.y + y) * shape.x
        for x in box.lower.x..<box.upper.x where row[x] == value { return true }
      }
    }
    return false
  }
}
