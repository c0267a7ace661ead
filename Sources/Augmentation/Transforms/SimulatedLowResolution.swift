import Randomness
import Volumes

/// Takes values on a coarser grid (nearest voxel) and interpolates them back (linearly), with the centres of both grids'
/// voxels where they belong: nnU-Net v2's mathematics, but that a middle between two voxels goes to either in turn, so that
/// nothing shifts. A single slice keeps its one voxel along z.
public struct SimulatedLowResolution: Sendable, Equatable, Encodable {
  /// The range of the coarse grid's voxels per voxel, along each axis.
  public var zoom: ClosedRange<Double>
  /// Whether each axis has a zoom of its own.
  public var perAxis: Bool
  /// How often, and to which channels.
  public var chances: Chances

  /// A loss of resolution; nnU-Net's range where none is given.
  public init(zoom: ClosedRange<Double> = 0.5...1, perAxis: Bool = false, chances: Chances = Chances()) {
    self.zoom = zoom
    self.perAxis = perAxis
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Each channel's zoom along z, y and x; null for channels that are left alone.
    public var zoom: [ZYX<Double>?]
  }

  func draw(channels: Int, isFlat: Bool, using stream: inout RandomStream) -> Drawn? {
    chances.draw(channels: channels, using: &stream) { stream in
      var zooms = ZYX(z: stream.uniform(in: zoom), y: stream.uniform(in: zoom), x: stream.uniform(in: zoom))
      if !perAxis { zooms = ZYX { _ in zooms.x } }
      if isFlat { zooms.z = 1 }
      return zooms
    }.map(Drawn.init)
  }
}
