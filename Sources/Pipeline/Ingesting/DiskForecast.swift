import Files

/// The room that prepared cases need beside the room there is.
public struct DiskForecast: Sendable, Encodable, Equatable {
  /// Where the prepared cases would lie.
  public var folder: String
  /// Bytes of the cases to make, of their previews, and of the lists that name them.
  public var neededBytes: Int
  /// Bytes free where they would lie; nil where the system does not say.
  public var freeBytes: Int?

  /// What a case takes beside its voxels: its attributes, and its part of the manifest and the other lists (measured:
  /// 5 kB with four channels).
  private static let listBytes = 8000
  /// What a channel takes in one of a case's pictures (measured: 15 kB of a small phantom, 41 kB of a full BraTS20 case).
  private static let pictureBytes = 40_000

  /// The room for `cases` cases of `plan`, which are that workload together.
  init(_ workload: Workload, cases: Int, plan: Plan, folder: String) {
    self.folder = folder
    let pictures = plan.config.preprocess.count + 1  // after each stage, and before the first
    let beside = Self.listBytes + pictures * plan.config.dataset.channels.count * Self.pictureBytes
    neededBytes = workload.preparedBytes + cases * beside
    freeBytes = DiskSpace.freeBytes(at: folder)
  }

  /// As "45.1 MB of the 78.2 GB that are free on the disk".
  var text: String {
    Quantity.bytes(neededBytes) + (freeBytes.map { " of the \(Quantity.bytes($0)) that are free on the disk" } ?? "")
  }

  /// The line before a run that may not fit; nil where it fits.
  var warning: String? {
    guard let freeBytes, freeBytes < neededBytes else { return nil }
    return "\(folder): the prepared cases may not fit on the disk, found \(Quantity.bytes(freeBytes)) free, "
      + "expected \(Quantity.bytes(neededBytes)); free \(Quantity.bytes(neededBytes - freeBytes)), or choose another --out"
  }
}
