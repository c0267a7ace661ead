import Files

/// The room that prepared cases need beside the room there is.
public struct DiskForecast: Sendable, Encodable, Equatable {
  /// Where the prepared cases would lie.
  public var folder: String
  /// Bytes of the cases to make, and of the lists that name them.
  public var neededBytes: Int
  /// Bytes free where they would lie; nil where the system does not say.
  public var freeBytes: Int?

  /// What a case takes beside its voxels: its attributes, and its part of the manifest and the other lists (measured:
  /// 5 kB with four channels).
  private static let listBytes = 8000

  init(_ workload: Workload, cases: Int, folder: String) {
    self.folder = folder
    neededBytes = workload.preparedBytes + cases * Self.listBytes
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
