import Randomness
import Volumes

/// Turns the patch about its centre, with an angle of its own about each axis; a single slice is turned in its plane.
public struct Rotation: Sendable, Equatable, Encodable {
  /// The angles about the z, y and x axes in degrees; positive as batchgenerators turns coordinates.
  public var degrees: ZYX<ClosedRange<Double>>
  /// The probability that a sample is turned, about all axes at once.
  public var probability: Double

  /// Angles between `-degrees` and `degrees`, about every axis.
  public init(degrees: Double = 15, probability: Double = 1) {
    self.init(degrees: ZYX { _ in -degrees...degrees }, probability: probability)
  }

  /// Angles in a range for each axis.
  public init(degrees: ZYX<ClosedRange<Double>>, probability: Double = 1) {
    self.degrees = degrees
    self.probability = probability
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// The angles about the z, y and x axes.
    public var degrees: ZYX<Double>
  }

  func draw(isFlat: Bool, using stream: inout RandomStream) -> Drawn? {
    let happens = stream.chance(probability)
    let angles = ZYX(
      z: stream.uniform(in: degrees.z), y: stream.uniform(in: degrees.y), x: stream.uniform(in: degrees.x))
    return happens ? Drawn(degrees: isFlat ? ZYX(z: angles.z, y: 0, x: 0) : angles) : nil
  }
}
