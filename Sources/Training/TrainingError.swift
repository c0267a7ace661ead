/// Why something cannot be trained or computed. Each description is the one line that a user sees.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// libtorch refused an operation.
  case torch(operation: String, reason: String)
  /// There was no memory for an operation.
  case memory(operation: String, reason: String)
  /// CUDA was asked for where there is none.
  case noCUDA(version: String)
  case noSuchLoss(found: String, expected: [String])
  case noSuchParameter(loss: String, found: String, expected: [String])

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
    case .noSuchLoss(let found, let expected):
      return "loss: no such loss, found \(found), expected one of \(expected.joined(separator: ", "))"
    case .noSuchParameter(let loss, let found, let expected):
      return "loss: \(loss) has no such parameter, found \(found), "
        + "expected \(expected.isEmpty ? "none" : expected.joined(separator: ", "))"
    }
  }

  /// libtorch's messages run over many lines; the first one says what is wrong.
  private static func line(_ reason: String) -> String {
    String(reason.split(whereSeparator: \.isNewline).first ?? "no reason given")
  }
}
