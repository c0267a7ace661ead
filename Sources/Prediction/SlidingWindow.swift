import Shards
import Volumes

/// Patches that cover a whole volume, one beside the other with an overlap: a grid as `segprep shard` cuts it.
public struct SlidingWindow: Sendable {
  /// Voxels of a patch.
  public let patch: Shape
  /// How much each voxel of a patch counts.
  public let weighting: WindowWeighting
  private let set: PatchSet

  /// Patches of a shape.
  /// - Parameter overlap: voxels that neighbours share; half of the patch where it is nil.
  public init(patch: Shape, overlap: Shape? = nil, weighting: WindowWeighting = .gaussian) {
    let overlap = overlap ?? patch.map { $0 / 2 }
    precondition(
      SpatialAxis.allCases.allSatisfy { (0..<patch[$0]).contains(overlap[$0]) }, "an overlap below the patch")
    self.patch = patch
    self.weighting = weighting
    set = PatchSet(name: "window", sampling: .grid(overlap: overlap), shape: patch)
  }

  /// Where patches begin in a volume, z slowest. A volume smaller than the patch is centred in it.
  public func origins(in shape: Shape) -> [ZYX<Int>] { patches(in: shape).map(\.origin) }

  private func patches(in shape: Shape) -> [ShardPatch] {
    PatchSampler(set).patches(of: "", shape: shape, foreground: nil)
  }

  /// What a network makes of patches: it is given (patch, channel, z, y, x) and gives (patch, class, z, y, x), the classes'
  /// probabilities.
  public typealias Network = (_ patches: [Float], _ count: Int) throws -> [Float]

  /// The class of the greatest mean probability at each voxel; the lower of two that are equal.
  ///
  /// Takes memory for as many planes as a patch has, class by class, beside volume and labels. What comes out follows from
  /// the network's answers alone, whatever the batch.
  /// - Parameters:
  ///   - fill: by channel, what stands outside the volume.
  ///   - choices: the classes that a voxel may be taken for, ascending; all where it is nil.
  ///   - batch: patches that the network is given at a time, at most.
  /// - Precondition: the network gives as many values as patches and classes need, and at most 256 classes.
  public func segment(
    _ volume: Volume, fill: [Float], classes: Int, choices: [Int]? = nil, batch: Int = 1, network: Network
  ) throws -> LabelMap {
    let labels = WindowLabels(
      patch: patch, weighting: weighting, shape: volume.shape, classes: classes, choices: choices)
    precondition(fill.count == volume.channels && batch >= 1, "a value outside for each channel, and some patches")
    let patches = patches(in: volume.shape)
    for start in stride(from: 0, to: patches.count, by: batch) {
      let chosen = patches[start..<min(start + batch, patches.count)]
      let output = try network(cut(chosen, from: volume, fill: fill), chosen.count)
      let values = classes * patch.count
      precondition(output.count == chosen.count * values, "\(output.count) probabilities for \(chosen.count) patches")
      output.withUnsafeBufferPointer { output in
        for (place, item) in chosen.enumerated() {
          labels.add(UnsafeBufferPointer(rebasing: output[place * values..<(place + 1) * values]), at: item.origin)
        }
      }
    }
    return labels.finish(affine: volume.affine)
  }

  private func cut(_ chosen: ArraySlice<ShardPatch>, from volume: Volume, fill: [Float]) -> [Float] {
    let count = chosen.count * volume.channels * patch.count
    let bytes = volume.shape.count * MemoryLayout<Float>.size
    return [Float](unsafeUninitializedCapacity: count) { buffer, written in
      let target = UnsafeMutableRawBufferPointer(buffer)
      let patchBytes = patch.count * MemoryLayout<Float>.size
      var place = 0
      for item in chosen {
        let crop = PatchCrop(item, of: set, in: volume.shape)
        for channel in 0..<volume.channels {
          crop.copy(
            floats: UnsafeRawBufferPointer(rebasing: volume.voxels.bytes[channel * bytes..<(channel + 1) * bytes]),
            fill: fill[channel], to: UnsafeMutableRawBufferPointer(rebasing: target[place..<place + patchBytes]))
          place += patchBytes
        }
      }
      written = count
    }
  }
}
