import Foundation
import Pipeline

/// How fast a run is, and how long it will take, by the bytes it has done.
struct Pace {
  private let started = Date()

  /// `12 MB/s, 3 s left`.
  func text(_ done: Int, of all: Int) -> String {
    let seconds = Date().timeIntervalSince(started)
    let rate = "\(Quantity.bytes(Int(Double(done) / max(seconds, 1e-3))))/s"
    guard done > 0, done < all else { return rate }
    return "\(rate), \(Quantity.seconds(seconds * Double(all - done) / Double(done))) left"
  }
}
