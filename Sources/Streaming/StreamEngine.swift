import Dispatch
import Files
import Parallelism
import Prepared
import Shards

/// A ring of batches that threads fill in order and a trainer empties.
///
/// Threads stop where no batch is free: that is the back-pressure. After the first batches nothing is allocated.
final class StreamEngine: @unchecked Sendable {
  let catalogue: SampleCatalogue
  let plan: BatchPlan
  let shape: BatchShape
  private let options: StreamOptions
  private let order: EpochOrder
  private let condition = Condition()
  private let slots: Int
  private var free: [BatchSlot]
  /// Batches that were begun and not yet handed out, the oldest first.
  private var begun: [BatchSlot] = []
  /// The next batch to be begun, and the next one to be handed out.
  private var (filling, handing): (StreamState, StreamState)
  /// By entry, whether its checksum was right once.
  private var isChecked: [Bool]
  private var isCancelled = false
  private var failure: (any Error)?
  private var times = StreamTimes()
  /// By thread, what it is at, and since when.
  private var underWay: [(entry: Int, start: UInt64)?]
  private var damages: [Damage] = []
  /// When the batch was first asked for that the trainer waits for.
  private var asked: UInt64?

  init(
    _ catalogue: SampleCatalogue, _ plan: BatchPlan, _ shape: BatchShape, start: StreamState, options: StreamOptions,
    threads: Int, memories: [BatchMemory]
  ) {
    self.catalogue = catalogue
    self.plan = plan
    self.shape = shape
    self.options = options
    order = EpochOrder(catalogue, order: start.order, seed: start.seed)
    slots = memories.count
    underWay = Array(repeating: nil, count: threads)
    free = memories.reversed().map { BatchSlot($0, samples: shape.samples) }
    begun.reserveCapacity(slots)
    (filling, handing) = (start, start)
    isChecked = Array(repeating: false, count: catalogue.entries.count)
  }
}

// What the threads do.
extension StreamEngine {
  /// A thread's work, until there is nothing left to begin.
  func work(thread: Int, _ loader: PatchLoader) {
    condition.lock()
    while let (slot, sample) = take() {
      let (place, epoch) = (slot.places[sample], slot.epoch)
      let checked = isToBeChecked(place)
      underWay[thread] = place.map { ($0.entry, DispatchTime.now().uptimeNanoseconds) }
      condition.unlock()
      var took = StreamTimes()
      let result = Result {
        guard let place else {
          loader.clear(sample, of: slot.memory)
          return StreamSample()
        }
        return try loader.load(
          place, epoch: epoch, sample: sample, into: slot.memory, checked: checked, &took)
      }
      let settled = settle(result, sample, in: slot, place, loader)
      condition.lock()
      underWay[thread] = nil
      if let place, case .success = result { isChecked[place.entry] = true }
      if case .success(let made) = settled.result, made.isValid { took.samples = 1 }
      if let damage = settled.damage, !damages.contains(damage) { damages.append(damage) }
      times += took
      slot.finish(sample, settled.result)
      condition.wakeAll()
    }
    condition.unlock()
  }

  private func isToBeChecked(_ place: EpochOrder.Place?) -> Bool {
    switch options.checks {
    case .always: true
    case .never: false
    case .first: place.map { !isChecked[$0.entry] } ?? false
    }
  }

  /// A sample to make; waits for a free batch. Nil where nothing is left to begin. Called with the lock held.
  private func take() -> (BatchSlot, sample: Int)? {
    while !isCancelled {
      if let slot = begun.last, !slot.isBegun { return (slot, slot.take()) }
      if isPast(filling) { return nil }
      if let slot = free.popLast() {
        slot.begin(epoch: filling.epoch, batch: filling.batch) { sample in
          plan.place(batch: filling.batch, sample: sample).map { order.place($0, epoch: filling.epoch) }
        }
        begun.append(slot)
        filling.advance(plan.batches)
        continue
      }
      condition.wait()
    }
    return nil
  }

  private func isPast(_ state: StreamState) -> Bool { options.epochs.map { state.epoch >= $0 } ?? false }

  /// What the policy for damage makes of an error.
  private func settle(
    _ result: Result<StreamSample, any Error>, _ sample: Int, in slot: BatchSlot, _ place: EpochOrder.Place?,
    _ loader: PatchLoader
  ) -> (result: Result<StreamSample, any Error>, damage: Damage?) {
    guard case .failure(let error) = result, let place else { return (result, nil) }
    let entry = catalogue.entries[place.entry]
    let (shard, patch) = (catalogue.shards[entry.shard], catalogue.patch(entry))
    let problem: String
    switch error {
    case ShardError.damagedPatch(_, _, _, let what, let found, let expected):
      problem = "\(what) is damaged, found \(found), expected \(expected)"
    case let error as FileError: problem = error.reason
    default: return (result, nil)
    }
    let damage = Damage(
      file: shard.file, patch: entry.place, caseIdentifier: patch.caseIdentifier, problem: problem)
    guard options.damage == .skip else {
      return (.failure(StreamError.damagedPatch(folder: catalogue.folder, damage)), nil)
    }
    loader.clear(sample, of: slot.memory)
    var made = StreamSample()
    (made.caseIdentifier, made.patch, made.origin) = (patch.caseIdentifier, entry.number, patch.origin)
    (made.file, made.place, made.occurrence) = (shard.file, entry.place, place.occurrence)
    return (.success(made), damage)
  }
}

// What the trainer does.
extension StreamEngine {
  /// Waits for the next batch, for `seconds` at most where there is a number, and lends it; nil after the last epoch.
  func next(within seconds: Double?) throws -> BatchSlot? {
    let start = DispatchTime.now().uptimeNanoseconds
    var told = start
    condition.lock()
    let asked = asked ?? start
    self.asked = asked
    defer {
      times.wait += DispatchTime.now().uptimeNanoseconds - start
      condition.unlock()
    }
    while true {
      if let failure { throw failure }
      if isCancelled { throw StreamError.cancelled }
      if isPast(handing) { return nil }
      if let slot = begun.first, slot.isFinished {
        if let error = slot.failure?.error {
          (failure, isCancelled) = (error, true)
          condition.wakeAll()
          throw error
        }
        begun.removeFirst()
        handing.advance(plan.batches)
        self.asked = nil
        return slot
      }
      if begun.isEmpty, free.isEmpty { throw StreamError.allHeld(batches: slots) }
      if let seconds {
        let now = DispatchTime.now().uptimeNanoseconds
        let left = seconds - Double(now - start) * 1e-9
        guard left > 0 else { throw StreamError.waiting(stall(at: now, since: asked)) }
        condition.wait(seconds: left)
        continue
      }
      guard let stalled = options.stalled else {
        condition.wait()
        continue
      }
      condition.wait(seconds: options.stallSeconds)
      let now = DispatchTime.now().uptimeNanoseconds
      if begun.first?.isFinished != true, Double(now - told) * 1e-9 >= options.stallSeconds {
        told = now
        let stall = stall(at: now, since: asked)
        condition.unlock()
        stalled(stall)
        condition.lock()
      }
    }
  }

  /// What the threads are at. Called with the lock held.
  private func stall(at now: UInt64, since start: UInt64) -> StreamStall {
    let begun = underWay.compactMap { $0 }.sorted { $0.start < $1.start }
    return StreamStall(
      folder: catalogue.folder, waited: Double(now - start) * 1e-9,
      patches: begun.map {
        let entry = catalogue.entries[$0.entry]
        return StreamStall.Patch(
          file: catalogue.shards[entry.shard].file, place: entry.place,
          caseIdentifier: catalogue.patch(entry).caseIdentifier, seconds: Double(now - $0.start) * 1e-9)
      })
  }

  /// Takes a batch's memory back.
  func giveBack(_ slot: BatchSlot) {
    condition.locked {
      free.append(slot)
      condition.wakeAll()
    }
  }

  /// Makes threads and whoever waits stop as soon as the sample they are at is made.
  func cancel() {
    condition.locked {
      isCancelled = true
      condition.wakeAll()
    }
  }

  var state: StreamState { condition.locked { handing } }
  var statistics: (times: StreamTimes, damages: [Damage]) { condition.locked { (times, damages) } }
}

extension StreamState {
  /// Goes on to the next batch.
  fileprivate mutating func advance(_ batches: Int) {
    batch += 1
    if batch == batches { (epoch, batch) = (epoch + 1, 0) }
  }
}
