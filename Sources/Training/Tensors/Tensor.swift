import CTorch

/// An array of libtorch, of any rank, in C order; operations on it can be differentiated. Of one thread at a time.
public final class Tensor {
  let handle: OpaquePointer

  /// Takes a reference over.
  init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { ctorch_release(handle) }

  /// A tensor on the CPU with these values, copied.
  /// - Precondition: `shape` has room for all of `values`, and for no more.
  /// - Throws: `TrainingError`.
  public convenience init<Value: TensorValue>(_ values: UnsafeBufferPointer<Value>, shape: [Int]) throws(TrainingError)
  {
    self.init(owning: try Self.copied(values, shape: shape))
  }

  /// A tensor on the CPU with these values.
  /// - Precondition: `shape` has room for all of `values`, and for no more.
  /// - Throws: `TrainingError`.
  public convenience init<Value: TensorValue>(_ values: [Value], shape: [Int]) throws {
    self.init(owning: try values.withUnsafeBufferPointer { try Self.copied($0, shape: shape) })
  }

  /// A tensor of one value all over.
  /// - Throws: `TrainingError`.
  public convenience init(
    full shape: [Int], value: Double = 0, type: TensorType = .float32, device: Device = .cpu
  ) throws(TrainingError) {
    self.init(
      owning: try Self.made("making a tensor") { out in
        Self.sizes(shape) { ctorch_full($0, value, type.raw, device.raw, out) }
      })
  }

  /// Extents, the slowest first.
  public var shape: [Int] { (0..<ctorch_rank(handle)).map { Int(ctorch_size(handle, $0)) } }

  /// All elements.
  public var count: Int { shape.reduce(1, *) }

  /// The type of the values.
  public var type: TensorType { TensorType(ctorch_type_of(handle)) }

  /// Where the values lie.
  public var device: Device { ctorch_device_of(handle) == ctorch_cuda ? .cuda : .cpu }

  /// The values in C order, whatever device they are on.
  /// - Precondition: the tensor is of that type.
  /// - Throws: `TrainingError`.
  public func values<Value: TensorValue>(_: Value.Type = Value.self) throws -> [Value] {
    precondition(type == Value.tensorType, "a tensor of \(type) read as \(Value.self)")
    let count = count
    return try [Value](unsafeUninitializedCapacity: count) { buffer, written in
      try Torch.check(
        "reading values", ctorch_copy_out(handle, buffer.baseAddress, count * MemoryLayout<Value>.stride))
      written = count
    }
  }

  /// The value of a tensor of one element.
  /// - Throws: `TrainingError`.
  public func item() throws(TrainingError) -> Double {
    var value = 0.0
    try Torch.check("reading a value", ctorch_item(handle, &value))
    return value
  }

  /// The values in another type; the tensor itself where it has that type.
  public func to(_ type: TensorType) throws(TrainingError) -> Tensor {
    try make("conversion") { ctorch_to_type($0, type.raw, $1) }
  }

  /// The values on another device; the tensor itself where it lies there.
  public func to(_ device: Device) throws(TrainingError) -> Tensor {
    try make("copying to \(device)") { ctorch_to_device($0, device.raw, $1) }
  }

  /// The result of an operation on this tensor.
  func make(
    _ operation: String, _ body: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> ctorch_error
  ) throws(TrainingError) -> Tensor {
    Tensor(owning: try Self.made(operation) { body(handle, $0) })
  }

  private static func copied<Value: TensorValue>(
    _ values: UnsafeBufferPointer<Value>, shape: [Int]
  ) throws(TrainingError) -> OpaquePointer {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for the shape \(shape)")
    return try made("copying values") { out in
      sizes(shape) { ctorch_copy_in(values.baseAddress, Value.tensorType.raw, $0, out) }
    }
  }

  static func made(
    _ operation: String, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> ctorch_error
  ) throws(TrainingError) -> OpaquePointer {
    var out: OpaquePointer?
    try Torch.check(operation, body(&out))
    guard let out else { preconditionFailure("\(operation) gave no tensor") }
    return out
  }

  /// Calls `body` with extents or dimensions as C has them.
  static func sizes<Result>(_ values: [Int], _ body: (ctorch_sizes) -> Result) -> Result {
    values.map { Int64($0) }.withUnsafeBufferPointer {
      body(ctorch_sizes(values: $0.baseAddress, count: Int32($0.count)))
    }
  }
}
