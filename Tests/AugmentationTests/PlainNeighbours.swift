import Foundation
import Volumes

/// The kernels that read neighbours as plain Swift: one sum per voxel, in Double.
enum PlainNeighbours {
  /// A Gaussian cut off at four standard deviations, the image mirrored about its outer faces.
  static func blurred(_ values: [Float], _ shape: Shape, sigma: ZYX<Double>) -> [Float] {
    let weights = sigma.map { sigma in
      let radius = Int(4 * sigma + 0.5)
      let plain = (-radius...radius).map { sigma == 0 ? 1 : exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
      return plain.map { $0 / plain.reduce(0, +) }
    }
    func mirrored(_ index: Int, _ count: Int) -> Int {
      index < 0 ? mirrored(-1 - index, count) : index < count ? index : mirrored(2 * count - 1 - index, count)
    }
    var result: [Float] = []
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          var sum = 0.0
          for (k, wz) in weights.z.enumerated() {
            let zz = mirrored(z + k - weights.z.count / 2, shape.z)
            for (j, wy) in weights.y.enumerated() {
              let yy = mirrored(y + j - weights.y.count / 2, shape.y)
              for (i, wx) in weights.x.enumerated() {
                let xx = mirrored(x + i - weights.x.count / 2, shape.x)
                sum += wz * wy * wx * Double(values[(zz * shape.y + yy) * shape.x + xx])
              }
            }
          }
          result.append(Float(sum))
        }
      }
    }
    return result
  }

  /// The nearest voxels of a coarser grid's centres, interpolated back linearly.
  static func coarsened(_ values: [Float], _ shape: Shape, zoom: Double) -> [Float] {
    func coarse(_ count: Int) -> Int { max(1, Int((Double(count) * zoom).rounded(.toNearestOrEven))) }
    func source(_ j: Int, _ count: Int) -> Int {
      let middle = (Double(j) + 0.5) * Double(count) / Double(coarse(count))
      let isBetween = abs(middle - middle.rounded()) < 1e-9
      return isBetween ? Int(middle.rounded()) - j % 2 : Int(middle)
    }
    /// The two coarse voxels around a fine one, as the fine voxels that they come from, and their weights.
    func around(_ i: Int, _ count: Int) -> [(voxel: Int, weight: Double)] {
      let place = (Double(i) + 0.5) * Double(coarse(count)) / Double(count) - 0.5
      let clamped = min(max(place, 0), Double(coarse(count) - 1))
      let lower = Int(clamped), upper = min(lower + 1, coarse(count) - 1)
      let weight = clamped - Double(lower)
      return [(source(lower, count), 1 - weight), (source(upper, count), weight)]
    }
    var result: [Float] = []
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          var sum = 0.0
          for (zz, wz) in around(z, shape.z) {
            for (yy, wy) in around(y, shape.y) {
              for (xx, wx) in around(x, shape.x) {
                sum += wz * wy * wx * Double(values[(zz * shape.y + yy) * shape.x + xx])
              }
            }
          }
          result.append(Float(sum))
        }
      }
    }
    return result
  }
}
