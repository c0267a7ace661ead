import HDF5
import Preprocessing

/// A small dataset beside a case's image and label; its memory stays where it is.
final class CaseTable: Sendable {
  let name: String
  let type: ElementType
  let count: Int
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init<Value: BitwiseCopyable>(_ name: String, type: ElementType, _ values: [Value]) {
    self.name = name
    self.type = type
    count = values.count
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: values.count * type.bytes, alignment: 64)
    values.withUnsafeBytes { copy.copyMemory(from: $0) }
    bytes = UnsafeRawBufferPointer(copy)
  }

  deinit { bytes.deallocate() }

  /// How bright a channel's raw foreground is: the bins and the voxels in each. Empty without foreground.
  static func tables(of survey: RawSurvey?) -> [CaseTable] {
    (survey?.channels ?? []).enumerated().flatMap { index, channel -> [CaseTable] in
      let found = channel.distribution
      guard !found.values.isEmpty else { return [] }
      return [
        CaseTable(valuesName(channel: index), type: .float32, found.values),
        CaseTable(voxelsName(channel: index), type: .int64, found.voxels.map(Int64.init)),
      ]
    }
  }

  static func valuesName(channel: Int) -> String { "raw_foreground_\(channel)_values" }
  static func voxelsName(channel: Int) -> String { "raw_foreground_\(channel)_voxels" }
}
