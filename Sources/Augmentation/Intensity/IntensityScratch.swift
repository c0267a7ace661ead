import CKernels
import Volumes

/// Memory that the intensity transforms need on their way; grows to what the largest patch needs, and stays.
final class IntensityScratch {
  private var kernelRoom = Workspace<Float>()
  private var weightRoom = Workspace<Float>()
  private var indexRoom = Workspace<Int32>()
  private var stretchRoom = Workspace<Float>()

  /// Room for one stretch of values.
  var stretch: UnsafeMutablePointer<Float> { stretchRoom.room(for: ChunkOperation.chunk) }

  /// Blurs a channel; the target may be the source. A sigma of 0 leaves an axis alone.
  func blur(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, shape: Shape, sigma: ZYX<Double>
  ) {
    let longest = Int(SEGPREP_LONGEST_BLUR) + 1
    let weights = weightRoom.room(for: 3 * longest)
    let radius = Shape { axis in
      GaussianWeights.fill(weights + Self.row(axis) * longest, sigma: sigma[axis])
    }
    var blur = segprep_blur(
      shape: (shape.z, shape.y, shape.x), radius: (radius.z, radius.y, radius.x),
      weights: (UnsafePointer(weights), UnsafePointer(weights + longest), UnsafePointer(weights + 2 * longest)))
    segprep_blur_volume(&blur, source, target, kernelRoom.room(for: segprep_blur_scratch(&blur)))
  }

  /// Takes a channel to a coarser grid and back; the target may be the source.
  func coarsen(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, shape: Shape, zoom: ZYX<Double>
  ) {
    let longest = max(shape.z, shape.y, shape.x)
    let weights = weightRoom.room(for: 3 * longest), indices = indexRoom.room(for: 6 * longest)
    func axis(_ axis: SpatialAxis) -> segprep_coarsening {
      let row = Self.row(axis)
      return CoarseAxis(fine: shape[axis], zoom: zoom[axis])
        .fill(
          source: indices + 2 * row * longest, lower: indices + (2 * row + 1) * longest,
          weight: weights + row * longest)
    }
    let axes = [axis(.z), axis(.y), axis(.x)]
    segprep_coarsen(axes, source, target, kernelRoom.room(for: segprep_coarsen_scratch(axes)))
  }

  /// An axis' place in array order.
  private static func row(_ axis: SpatialAxis) -> Int { 2 - axis.rawValue }
}
