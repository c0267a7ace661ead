import CKernels

/// What can be done to a stretch of values without knowing any others.
enum ChunkOperation {
  case affine(segprep_affine)
  case power(segprep_power)
  case noise(segprep_noise)
  /// Changes nothing.
  case measure(Measurement)

  /// Values of a stretch: 32 KB, which stay in the first-level cache while one operation follows another.
  static let chunk = 8192

  /// From `source` to `target`, which may be the same; `first` is the stretch's place in the channel.
  func run(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, first: Int, count: Int) {
    switch self {
    case .affine(var map):
      segprep_map(&map, source, target, count)
    case .power(var power):
      segprep_raise(&power, source, target, count)
    case .noise(var noise):
      if source != UnsafePointer(target) { target.update(from: source, count: count) }
      segprep_add_noise(&noise, target, first, count)
    case .measure(let measurement):
      if source != UnsafePointer(target) { target.update(from: source, count: count) }
      measurement.add(source, count: count)
    }
  }

  /// What becomes of one value; noise is around 0, so it is left as it is.
  func applied(to value: Float) -> Float {
    switch self {
    case .noise, .measure: return value
    case .affine, .power:
      var result = value
      withUnsafeMutablePointer(to: &result) { run($0, $0, first: 0, count: 1) }
      return result
    }
  }
}

extension segprep_affine {
  /// `v * scale + offset`.
  init(scale: Float, offset: Float) {
    self.init(scale: scale, offset: offset, lower: -.infinity, upper: .infinity)
  }
}
