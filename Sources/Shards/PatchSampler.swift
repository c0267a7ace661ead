import Randomness
import Volumes

/// Chooses the patches of a case: they follow from the set, the case's identifier and its voxels, and from nothing else,
/// so that another case in the data set changes none of them.
public struct PatchSampler: Sendable {
  private let set: PatchSet

  /// How often a random place without foreground is drawn again before one is chosen that must hold some.
  static let attempts = 100

  /// A sampler of `set`.
  public init(_ set: PatchSet) { self.set = set }

  /// How many patches a case of a shape has at most, known before any of them is made.
  public func mostPatches(in shape: Shape) -> Int {
    switch set.sampling {
    case .random(let random): random.perCase
    case .grid(let overlap):
      SpatialAxis.allCases.reduce(1) { $0 * axes(in: shape)[$1].windows(overlap: overlap[$1]) }
    }
  }

  /// The patches of a case, in order.
  /// - Parameters:
  ///   - shape: voxels of the prepared volume.
  ///   - foreground: where its foreground is.
  /// - Precondition: `foreground` is there where the set needs it.
  public func patches(of caseIdentifier: String, shape: Shape, foreground: ForegroundIndex?) -> [ShardPatch] {
    precondition(foreground != nil || !set.needsForeground, "the set \(set.name) is chosen by the foreground")
    let axes = axes(in: shape)
    let padded: ShardPatch.Flags = SpatialAxis.allCases.contains { axes[$0].isPadded } ? .padded : []
    return places(in: axes, of: caseIdentifier, foreground).map {
      ShardPatch(caseIdentifier: caseIdentifier, origin: $0.origin, flags: $0.flags.union(padded))
    }
  }

  /// Where a patch lies, and how it came there.
  private struct Place {
    var origin: ZYX<Int>
    var flags: ShardPatch.Flags = []
  }

  private func places(
    in axes: ZYX<PatchAxis>, of caseIdentifier: String, _ foreground: ForegroundIndex?
  ) -> [Place] {
    switch set.sampling {
    case .grid(let overlap):
      return grid(axes, overlap).filter { !isBlank($0, foreground) }.map { Place(origin: $0) }
    case .random(let random):
      if set.skipsBlank, foreground?.isEmpty ?? false { return [] }
      return (0..<random.perCase).map { index in
        var stream = RandomStream(
          seed: UInt64(random.seed), purpose: "patches/\(set.name)", caseIdentifier: caseIdentifier,
          patch: UInt32(index))
        return place(index, of: random, axes, foreground, using: &stream)
      }
    }
  }

  private func axes(in shape: Shape) -> ZYX<PatchAxis> {
    ZYX { PatchAxis(extent: shape[$0], patch: set.shape[$0]) }
  }

  private func grid(_ axes: ZYX<PatchAxis>, _ overlap: ZYX<Int>) -> [ZYX<Int>] {
    let origins = ZYX { axes[$0].origins(overlap: overlap[$0]) }
    return origins.z.flatMap { z in
      origins.y.flatMap { y in origins.x.map { x in ZYX(z: z, y: y, x: x) } }
    }
  }

  private func place(
    _ index: Int, of random: RandomSampling, _ axes: ZYX<PatchAxis>, _ foreground: ForegroundIndex?,
    using stream: inout RandomStream
  ) -> Place {
    if Self.isCentred(index, share: random.foreground), let foreground {
      guard foreground.isEmpty else { return centred(axes, foreground, using: &stream) }
      return Place(origin: uniform(axes, using: &stream), flags: .foregroundAbsent)
    }
    for _ in 0..<Self.attempts {
      let origin = uniform(axes, using: &stream)
      if !isBlank(origin, foreground) { return Place(origin: origin) }
    }
    guard let foreground else { preconditionFailure("no patch is blank unless the foreground says so") }
    return centred(axes, foreground, using: &stream)
  }

  /// Whether the patch numbered `index` is one of those centred on foreground: of the first n, `share` times n rounded,
  /// spread evenly. More patches per case leave the first ones as they are.
  static func isCentred(_ index: Int, share: Double) -> Bool {
    (Double(index + 1) * share).rounded() > (Double(index) * share).rounded()
  }

  /// Any place, each equally likely, the first and the last among them.
  private func uniform(_ axes: ZYX<PatchAxis>, using stream: inout RandomStream) -> ZYX<Int> {
    let z = stream.integer(in: axes.z.bounds)
    let y = stream.integer(in: axes.y.bounds)
    return ZYX(z: z, y: y, x: stream.integer(in: axes.x.bounds))
  }

  /// A place around a foreground voxel: each class that is there equally likely, then each of its voxels.
  private func centred(
    _ axes: ZYX<PatchAxis>, _ foreground: ForegroundIndex, using stream: inout RandomStream
  ) -> Place {
    let place = stream.integer(below: foreground.classes.count)
    let voxel = foreground.voxel(stream.integer(below: foreground.count(ofClassAt: place)), ofClassAt: place)
    return Place(origin: ZYX { axes[$0].origin(centredOn: voxel[$0]) }, flags: .foreground)
  }

  private func isBlank(_ origin: ZYX<Int>, _ foreground: ForegroundIndex?) -> Bool {
    guard set.skipsBlank, let foreground else { return false }
    return !foreground.isForeground(at: origin, shape: set.shape)
  }
}
