import Foundation
import Prepared

/// How long a run took to make its cases: what the next one's time is told by.
struct Making: Sendable, Codable, Equatable {
  var workload: Workload
  var seconds: Double
  var threads: Int

  /// How many times as long as foreseen a thread took.
  var slowness: Double { workload.threadSeconds > 0 ? seconds * Double(threads) / workload.threadSeconds : 1 }

  /// What the last run into a folder that made any recorded.
  static func last(in folder: String) -> Making? {
    struct Record: Decodable { var making: Making? }
    guard let data = FileManager.default.contents(atPath: folder + "/run_report.json") else { return nil }
    let making = (try? CanonicalJSON.value(Record.self, from: data))?.making
    return making.flatMap { $0.workload.threadSeconds > 0 && $0.seconds > 0 ? $0 : nil }
  }

  /// Threads that do more than wait for a core.
  static func threads(_ jobs: Int) -> Int { max(1, min(jobs, ProcessInfo.processInfo.activeProcessorCount)) }
}
