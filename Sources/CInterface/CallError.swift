import Volumes

/// What is wrong with a call from C, whatever it is about.
enum CallError: Error, CustomStringConvertible {
  /// A pointer that must not be NULL.
  case null(name: String)
  /// A structure whose size is not that of the header this library goes with.
  case size(name: String, found: Int, expected: Int)
  /// A handle that is closed, or never was one.
  case noHandle(kind: String, found: UInt64)
  /// A number that cannot be so.
  case setting(name: String, found: Int, expected: String)
  /// The caller's memory was not given.
  case noMemory(code: Int32)
  /// Memory for batches of which some is given twice.
  case sharedMemory(bytes: Int)
  /// A batch that is not in the trainer's hands.
  case notHeld(index: Int)
  /// Both or none of two that exclude each other.
  case oneOf(names: String, found: String)

  /// A patch that is to be augmented where it is, though it loses its margin.
  case inPlace(margin: Shape)

  var description: String {
    switch self {
    case .null(let name): "call: \(name) is missing, found NULL, expected a pointer"
    case .size(let name, let found, let expected):
      "call: \(name) is of another version of segprep.h, found a size of \(found), expected \(expected); "
        + "set the size, and compile with the header of this library"
    case .noHandle(let kind, let found):
      "call: no such \(kind), found \(found), expected one that is open; it may be closed already"
    case .setting(let name, let found, let expected):
      "call: \(name) cannot be so, found \(found), expected \(expected)"
    case .noMemory(let code): "call: memory for batches was not given, found code \(code), expected 0"
    case .sharedMemory(let bytes):
      "call: memory for batches overlaps, found \(bytes) bytes that are given twice, expected images and labels that each "
        + "have their own"
    case .notHeld(let index):
      "call: no such batch in hand, found \(index), expected one that was lent and not given back"
    case .oneOf(let names, let found): "call: found \(found) of \(names), expected one of the two"
    case .inPlace(let margin):
      "call: a patch with a margin cannot be augmented in place, found a margin of \(margin), expected 0x0x0; "
        + "give another target"
    }
  }
}
