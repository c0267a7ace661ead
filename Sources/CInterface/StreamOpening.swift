import CSegprep
import Foundation
import Pipeline
import Streaming

/// What a C program asks of a stream, in the library's words.
struct StreamRequest {
  let set: String
  let split: StreamSplit
  private let plan: StreamPlan
  private let options: segprep_stream_options

  /// - Throws: `CallError`, and what `StreamPlan` throws.
  init(_ options: segprep_stream_options, shards: String) throws {
    self.options = options
    set = try text(options.set, "set")
    split = try StreamSplit(options.split, fold: options.fold)
    let augmentation: StreamPlan.Augmentation = options.augment.map { .section(String(cString: $0)) } ?? .planned
    plan = try StreamPlan(
      shards: shards, set: set, split: split, pipeline: options.pipeline.map { String(cString: $0) },
      augmentation: augmentation)
  }

  /// Opens the stream, in the caller's memory where that is given.
  func open(_ shards: String) throws -> OpenStream {
    guard options.seed >= -1 else {
      throw CallError.setting(name: "seed", found: Int(options.seed), expected: "0 or more, or -1 for the pipeline's")
    }
    guard options.memory >= 0 else {
      throw CallError.setting(name: "memory", found: Int(options.memory), expected: "0 or more bytes")
    }
    var images: [Int] = []
    let memories = options.memories.map { give in
      { (shape: BatchShape, batches: Int) in
        let memories = try self.memories(from: give, shape, batches)
        images = memories.map { Int(bitPattern: $0.image) }
        return memories
      }
    }
    let stream = try ShardStream(
      at: shards, set: set, split: split,
      globalBatch: options.global_batch == 0 ? plan.globalBatch : Int(options.global_batch),
      seed: options.seed < 0 ? plan.seed : UInt64(options.seed), rank: Int(options.rank),
      worldSize: Int(options.world_size),
      threads: options.threads == 0 ? ProcessInfo.processInfo.activeProcessorCount : Int(options.threads),
      memory: options.memory > 0 ? Int(options.memory) : nil, options: try streamOptions(),
      resuming: try options.state.map { try StreamState(json: String(cString: $0)) }, memories: memories)
    return OpenStream(stream, images: images)
  }

  private func streamOptions() throws -> StreamOptions {
    var result = StreamOptions()
    result.order = try choice(options.order, "order", StreamOptions.Order.allCases)
    result.image = try StreamOptions.ImageType(number: options.image)
    result.checks = try choice(options.checks, "checks", StreamOptions.Checks.allCases)
    result.damage = try choice(options.damage, "damage", StreamOptions.DamagePolicy.allCases)
    guard options.epochs >= 0 else {
      throw CallError.setting(name: "epochs", found: Int(options.epochs), expected: "0 or more")
    }
    result.epochs = options.epochs == 0 ? nil : Int(options.epochs)
    result.held = Int(options.held)
    result.augmentation = plan.augmentation
    return result
  }

  private func memories(
    from give: segprep_memories_function, _ shape: BatchShape, _ batches: Int
  ) throws -> [BatchMemory] {
    var memories = Array(repeating: segprep_memory(image: nil, label: nil), count: batches)
    var described = segprep_batch_shape(shape)
    let code = give(options.context, &described, Int64(batches), &memories)
    guard code == 0 else { throw CallError.noMemory(code: code) }
    let result = try memories.map {
      BatchMemory(image: try given($0.image, "a batch's image"), label: try given($0.label, "a batch's label"))
    }
    try refuseSharing(result, shape)
    return result
  }

  /// Several threads write to all of them at once.
  private func refuseSharing(_ memories: [BatchMemory], _ shape: BatchShape) throws(CallError) {
    let places = memories.flatMap {
      [(UInt(bitPattern: $0.image), shape.imageBytes), (UInt(bitPattern: $0.label), shape.labelBytes)]
    }.sorted { $0.0 < $1.0 }
    for ((place, bytes), (next, others)) in zip(places, places.dropFirst()) {
      let apart = next - place
      guard apart >= bytes else { throw .sharedMemory(bytes: min(bytes - Int(apart), others)) }
    }
  }
}

private typealias segprep_memories_function =
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafePointer<segprep_batch_shape>?, Int64, UnsafeMutablePointer<segprep_memory>?
  ) -> Int32

extension StreamSplit {
  /// From the numbers of segprep.h.
  init(_ split: Int32, fold: Int32) throws(CallError) {
    self = try choice(split, "split", [.train(fold: Int(fold)), .validation(fold: Int(fold)), .all])
  }
}

extension StreamOptions.ImageType {
  /// By the numbers of segprep.h.
  private static let numbered: [Self] = [.float32, .float16]

  init(number: Int32) throws(CallError) { self = try choice(number, "image type", Self.numbered) }

  var number: Int32 { Int32(self == .float16 ? SEGPREP_FLOAT16 : SEGPREP_FLOAT32) }
}

extension segprep_batch_shape {
  init(_ shape: BatchShape) {
    self.init(
      samples: Int64(shape.samples), channels: Int64(shape.channels), patch: shape.patch.extents,
      image_bytes: Int64(shape.imageBytes), label_bytes: Int64(shape.labelBytes), image: shape.image.number)
  }
}
