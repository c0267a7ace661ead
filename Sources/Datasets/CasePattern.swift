/// Where a case's file lies below the data set's folder, as a pipeline writes it: `scans/{case}/*_ct.nii.gz`.
///
/// `{case}` is the case's name, one or more characters; the same where it is there again. `*` is any text. Neither goes
/// beyond a folder or a file's name, and neither stands for a dot at its beginning: such files are hidden.
public struct CasePattern: Sendable, Hashable, CustomStringConvertible {
  /// Why a text is no pattern.
  public struct Refusal: Error, Equatable {
    /// What is wrong, as the continuation of "the pattern".
    public var problem: String
    /// What is accepted.
    public var expected: String
  }

  /// The pattern as it is written.
  public let description: String
  /// One for each folder, and one for the file.
  let components: [PatternComponent]

  /// Reads a pattern.
  public init(_ text: String) throws(Refusal) {
    description = text
    guard !text.hasPrefix("/") else {
      throw Refusal(problem: "is an absolute path", expected: "a path from the data set's folder")
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(".."), !parts.contains(".") else {
      throw Refusal(problem: "leaves the data set's folder or stands still", expected: "folders' names, no . or ..")
    }
    guard !parts.contains("") else {
      throw Refusal(problem: "has an empty name", expected: "names between the slashes")
    }
    guard !text.contains("**") else {
      throw Refusal(problem: "has **, which would go through folders", expected: "* within a name")
    }
    var components: [PatternComponent] = []
    for part in parts { components.append(try PatternComponent(part)) }
    guard components.contains(where: { $0.parts.contains(.identifier) }) else {
      throw Refusal(problem: "has no {case}", expected: "{case} where the case's name is")
    }
    self.components = components
  }

  /// How many characters are given: of two patterns that fit a file, the one with more says more.
  var fixedCharacters: Int {
    components.reduce(0) { $0 + $1.parts.reduce(0) { if case .text(let text) = $1 { $0 + text.count } else { $0 } } }
  }
}

/// A folder's or file's name in a pattern.
struct PatternComponent: Sendable, Hashable {
  enum Part: Sendable, Hashable {
    case text([Character])
    case anything
    case identifier
  }

  let parts: [Part]

  fileprivate init(_ text: Substring) throws(CasePattern.Refusal) {
    var parts: [Part] = []
    var rest = text
    while let first = rest.first {
      if first == "*" {
        parts.append(.anything)
        rest.removeFirst()
      } else if rest.hasPrefix("{case}") {
        parts.append(.identifier)
        rest.removeFirst(6)
      } else if first == "{" || first == "}" {
        throw CasePattern.Refusal(problem: "has a brace that is not {case}'s", expected: "{case} and * alone")
      } else {
        let fixed = rest.prefix { !"*{}".contains($0) }
        parts.append(.text(Array(fixed)))
        rest.removeFirst(fixed.count)
      }
    }
    self.parts = parts
  }

  /// Whether one name alone fits.
  var isFixed: Bool { parts.allSatisfy { if case .text = $0 { true } else { false } } }

  /// What the case is called if `name` fits; several where it can be read in several ways, none where it does not fit.
  /// nil stands for a name without {case}.
  /// - Parameter known: the case's name, from a folder above.
  func readings(of name: String, known: String?) -> Set<String?> {
    let isHidden = name.hasPrefix(".")
    if isHidden, case .text = parts.first {} else if isHidden { return [] }
    let letters = Array(name)
    var states: Set<State> = [State(position: 0, identifier: known.map(Array.init))]
    for part in parts { states = Set(states.flatMap { $0.after(part, in: letters) }) }
    return Set(states.filter { $0.position == letters.count }.map { $0.identifier.map { String($0) } })
  }

  /// How far a name was read.
  private struct State: Hashable {
    var position: Int
    var identifier: [Character]?

    func after(_ part: Part, in letters: [Character]) -> [State] {
      switch part {
      case .text(let text): return fixed(text, in: letters)
      case .anything: return (position...letters.count).map { State(position: $0, identifier: identifier) }
      case .identifier:
        if let identifier { return fixed(identifier, in: letters) }
        guard position < letters.count else { return [] }
        return (position + 1...letters.count).map {
          State(position: $0, identifier: Array(letters[position..<$0]))
        }
      }
    }

    private func fixed(_ text: [Character], in letters: [Character]) -> [State] {
      guard letters[position...].starts(with: text) else { return [] }
      return [State(position: position + text.count, identifier: identifier)]
    }
  }
}
