import Foundation
import Shards
import TestSupport
import Testing
import Volumes

@testable import Streaming

@Suite struct StreamFailureTests {
  private let folder = TemporaryFolder()

  init() throws { try SampleShards().write(into: folder) }

  private func open(
    _ split: StreamSplit = .train(fold: 0), set: String = "random", globalBatch: Int = 4, rank: Int = 0,
    of worldSize: Int = 1, threads: Int = 2, memory: Int? = nil, _ change: (inout StreamOptions) -> Void = { _ in }
  ) throws -> ShardStream {
    var options = StreamOptions()
    change(&options)
    return try ShardStream(
      at: folder.path("."), set: set, split: split, globalBatch: globalBatch, rank: rank, worldSize: worldSize,
      threads: threads, memory: memory, options: options)
  }

  private func refusal(_ body: () throws -> ShardStream) -> String? { folder.message { _ = try body() } }

  /// Flips a bit of a patch's stored image.
  private func damage(_ file: String, _ patch: Int) throws {
    let chunk = try ShardReader(path: folder.path(file)).index.images[patch]
    var bytes = try folder.contents(file)
    bytes[chunk.offset + chunk.length / 2] ^= 4
    // Written in place: open streams see it.
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path(file)))
    try handle.write(contentsOf: bytes)
    try handle.close()
  }

  @Test func whatIsNotThereIsNamed() {
    #expect(refusal { try open(set: "rand") } == ".: no such set, found rand, expected random, grid")
    #expect(refusal { try open(.train(fold: 2)) } == ".: no such fold, found 2, expected 0 to 1")
    #expect(refusal { try open(.validation(fold: -1), set: "grid") } == ".: no such fold, found -1, expected 0 to 1")
    #expect(
      refusal { try open(.validation(fold: 0)) }
        == ".: validation reads a set that was cut on a grid, with nothing left out (skip_blank), and not augmented, "
        + "found random, expected grid")
    #expect(
      refusal { try open(globalBatch: 21) }
        == "global batch: larger than train of fold 0, found 21, expected at most its 20 patches")
    for (batch, rank, worldSize) in [(4, 0, 3), (0, 0, 1), (4, 2, 2), (4, -1, 2), (4, 0, 0)] {
      #expect(
        refusal { try open(globalBatch: batch, rank: rank, of: worldSize) }
          == "global batch: cannot be shared out, found \(batch) samples for rank \(rank) of \(worldSize), "
          + "expected a multiple of the world size from 1 on, and a rank below it")
    }
    #expect(
      refusal { try open(threads: 0) }
        == "stream: the number of threads cannot be so, found 0, expected 1 to 1024")
    #expect(refusal { try open { $0.batches = 1 } }?.hasPrefix("stream: the number of batches in memory") == true)
  }

  @Test func memoryIsABound() throws {
    let much = try open(threads: 4)
    let least = try open(threads: 4) { $0.batches = 2 }
    #expect(much.batchesInMemory == 3 && least.batchesInMemory == 2)
    let bounded = try open(threads: 4, memory: least.memoryBytes)
    #expect(bounded.batchesInMemory == 2 && bounded.memoryBytes == least.memoryBytes)
    #expect(
      refusal { try open(threads: 4, memory: least.memoryBytes - 1) }
        == "stream: 2 batches and the threads do not fit into the memory, found \(least.memoryBytes - 1) bytes, "
        + "expected at least \(least.memoryBytes); allow more, or choose a smaller batch or fewer threads")
  }

  @Test(arguments: [StreamOptions.Checks.always, .first])
  func aDamagedPatchIsNamed(checks: StreamOptions.Checks) throws {
    try damage("random/fold1-00000.h5", 3)
    for threads in [1, 3] {
      let stream = try open(threads: threads) { $0.checks = checks }
      let message = folder.message { _ = try stream.collect() }
      #expect(
        message?.wholeMatch(
          of: /\.\/random\/fold1-00000.h5: patch 3 of case_00002: image is damaged, found crc32c .*without it/)
          != nil, "\(message ?? "nothing")")
      // It stays so.
      #expect(folder.message { _ = try stream.next() } == message)
    }
  }

  @Test func batchesBeforeTheDamageCome() throws {
    try damage("random/fold1-00001.h5", 1)
    let whole = try open { $0.damage = .skip }.collect()
    let place = try #require(whole.firstIndex { !$0.isValid })
    for threads in [1, 3] {
      let stream = try open(threads: threads)
      #expect(try stream.collect(place / 4) == Array(whole.prefix(place / 4 * 4)))
      #expect(throws: StreamError.self) { _ = try stream.next() }
    }
  }

  @Test func aDamagedPatchIsSkippedAndReported() throws {
    let before = try open { $0.epochs = 2 }.collect()
    try damage("random/fold1-00000.h5", 3)
    let stream = try open {
      $0.damage = .skip
      $0.epochs = 2
    }
    let seen = try stream.collect()
    #expect(seen.count == 40 && seen.count { !$0.isValid } == 2)
    for (sample, expected) in zip(seen, before) {
      if sample.isValid {
        #expect(sample == expected)
      } else {
        #expect(sample.caseIdentifier == expected.caseIdentifier && sample.file == "random/fold1-00000.h5")
        #expect(sample.image.allSatisfy { $0 == 0 } && sample.label.allSatisfy { $0 == 0 })
      }
    }
    let damages = try stream.damages
    #expect(damages.map(\.patch) == [3] && damages.map(\.caseIdentifier) == ["case_00002"])
    #expect(try stream.times.samples == 38)
  }

  @Test func neverLooksAtNoChecksum() throws {
    // The last byte of a label as it is stored: with `none` nothing else would see it.
    let plain = TemporaryFolder()
    try SampleShards(compression: .none).write(into: plain)
    let chunk = try ShardReader(path: plain.path("random/fold1-00000.h5")).index.labels[0]
    var bytes = try plain.contents("random/fold1-00000.h5")
    bytes[chunk.offset] ^= 1
    try plain.put(bytes, "random/fold1-00000.h5")
    var options = StreamOptions()
    options.checks = .never
    let stream = try ShardStream(
      at: plain.path("."), set: "random", split: .train(fold: 0), globalBatch: 4, options: options)
    #expect(try stream.collect().count == 20)
  }

  @Test func aFileThatIsGoneOrCutIsNamed() throws {
    let path = folder.path("random/fold1-00000.h5")
    let bytes = try folder.contents("random/fold1-00000.h5")
    try folder.put(bytes.dropLast(), "random/fold1-00000.h5")
    #expect(
      refusal { try open() }
        == "./random/fold1-00000.h5: not the file that the manifest speaks of: its bytes, found \(bytes.count - 1), "
        + "expected \(bytes.count); run `segprep repair`, or copy the file again")
    try FileManager.default.removeItem(atPath: path)
    #expect(refusal { try open() } == "./random/fold1-00000.h5: cannot open: No such file or directory")
    // A fold that does not read it goes on.
    #expect(try open(.train(fold: 1)).collect().count == 20)
  }

  @Test func anotherVersionIsRefused() throws {
    let text = String(decoding: try folder.contents("manifest.json"), as: UTF8.self)
    try folder.put(
      Data(text.replacing("\"format_version\" : 1", with: "\"format_version\" : 2").utf8), "manifest.json")
    #expect(
      refusal { try open() }
        == "./manifest.json: the manifest is of another version, found 2, expected 1; "
        + "use the segprep that wrote it, or make the shards again")
    try FileManager.default.removeItem(atPath: folder.path("manifest.json"))
    #expect(refusal { try open() } == ".: no manifest.json there, expected the folder that `segprep shard --out` wrote")
  }

  @Test func anotherTypeInOneOfTheFilesIsRefused() throws {
    let other = TemporaryFolder()
    try SampleShards(image: .float32).write(into: other)
    let file = "random/fold1-00001.h5"
    try folder.put(Data(try other.contents(file)), file)
    var manifest = try ShardManifest.required(folder: folder.path("."))
    let theirs = try #require(ShardManifest.required(folder: other.path(".")).files.first { $0.file == file })
    manifest.files = manifest.files.map { $0.file == file ? theirs : $0 }
    try manifest.write(folder: folder.path("."), flush: false)
    #expect(
      refusal { try open() }
        == "./\(file): not the file that the manifest speaks of: the patches' layout, found another, "
        + "expected that of random/fold1-00000.h5; run `segprep repair`, or copy the file again")
  }

  @Test func truncatedWhileInUse() throws {
    let stream = try open(threads: 1) {
      $0.batches = 2
      $0.epochs = nil
    }
    _ = try stream.next()
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("random/fold1-00000.h5")))
    try handle.truncate(atOffset: 100)
    let message = folder.message { _ = try stream.collect(40) }
    #expect(message?.contains("fold1-00000.h5: patch ") == true && message?.contains("found 0 bytes") == true)
  }

  @Test func heldBatchesAreNotWaitedFor() throws {
    let stream = try open { $0.batches = 2 }
    guard let first = try stream.next(), let second = try stream.next() else { throw StreamError.cancelled }
    #expect(throws: StreamError.allHeld(batches: 2)) { _ = try stream.next() }
    #expect(first.number == 0 && second.number == 1)
    drop(first)
    #expect(try stream.next()?.number == 2)
    drop(second)
  }

  private func drop(_ batch: consuming StreamBatch) {}

  @Test func cancellingEndsWhoeverWaits() throws {
    let stream = try open { $0.epochs = nil }
    guard let held = try stream.next() else { throw StreamError.cancelled }
    let expected = held.seen()
    stream.cancel()
    stream.cancel()
    #expect(throws: StreamError.cancelled) { _ = try stream.next() }
    #expect(throws: StreamError.cancelled) { try stream.state }
    #expect(held.seen() == expected)
  }

  @Test func cancellingClosesFiles() throws {
    let opened = {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
      }.filter { $0.hasPrefix(folder.path("").replacingOccurrences(of: "//", with: "/")) }.count
    }
    let stream = try open { $0.epochs = nil }
    _ = try stream.next()
    #expect(try opened() == 4)
    stream.cancel()
    for _ in 0..<100 where try opened() > 0 { usleep(10_000) }
    #expect(try opened() == 0)
  }

  @Test func aStallIsTold() throws {
    let told = Told()
    let stream = try open(threads: 1) {
      $0.augmentation = Slow()
      $0.stallSeconds = 0.05
      $0.stalled = { told.stalls.append($0) }
    }
    _ = try stream.next()
    let stall = try #require(told.stalls.first)
    #expect(stall.patches.count == 1 && stall.patches[0].file.hasPrefix("random/") && stall.waited >= 0.05)
    #expect("\(stall)".contains("no batch for 0 s, \(stall.patches[0].file), patch \(stall.patches[0].place) of case_"))
  }

  @Test func aWaitMayHaveAnEnd() throws {
    let stream = try open(threads: 1) { $0.augmentation = Slow() }
    let waited = refusal {
      _ = try stream.next(within: 0.01)
      return stream
    }
    let line = try #require(waited)
    #expect(line.contains("no batch for 0 s, random/") && line.hasSuffix("is the disk slow or gone?"))
    #expect(try stream.state.batch == 0)
    _ = try stream.next(within: 60)
    #expect(try stream.state.batch == 1)
  }

  private final class Told: @unchecked Sendable { var stalls: [StreamStall] = [] }

  private struct Slow: PatchAugmentation {
    let digest = "slow"

    func worker(patchShape: Shape, margin: Shape) -> any PatchAugmentationWorker { Worker() }

    final class Worker: PatchAugmentationWorker {
      func augment(
        _ patch: DecodedPatch, at address: SampleAddress, image: UnsafeMutablePointer<Float>,
        label: UnsafeMutablePointer<UInt8>
      ) -> PatchChange {
        usleep(100_000)
        return PatchChange()
      }
    }
  }

  @Test func aForkIsRefused() throws {
    let stream = try open { $0.epochs = nil }
    _ = try stream.next()
    // Swift hides fork, because of what this test is about.
    let symbol = try #require(dlsym(nil, "fork"))
    let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
    let child = fork()
    if child == 0 {
      do {
        _ = try stream.next()
        _exit(1)
      } catch StreamError.forked(let opened, let found) {
        stream.cancel()
        _exit(opened == getppid() && found == getpid() ? 0 : 2)
      } catch {
        _exit(3)
      }
    }
    var status: Int32 = -1
    #expect(waitpid(child, &status, 0) == child && status == 0)
    #expect(try stream.collect(1).count == 4)
  }

  @Test func aStreamGoesAwayWithItsOwner() throws {
    for _ in 0..<20 { _ = try open { $0.epochs = nil }.collect(3) }
  }
}
