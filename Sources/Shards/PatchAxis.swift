/// One axis of a volume and of the patches in it: where a patch may begin.
struct PatchAxis {
  /// Voxels of the volume.
  let extent: Int
  /// Voxels of the patch.
  let patch: Int

  /// Whether the patch is longer than the volume.
  var isPadded: Bool { patch > extent }

  /// The first and the last place where a patch may begin. A patch longer than the volume is centred on it, an odd voxel
  /// after: then both are one place before the volume.
  var bounds: ClosedRange<Int> {
    isPadded ? -((patch - extent) / 2)...(-((patch - extent) / 2)) : 0...(extent - patch)
  }

  /// Where a patch begins that is centred on `voxel`, moved inside where it would leave the volume.
  func origin(centredOn voxel: Int) -> Int {
    min(max(voxel - patch / 2, bounds.lowerBound), bounds.upperBound)
  }

  /// How many windows `origins(overlap:)` gives.
  func windows(overlap: Int) -> Int {
    let step = patch - overlap
    return isPadded ? 1 : 1 + (extent - patch + step - 1) / step
  }

  /// Where the windows of a grid begin: a step apart, the last one shifted back to end at the border.
  func origins(overlap: Int) -> [Int] {
    guard !isPadded else { return [bounds.lowerBound] }
    return (0..<windows(overlap: overlap)).map { min($0 * (patch - overlap), extent - patch) }
  }
}
