/// The numbers that are classes: labels may leave values out, whose names are empty.
public struct ClassNumbers: Sendable, Equatable {
  /// The background, 0, and all that have a name, ascending.
  public let all: [Int]
  /// All but the background.
  public var foreground: [Int] { Array(all.dropFirst()) }

  /// - Parameter names: by class number, the background first.
  public init(_ names: [String]) { all = names.indices.filter { $0 == 0 || !names[$0].isEmpty } }
}
