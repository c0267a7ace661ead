import CTorch

/// Where tensors lie and operations run.
public enum Device: String, Sendable, CaseIterable {
  case cpu, cuda

  /// Which device is asked for.
  public enum Choice: String, Sendable, CaseIterable {
    /// CUDA where there is a device, else the CPU.
    case auto
    case cpu, cuda
  }

  /// The device of a choice.
  /// - Throws: `TrainingError.noCUDA`.
  public init(_ choice: Choice) throws(TrainingError) {
    switch choice {
    case .auto: self = Torch.hasCUDA ? .cuda : .cpu
    case .cpu: self = .cpu
    case .cuda:
      guard Torch.hasCUDA else { throw .noCUDA(version: Torch.version) }
      self = .cuda
    }
  }

  var raw: ctorch_device { self == .cuda ? ctorch_cuda : ctorch_cpu }
}
