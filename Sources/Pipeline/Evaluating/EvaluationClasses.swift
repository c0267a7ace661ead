import Datasets
import Preprocessing
import Volumes

/// What the values of segmentations mean: the classes that are scored, and the raw values that stand for them in the truth.
public struct EvaluationClasses: Sendable {
  /// The names by class; empty for a number that no class has.
  public let names: [String]
  /// Which class each value of a raw truth becomes.
  let truth: LabelMapping

  /// The classes of a pipeline; a raw truth goes through its `label_map`.
  public init(_ scheme: LabelScheme) {
    names = scheme.names
    truth = LabelMapping(classes: scheme.map, rest: scheme.rest)
  }

  /// Classes by number; a truth holds the classes themselves.
  /// - Parameter names: by class, the background first; empty for a number that no class has.
  public init(names: [String]) {
    self.names = names
    truth = Self.identity(names)
  }

  /// Predictions hold the classes themselves.
  var prediction: LabelMapping { Self.identity(names) }

  /// The numbers of the classes that are scored.
  var scored: [Int] { ClassNumbers(names).foreground }

  private static func identity(_ names: [String]) -> LabelMapping {
    LabelMapping(classes: Dictionary(uniqueKeysWithValues: ClassNumbers(names).all.map { ($0, UInt8($0)) }))
  }
}
