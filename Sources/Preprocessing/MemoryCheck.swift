import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Refuses what this machine cannot hold, before anything is allocated: sizes come from files.
enum MemoryCheck {
  /// Refuses a volume of floats and a label that are larger than the memory.
  static func refuse(_ shape: Shape, channels: Int) throws {
    try refuse(bytes: shape.count * (4 * channels + 1), shape)
    // A header can claim any voxel size, and a target grid is cut short where no array reaches.
    guard shape.array.allSatisfy({ $0 < TargetGrid.longestAxis }) else {
      throw PreprocessingError.endlessAxis(shape: "\(shape)")
    }
  }

  static func refuse(bytes: Int, _ shape: Shape) throws {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard bytes < memory else { throw PreprocessingError.beyondMemory(shape: "\(shape)", bytes: bytes) }
  }
}
