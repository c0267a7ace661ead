import Volumes

/// The source indices that a map's samples lie between, axis by axis.
struct SourceBox: Equatable {
  var low: ZYX<Int>
  var high: ZYX<Int>

  init(low: ZYX<Int>, high: ZYX<Int>) {
    self.low = low
    self.high = high
  }

  /// The box around all places that a map can read, the lanes beyond the ends of rows included.
  /// - Parameter displacement: how far elastic displacement reaches, in source voxels.
  init(of map: SpatialMap, rowLength: Int, displacement: ZYX<Double>) {
    let last = ZYX<Double>(z: Double(map.output.z - 1), y: Double(map.output.y - 1), x: Double(rowLength - 1))
    let corners = (0..<8).lazy.map { corner in
      map.source(
        of: ZYX(z: corner & 4 > 0 ? last.z : 0, y: corner & 2 > 0 ? last.y : 0, x: corner & 1 > 0 ? last.x : 0))
    }
    low = ZYX { axis in
      let least = corners.reduce(Double.infinity) { min($0, $1[axis]) } - displacement[axis]
      return Int(least.rounded(.down))
    }
    high = ZYX { axis in
      let most = corners.reduce(-Double.infinity) { max($0, $1[axis]) } + displacement[axis]
      return Int(most.rounded(.up))
    }
  }

  /// The box with `voxels` more on every side, cut to what lies between two limits; at least one voxel of it.
  func grown(by voxels: Int, within limits: ZYX<ClosedRange<Int>>) -> SourceBox {
    var box = self
    for axis in SpatialAxis.allCases {
      let limit = limits[axis]
      box.low[axis] = min(max(low[axis] - voxels, limit.lowerBound), limit.upperBound)
      box.high[axis] = max(min(high[axis] + voxels, limit.upperBound), box.low[axis])
    }
    return box
  }

  /// Voxels of the box.
  var shape: Shape { ZYX { high[$0] - low[$0] + 1 } }
}
