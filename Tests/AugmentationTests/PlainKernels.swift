/// The intensity kernels as plain Swift, one value at a time: what the vectorised ones must equal to the bit.
enum PlainKernels {
  /// One block of Philox4x32-10.
  static func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = UInt32(0xD251_1F53).multipliedFullWidth(by: c[0])
      let second = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c[2])
      c = [second.high ^ c[1] ^ k[0], second.low, first.high ^ c[3] ^ k[1], first.low]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
  }

  /// The deviate of a voxel: 64 of them come from 16 blocks, the first 32 from their words 0 and 1.
  static func noise(voxel: Int, key: [UInt32], channel: UInt32, stream: [UInt32], deviation: Float) -> Float {
    let (group, place) = (voxel / 64, voxel % 64)
    let block = UInt32(group * 16 + place % 16)
    let words = philox(counter: [block, channel, stream[0], stream[1]], key: key)
    let pair = place / 32 * 2
    let (first, second) = normals(words[pair], words[pair + 1], deviation)
    return place % 32 < 16 ? first : second
  }

  static func normals(_ distance: UInt32, _ angle: UInt32, _ deviation: Float) -> (Float, Float) {
    let uniform = Float(distance >> 1) * 0x1p-31 + 0x1p-32
    let (fraction, exponent) = split(uniform)
    let logarithm = (logOnePlus(fraction) + exponent * -2.12194440e-4) + exponent * 0.693359375
    let radius = (logarithm * -2).squareRoot() * deviation
    let x = Float(Int32(bitPattern: angle << 2)) * (0.78539816339 * 0x1p-31)
    let z = x * x
    let sine = (((z * -1.9515295891E-4 + 8.3321608736E-3) * z - 1.6666654611E-1) * z) * x + x
    let high = (z * 2.443315711809948E-5 - 1.388731625493765E-3) * z + 4.166664568298827E-2
    let cosine = (high * z) * z - z * 0.5 + 1
    switch angle >> 30 {
    case 0: return (radius * cosine, radius * sine)
    case 1: return (radius * -sine, radius * cosine)
    case 2: return (radius * -cosine, radius * -sine)
    default: return (radius * sine, radius * -cosine)
    }
  }

  static func power(
    _ value: Float, offset: Float, scale: Float, exponent: Float, outScale: Float, outOffset: Float
  ) -> Float {
    let x = (value - offset) * scale
    guard x >= .leastNormalMagnitude else { return (x - x) * outScale + outOffset }
    let (fraction, e) = split(x)
    let high = Float(bitPattern: exponent.bitPattern & ~0xFFF)
    let (large, small) = (high * e, (exponent - high) * e + exponent * logTwoOfOnePlus(fraction))
    let whole = ((large + small) + 0x1.8p23) - 0x1.8p23
    let shift = UInt32(bitPattern: Int32(min(max(whole, -126), 127))) << 23
    let result = Float(bitPattern: powerOfTwo((large - whole) + small).bitPattern &+ shift)
    return result * outScale + outOffset
  }

  private static func logTwoOfOnePlus(_ f: Float) -> Float {
    let square = f * f
    let low = (1.44269478 + -0.721357107 * f) + (0.480939388 + -0.36008811 * f) * square
    let high = (0.286708534 + -0.250061214 * f) + (0.236882612 + -0.145757645 * f) * square
    return (low + high * (square * square)) * f
  }

  private static func powerOfTwo(_ r: Float) -> Float {
    let square = r * r
    let high = (0.240222007 + 0.0555029996 * r) + (0.00967405085 + 0.00134102418 * r) * square
    return (1 + 0.693147242 * r) + high * square
  }

  /// Sums of (value - shift) and of its square: 16 partial ones first, value i in the one of i % 16; those beyond the last
  /// whole 16 in the first.
  static func sums(_ values: [Float], shift: Float) -> (sum: Double, squares: Double) {
    var parts = [(sum: Double, squares: Double)](repeating: (0, 0), count: 16)
    for (place, value) in values.enumerated() {
      let part = place < values.count / 16 * 16 ? place % 16 : 0
      let distance = Double(value) - Double(shift)
      parts[part].sum += distance
      parts[part].squares += distance * distance
    }
    return parts.reduce((0, 0)) { ($0.sum + $1.sum, $0.squares + $1.squares) }
  }

  private static func split(_ value: Float) -> (fraction: Float, exponent: Float) {
    let exponent = (Int32(bitPattern: value.bitPattern) - 0x3F35_04F3) >> 23
    return (Float(bitPattern: value.bitPattern &- UInt32(bitPattern: exponent << 23)) - 1, Float(exponent))
  }

  private static func logOnePlus(_ f: Float) -> Float {
    let coefficients: [Float] = [
      7.0376836292E-2, -1.1514610310E-1, 1.1676998740E-1, -1.2420140846E-1, 1.4249322787E-1, -1.6668057665E-1,
      2.0000714765E-1, -2.4999993993E-1, 3.3333331174E-1,
    ]
    let series = coefficients.dropFirst().reduce(coefficients[0]) { $0 * f + $1 }
    let square = f * f
    return f - (0.5 * square - series * (square * f))
  }
}
