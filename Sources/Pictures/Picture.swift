/// Pixels in rows from the top, each row from the left.
///
/// What is drawn outside of the picture is left out, so that nobody has to reckon with its edges.
public struct Picture: Sendable, Equatable {
  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int
  /// Red, green and blue of each pixel: 3 * width * height bytes.
  public private(set) var bytes: [UInt8]

  /// A picture of one colour.
  /// - Precondition: at least one pixel.
  public init(width: Int, height: Int, _ colour: Colour = .black) {
    precondition(width > 0 && height > 0, "a picture of \(width)x\(height) pixels")
    self.width = width
    self.height = height
    bytes = Array(repeating: 0, count: 3 * width * height)
    fill(colour)
  }

  /// The colour of a pixel; `row` from the top, `column` from the left.
  /// - Precondition: the pixel read lies in the picture; one that is written may lie outside and is left out.
  public subscript(row: Int, column: Int) -> Colour {
    get {
      precondition(contains(row, column), "pixel (\(row), \(column)) outside of \(height) rows, \(width) columns")
      let place = 3 * (row * width + column)
      return Colour(red: bytes[place], green: bytes[place + 1], blue: bytes[place + 2])
    }
    set {
      guard contains(row, column) else { return }
      let place = 3 * (row * width + column)
      bytes[place] = newValue.red
      bytes[place + 1] = newValue.green
      bytes[place + 2] = newValue.blue
    }
  }

  private func contains(_ row: Int, _ column: Int) -> Bool { row >= 0 && row < height && column >= 0 && column < width }

  /// Makes every pixel one colour.
  public mutating func fill(_ colour: Colour) { fill(row: 0, column: 0, width: width, height: height, colour) }

  /// Fills a rectangle whose upper left pixel is (row, column).
  public mutating func fill(row: Int, column: Int, width: Int, height: Int, _ colour: Colour) {
    for r in max(0, row)..<max(0, row, min(self.height, row + height)) {
      for c in max(0, column)..<max(0, column, min(self.width, column + width)) { self[r, c] = colour }
    }
  }

  /// Draws another picture with its upper left pixel at (row, column).
  public mutating func draw(_ other: Picture, row: Int, column: Int) {
    for r in 0..<other.height {
      for c in 0..<other.width { self[row + r, column + c] = other[r, c] }
    }
  }
}
