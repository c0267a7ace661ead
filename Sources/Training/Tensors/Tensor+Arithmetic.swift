import CTorch

/// Element by element; extents of 1 are repeated as often as the other tensor needs. All throw `TrainingError`.
extension Tensor {
  /// The sum.
  public static func + (a: Tensor, b: Tensor) throws(TrainingError) -> Tensor {
    try a.make("addition") { ctorch_add($0, b.handle, $1) }
  }

  /// The difference.
  public static func - (a: Tensor, b: Tensor) throws(TrainingError) -> Tensor {
    try a.make("subtraction") { ctorch_subtract($0, b.handle, $1) }
  }

  /// The product, element by element.
  public static func * (a: Tensor, b: Tensor) throws(TrainingError) -> Tensor {
    try a.make("multiplication") { ctorch_multiply($0, b.handle, $1) }
  }

  /// The quotient.
  public static func / (a: Tensor, b: Tensor) throws(TrainingError) -> Tensor {
    try a.make("division") { ctorch_divide($0, b.handle, $1) }
  }

  /// Each element plus a number.
  public static func + (a: Tensor, b: Double) throws(TrainingError) -> Tensor {
    try a.make("addition") { ctorch_add_number($0, b, $1) }
  }

  /// Each element minus a number.
  public static func - (a: Tensor, b: Double) throws(TrainingError) -> Tensor { try a + -b }

  /// A number minus each element.
  public static func - (a: Double, b: Tensor) throws(TrainingError) -> Tensor { try b * -1 + a }

  /// Each element times a number.
  public static func * (a: Tensor, b: Double) throws(TrainingError) -> Tensor {
    try a.make("multiplication") { ctorch_multiply_number($0, b, $1) }
  }

  /// A number times each element.
  public static func * (a: Double, b: Tensor) throws(TrainingError) -> Tensor { try b * a }

  /// Each element to a power.
  public func power(_ exponent: Double) throws(TrainingError) -> Tensor {
    try make("power") { ctorch_power($0, exponent, $1) }
  }

  /// e to the power of each element.
  public func exp() throws(TrainingError) -> Tensor { try make("exp", ctorch_exp) }

  /// e to the power of each element, less 1: exact also near 0.
  public func expMinusOne() throws(TrainingError) -> Tensor { try make("exp", ctorch_expm1) }

  /// Natural logarithms.
  public func log() throws(TrainingError) -> Tensor { try make("log", ctorch_log) }

  /// Cosines of radians.
  public func cos() throws(TrainingError) -> Tensor { try make("cos", ctorch_cos) }

  /// Square roots.
  public func squareRoot() throws(TrainingError) -> Tensor { try make("square root", ctorch_sqrt) }

  /// Each element put into a range; outside of it there is no gradient.
  public func clamped(to range: ClosedRange<Double>) throws(TrainingError) -> Tensor {
    try make("clamp") { ctorch_clamp($0, range.lowerBound, range.upperBound, $1) }
  }

  /// Where elements have a value, of the type `bool`.
  public func isEqual(to value: Double) throws(TrainingError) -> Tensor {
    try make("comparison") { ctorch_equal_to($0, value, $1) }
  }
}

/// In place; a tensor that is needed for a backward pass must not be changed so.
extension Tensor {
  /// Adds `scale` times another tensor.
  func add(_ other: Tensor, scale: Double = 1) throws(TrainingError) {
    try Torch.check("addition", ctorch_add_in_place(handle, other.handle, scale))
  }

  /// Adds a number.
  func add(_ number: Double) throws(TrainingError) {
    try Torch.check("addition", ctorch_add_number_in_place(handle, number))
  }

  /// Multiplies by a number.
  func multiply(by number: Double) throws(TrainingError) {
    try Torch.check("multiplication", ctorch_multiply_in_place(handle, number))
  }

  /// Adds `scale` times the product of two others.
  func addProduct(_ a: Tensor, _ b: Tensor, scale: Double) throws(TrainingError) {
    try Torch.check("multiplication", ctorch_add_product_in_place(handle, a.handle, b.handle, scale))
  }

  /// Adds `scale` times the quotient of two others.
  func addQuotient(_ a: Tensor, _ b: Tensor, scale: Double) throws(TrainingError) {
    try Torch.check("division", ctorch_add_quotient_in_place(handle, a.handle, b.handle, scale))
  }

  /// Takes another tensor's values over.
  func copy(_ other: Tensor) throws(TrainingError) {
    try Torch.check("copying", ctorch_copy_in_place(handle, other.handle))
  }
}
