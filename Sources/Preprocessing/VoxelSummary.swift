import Volumes

/// The range, mean and, where there are few, the distinct values of a stored volume.
public struct VoxelSummary: Sendable, Encodable {
  /// Voxels that were read.
  public private(set) var count = 0
  /// Voxels that are NaN or infinite; they count nowhere else.
  public private(set) var nonfinite = 0
  /// The smallest finite value; infinity if there is none.
  public private(set) var minimum = Double.infinity
  /// The greatest finite value; minus infinity if there is none.
  public private(set) var maximum = -Double.infinity
  /// The mean of the finite values; NaN if there are none.
  public var mean: Double { count > nonfinite ? sum / Double(count - nonfinite) : .nan }
  /// Distinct values and their voxels, ascending; nil if there are more than `distinctLimit`.
  public var distinct: [(value: Double, voxels: Int)]? {
    values.map { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  /// More values than this are an image, not a label map.
  public static let distinctLimit = 256

  private var sum = 0.0
  private var values: [Double: Int]? = [:]

  private enum CodingKeys: String, CodingKey { case voxels, nonfinite, minimum, maximum, mean, distinct }
  private struct Distinct: Encodable { var value: Double, voxels: Int }

  /// Writes the numbers; those of no finite voxel are left out, JSON has no infinity.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .voxels)
    try container.encode(nonfinite, forKey: .nonfinite)
    if count > nonfinite {
      try container.encode(minimum, forKey: .minimum)
      try container.encode(maximum, forKey: .maximum)
      try container.encode(mean, forKey: .mean)
    }
    try container.encodeIfPresent(
      distinct?.map { Distinct(value: $0.value, voxels: $0.voxels) }, forKey: .distinct)
  }

  /// Reads all planes of `source`.
  public init(of source: any PlaneSource) throws {
    let layout = source.layout
    let plane = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.planeBytes, alignment: 64)
    defer { plane.deallocate() }
    for _ in 0..<layout.planes {
      try source.readPlane(into: plane)
      add(UnsafeRawBufferPointer(plane), layout)
    }
  }

  private mutating func add(_ plane: UnsafeRawBufferPointer, _ layout: ArrayLayout) {
    guard let base = plane.baseAddress else { return }
    var (run, runLength, planeSum) = (Double.nan, 0, 0.0)
    for i in 0..<layout.planeCount {
      let value = layout.value(base, i)
      guard value.isFinite else {
        nonfinite += 1
        continue
      }
      planeSum += value
      if value == run {
        runLength += 1
        continue
      }
      note(run, runLength)
      (run, runLength) = (value, 1)
    }
    note(run, runLength)
    sum += planeSum
    count += layout.planeCount
  }

  /// Takes in a run of equal values.
  private mutating func note(_ value: Double, _ length: Int) {
    guard length > 0 else { return }
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    values?[value, default: 0] += length
    if let found = values?.count, found > Self.distinctLimit { values = nil }
  }
}
