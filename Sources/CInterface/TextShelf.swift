import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Texts that C may look at as long as the shelf lives, each of them once.
final class TextShelf: Sendable {
  private let texts = Mutex<[String: Int]>([:])

  deinit { texts.withLock { for place in $0.values { free(UnsafeMutableRawPointer(bitPattern: place)) } } }

  func text(_ text: String) -> UnsafePointer<CChar>? {
    let place = texts.withLock { texts in
      if let place = texts[text] { return place }
      let place = Int(bitPattern: strdup(text))
      texts[text] = place
      return place
    }
    return UnsafePointer(bitPattern: place)
  }
}
