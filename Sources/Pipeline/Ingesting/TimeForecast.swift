/// The time that making cases is expected to take.
public struct TimeForecast: Sendable, Encodable {
  /// Wall time.
  public var seconds: Double
  /// The threads it holds for.
  public var jobs: Int
  /// Where the rate comes from.
  public var basis: String

  init(_ workload: Workload, jobs: Int, last: Making?) {
    let threads = Making.threads(jobs)
    self.jobs = jobs
    seconds = workload.threadSeconds * (last?.slowness ?? 1) / Double(threads)
    basis = last == nil ? "the rate of a 2-core AMD EPYC; yours may differ" : "rate of the last run here"
  }

  /// As "about 1m40s with --jobs 2 (rate of the last run here)".
  var text: String {
    (seconds < 1 ? "less than 1 s" : "about \(Quantity.seconds(seconds))") + " with --jobs \(jobs) (\(basis))"
  }
}
