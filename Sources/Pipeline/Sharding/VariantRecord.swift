import Augmentation
import Foundation
import Prepared
import Volumes

/// What a shard says of an augmented patch: all that makes it again, to the bit, from the prepared case.
///
/// The source is the prepared case around the patch, `margin` voxels more on each side; outside the case is its pad value
/// and background. The patch that was asked for lies at its origin less `record.originShift`.
public struct VariantRecord: Sendable, Codable, Equatable {
  /// Voxels on each side that the source had beyond the patch.
  public var margin: Shape
  /// What was drawn.
  public var record: AugmentationRecord

  /// What was drawn for a source with that margin.
  public init(margin: Shape, record: AugmentationRecord) {
    self.margin = margin
    self.record = record
  }

  /// Reads what `text` gave.
  /// - Throws: `DecodingError`.
  public init(text: String) throws { self = try CanonicalJSON.value(Self.self, from: Data(text.utf8)) }

  /// One line of JSON: keys sorted, numbers that read back exactly.
  public var text: String {
    get throws { try CanonicalJSON.text(self, compact: true) }
  }
}
