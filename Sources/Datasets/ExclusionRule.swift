/// A rule that leaves cases out, with the reason that is reported for each of them.
public struct ExclusionRule: Sendable, Equatable {
  /// What makes the rule apply to a case.
  public enum Condition: Sendable, Equatable {
    /// The case is one of these.
    case cases([CaseSelector])
    /// No voxel of the mapped raw label, before any stage, is of this class.
    case classAbsent(LabelClass)
  }

  /// What makes the rule apply to a case.
  public var condition: Condition
  /// Why such a case is left out, in the words of whoever wrote the rule.
  public var reason: String

  /// A rule that leaves cases out for a reason.
  public init(_ condition: Condition, reason: String) {
    self.condition = condition
    self.reason = reason
  }

  /// The reason to leave the case out, or nil.
  ///
  /// - Parameters:
  ///   - identifier: The case's identifier.
  ///   - classCounts: Voxels of each class in the mapped raw label, by class; nil where the case is unlabelled or was not
  ///     counted yet, and then nothing is absent.
  public func reason(for identifier: String, classCounts: [Int]?) -> String? {
    switch condition {
    case .cases(let selectors):
      return selectors.contains { $0.matches(identifier) } ? reason : nil
    case .classAbsent(let label):
      guard let classCounts else { return nil }
      let value = Int(label.value)
      let count = value < classCounts.count ? classCounts[value] : 0
      return count == 0 ? reason : nil
    }
  }

  /// The cases that the rule names and the data set does not have: a slip of the pen, or a part of the data set.
  public func unmatched(among identifiers: [String]) -> [CaseSelector] {
    guard case .cases(let selectors) = condition else { return [] }
    return selectors.filter { !identifiers.contains(where: $0.matches) }
  }
}

extension Sequence<ExclusionRule> {
  /// The reason of the first rule that leaves the case out, or nil.
  public func reason(for identifier: String, classCounts: [Int]?) -> String? {
    for rule in self {
      if let reason = rule.reason(for: identifier, classCounts: classCounts) { return reason }
    }
    return nil
  }
}

/// How a rule names a case: by its whole identifier, or by the number at its end.
public enum CaseSelector: Sendable, Hashable, CustomStringConvertible {
  /// The case whose identifier ends in this number: 15 is `case_00015`.
  case number(Int)
  /// The case with this identifier.
  case identifier(String)

  /// Whether the case is meant.
  public func matches(_ identifier: String) -> Bool {
    switch self {
    case .number(let number):
      let digits = identifier.utf8.reversed().prefix { (48...57).contains($0) }.reversed()
      return Int(String(decoding: digits, as: UTF8.self)) == number
    case .identifier(let whole):
      return identifier == whole
    }
  }

  /// The case as it was written.
  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .identifier(let identifier): identifier
    }
  }
}
