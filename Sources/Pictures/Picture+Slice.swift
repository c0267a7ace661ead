extension Picture {
  /// Draws a slice in greys: `window`'s lower bound and what lies below black, its upper bound and above white.
  /// NaN is black.
  public mutating func draw(_ slice: Slice<Float>, window: ClosedRange<Float>, row: Int = 0, column: Int = 0) {
    let scale = 255 / max(window.upperBound - window.lowerBound, .leastNormalMagnitude)
    for r in 0..<slice.rows {
      for c in 0..<slice.columns {
        let grey = (slice[r, c] - window.lowerBound) * scale
        self[row + r, column + c] = Colour(grey: grey > 0 ? UInt8(min(255, grey.rounded())) : 0)
      }
    }
  }

  /// Draws the outlines of a label's classes over what is there: each pixel of a class that touches another class or the
  /// background. Background has none.
  public mutating func drawContours(of slice: Slice<UInt8>, row: Int = 0, column: Int = 0) {
    for r in 0..<slice.rows {
      for c in 0..<slice.columns {
        let number = slice[r, c]
        guard number > 0 else { continue }
        let isEdge =
          (r > 0 && slice[r - 1, c] != number) || (r + 1 < slice.rows && slice[r + 1, c] != number)
          || (c > 0 && slice[r, c - 1] != number) || (c + 1 < slice.columns && slice[r, c + 1] != number)
        if isEdge { self[row + r, column + c] = .ofClass(Int(number)) }
      }
    }
  }

  /// Draws a histogram's bars side by side, upwards from the lower edge of a rectangle, the fullest bin as high as it.
  public mutating func drawBars(
    _ counts: [Int], row: Int, column: Int, width: Int, height: Int, _ colour: Colour = Colour(grey: 180)
  ) {
    guard let fullest = counts.max(), fullest > 0 else { return }
    for c in 0..<width {
      let count = counts[c * counts.count / width]
      // What is there is seen: at least one pixel.
      let bar = count == 0 ? 0 : max(1, Int(Double(count) / Double(fullest) * Double(height)))
      fill(row: row + height - bar, column: column + c, width: 1, height: bar, colour)
    }
  }
}
