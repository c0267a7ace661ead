import Shards

/// The `shards` section.
enum ShardsReader {
  static func read(_ value: FileValue) throws(PipelineError) -> ShardsConfig {
    let section = try MappingCursor(value, accepting: ["image", "compression", "file_patches"])
    var shards = ShardsConfig()
    if let image = section.optional("image") { shards.image = try image.choice() }
    if let compression = section.optional("compression") {
      let name = try compression.choice(ShardCompression.names.map { Word($0) }).rawValue
      if let known = ShardCompression(name: name) { shards.compression = known }
    }
    if let patches = section.optional("file_patches") {
      shards.filePatches = try patches.integer(in: 1...65536, unit: "patches")
    }
    return shards
  }
}
