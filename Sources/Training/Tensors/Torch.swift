import CTorch

/// libtorch as a whole: its version, threads and modes.
public enum Torch {
  /// As in `1.13.1`.
  public static var version: String { String(cString: ctorch_version()) }

  /// Whether there is a CUDA device that this libtorch can use.
  public static var hasCUDA: Bool { ctorch_has_cuda() }

  /// Whether a device convolves in bfloat16: GPUs since Ampere, and processors with AVX-512 for it.
  public static func hasBFloat16(on device: Device) -> Bool { ctorch_has_bfloat16(device.raw) }

  /// Sets how many threads an operation on the CPU takes, and that operations there give the same bytes each time.
  /// - Throws: `TrainingError`.
  public static func prepare(threads: Int, device: Device) throws(TrainingError) {
    try check("setting the threads", ctorch_set_threads(Int32(clamping: threads)))
    // On CUDA the gradient of max-pooling has no deterministic form, and would be refused.
    try check("determinism", ctorch_set_deterministic(device == .cpu))
  }

  /// Runs `body` without recording its operations for a backward pass.
  public static func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = ctorch_set_gradients(false)
    defer { _ = ctorch_set_gradients(before) }
    return try body()
  }

  /// Runs `body` with convolutions in bfloat16.
  public static func withBFloat16<Result>(on device: Device, _ body: () throws -> Result) throws -> Result {
    try check("bfloat16", ctorch_set_autocast(device.raw, true))
    defer { _ = ctorch_set_autocast(device.raw, false) }
    return try body()
  }

  static func check(_ operation: String, _ error: ctorch_error) throws(TrainingError) {
    guard error.outcome != ctorch_success else { return }
    let reason = error.text.map { String(cString: $0) } ?? ""
    throw error.outcome == ctorch_out_of_memory
      ? .memory(operation: operation, reason: reason) : .torch(operation: operation, reason: reason)
  }
}
