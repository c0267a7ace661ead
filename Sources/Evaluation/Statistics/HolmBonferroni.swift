/// Holm's step-down adjustment of p-values for several tests (Holm 1979): the chance of any false rejection stays below the
/// level that the adjusted values are held against.
public enum HolmBonferroni {
  /// The adjusted values in the order of the given ones; a nan stays one and does not count as a test.
  public static func adjusted(_ values: [Double]) -> [Double] {
    let order = values.indices.filter { !values[$0].isNaN }.sorted { values[$0] < values[$1] }
    var adjusted = values
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, Double(order.count - place) * values[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
