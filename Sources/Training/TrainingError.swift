/// Why something cannot be trained or computed. Each description is the one line that a user sees.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// libtorch refused an operation.
  case torch(operation: String, reason: String)
  /// There was no memory for an operation.
  case memory(operation: String, reason: String)
  /// CUDA was asked for where there is none.
  case noCUDA(version: String)
  /// No loss has that name.
  case unknownLoss(String, known: [String])
  /// A loss has no such parameter, or not of that value.
  case lossParameter(String, found: String, expected: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .torch(let operation, let reason):
      return "libtorch: \(operation) failed: \(Self.line(reason))"
    case .memory(let operation, let reason):
      return "libtorch: out of memory in \(operation): \(Self.line(reason))"
    case .noCUDA(let version):
      return
        "--device cuda: libtorch \(version) finds no CUDA device, found cpu, expected cuda; build against a libtorch "
        + "with CUDA (LIBTORCH=<folder of a pip-installed torch> make build) on a machine with a GPU, or use --device cpu"
    case .unknownLoss(let name, let known):
      return "--loss: no such loss, found \(name), expected one of \(known.joined(separator: ", "))"
    case .lossParameter(let loss, let found, let expected):
      return "the loss \(loss): a parameter that it does not take, found \(found), expected \(expected)"
    }
  }

  /// libtorch's messages run over many lines; the first one says what is wrong.
  private static func line(_ reason: String) -> String {
    String(reason.split(whereSeparator: \.isNewline).first ?? "no reason given")
  }
}
