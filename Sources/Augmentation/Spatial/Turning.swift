/// The sine and cosine of an angle in degrees, the same bits on every CPU, and exact for quarter turns.
///
/// A map's coordinates decide labels, and the system's sine may differ in its last bit from one CPU to the next.
struct Turning: Equatable {
  let sine: Double
  let cosine: Double

  init(degrees: Double) {
    let quarters = (degrees / 90).rounded()
    let (sine, cosine) = Self.series((degrees - quarters * 90) * Double.pi / 180)
    switch Int(quarters) & 3 {
    case 0: (self.sine, self.cosine) = (sine, cosine)
    case 1: (self.sine, self.cosine) = (cosine, -sine)
    case 2: (self.sine, self.cosine) = (-sine, -cosine)
    default: (self.sine, self.cosine) = (-cosine, sine)
    }
  }

  /// Taylor's series to the power 20: within 1e-16 up to 45 degrees.
  private static func series(_ angle: Double) -> (sine: Double, cosine: Double) {
    let square = angle * angle
    var (sine, cosine) = (1.0, 1.0)
    for power in stride(from: 18.0, through: 2, by: -2) {
      sine = 1 - square / (power * (power + 1)) * sine
      cosine = 1 - square / ((power - 1) * power) * cosine
    }
    return (sine * angle, cosine)
  }
}
