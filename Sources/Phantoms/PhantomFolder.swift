import Dispatch
import Files
import Synchronization

/// One case that can be painted and written.
protocol Phantom: Sendable {
  /// The case's name, and that of its folder.
  var caseIdentifier: String { get }
  /// The case in a few words: its shape, its spacing, and what is unusual about it.
  var summary: String { get }
  /// Paints the case and writes its files into `folder`, which is there or not.
  func write(to folder: String) throws
}

/// A folder with a folder for each case.
enum PhantomFolder {
  /// Writes the cases below `folder`, `jobs` at a time.
  /// - Parameters:
  ///   - overwrite: whether to write into a folder that holds something already; its other files stay.
  ///   - progress: is told a line for each case, from one thread at a time, in the order in which cases are done.
  /// - Throws: `PhantomError`, `FileError` or `NIfTIWriterError`; cases that are done stay.
  static func write(
    _ phantoms: [some Phantom], to folder: String, jobs: Int, overwrite: Bool,
    progress: @escaping @Sendable (String) -> Void
  ) throws {
    if !overwrite && Folder.isFolder(folder) {
      let entries = try Folder.names(in: folder).count
      guard entries == 0 else { throw PhantomError.occupied(path: folder, entries: entries) }
    }
    try Folder.make(folder)
    let state = Mutex(Work())
    DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, phantoms.count))) { _ in
      while let index = state.withLock({ $0.take(of: phantoms.count) }) {
        do {
          let phantom = phantoms[index]
          try phantom.write(to: "\(folder)/\(phantom.caseIdentifier)")
          state.withLock {
            $0.done += 1
            progress("\(phantom.caseIdentifier) \(phantom.summary) (\($0.done) of \(phantoms.count))")
          }
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// What the threads share: the next case, how many are done, the first failure, after which no more are begun.
  private struct Work {
    var next = 0
    var failure: (any Error)?
    var done = 0

    mutating func take(of count: Int) -> Int? {
      guard failure == nil, next < count else { return nil }
      defer { next += 1 }
      return next
    }
  }
}
