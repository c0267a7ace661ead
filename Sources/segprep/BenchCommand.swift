import ArgumentParser
import Console
import Files
import Foundation
import NIfTI
import Phantoms
import Pipeline
import Prepared

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure segprep on this machine.",
    subcommands: [IngestBench.self, AugmentBench.self])
}

/// `segprep bench ingest`.
struct IngestBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Time one case from raw file to prepared file, beside the time to inflate it and nothing else.",
    discussion: """
      Without --raw, a full-size KiTS19 phantom (512x512x216, int16) is made in a temporary folder first. Each run \
      includes hashing the raw and the prepared files, and waiting for the disk unless --no-sync is given.

      Examples:
        segprep bench ingest
        segprep bench ingest --raw kits19 --case case_00000 --runs 9 --json
      """)

  @Option(help: ArgumentHelp("The pipeline file.", valueName: "file"))
  var pipeline = "Pipelines/kits19.yaml"

  @Option(help: ArgumentHelp("A folder of raw cases of your own.", valueName: "folder"))
  var raw: String?

  @Option(name: .customLong("case"), help: "Which of its cases; the first if not given.")
  var caseIdentifier: String?

  @Option(help: "Threads in all.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Runs that count, after one that does not.")
  var runs = 5

  @Flag(help: "Do not wait for the disk.")
  var noSync = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if jobs < 1 || runs < 1 { throw ValidationError("--jobs and --runs must be at least 1") }
  }

  private struct Result: Encodable {
    var caseIdentifier: String
    var seconds: [Double]
    var medianS: Double
    /// Reading and inflating the image and the label, one thread, nothing else.
    var inflateS: Double
    var rawVoxelBytes: Int
    var threads: Int
    var synchronized: Bool
    var peakMemoryBytes: Int
  }

  func run() throws {
    try reporting {
      let scratch = FileManager.default.temporaryDirectory.path + "/segprep-bench-\(getpid())"
      defer { try? FileManager.default.removeItem(atPath: scratch) }
      let root = try raw ?? phantom(below: scratch)
      let plan = try Plan.read(pipeline)
      var ingest = Ingest(
        plan: plan, raw: root, prepared: scratch + "/prepared", only: caseIdentifier.map { [$0] }, jobs: jobs)
      ingest.sync = !noSync
      ingest.redo = true
      let first = try ingest.preview().toPrepare[0]
      ingest.only = [first.identifier]
      let files = first.files.map(\.path)
      let inflating = try (0..<3).map { _ in try Self.timed { for file in files { _ = try Self.inflate(file) } } }
      var seconds: [Double] = []
      for run in 0...runs {
        let elapsed = try Self.timed {
          let report = try ingest.run(observer: ProgressDisplay(isSilent: true))
          for item in report.cases where item.outcome != .prepared {
            printError("segprep: \(item.caseIdentifier): \(item.reason ?? item.outcome.rawValue)")
          }
          guard report.exitCode == 0 else { throw ExitCode(report.exitCode) }
        }
        if run > 0 { seconds.append(elapsed) }
      }
      let bytes = try files.reduce(0) { try $0 + NIfTIHeader(path: $1).dataBytes }
      show(
        Result(
          caseIdentifier: first.identifier, seconds: seconds, medianS: Self.median(seconds),
          inflateS: Self.median(inflating), rawVoxelBytes: bytes, threads: jobs, synchronized: ingest.sync,
          peakMemoryBytes: Memory.peakBytes))
    }
  }

  private func show(_ result: Result) {
    if json { return print((try? CanonicalJSON.text(result)) ?? "", terminator: "") }
    let rate = Quantity.bytes(Int(Double(result.rawVoxelBytes) / result.medianS))
    print(
      """
      \(result.caseIdentifier), \(Quantity.bytes(result.rawVoxelBytes)) of raw voxels, \(result.threads) threads
        raw to prepared  \(Self.text(result.medianS)) s (median of \(result.seconds.count); \
      \(Self.text(result.seconds.min() ?? 0)) to \(Self.text(result.seconds.max() ?? 0)), \
      \(result.synchronized ? "waiting for the disk" : "not waiting for the disk")), \(rate)/s
        inflating alone  \(Self.text(result.inflateS)) s
        peak memory      \(Quantity.bytes(result.peakMemoryBytes))
      """)
  }

  private func phantom(below scratch: String) throws -> String {
    if !json { printError("making a full-size phantom ...") }
    try KiTS19PhantomSet(cases: 1, size: .full, seed: 1).write(to: scratch + "/raw", jobs: jobs) { _ in }
    return scratch + "/raw"
  }

  private static func inflate(_ path: String) throws -> Int {
    let reader = try NIfTIReader(path: path)
    let plane = UnsafeMutableRawBufferPointer.allocate(byteCount: reader.layout.planeBytes, alignment: 64)
    defer { plane.deallocate() }
    for _ in 0..<reader.layout.planes { try reader.readPlane(into: plane) }
    return reader.layout.planes
  }

  private static func timed(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    return try clock.measure(body) / .seconds(1)
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  private static func text(_ seconds: Double) -> String { Quantity.number(seconds, decimals: 3) }
}
