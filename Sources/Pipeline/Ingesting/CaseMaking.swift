import Files
import Foundation
import HDF5

/// Makes cases side by side, as many at a time as threads are free and fit into the memory together.
struct CaseMaking {
  let ingest: Ingest
  let caseIngest: CaseIngest
  let queue: CaseQueue
  let results: IngestResults
  let observer: any IngestObserver

  /// What the program takes before the first case: its own code and libraries, the plan (measured with `segprep plan`:
  /// 35 MB).
  static let processBytes = 36_000_000

  /// Makes the cases at `places` of the queue; one that fails is a result, and the others go on.
  /// - Returns: what it took; nil where nothing was made.
  /// - Throws: `IngestError.diskFull`, which every case would meet.
  func run(_ places: [Int], into folder: String) throws -> Making? {
    if places.isEmpty { return nil }
    // A case whose need cannot be told will say why when it is made.
    let forecasts = places.map { try? caseIngest.forecast(of: .init(queue.items[$0].raw)) }
    let whole = Workload(forecasts.compactMap { $0 })
    if let warning = DiskForecast(whole, cases: places.count, plan: ingest.plan, folder: folder).warning {
      observer.warned(warning)
    }
    let begun = Date()
    let budget = (ingest.memory ?? Memory.budgetBytes) - Self.processBytes
    let shortages = forecasts.map { $0.flatMap { $0.memoryBytes > budget ? MemoryShortage(forecast: $0) : nil } }
    let needs = zip(forecasts, shortages).map { forecast, shortage in shortage == nil ? forecast?.memoryBytes ?? 0 : 0 }
    do {
      try caseIngest.workers.forEach(needs: needs, budget: budget) { index in
        try make(places[index], into: folder, shortage: shortages[index])
      }
    } catch {
      let left = Set(results.making)
      let rest = Workload(zip(places, forecasts).filter { left.contains($0.0) }.compactMap(\.1))
      throw IngestError.diskFull(
        DiskForecast(rest, cases: left.count, plan: ingest.plan, folder: folder), cases: left.count)
    }
    // A case that was left out or failed says nothing of how long the others take.
    let made = zip(places, forecasts).filter { results.isPresent($0.0) }.compactMap(\.1)
    if made.isEmpty { return nil }
    return Making(
      workload: Workload(made), seconds: Date().timeIntervalSince(begun), threads: Making.threads(ingest.jobs))
  }

  /// - Parameter shortage: why the case cannot be begun; nil where it can.
  private func make(_ place: Int, into folder: String, shortage: MemoryShortage?) throws {
    let raw = queue.items[place].raw
    let begun = Date()
    let outcome: Result<CaseIngest.Outcome, IngestResults.Failure>
    do {
      if let shortage { throw shortage }
      outcome = .success(
        try caseIngest.run(raw, into: folder, sync: ingest.sync) {
          observer.entered(stage: $0, caseIdentifier: raw.identifier)
        })
    } catch let error as FileError where error.isOutOfSpace {
      throw error
    } catch let error as HDF5Error where error.isOutOfSpace {
      throw error
    } catch {
      outcome = .failure(IngestResults.Failure(reason: ingest.reason("\(error)", of: raw)))
    }
    observer.finished(results.set(place, outcome: outcome, seconds: Date().timeIntervalSince(begun)))
  }
}
