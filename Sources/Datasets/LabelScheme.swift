/// A class of the segmentation: its name, and its value in prepared labels.
public struct LabelClass: Sendable, Equatable {
  /// The class's name: `kidney`.
  public var name: String
  /// The class's value in a prepared label; 0 is the background.
  public var value: UInt8

  /// A class with its value.
  public init(name: String, value: UInt8) {
    self.name = name
    self.value = value
  }
}

/// The classes of a data set, and which raw label values stand for each.
public struct LabelScheme: Sendable, Equatable {
  /// The classes by value, the background first.
  public var classes: [LabelClass]
  /// The class's value for each raw value; several raw values may share a class.
  public var map: [Int: UInt8]
  /// The class's value for all raw values that the map leaves out; nil where those are errors.
  public var rest: UInt8?

  /// The classes, with a map from raw values; without one, raw values are the classes' own.
  public init(classes: [LabelClass], map: [Int: UInt8]? = nil, rest: UInt8? = nil) {
    self.classes = classes.sorted { $0.value < $1.value }
    self.map = map ?? Self.identity(classes)
    self.rest = rest
  }

  /// The map of raw values that are the classes' own.
  public static func identity(_ classes: [LabelClass]) -> [Int: UInt8] {
    Dictionary(classes.map { (Int($0.value), $0.value) }) { first, _ in first }
  }

  /// The classes' names by value, up to the greatest; empty for a value that no class has.
  public var names: [String] {
    (0...(classes.last?.value ?? 0)).map { label(valued: $0)?.name ?? "" }
  }

  /// Whether raw values are the classes' own.
  public var isIdentity: Bool { map == Self.identity(classes) }

  /// The class with this name.
  public func label(named name: String) -> LabelClass? { classes.first { $0.name == name } }

  /// The class with this value.
  public func label(valued value: UInt8) -> LabelClass? { classes.first { $0.value == value } }
}
