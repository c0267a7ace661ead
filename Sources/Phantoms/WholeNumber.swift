/// Rounding without a branch or a call, for values well within 2^22.
enum WholeNumber {
  /// 1.5 * 2^23: a float this large holds whole numbers alone, those added to it in its low bits, in two's complement.
  private static let rounder: Float = 12_582_912

  /// The nearest whole number.
  @inline(__always) static func nearest(_ value: Float) -> Float { (value + rounder) - rounder }

  /// A whole number's low 16 bits.
  @inline(__always) static func int16(_ value: Float) -> Int16 {
    Int16(truncatingIfNeeded: (value + rounder).bitPattern)
  }
}
