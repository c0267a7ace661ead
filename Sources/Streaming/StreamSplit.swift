/// Which cases' patches are read.
public enum StreamSplit: Sendable, Equatable {
  /// Of all labelled cases but those that the fold validates on.
  case train(fold: Int)
  /// Of the cases that the fold validates on.
  case validation(fold: Int)
  /// Of all labelled cases: a training without validation.
  case all

  /// Whether patches come in random order, and each batch is full.
  public var isTraining: Bool {
    if case .validation = self { false } else { true }
  }

  var fold: Int? {
    switch self {
    case .train(let fold), .validation(let fold): fold
    case .all: nil
    }
  }

  func takes(fold entry: Int?) -> Bool {
    switch self {
    case .train(let fold): entry != fold
    case .validation(let fold): entry == fold
    case .all: true
    }
  }
}

extension StreamSplit: CustomStringConvertible {
  /// As in `train of fold 0`.
  public var description: String {
    switch self {
    case .train(let fold): "train of fold \(fold)"
    case .validation(let fold): "validation of fold \(fold)"
    case .all: "all"
    }
  }
}
