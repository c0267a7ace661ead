/// The numbers that stages `over: dataset` were given, stage by stage in the pipeline's order. Those that are fold_safe have
/// others in each fold, and are not among them.
public struct DatasetNumbers: Sendable, Codable, Equatable {
  /// A clip's `lowers` and `uppers`, a z-score's `mean` and `std`, by channel.
  public var stages: [StageRecord]

  /// - Parameters:
  ///   - asked: the pipeline's stages.
  ///   - resolved: the same without the fold_safe ones, with numbers in the place of `over: dataset`.
  /// - Returns: nil where no stage asks for numbers over the data set.
  public init?(of asked: [Stage], resolved: [Stage]) {
    stages = zip(Self.stored(asked), resolved).compactMap { asked, resolved in
      asked.overDataset == nil ? nil : StageRecord(numbersOf: resolved)
    }
    if stages.isEmpty { return nil }
  }

  /// What a prepared case says of the same.
  /// - Parameter decisions: of the stages that are not fold_safe.
  /// - Returns: nil where no stage asks for numbers over the data set, or the decisions are of other stages.
  public init?(of asked: [Stage], stated decisions: [StageRecord]) {
    let stored = Self.stored(asked)
    guard stored.map(\.name) == decisions.map(\.stage) else { return nil }
    stages = zip(stored, decisions).compactMap { $0.overDataset == nil ? nil : $1 }
    if stages.isEmpty { return nil }
  }

  /// The stages that are done before a case is stored.
  private static func stored(_ stages: [Stage]) -> [Stage] { stages.filter { $0.overDataset?.isFoldSafe != true } }

  /// A pipeline's stages without the fold_safe ones, with the numbers in their places.
  /// - Parameter numbers: nil for none.
  /// - Returns: nil where the numbers are of other stages, or of another number of channels.
  public static func resolved(_ asked: [Stage], by numbers: DatasetNumbers?, channels: Int) -> [Stage]? {
    var left = (numbers?.stages ?? [])[...]
    var resolved: [Stage] = []
    for stage in stored(asked) {
      guard stage.overDataset != nil else {
        resolved.append(stage)
        continue
      }
      guard let numbers = left.popFirst(), numbers.stage == stage.name,
        let known = Stage(numbers: numbers, channels: channels)
      else { return nil }
      resolved.append(known)
    }
    return left.isEmpty ? resolved : nil
  }
}

extension StageRecord {
  /// The numbers of a stage that has some for each channel.
  fileprivate init?(numbersOf stage: Stage) {
    self.init(stage: stage.name)
    switch stage {
    case .clipChannels(let bounds): (lowers, uppers) = (bounds.map(\.lowerBound), bounds.map(\.upperBound))
    case .zscore(.constants(let normals)): (mean, std) = (normals.map(\.mean), normals.map(\.std))
    default: return nil
    }
  }
}

extension Stage {
  /// The stage with those numbers for each channel; nil where they are not such as a data set has.
  fileprivate init?(numbers: StageRecord, channels: Int) {
    if let lowers = numbers.lowers, let uppers = numbers.uppers, numbers.stage == .clip,
      lowers.count == channels, uppers.count == channels, zip(lowers, uppers).allSatisfy({ $0 <= $1 })
    {
      self = .clipChannels(zip(lowers, uppers).map { $0...$1 })
    } else if let mean = numbers.mean, let std = numbers.std, numbers.stage == .zscore,
      mean.count == channels, std.count == channels, mean.allSatisfy(\.isFinite), std.allSatisfy({ $0 > 0 })
    {
      self = .zscore(.constants(zip(mean, std).map { ZScore.Normal(mean: $0, std: $1) }))
    } else {
      return nil
    }
  }
}
