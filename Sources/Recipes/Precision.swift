/// What a network's convolutions compute in while it learns; weights, losses and the optimiser are float32 always.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// bfloat16 on a GPU that has it, else float32.
  case auto
  case float32
  /// Faster, and of 8 significant bits: also on a CPU, which must have instructions for it.
  case bfloat16
}
