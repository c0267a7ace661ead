/// What is measured of a class in a case. The raw value is the column's name in scores.csv.
public enum Measure: String, CaseIterable, Sendable, Codable {
  /// 2 tp / (2 tp + fp + fn), the Dice similarity coefficient.
  case dice
  /// tp / (tp + fp).
  case precision
  /// tp / (tp + fn), the sensitivity.
  case recall
  /// The 95 % Hausdorff distance in millimetres.
  case hd95 = "hd95_mm"
  /// The average symmetric surface distance in millimetres.
  case assd = "assd_mm"

  /// Whether it is a distance, of which less is better.
  public var isDistance: Bool { self == .hd95 || self == .assd }
}

/// How well one class of one case was found.
///
/// A class that neither segmentation has gives nan in all measures. One that a single segmentation has gives Dice 0 and
/// infinite distances; the one of precision and recall whose denominator is 0 is nan. Means leave out what is not finite,
/// and say how many.
public struct ClassScores: Sendable, Equatable {
  private var values: [Double]

  /// The measures in the order of `Measure.allCases`.
  init(_ value: (Measure) throws -> Double) rethrows { values = try Measure.allCases.map(value) }

  /// Scores that were measured elsewhere.
  public init(dice: Double, precision: Double, recall: Double, hd95: Double, assd: Double) {
    values = [dice, precision, recall, hd95, assd]
  }

  /// One measure.
  public subscript(measure: Measure) -> Double {
    values[Measure.allCases.firstIndex(of: measure) ?? 0]
  }

  /// Scores a class of a pair of segmentations.
  /// - Parameters:
  ///   - label: the class, not the background.
  ///   - confusion: of the same pair.
  public init(_ label: UInt8, of pair: LabelPair, _ confusion: Confusion) {
    let found = confusion.truePositives(of: Int(label))
    let wrong = confusion.falsePositives(of: Int(label))
    let missed = confusion.falseNegatives(of: Int(label))
    let distances: SurfaceDistances
    if let box = confusion.boxes[Int(label)] {
      distances = found + wrong == 0 || found + missed == 0 ? .infinite : SurfaceDistances(of: label, pair, within: box)
    } else {
      distances = .undefined
    }
    self.init(
      dice: Self.ratio(2 * found, 2 * found + wrong + missed), precision: Self.ratio(found, found + wrong),
      recall: Self.ratio(found, found + missed), hd95: distances.hausdorff95, assd: distances.average)
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? .nan : Double(part) / Double(whole)
  }

  /// Scores every class but the background, in the order of the classes from 1.
  public static func all(of pair: LabelPair, classes: Int) -> [ClassScores] {
    let confusion = Confusion(pair, classes: classes)
    return (1..<max(1, classes)).map { ClassScores(UInt8($0), of: pair, confusion) }
  }
}
