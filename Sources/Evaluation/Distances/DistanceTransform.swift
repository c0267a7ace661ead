import Volumes

/// The exact squared Euclidean distance of every voxel to the nearest of some, for voxels of any size: the lower envelope of
/// parabolas, axis by axis (Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012).
struct DistanceTransform {
  let shape: Shape
  /// Millimetres along each axis.
  let spacing: Spacing
  /// Squared millimetres; infinite where there is nothing to be near to.
  let squares: Buffer<Float>
  private var scratch: Scratch

  /// Lines that are taken out of the volume together: a cache line's worth of neighbours along x.
  private static let lanes = 16

  init(shape: Shape, spacing: Spacing) {
    self.shape = shape
    self.spacing = spacing
    squares = Buffer(count: shape.count)
    scratch = Scratch(length: max(shape.z, shape.y, shape.x))
  }

  /// Fills `squares` with the distances to the voxels at `sites`.
  mutating func run(to sites: [Int]) {
    squares.base.update(repeating: .infinity, count: squares.count)
    for site in sites { squares[site] = 0 }
    for line in 0..<shape.z * shape.y {
      scratch.transform(squares.base + line * shape.x, count: shape.x, step: spacing.x)
    }
    for z in 0..<shape.z {
      run(from: z * shape.y * shape.x, count: shape.y, stride: shape.x, across: shape.x, step: spacing.y)
    }
    run(from: 0, count: shape.z, stride: shape.y * shape.x, across: shape.y * shape.x, step: spacing.z)
  }

  /// Transforms `across` neighbouring lines of values that lie `stride` apart.
  private mutating func run(from first: Int, count: Int, stride: Int, across: Int, step: Double) {
    guard count > 1 else { return }
    let lines = UnsafeMutablePointer<Float>.allocate(capacity: Self.lanes * count)
    defer { lines.deallocate() }
    for start in Swift.stride(from: 0, to: across, by: Self.lanes) {
      let width = min(Self.lanes, across - start)
      let base = squares.base + first + start
      for row in 0..<count { for lane in 0..<width { lines[lane * count + row] = base[row * stride + lane] } }
      for lane in 0..<width { scratch.transform(lines + lane * count, count: count, step: step) }
      for row in 0..<count { for lane in 0..<width { base[row * stride + lane] = lines[lane * count + row] } }
    }
  }

  /// The parabolas of one line that are lowest somewhere.
  private final class Scratch {
    private let values: UnsafeMutablePointer<Double>
    private let places: UnsafeMutablePointer<Int>
    /// Where each parabola begins to be the lowest, in voxels.
    private let starts: UnsafeMutablePointer<Double>

    init(length: Int) {
      values = .allocate(capacity: length)
      places = .allocate(capacity: length)
      starts = .allocate(capacity: length)
    }

    deinit {
      values.deallocate()
      places.deallocate()
      starts.deallocate()
    }

    func transform(_ line: UnsafeMutablePointer<Float>, count: Int, step: Double) {
      let square = step * step
      var kept = 0
      for place in 0..<count where line[place] < .infinity {
        let value = Double(line[place])
        var start = -Double.infinity
        while kept > 0 {
          let last = places[kept - 1]
          let distance = Double(place - last)
          start = ((value - values[kept - 1]) / (square * distance) + Double(place + last)) / 2
          if start > starts[kept - 1] { break }
          kept -= 1
          start = -.infinity
        }
        (values[kept], places[kept], starts[kept]) = (value, place, start)
        kept += 1
      }
      guard kept > 0 else { return }
      var lowest = 0
      for place in 0..<count {
        while lowest + 1 < kept && starts[lowest + 1] < Double(place) { lowest += 1 }
        let distance = Double(place - places[lowest]) * step
        line[place] = Float(distance * distance + values[lowest])
      }
    }
  }
}
