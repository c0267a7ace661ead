import Foundation
import TestSupport
import Testing

@testable import Streaming

@Suite struct StreamOrderTests {
  private let folder = TemporaryFolder()

  init() throws { try SampleShards().write(into: folder) }

  private func stream(
    _ split: StreamSplit = .train(fold: 0), set: String = "random", globalBatch: Int = 4, seed: UInt64 = 1,
    rank: Int = 0, of worldSize: Int = 1, threads: Int = 2, resuming state: StreamState? = nil,
    _ change: (inout StreamOptions) -> Void = { _ in }
  ) throws -> ShardStream {
    var options = StreamOptions()
    change(&options)
    return try ShardStream(
      at: folder.path("."), set: set, split: split, globalBatch: globalBatch, seed: seed, rank: rank,
      worldSize: worldSize, threads: threads, options: options, resuming: state)
  }

  @Test func trainingIsTheOtherFoldsInFullBatches() throws {
    let stream = try stream()
    #expect(stream.patches == 20 && stream.batchesPerEpoch == 5 && stream.order == .uniform)
    let seen = try stream.collect()
    #expect(Set(seen.map { "\($0.file) \($0.place)" }).count == 20)
    #expect(Set(seen.map(\.caseIdentifier)) == Set((2...5).map(SampleShards.identifier)))
    #expect(seen.allSatisfy { $0.isValid && $0.occurrence == 0 })
    #expect(try self.stream(globalBatch: 3).collect().count == 18)
    #expect(try self.stream(.all).collect().count == 28)
  }

  @Test func validationIsInOrderAndFilledUp() throws {
    let stream = try stream(.validation(fold: 1), set: "grid", globalBatch: 3)
    #expect(stream.patches == 8 && stream.batchesPerEpoch == 3 && stream.order == .sequential)
    let seen = try stream.collect()
    #expect(seen.map(\.isValid) == Array(repeating: true, count: 8) + [false])
    #expect(seen.prefix(8).map(\.caseIdentifier) == [2, 2, 2, 2, 3, 3, 3, 3].map(SampleShards.identifier))
    #expect(seen.prefix(8).map(\.patch) == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(
      seen[8].image.allSatisfy { $0 == 0 } && seen[8].label.allSatisfy { $0 == 0 } && seen[8].caseIdentifier == "")
    #expect(try self.stream(.validation(fold: 1), set: "grid", globalBatch: 50).collect().count == 50)
  }

  @Test func epochsDifferAndSeedsDo() throws {
    let two = try stream { $0.epochs = 2 }.collect().map { "\($0.file) \($0.place)" }
    #expect(two.count == 40 && Array(two[..<20]) != Array(two[20...]))
    #expect(Set(two[..<20]) == Set(two[20...]))
    #expect(try stream(seed: 2).collect().map { "\($0.file) \($0.place)" } != Array(two[..<20]))
    let sequential = try stream { $0.order = .sequential }.collect().map { "\($0.file) \($0.place)" }
    #expect(sequential == sequential.sorted())
  }

  @Test func sameBytesForThreadsAndBatchesInMemory() throws {
    let expected = try stream(threads: 1) { $0.epochs = 3 }.collect()
    for threads in [2, 3, 7] {
      #expect(try stream(threads: threads) { $0.epochs = 3 }.collect() == expected)
    }
    for batches in [2, 9] {
      let seen = try stream {
        $0.epochs = 3
        $0.batches = batches
        $0.checks = .first
      }
      #expect(try seen.collect() == expected)
    }
  }

  @Test(arguments: [1, 2, 4]) func ranksShareEachBatch(worldSize: Int) throws {
    for (split, set) in [(StreamSplit.train(fold: 1), "random"), (.validation(fold: 0), "grid")] {
      let whole = try stream(split, set: set).collect()
      var shares: [[SeenSample]] = []
      for rank in 0..<worldSize { shares.append(try stream(split, set: set, rank: rank, of: worldSize).collect()) }
      let share = 4 / worldSize
      let joined = (0..<whole.count / 4).flatMap { batch in
        shares.flatMap { $0[batch * share..<(batch + 1) * share] }
      }
      #expect(joined == whole)
    }
  }

  @Test func goesOnWithTheVeryNextBatch() throws {
    let whole = try stream { $0.epochs = 2 }.collect()
    for taken in [0, 1, 4, 5, 7, 10] {
      let first = try stream { $0.epochs = 2 }
      #expect(try first.collect(taken) == Array(whole.prefix(4 * taken)))
      let state = try StreamState(json: try first.state.json)
      first.cancel()
      #expect(state.epoch == taken / 5 && state.batch == taken % 5)
      let rest = try stream(threads: 3, resuming: state) {
        $0.epochs = 2
        $0.batches = 2
      }
      #expect(try rest.collect() == Array(whole.dropFirst(4 * taken)))
      let half = try stream(rank: 1, of: 2, resuming: state) { $0.epochs = 2 }.collect()
      #expect(half == whole.dropFirst(4 * taken).enumerated().filter { $0.offset % 4 >= 2 }.map(\.element))
    }
  }

  @Test func aStateIsALineOfJSON() throws {
    let json = try stream().state.json
    #expect(!json.contains("\n"))
    #expect(
      json.hasPrefix(
        #"{"augmentation":"none","batch":0,"epoch":0,"format":"segprep-stream-state","format_version":1,"#))
    for text in [
      "", "{}", json.replacingOccurrences(of: "state", with: "stage"),
      json.replacingOccurrences(of: "version\":1", with: "version\":2"),
    ] {
      #expect(throws: StreamError.notAState) { try StreamState(json: text) }
    }
  }

  @Test func anotherStreamsStateIsRefused() throws {
    let state = try stream().state
    let others: [(String, () throws -> ShardStream)] = [
      ("seed, found 1, expected 2", { try stream(seed: 2, resuming: state) }),
      ("global batch, found 4, expected 2", { try stream(globalBatch: 2, resuming: state) }),
      ("split, found train of fold 0, expected train of fold 1", { try stream(.train(fold: 1), resuming: state) }),
      ("set, found random, expected grid", { try stream(set: "grid", resuming: state) }),
      ("order, found uniform, expected sequential", { try stream(resuming: state) { $0.order = .sequential } }),
    ]
    for (what, open) in others {
      #expect(
        folder.message { _ = try open() }
          == "state: of another stream: \(what); open the stream as it was, or begin anew")
    }
    var far = state
    far.batch = 5
    #expect(folder.message { _ = try stream(resuming: far) }?.contains("found batch 5 of epoch 0") == true)
  }

  @Test func classBalancedDrawsWithReplacement() throws {
    let seen = try stream {
      $0.order = .classBalanced
      $0.epochs = 20
    }.collect()
    #expect(seen.count == 400)
    // Class 2 is in one patch of five: drawn for it a third of the time, and by chance for the other classes.
    let rare = seen.count { $0.label.contains(2) }
    #expect(abs(Double(rare) / 400 - (1.0 / 3 + 2.0 / 3 / 5)) < 0.08)
    let first = seen.filter { $0.epoch == 0 }
    var counts: [String: Int] = [:]
    for sample in first {
      #expect(sample.occurrence == counts["\(sample.file) \(sample.place)", default: 0])
      counts["\(sample.file) \(sample.place)", default: 0] += 1
    }
    #expect(counts.values.contains { $0 > 1 })
    let state = try stream { $0.order = .classBalanced }
    _ = try state.collect(2)
    #expect(
      try stream(resuming: try state.state) { $0.order = .classBalanced }.collect() == Array(first.dropFirst(8)))
  }

  @Test func withoutEndItGoesOn() throws {
    let stream = try stream { $0.epochs = nil }
    #expect(try stream.collect(23).last?.epoch == 4)
    var last: [Bool] = []
    for _ in 0..<3 {
      guard let batch = try stream.next() else { break }
      last.append(batch.isLastOfEpoch)
    }
    #expect(last == [false, true, false])
  }
}
