/// Why a file is not the JSON that it should be, in words.
enum JSONProblem {
  static func words(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .typeMismatch(_, let context), .valueNotFound(_, let context): "another type at \(path(context.codingPath))"
    case .keyNotFound(let key, let context): "no `\(key.stringValue)` at \(path(context.codingPath))"
    default: "no JSON"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty ? "the top" : keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: " ")
  }
}
