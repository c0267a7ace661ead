#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The distributions, our own: the standard library's may change from one Swift version to the next.
extension RandomStream {
  /// A number in [0, 1) on a grid of 2^-53. Takes one word.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number in `range`, its upper bound excluded. Takes one word.
  public mutating func uniform(in range: Range<Double>) -> Double {
    let value = range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    return value < range.upperBound ? value : range.upperBound.nextDown  // the sum may round up to the bound
  }

  /// An integer in 0..<bound, each equally likely (Lemire 2019). Takes one word, seldom more.
  /// - Precondition: `bound > 0`.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "no integer lies in 0..<\(bound)")
    let width = UInt64(bound)
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      let rejected = (0 &- width) % width
      while product.low < rejected { product = next().multipliedFullWidth(by: width) }
    }
    return Int(product.high)
  }

  /// An integer in `range`, each equally likely.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    let (span, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    precondition(!overflow && span < Int.max, "the range \(range) is too wide")
    return range.lowerBound + integer(below: span + 1)
  }

  /// Whether an event of this probability happens. Takes one word.
  public mutating func chance(_ probability: Double) -> Bool {
    uniform() < probability
  }

  /// A draw from the normal distribution (Box and Muller 1958; the second of the pair is not kept). Takes two words.
  public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()  // 1 - uniform() lies in (0, 1]
    return mean + standardDeviation * radius * cos(2 * Double.pi * uniform())
  }

  /// One of `choices`, each as likely as its weight.
  /// - Precondition: at least one weight is above zero, none is below.
  public mutating func choice<Value>(_ choices: [(value: Value, weight: Double)]) -> Value {
    let total = choices.reduce(0) { $0 + $1.weight }
    precondition(total > 0 && choices.allSatisfy { $0.weight >= 0 }, "nothing to choose from")
    var rest = uniform(in: 0..<total)
    for choice in choices {
      if rest < choice.weight { return choice.value }
      rest -= choice.weight
    }
    let last = choices.lastIndex { $0.weight > 0 } ?? 0  // rounding left a remainder
    return choices[last].value
  }

  /// Puts values in a random order, each order equally likely (Fisher-Yates, from the end). Takes count - 1 integers.
  public mutating func shuffle<Value>(_ values: inout [Value]) {
    for place in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(place, integer(below: place + 1)) }
  }
}
