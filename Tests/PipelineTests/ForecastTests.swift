import Foundation
import TestSupport
import Testing

@testable import Pipeline

struct ForecastTests {
  private static let making = Making(
    workload: workload(raw: 1_000_000_000, prepared: 190_000_000), seconds: 3, threads: 2)

  private static func workload(raw: Int, prepared: Int) -> Workload {
    var workload = Workload()
    workload.add(rawBytes: raw, preparedBytes: prepared)
    return workload
  }

  /// The case of `make bench`: 0.22 s with two threads.
  @Test func aFullCaseTakesWhatItWasMeasuredToTake() {
    let case0 = Self.workload(raw: 113_246_208, prepared: 61_000_000)
    #expect(abs(case0.threadSeconds / 2 - 0.22) < 0.005)
  }

  @Test func theLastRunSaysHowSlowAMachineIs() {
    #expect(Self.making.slowness == 3)
    let twice = Self.workload(raw: 2_000_000_000, prepared: 380_000_000)
    let forecast = TimeForecast(twice, jobs: 1, last: Self.making)
    #expect(forecast.seconds == 12)
    #expect(forecast.text == "about 12 s with --jobs 1 (rate of the last run here)")
    #expect(
      TimeForecast(twice, jobs: 1, last: nil).text
        == "about 4.0 s with --jobs 1 (the rate of a 2-core AMD EPYC; yours may differ)")
  }

  @Test func threadsBeyondTheCoresDoNotCount() {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    #expect(Making.threads(1) == 1)
    #expect(Making.threads(1000) == cores)
  }

  @Test func recordedWhereARunMadeSomething() throws {
    let data = try RawFolder(2)
    #expect(Making.last(in: data.prepared) == nil)
    try data.run()
    let making = try #require(Making.last(in: data.prepared))
    let voxels = RawFolder.extents.reduce(1, *)
    #expect(making.workload.rawBytes == 2 * voxels * 3)
    #expect(making.threads == 1)
    try data.run()
    #expect(Making.last(in: data.prepared) == making)
  }

  /// Beside the voxels: 8 kB in lists, and 40 kB for each channel of each picture.
  private func forecast(cases: Int) throws -> DiskForecast {
    let plan = Plan(try Sample.config(Sample.text), sourceFile: "sample.yaml")
    #expect(plan.config.preprocess.count == 3 && plan.config.dataset.channels.count == 1)
    return DiskForecast(Workload(), cases: cases, plan: plan, folder: "out")
  }

  @Test func warnsWhereCasesDoNotFit() throws {
    var disk = try forecast(cases: 2)
    #expect(disk.neededBytes == 336_000)
    disk.freeBytes = 336_000
    #expect(disk.warning == nil)
    #expect(disk.text == "336 kB of the 336 kB that are free on the disk")
    disk.freeBytes = 36_000
    #expect(
      disk.warning
        == "out: the prepared cases may not fit on the disk, found 36.0 kB free, expected 336 kB; "
        + "free 300 kB, or choose another --out")
    disk.freeBytes = nil
    #expect(disk.warning == nil && disk.text == "336 kB")
  }

  @Test func aFullDiskSaysHowMuchIsMissing() throws {
    var disk = try forecast(cases: 4)
    disk.freeBytes = 1_234_567
    disk.neededBytes = 45_000_000
    let error = IngestError.diskFull(disk, cases: 4)
    #expect(
      "\(error)"
        == "out: the disk or your quota is full, found 1.2 MB free, expected 45.0 MB for 4 cases still to make; "
        + "free some space and run the same command again: cases that are made are kept")
    #expect(error.exitCode == 2)
    #expect("\(IngestError.diskFull(disk, cases: 0))".contains("expected 45.0 MB for the manifest; free"))
  }
}
