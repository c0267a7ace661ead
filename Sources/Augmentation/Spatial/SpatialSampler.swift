import CKernels
import Volumes

/// Samples patches along spatial maps: image and label in one pass, only the voxels of the output.
///
/// One at a time: a sampler keeps its working memory, so that after the first patch of a size nothing is allocated. Give
/// each thread its own.
public final class SpatialSampler {
  private let lattice = ElasticLattice()
  private let elastic: ElasticRows
  private let folding: ElasticFolding
  private let region = SampledRegion()
  private let reader = ChannelReader()

  /// A sampler without working memory yet.
  public init() {
    elastic = ElasticRows(lattice: lattice)
    folding = ElasticFolding(lattice: lattice)
  }

  /// The smallest Jacobian determinant that a field has over an output of `shape` voxels; where it is 0 or less, space
  /// folds: voxels are seen twice, and mirrored.
  public func smallestDeterminant(of field: ElasticField, over shape: Shape) -> Double {
    lattice.build(field, over: shape)
    return folding.smallestDeterminant()
  }

  /// The field itself where it does not fold; otherwise so much of it (`damping`) that its smallest determinant is 0.1.
  public func damped(_ field: ElasticField, over shape: Shape) -> ElasticField {
    lattice.build(field, over: shape)
    var field = field
    field.damping *= folding.damping()
    return field
  }

  /// Fills the target with what the map finds in the source.
  ///
  /// Crops, whole shifts and mirrors copy bit for bit, whatever the order; so the identity changes nothing.
  /// - Precondition: source and target do not overlap; a target label has a source label; only single slices are sampled
  ///   from a single slice.
  public func apply(
    _ map: SpatialMap, _ sampling: SpatialSampling, from source: PatchSource, to target: PatchTarget
  ) {
    precondition(source.label != nil || target.label == nil, "there is no label to sample")
    if let copy = VoxelCopy(map, source: source.shape, border: sampling.border) {
      return self.copy(copy, map, source, target)
    }
    precondition(source.shape.z > 1 || map.isPlanar, "a single slice cannot become \(map.output)")
    let displacement = prepareElastic(map)
    let lanes = Int(SEGPREP_WARP_LANES)
    let rowLength = (map.output.x + lanes - 1) / lanes * lanes
    let box = SourceBox(of: map, rowLength: rowLength, displacement: displacement)
    let plan = RegionPlan(box: box, sampling: sampling, source: source)
    var warp = segprep_warp(sampling: sampling, source: source, limits: plan.limits)
    for channel in 0..<source.channels {
      let values = reader.channel(channel, of: source)
      if plan.isDirect {
        warp.place(values, origin: 0, stride: ZYX(z: source.shape.y * source.shape.x, y: source.shape.x, x: 1))
      } else {
        region.enter(plan.box, isPlanar: source.shape.z == 1)
        region.fill(values, shape: source.shape, isFiltered: sampling.imageOrder == .cubic)
        warp.place(UnsafePointer(region.values), origin: region.origin, stride: region.stride)
      }
      if plan.isDirect && source.isFloat32 {
        // All channels lie there: their places are found once.
        warp.channels = Int32(source.channels)
        warp.channel = source.shape.count
      }
      warp.outside = source.padValues + channel
      warp.label = channel == 0 && target.label != nil ? source.label : nil
      sample(map, &warp, target.image + channel * map.output.count, target.label)
      if warp.channels == source.channels { break }
    }
  }

  private func copy(_ copy: VoxelCopy, _ map: SpatialMap, _ source: PatchSource, _ target: PatchTarget) {
    for channel in 0..<source.channels {
      let to = target.image + channel * map.output.count
      copy.copy(reader.channel(channel, of: source), outside: source.padValues[channel], to: to)
    }
    if let from = source.label, let to = target.label { copy.copy(from, to: to) }
  }

  /// Returns how far the field reaches along each source axis.
  private func prepareElastic(_ map: SpatialMap) -> ZYX<Double> {
    guard let field = map.elastic else { return ZYX { _ in 0 } }
    lattice.build(field, over: map.output)
    elastic.prepare(shape: map.output, linear: map.linear)
    return elastic.bound
  }

  private func sample(
    _ map: SpatialMap, _ warp: inout segprep_warp, _ image: UnsafeMutablePointer<Float>,
    _ label: UnsafeMutablePointer<UInt8>?
  ) {
    let shape = map.output
    let (linear, offset) = (map.linear, map.offset)
    // Columns of the map: what one step along an output axis adds to the source index (z, y, x).
    let alongZ = SIMD3(linear.z.z, linear.y.z, linear.x.z)
    let alongY = SIMD3(linear.z.y, linear.y.y, linear.x.y)
    let first = SIMD3(offset.z, offset.y, offset.x)
    var row = segprep_warp_row()
    row.step = (linear.z.x, linear.y.x, linear.x.x)
    row.displacement_stride = elastic.stride
    for z in 0..<shape.z {
      if map.elastic != nil { elastic.enter(slice: z) }
      for y in 0..<shape.y {
        let start = first + alongZ * Double(z) + alongY * Double(y)
        row.start = (start[0], start[1], start[2])
        row.displacement = map.elastic == nil ? nil : elastic.row(y)
        let at = (z * shape.y + y) * shape.x
        segprep_warp_sample(&warp, &row, shape.x, image + at, shape.count, label.map { $0 + at })
      }
    }
  }
}
