import Volumes

/// Which class each stored label value becomes.
public struct LabelMapping: Sendable, Equatable {
  /// Stored value -> class.
  public var classes: [Int: UInt8]
  /// The class of every other value; nil makes other values an error.
  public var rest: UInt8?

  /// A mapping of the given values, and of all others if `rest` is given.
  public init(classes: [Int: UInt8], rest: UInt8? = nil) {
    self.classes = classes
    self.rest = rest
  }

  /// Label values count as integers within this distance of one (labels stored as float, 0.99999997).
  public static let tolerance = 1e-3

  func classOf(_ value: Double) -> UInt8? {
    let rounded = value.rounded()
    // What is no integer is no label, and `rest` is for labels only.
    guard abs(value - rounded) <= Self.tolerance, abs(rounded) < 1e15 else { return nil }
    return classes[Int(rounded)] ?? rest
  }
}
