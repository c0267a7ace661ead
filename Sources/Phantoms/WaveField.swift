import Foundation
import Randomness

/// A smooth random field in space with mean 0 and variance 1: a sum of plane waves in random directions.
///
/// Along a row of slices a wave is cos(a)cos(kz) - sin(a)sin(kz), so that a row costs two multiplications per wave and
/// voxel and two sines per wave.
struct WaveField: Sendable {
  private struct Wave {
    var kx: Double
    var ky: Double
    var phase: Double
  }

  private let waves: [Wave]
  private let cosines: [Float]
  private let sines: [Float]
  private let slices: Int

  /// - Parameters:
  ///   - wavelengths: in millimetres.
  ///   - heights: each slice's z.
  init(waves count: Int, wavelengths: Range<Double>, heights: [Float], using stream: inout RandomStream) {
    var waves: [Wave] = []
    var cosines: [Float] = []
    var sines: [Float] = []
    for _ in 0..<count {
      let k = 2 * Double.pi / stream.uniform(in: wavelengths)
      let cosine = stream.uniform(in: -1..<1)  // of the angle to z: directions even on the sphere
      let turn = stream.uniform(in: 0..<(2 * Double.pi))
      let flat = k * (1 - cosine * cosine).squareRoot()
      waves.append(
        Wave(kx: flat * cos(turn), ky: flat * sin(turn), phase: stream.uniform(in: 0..<(2 * Double.pi))))
      cosines += heights.map { Float(cos(k * cosine * Double($0))) }
      sines += heights.map { Float(sin(k * cosine * Double($0))) }
    }
    self.waves = waves
    self.cosines = cosines
    self.sines = sines
    slices = heights.count
  }

  /// Puts the field's values along the slices at (x, y) into `row`.
  func fill(_ row: UnsafeMutablePointer<Float>, x: Float, y: Float) {
    let amplitude = (2 / Double(waves.count)).squareRoot()
    let count = slices
    row.update(repeating: 0, count: count)
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
        for (index, wave) in waves.enumerated() {
          let angle = wave.kx * Double(x) + wave.ky * Double(y) + wave.phase
          let (a, b) = (Float(amplitude * cos(angle)), Float(amplitude * sin(angle)))
          let (c, s) = (cosines + index * count, sines + index * count)
          for slice in 0..<count { row[slice] += a * c[slice] - b * s[slice] }
        }
      }
    }
  }
}
