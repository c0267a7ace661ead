import CKernels

extension Augmenter {
  /// Augments a patch of half precision in place; the arithmetic is single precision, rounded once at the end.
  /// - Precondition: the margin is 0.
  /// - Throws: `AugmentationError` where the shape is another, or a value is beyond what half precision holds: the patch
  ///   is not to be used then.
  @discardableResult
  public func apply(
    inPlace image: UnsafeMutablePointer<Float16>, label: UnsafeMutablePointer<UInt8>?, channels: Int,
    padValues: UnsafePointer<Float>, key: SampleKey, workspace: AugmentationWorkspace
  ) throws(AugmentationError) -> AugmentationRecord {
    let count = channels * patchShape.count
    let source = PatchSource(
      image: .float16(UnsafePointer(image)), label: label.map { UnsafePointer($0) }, channels: channels,
      shape: patchShape, padValues: padValues)
    let result = workspace.resultRoom(count: count)
    let record = try apply(source, to: PatchTarget(image: result, label: label), key: key, workspace: workspace)
    var halving = segprep_halving(worst: 0, largest: 0)
    image.withMemoryRebound(to: UInt16.self, capacity: count) { segprep_halve(result, count, $0, &halving) }
    var largest = halving.largest
    if !largest.isFinite {
      // The kernel does numbers alone.
      largest = 0
      for place in 0..<count {
        image[place] = Float16(result[place])
        if result[place].isFinite { largest = max(largest, result[place].magnitude) }
      }
    }
    guard largest <= Float(Float16.greatestFiniteMagnitude) else { throw .beyondHalf(magnitude: largest) }
    return record
  }
}
