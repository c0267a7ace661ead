import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Refuses a volume that this machine cannot hold, before anything is allocated for it: sizes come from files.
func refuseBeyondMemory(_ shape: Shape, channels: Int) throws {
  let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  let bytes = shape.count * (4 * channels + 1)
  guard bytes < memory else {
    throw PreprocessingError.beyondMemory(shape: "\(shape)", bytes: bytes, memory: memory)
  }
}
