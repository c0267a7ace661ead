import Randomness
import Volumes

/// Blurs with a Gaussian, cut off at four standard deviations; the image goes on mirrored about its outer faces.
/// Equal to `scipy.ndimage.gaussian_filter`. A single slice is blurred in its plane.
public struct GaussianBlur: Sendable, Equatable, Encodable {
  /// The range of standard deviations in voxels.
  public var sigma: ClosedRange<Double>
  /// Whether each axis has a standard deviation of its own.
  public var perAxis: Bool
  /// How often, and to which channels.
  public var chances: Chances

  /// The largest standard deviation that can be asked for, in voxels.
  public static let largestSigma = 15.0

  /// A blur; nnU-Net's range where none is given.
  public init(sigma: ClosedRange<Double> = 0.5...1, perAxis: Bool = false, chances: Chances = Chances()) {
    self.sigma = sigma
    self.perAxis = perAxis
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Each channel's standard deviations along z, y and x; null for channels that are left alone.
    public var sigma: [ZYX<Double>?]
  }

  func draw(channels: Int, isFlat: Bool, using stream: inout RandomStream) -> Drawn? {
    chances.draw(channels: channels, using: &stream) { stream in
      var widths = ZYX(z: stream.uniform(in: sigma), y: stream.uniform(in: sigma), x: stream.uniform(in: sigma))
      if !perAxis { widths = ZYX { _ in widths.x } }
      if isFlat { widths.z = 0 }
      return widths
    }.map(Drawn.init)
  }
}
