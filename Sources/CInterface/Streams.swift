// segprep.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CSegprep
import Files
import Prepared
import Streaming

@c @implementation
public func segprep_stream_defaults(_ options: UnsafeMutablePointer<segprep_stream_options>!) -> Int32 {
  answering {
    let options = try given(options, "options")
    var defaults = segprep_stream_options()
    defaults.size = MemoryLayout<segprep_stream_options>.stride
    (defaults.seed, defaults.world_size, defaults.held, defaults.epochs) = (-1, 1, 1, 1)
    options.pointee = defaults
  }
}

@c @implementation
public func segprep_stream_open(
  _ shards: UnsafePointer<CChar>!, _ options: UnsafePointer<segprep_stream_options>!,
  _ stream: UnsafeMutablePointer<segprep_stream>!
) -> Int32 {
  answering {
    let (folder, stream) = (try text(shards, "shards"), try given(stream, "stream"))
    OpenFileLimit.raise()
    stream.pointee = streams.add(try StreamRequest(sized(options, "options"), shards: folder).open(folder))
  }
}

@c @implementation
public func segprep_stream_describe(
  _ stream: segprep_stream, _ info: UnsafeMutablePointer<segprep_stream_info>!
) -> Int32 {
  answering {
    let stream = try streams(stream).checked().stream
    try fill(info, "info") {
      $0.shape = segprep_batch_shape(stream.shape)
      $0.batches_per_epoch = Int64(stream.batchesPerEpoch)
      $0.patches = Int64(stream.patches)
      $0.memory_bytes = Int64(stream.memoryBytes)
      $0.batches_in_memory = Int64(stream.batchesInMemory)
      $0.order = Int32(StreamOptions.Order.allCases.firstIndex(of: stream.order) ?? 0)
    }
  }
}

@c @implementation
public func segprep_stream_next(
  _ stream: segprep_stream, _ seconds: Double, _ batch: UnsafeMutablePointer<segprep_batch>!
) -> Int32 {
  ending {
    let open = try streams(stream).checked()
    _ = try sized(batch, "batch")
    guard let (index, lent) = try open.next(within: seconds > 0 ? seconds : nil) else {
      return SEGPREP_END
    }
    try fill(batch, "batch") {
      $0.index = Int64(index)
      ($0.image, $0.label) = (lent.memory.image, lent.memory.label)
      ($0.epoch, $0.number) = (Int64(lent.epoch), Int64(lent.number))
      $0.is_last_of_epoch = lent.isLastOfEpoch ? 1 : 0
      $0.count = Int64(lent.samples.count)
      $0.samples = UnsafePointer(lent.samples.baseAddress)
    }
    return SEGPREP_OK
  }
}

@c @implementation
public func segprep_stream_give_back(_ stream: segprep_stream, _ index: Int64) -> Int32 {
  answering { try streams(stream).checked().giveBack(Int(index)) }
}

@c @implementation
public func segprep_stream_copy_next(
  _ stream: segprep_stream, _ image: UnsafeMutableRawPointer!, _ label: UnsafeMutablePointer<UInt8>!
) -> Int32 {
  ending {
    let open = try streams(stream).checked()
    let (image, label) = (try given(image, "image"), try given(label, "label"))
    guard let (index, lent) = try open.next() else { return SEGPREP_END }
    image.copyMemory(from: lent.memory.image, byteCount: lent.shape.imageBytes)
    label.update(from: lent.memory.label, count: lent.shape.labelBytes)
    try open.giveBack(index)
    return SEGPREP_OK
  }
}

@c @implementation
public func segprep_stream_drawn(
  _ stream: segprep_stream, _ index: Int64, _ sample: Int64,
  _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> Int32 {
  answering {
    let batch = try streams(stream).checked().batch(Int(index))
    try given(json, "json").pointee = try batch.drawn(Int(sample)).map(lasting)
  }
}

@c @implementation
public func segprep_stream_state(
  _ stream: segprep_stream, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> Int32 {
  answering { try given(json, "json").pointee = try lasting(streams(stream).checked().stream.state.json) }
}

@c @implementation
public func segprep_stream_read_times(
  _ stream: segprep_stream, _ times: UnsafeMutablePointer<segprep_stream_times>!
) -> Int32 {
  answering {
    let found = try streams(stream).checked().stream.times
    try fill(times, "times") {
      ($0.read, $0.decode) = (Double(found.patches.read) * 1e-9, Double(found.patches.decode) * 1e-9)
      ($0.augment, $0.wait) = (Double(found.augment) * 1e-9, Double(found.wait) * 1e-9)
      ($0.samples, $0.stored_bytes) = (Int64(found.samples), Int64(found.patches.bytes))
    }
  }
}

@c @implementation
public func segprep_stream_damages(
  _ stream: segprep_stream, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> Int32 {
  answering {
    try given(json, "json").pointee = try lasting(
      CanonicalJSON.text(streams(stream).checked().stream.damages, compact: true))
  }
}

@c @implementation
public func segprep_stream_cancel(_ stream: segprep_stream) -> Int32 {
  answering { try streams(stream).checked().stream.cancel() }
}

@c @implementation
public func segprep_stream_close(_ stream: segprep_stream) -> Int32 {
  answering { try streams.remove(stream).close() }
}
