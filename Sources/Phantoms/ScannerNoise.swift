import Randomness

/// A scanner's noise: neighbours within a slice are alike, neighbouring slices less so.
///
/// First-order recursions along rows and columns give a correlation of `memory` from pixel to pixel, for which
/// the plane before is all that has to be kept. The draws come straight from Philox4x64 blocks, addressed by column.
struct ScannerNoise {
  /// The correlation of neighbours in a plane; with the tissue's grain it comes to the .42 measured in a real CT's liver.
  static let memory: Float = 0.34
  /// The weight of the next slice's draw.
  static let bleed: Float = 0.26

  private let slices: Int
  private let rows: Int
  private let philox: Philox4x64
  private var words: [UInt64]
  private var fresh: [Float]
  private var row: [Float]
  /// The current column's noise, of variance 1.
  private(set) var plane: [Float]

  init(slices: Int, rows: Int, stream: RandomStream) {
    self.slices = slices
    self.rows = rows
    philox = stream.philox
    // Four draws a word; each row starts at a word of its own.
    words = [UInt64](repeating: 0, count: rows * ((slices + 4) / 4))
    fresh = [Float](repeating: 0, count: slices + 4)
    row = [Float](repeating: 0, count: slices)
    plane = [Float](repeating: 0, count: slices * rows)
  }

  /// Goes on to the next column; the first one has none before it.
  mutating func advance(to column: Int) {
    let blocks = UInt64((words.count + 3) / 4)
    words.withUnsafeMutableBufferPointer { philox.fill($0, firstBlock: UInt64(column) * blocks) }
    let innovation = (1 - Self.memory * Self.memory).squareRoot()
    // A draw is the sum of two bytes: a triangle of variance (256^2 - 1) / 6.
    let scale = 1 / ((65535.0 / 6) * (1 + Self.bleed * Self.bleed)).squareRoot()
    let perRow = words.count / rows
    let (count, memory, bleed) = (slices, Self.memory, Self.bleed)
    let own = column == 0 ? 1 : innovation
    words.withUnsafeBytes { words in
      let draws = words.bindMemory(to: UInt16.self)
      fresh.withUnsafeMutableBufferPointer { fresh in
        row.withUnsafeMutableBufferPointer { row in
          plane.withUnsafeMutableBufferPointer { plane in
            guard let draws = draws.baseAddress, let fresh = fresh.baseAddress, let row = row.baseAddress,
              let plane = plane.baseAddress
            else { return }
            for index in 0..<rows {
              let (drawn, out) = (draws + index * perRow * 4, plane + index * count)
              for slice in 0...count {
                let bits = Int32(drawn[slice])
                fresh[slice] = Float((bits & 255) &+ (bits >> 8) &- 255)
              }
              let gain = scale * (index == 0 ? 1 : innovation)
              let kept = index == 0 ? 0 : memory
              let before = column == 0 ? 0 : memory
              for slice in 0..<count {
                let value = kept * row[slice] + gain * (fresh[slice] + bleed * fresh[slice + 1])
                row[slice] = value
                out[slice] = before * out[slice] + own * value
              }
            }
          }
        }
      }
    }
  }
}
