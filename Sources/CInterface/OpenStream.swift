import CSegprep
import Streaming
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A stream that a C program has opened, and the batches of it that are lent.
final class OpenStream: Sendable {
  let stream: ShardStream
  private let process = getpid()
  private let shelf = TextShelf()
  private let lent: Mutex<Lent>

  private struct Lent {
    /// By where a batch's image lies, which of the memories that is.
    var indices: [Int: Int]
    var batches: [Int: LentBatch] = [:]
  }

  init(_ stream: ShardStream, images: [Int]) {
    self.stream = stream
    lent = Mutex(Lent(indices: Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })))
  }

  /// The next batch, for which `seconds` are waited at most; nil after the last epoch.
  func next(within seconds: Double? = nil) throws -> (index: Int, batch: LentBatch)? {
    guard let next = try stream.next(within: seconds) else { return nil }
    let batch = LentBatch(next, shelf)
    return lent.withLock { lent in
      let place = Int(bitPattern: batch.memory.image)
      // The stream's own memories are numbered as they are first met.
      let index = lent.indices[place] ?? lent.indices.count
      lent.indices[place] = index
      lent.batches[index] = batch
      return (index, batch)
    }
  }

  /// In the child of a fork locks may be held by threads that are not there.
  private var isForked: Bool { process != getpid() }

  /// This stream, in the process that opened it.
  func checked() throws(StreamError) -> OpenStream {
    guard !isForked else { throw .forked(opened: process, found: getpid()) }
    return self
  }

  func giveBack(_ index: Int) throws {
    // The batch ends its life outside the lock.
    let batch = lent.withLock { $0.batches.removeValue(forKey: index) }
    guard batch != nil else { throw CallError.notHeld(index: index) }
  }

  func batch(_ index: Int) throws -> LentBatch {
    guard let batch = lent.withLock({ $0.batches[index] }) else { throw CallError.notHeld(index: index) }
    return batch
  }

  /// Ends the stream; what is lent is lent no more.
  func close() {
    guard !isForked else {
      // What is lent would be given back: rather it stays for ever.
      _ = Unmanaged.passRetained(self)
      return
    }
    stream.cancel()
    let batches = lent.withLock { lent in
      defer { lent.batches = [:] }
      return lent.batches
    }
    withExtendedLifetime(batches) {}
  }
}

let streams = Handles<OpenStream>("stream")
