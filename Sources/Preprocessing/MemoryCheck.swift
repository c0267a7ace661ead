import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What bringing a case onto a grid takes, worked out from headers alone, and refused where this machine has less.
enum MemoryCheck {
  /// - Parameter workers: threads, each of which needs a scratch of its own.
  static func refuse(
    _ raw: RawVolumes, onto grid: TargetGrid, resamplers: [ImageResampler], workers: Int
  ) throws {
    let output = grid.shape.count * (4 * raw.channels.count + (raw.label == nil ? 0 : 1))
    let rings = (raw.channels + [raw.label].compactMap { $0 }).reduce(0) { $0 + PlaneReading.ringBytes(of: $1.layout) }
    let label = raw.label == nil ? 0 : LabelResampler.heldBytes(of: raw.layout)
    let filters = resamplers.reduce(0) { $0 + $1.tileBytes + workers * $1.scratchBytes }
    try refuse(bytes: output + rings + label + filters, grid.shape)
  }

  /// Refuses a volume of floats that is larger than the memory.
  static func refuse(_ shape: Shape, channels: Int) throws {
    try refuse(bytes: shape.count * (4 * channels + 1), shape)
  }

  private static func refuse(bytes: Int, _ shape: Shape) throws {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard bytes < memory else { throw PreprocessingError.beyondMemory(shape: "\(shape)", bytes: bytes) }
  }
}
