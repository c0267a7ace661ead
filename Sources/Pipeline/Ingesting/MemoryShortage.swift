import Preprocessing

/// A case that takes more memory than a run may.
///
/// How much that is stays out of the text: it differs between machines, and the manifest must not.
struct MemoryShortage: Error, CustomStringConvertible {
  let forecast: CaseForecast

  var description: String {
    "\(forecast.memoryStage) takes \(Quantity.bytes(forecast.memoryBytes)), expected no more than the run's memory; "
      + "raise --memory, or run it on a larger machine"
  }
}
