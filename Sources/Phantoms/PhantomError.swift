/// What keeps a phantom data set from being written.
public enum PhantomError: Error, Equatable, CustomStringConvertible {
  /// No cases were asked for.
  case count(found: Int)
  /// The folder already holds something.
  case occupied(path: String, entries: Int)

  /// The line the user sees.
  public var description: String {
    switch self {
    case .count(let found):
      "cannot write \(found) cases, expected at least 1"
    case .occupied(let path, let entries):
      "\(path): holds \(entries) \(entries == 1 ? "entry" : "entries") already, expected an empty folder; "
        + "choose another --out, or give --overwrite"
    }
  }
}
