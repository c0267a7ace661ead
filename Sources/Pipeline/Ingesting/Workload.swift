import Preprocessing

/// What making cases takes, as their headers say it: the voxels to read and those to write.
struct Workload: Sendable, Codable, Equatable {
  /// Bytes of raw voxels, unpacked.
  var rawBytes = 0
  /// Bytes of prepared voxels; what a crop cuts off is counted.
  var preparedBytes = 0

  init(_ forecasts: [CaseForecast] = []) {
    for forecast in forecasts { add(rawBytes: forecast.rawBytes, preparedBytes: forecast.bytes) }
  }

  mutating func add(rawBytes raw: Int, preparedBytes prepared: Int) {
    rawBytes += raw
    preparedBytes += prepared
  }

  /// Bytes that one thread unpacks, checks and resamples in a second, and bytes of prepared voxels that it normalises
  /// and writes in one: two threads of an AMD EPYC take 0.22 s for a KiTS19 case of 113 MB raw and 61 MB prepared
  /// (`make bench`), and 0.13 s for a BraTS20 case of 27 and 45 MB with brats20.yaml.
  private static let (rawRate, preparedRate) = (1.0e9, 190e6)

  /// The time one thread would take, in seconds.
  var threadSeconds: Double { Double(rawBytes) / Self.rawRate + Double(preparedBytes) / Self.preparedRate }
}
