import Yams

/// A value in a pipeline file: where it is, and the keys that lead to it.
struct FileValue {
  let node: Node
  let file: String
  /// The keys that lead here, as in `resample.spacing_mm.z`; what messages call the value.
  let path: String
  /// The value's line.
  let line: Int

  /// A value; `line` is for those that the parser gives no line of their own.
  init(node: Node, file: String, path: String, line: Int? = nil) {
    self.node = node
    self.file = file
    self.path = path
    self.line = line ?? node.mark?.line ?? 1
  }

  var place: Place { Place(file: file, line: line) }

  /// What a scalar says by itself, whatever is wanted of it: YAML's core types, without octals, sexagesimals and `yes`.
  enum Scalar {
    case nothing
    case truth(Bool)
    case number(Double)
    case text(String)
  }

  /// The scalar, or nil where the value is a list or a mapping.
  var scalar: Scalar? {
    guard case .scalar(let scalar) = node else { return nil }
    let text = scalar.string
    guard scalar.style == .plain || scalar.style == .any else { return .text(text) }
    switch text {
    case "", "~", "null", "Null", "NULL": return .nothing
    case "true", "True", "TRUE": return .truth(true)
    case "false", "False", "FALSE": return .truth(false)
    case ".inf", "+.inf", ".Inf", "+.Inf": return .number(.infinity)
    case "-.inf", "-.Inf": return .number(-.infinity)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    default: return DecimalNumber.value(of: text).map(Scalar.number) ?? .text(text)
    }
  }

  /// The value in words, for "found ...".
  var found: String {
    switch node {
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    default: break
    }
    switch scalar {
    case .truth(let truth): return "\(truth)"
    case .number(let number): return number.isFinite ? JSONValue.text(of: number) : node.string ?? "\(number)"
    case .text(let text): return "the text \"\(text)\""
    case .nothing, nil: return "nothing"
    }
  }

  func refusal(
    _ problem: String, expected: String, found: String? = nil, advice: String = ""
  ) -> PipelineError {
    .unacceptable(place, key: path, problem: problem, found: found ?? self.found, expected: expected, advice: advice)
  }

  func child(_ key: String, _ node: Node) -> FileValue {
    FileValue(node: node, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }
}

/// Decimal numbers as YAML and JSON both write them.
enum DecimalNumber {
  /// The number, infinite where it is too large, or nil where the text is none: no leading zeros, no hexadecimals, no `1_000`.
  static func value(of text: String) -> Double? {
    var rest = Substring(text)
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    let whole = digits(&rest)
    var fraction: Substring?
    if rest.first == "." {
      rest.removeFirst()
      fraction = digits(&rest)
    }
    guard !whole.isEmpty || fraction?.isEmpty == false, whole.count == 1 || whole.first != "0" else { return nil }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
      if digits(&rest).isEmpty { return nil }
    }
    return rest.isEmpty ? Double(text) : nil
  }

  private static func digits(_ rest: inout Substring) -> Substring {
    let run = rest.prefix { ("0"..."9").contains($0) && $0.isASCII }
    rest = rest.dropFirst(run.count)
    return run
  }
}
