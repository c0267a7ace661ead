import CKernels
import Volumes

/// Turns stored label values into classes, plane by plane, and notes which rows hold a single class.
///
/// Nearly every row of a segmentation is all background: such a row is recognised by one comparison of its bytes.
final class LabelDecoder: @unchecked Sendable {
  let layout: ArrayLayout
  /// Planes that are held: plane k lies in slot `k % slots`.
  let slots: Int
  /// Classes in the array's own order; the buffer begins as zeros, and background is written only over something else.
  let classes: Buffer<UInt8>
  /// For each row held (a line along the fastest axis) its class, or `mixed`.
  let rows: Buffer<UInt16>
  static let mixed = UInt16(256)

  private let mapping: LabelMapping
  /// The class of each 16-bit pattern, for the integer types that fit; -1 where the value has none.
  private let table: [Int16]
  private let valueOfZero: UInt8?

  init(layout: ArrayLayout, mapping: LabelMapping, slots: Int) {
    self.layout = layout
    self.slots = slots
    self.mapping = mapping
    classes = Buffer(count: layout.planeCount * slots)
    rows = Buffer(count: layout.extents[1] * slots)
    let patterns: Int
    switch layout.scalar {
    case .uint8, .int8: patterns = 1 << 8
    case .uint16, .int16: patterns = 1 << 16
    default: patterns = 0
    }
    table = (0..<patterns).map { pattern in
      let stored: Int
      switch layout.scalar {
      case .int8: stored = Int(Int8(truncatingIfNeeded: pattern))
      case .int16: stored = Int(Int16(truncatingIfNeeded: pattern))
      default: stored = pattern
      }
      return mapping.classOf(Double(stored) * layout.slope + layout.intercept).map(Int16.init) ?? -1
    }
    valueOfZero = mapping.classOf(layout.intercept)
  }

  /// Decodes plane `k` into counts per class and the values that have none (value -> voxels).
  func take(_ plane: UnsafeRawPointer, at k: Int) -> LabelCounts {
    let (n0, n1) = (layout.extents[0], layout.extents[1])
    let rowBytes = n0 * layout.scalar.bytes
    var counts = LabelCounts()
    for y in 0..<n1 {
      let row = k % slots * n1 + y
      let stored = plane + y * rowBytes
      let target = classes.base + row * n0
      if segprep_is_constant(stored.assumingMemoryBound(to: UInt8.self), rowBytes) != 0,
        let value = constantClass(stored)
      {
        if value != 0 || rows.base[row] != 0 { target.update(repeating: value, count: n0) }
        rows.base[row] = UInt16(value)
        counts.add(value, n0)
      } else {
        decode(stored, target, &counts)
        rows.base[row] = segprep_is_constant(target, n0) != 0 ? UInt16(target[0]) : Self.mixed
      }
    }
    return counts
  }

  /// The classes of a plane that was taken and is still held.
  func plane(_ k: Int) -> UnsafePointer<UInt8> { UnsafePointer(classes.base + k % slots * layout.planeCount) }

  /// The runs of a plane that was taken and is still held.
  func runs(ofPlane k: Int) -> [LabelRun] {
    let (n0, n1) = (layout.extents[0], layout.extents[1])
    var runs: [LabelRun] = []
    for y in 0..<n1 {
      let row = k % slots * n1 + y
      if rows.base[row] != 0 { runs.append(row: y, of: classes.base + row * n0, count: n0) }
    }
    return runs
  }

  private func constantClass(_ stored: UnsafeRawPointer) -> UInt8? {
    let byte = stored.load(as: UInt8.self)
    if byte == 0 { return valueOfZero }
    guard layout.scalar.bytes == 1, table[Int(byte)] >= 0 else { return nil }
    return UInt8(table[Int(byte)])
  }

  private func decode(_ stored: UnsafeRawPointer, _ target: UnsafeMutablePointer<UInt8>, _ counts: inout LabelCounts) {
    for i in 0..<layout.extents[0] {
      let value: UInt8?
      switch layout.scalar.bytes {
      case 1: value = entry(Int(stored.load(fromByteOffset: i, as: UInt8.self)))
      case 2:
        let pattern = stored.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)
        value = entry(Int(layout.isByteSwapped ? pattern.byteSwapped : pattern))
      default: value = mapping.classOf(layout.value(stored, i))
      }
      if let value {
        target[i] = value
        counts.add(value, 1)
      } else {
        counts.foreign.add(layout.value(stored, i))
      }
    }
  }

  private func entry(_ pattern: Int) -> UInt8? {
    let value = table[pattern]
    return value < 0 ? nil : UInt8(value)
  }
}

/// Voxels per class, and the stored values that belong to no class.
struct LabelCounts: Sendable {
  var perClass = [Int](repeating: 0, count: 256)
  var foreign = ForeignValues()

  /// - Throws: `PreprocessingError.foreignLabels`.
  func refuseForeignValues(_ mapping: LabelMapping) throws {
    guard !foreign.isEmpty else { return }
    throw PreprocessingError.foreignLabels(found: foreign.description, expected: mapping.classes.keys.sorted())
  }

  mutating func add(_ value: UInt8, _ count: Int) { perClass[Int(value)] += count }

  mutating func add(_ other: LabelCounts) {
    for value in 0..<256 { perClass[value] += other.perClass[value] }
    foreign.add(other.foreign)
  }
}
