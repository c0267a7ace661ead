/// The `stream` section.
enum StreamReader {
  static func read(_ value: FileValue) throws(PipelineError) -> StreamConfig {
    let section = try MappingCursor(value, accepting: ["global_batch", "seed"])
    var stream = StreamConfig()
    if let batch = section.optional("global_batch") {
      stream.globalBatch = try batch.integer(in: 1...1_048_576, unit: "samples")
    }
    if let seed = section.optional("seed") { stream.seed = try seed.integer(in: 0...Int(UInt32.max)) }
    return stream
  }
}
