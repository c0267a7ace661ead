/// Stored label values that belong to no class: how many voxels, and the lowest values.
///
/// Bounded, because an image taken for a label has as many values as voxels; the lowest are kept, because they are the
/// same in whatever order the parts of a label were counted.
struct ForeignValues: Sendable, Equatable, CustomStringConvertible {
  /// The lowest values and their voxels, ascending.
  private(set) var lowest: [Entry] = []
  /// Voxels of any such value, NaN included.
  private(set) var voxels = 0
  private(set) var notNumbers = 0

  struct Entry: Sendable, Equatable {
    var value: Double
    var voxels: Int
  }

  /// More would not help anybody to see what is wrong.
  private static let limit = 8

  var isEmpty: Bool { voxels == 0 }

  mutating func add(_ value: Double, voxels count: Int = 1) {
    voxels += count
    if value.isNaN {
      notNumbers += count
    } else {
      put(Entry(value: value, voxels: count))
    }
  }

  mutating func add(_ other: ForeignValues) {
    voxels += other.voxels
    notNumbers += other.notNumbers
    for entry in other.lowest { put(entry) }
  }

  private mutating func put(_ entry: Entry) {
    let place = lowest.firstIndex { $0.value >= entry.value } ?? lowest.count
    if place < lowest.count && lowest[place].value == entry.value {
      lowest[place].voxels += entry.voxels
    } else if place < Self.limit {
      lowest.insert(entry, at: place)
      if lowest.count > Self.limit { lowest.removeLast() }
    }
  }

  var description: String {
    var parts = lowest.map { "\(Self.text($0.value)) (\(Self.counted($0.voxels)))" }
    if notNumbers > 0 { parts.append("NaN (\(Self.counted(notNumbers)))") }
    let others = voxels - notNumbers - lowest.reduce(0) { $0 + $1.voxels }
    if others > 0 { parts.append("higher values (\(Self.counted(others)))") }
    return parts.joined(separator: ", ")
  }

  private static func counted(_ voxels: Int) -> String { voxels == 1 ? "1 voxel" : "\(voxels) voxels" }

  static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
