import Files
import Foundation
import Prepared
import Shards

/// What a run that cuts patches did.
public struct ShardReport: Sendable {
  /// Every file of the plan, in order.
  public var files: [ShardFileReport]
  /// What the folder holds after the run.
  public var manifest: ShardManifest
  /// Voxels of each class in all prepared cases that patches were cut from.
  public var caseClassVoxels: [Int]
  /// Prepared cases without a label, which have no patches.
  public var unlabelled: Int
  /// Cases that could not be prepared, now or earlier, and so have no patches either.
  public var failed: Int
  /// Where the time of cutting and writing went, over all threads together.
  public var times: ShardTimes
  /// Of the patches that this run cut.
  public var bytesBeforeCompression: Int
  /// Wall time of the whole run.
  public var seconds: Double

  init(
    files: [ShardFileReport], manifest: ShardManifest, source: PreparedFolder, times: ShardTimes,
    bytesBeforeCompression: Int, seconds: Double
  ) {
    self.files = files
    self.manifest = manifest
    let counts = source.labelled.compactMap(\.statistics.classVoxels)
    caseClassVoxels = manifest.classes.indices.map { value in
      counts.reduce(0) { $0 + ($1.indices.contains(value) ? $1[value] : 0) }
    }
    unlabelled = source.manifest.cases.count { !$0.isLabelled }
    let prepared = Set(source.manifest.cases.map(\.caseIdentifier))
    failed = source.manifest.failed.count { !prepared.contains($0.caseIdentifier) }
    self.times = times
    self.bytesBeforeCompression = bytesBeforeCompression
    self.seconds = seconds
  }

  /// The files that this run wrote.
  public var written: [ShardFileReport] { files.filter { $0.outcome == .written } }

  /// Bytes of the files that this run wrote.
  public var writtenBytes: Int { written.reduce(0) { $0 + $1.bytes } }
}

/// `run_report.json`: times, memory and host, the one file that may differ between two runs of the same input.
struct ShardRunReport: Encodable {
  /// Seconds over all threads together.
  struct Times: Encodable {
    var cut: Double
    var encode: Double
    var store: Double
    var finish: Double
  }

  var startedAt: String
  var seconds: Double
  var jobs: Int
  var synchronized: Bool
  var bytesBeforeCompression: Int
  var writtenBytes: Int
  var threadSeconds: Times
  var peakMemoryBytes: Int
  var host: String
  var cores: Int
  var files: [ShardFileReport]

  init(_ report: ShardReport, started: Date, jobs: Int, synchronized: Bool) {
    startedAt = ISO8601DateFormatter().string(from: started)
    seconds = report.seconds
    self.jobs = jobs
    self.synchronized = synchronized
    bytesBeforeCompression = report.bytesBeforeCompression
    writtenBytes = report.writtenBytes
    let times = report.times
    threadSeconds = Times(cut: times.cut, encode: times.encode, store: times.store, finish: times.finish)
    peakMemoryBytes = Memory.peakBytes
    host = ProcessInfo.processInfo.hostName
    cores = ProcessInfo.processInfo.processorCount
    files = report.files
  }
}
