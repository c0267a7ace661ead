extension Picture {
  /// Pixels from one letter to the next.
  public static let letterWidth = BitmapFont.width + 1
  /// Pixels from one line of text to the next.
  public static let lineHeight = BitmapFont.height + 2

  /// Writes lines of text with the upper left pixel of the first letter at (row, column). Printable ASCII.
  public mutating func write(_ text: String, row: Int, column: Int, _ colour: Colour = .white) {
    for (line, words) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      for (place, letter) in words.enumerated() {
        for r in 0..<BitmapFont.height {
          for c in 0..<BitmapFont.width where BitmapFont.hasDot(letter, row: r, column: c) {
            self[row + line * Self.lineHeight + r, column + place * Self.letterWidth + c] = colour
          }
        }
      }
    }
  }

  /// `text` in lines of at most `width` pixels, broken at blanks where there are any.
  public static func wrapped(_ text: String, width: Int) -> String {
    let longest = max(1, width / letterWidth)
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > longest {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " \(word)"
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}
