import CTorch

/// Gradients. All throw `TrainingError`.
extension Tensor {
  /// Records what is computed from this tensor from now on, for `backward`; returns the tensor itself.
  @discardableResult
  public func requiringGradient() throws(TrainingError) -> Tensor {
    try Torch.check("requiring a gradient", ctorch_require_gradient(handle))
    return self
  }

  /// Computes the gradient of this tensor of one element by all that require one, and adds it to theirs.
  public func backward() throws(TrainingError) { try Torch.check("the backward pass", ctorch_backward(handle)) }

  /// The gradient that `backward` computed; nil where there is none. It is the same memory, not a copy.
  public func gradient() throws(TrainingError) -> Tensor? {
    var out: OpaquePointer?
    try Torch.check("reading a gradient", ctorch_gradient(handle, &out))
    return out.map { Tensor(owning: $0) }
  }

  /// Forgets the gradient.
  public func clearGradient() throws(TrainingError) {
    try Torch.check("clearing a gradient", ctorch_clear_gradient(handle))
  }

  /// The same values, of which nothing is recorded. It is the same memory, not a copy.
  public func detached() throws(TrainingError) -> Tensor { try make("detaching", ctorch_detach) }
}
