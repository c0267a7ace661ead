#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A fixed run of plain values in memory that several threads may fill, each its own part.
///
/// Large buffers come straight from the kernel, zeroed, on huge pages where it has them: first touch of a case's 200 MB
/// in 4 KB pages costs as much as resampling it.
public final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The number of values.
  public let count: Int
  /// The first value's place; good as long as the buffer is.
  public let base: UnsafeMutablePointer<Element>
  private let mappedBytes: Int

  /// A buffer of zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) values")
    self.count = count
    let pageBytes = 1 << 21
    let bytes = max(1, count * MemoryLayout<Element>.stride)
    mappedBytes = (bytes + pageBytes - 1) / pageBytes * pageBytes
    let memory = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { preconditionFailure("no memory for \(bytes) bytes") }
    #if os(Linux)
      if bytes >= pageBytes { madvise(memory, mappedBytes, MADV_HUGEPAGE) }
    #endif
    base = memory.bindMemory(to: Element.self, capacity: max(1, count))
  }

  deinit { munmap(base, mappedBytes) }

  /// All values, to read and write.
  public var values: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: base, count: count) }

  /// All bytes, to read.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(values) }

  /// One value; an index outside stops the program.
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) outside 0..<\(count)")
      base[index] = newValue
    }
  }
}
