import Files
import Foundation
import Prepared

/// What became of one case.
public struct CaseReport: Sendable, Encodable {
  /// How a case ended.
  public enum Outcome: String, Sendable, Encodable { case prepared, kept, excluded, failed }

  /// The case's name in the data set.
  public var caseIdentifier: String
  /// How it ended.
  public var outcome: Outcome
  /// Why a case was excluded or failed.
  public var reason: String?
  /// Why a case that was prepared before was made anew.
  public var cause: String?
  /// Bytes of the raw files as they lie on disk, compressed or not.
  public var rawBytes: Int
  /// Wall time from opening to the finished file.
  public var seconds: Double
}

/// What a run did.
public struct IngestReport: Sendable {
  /// Every case of this run, sorted by identifier.
  public var cases: [CaseReport]
  /// What the folder holds after the run.
  public var manifest: Manifest
  /// Prepared cases whose raw files are gone.
  public var gone: [String]
  /// Cases that validate in another fold than before this run.
  public var moved: [String]
  /// Wall time of the whole run.
  public var seconds: Double

  /// The number of cases of this run that ended so.
  public func count(_ outcome: CaseReport.Outcome) -> Int { cases.count { $0.outcome == outcome } }

  /// 0 all done, 1 some cases failed, 2 none could be prepared.
  public var exitCode: Int32 {
    let done = count(.prepared) + count(.kept)
    return done == 0 ? 2 : count(.failed) == 0 ? 0 : 1
  }
}

/// `run_report.json`: times, memory and host, the one file that may differ between two runs of the same input.
struct RunReport: Encodable {
  var startedAt: String
  var seconds: Double
  var jobs: Int
  var synchronized: Bool
  var rawBytes: Int
  var peakMemoryBytes: Int
  var host: String
  var cores: Int
  var cases: [CaseReport]
  /// What making the cases took, in this run or the last one that made any.
  var making: Making?
  /// The raw files as they were hashed: the next run compares their stamps before it reads them again.
  var inputs: [String: HashedFile]
  /// The cases that their voxels left out, as they were: the next run need not read them again.
  var leftOut: [String: RawInputs.LeftOut]

  init(
    _ report: IngestReport, started: Date, jobs: Int, synchronized: Bool, making: Making?,
    inputs: [String: HashedFile], leftOut: [String: RawInputs.LeftOut]
  ) {
    self.leftOut = leftOut
    self.making = making
    self.inputs = inputs
    startedAt = ISO8601DateFormatter().string(from: started)
    seconds = report.seconds
    self.jobs = jobs
    self.synchronized = synchronized
    rawBytes = report.cases.reduce(0) { $0 + $1.rawBytes }
    peakMemoryBytes = Memory.peakBytes
    host = ProcessInfo.processInfo.hostName
    cores = ProcessInfo.processInfo.processorCount
    cases = report.cases
  }
}
