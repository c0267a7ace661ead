extension SpatialSampling.Border {
  /// The index within `0..<count` whose voxel lies at `index`; nil where there is none.
  func fold(_ index: Int, _ count: Int) -> Int? {
    if index >= 0 && index < count { return index }
    switch self {
    case .constant: return nil
    case .nearest: return index < 0 ? 0 : count - 1
    case .mirror:
      guard count > 1 else { return 0 }
      let period = 2 * count - 2
      let remainder = index % period
      let along = remainder < 0 ? remainder + period : remainder
      return min(along, period - along)
    }
  }
}
