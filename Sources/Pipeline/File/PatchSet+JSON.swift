import Shards
import Volumes

extension PatchSet {
  func json(_ detail: KeyDetail) -> JSONValue {
    var keys = KeyWriter(detail)
    keys.put("set", .text(name))
    keys.put("shape", shape.json)
    // The one does not go with the other; and a set without variants says nothing of them, as before there were any.
    if variants > 0 {
      keys.put("variants", .number(Double(variants)))
    } else {
      keys.put("margin", margin.json, default: ZYX<Int>.zero.json)
    }
    keys.put("skip_blank", .bool(skipsBlank), default: .bool(false))
    switch sampling {
    case .random(let random):
      let standard = RandomSampling(perCase: random.perCase)
      keys.put("sampling", .text(PatchesReader.Sampling.random.rawValue))
      keys.put("per_case", .number(Double(random.perCase)))
      keys.put("foreground", .number(random.foreground), default: .number(standard.foreground))
      keys.put("seed", .number(Double(random.seed)), default: .number(Double(standard.seed)))
    case .grid(let overlap):
      keys.put("sampling", .text(PatchesReader.Sampling.grid.rawValue))
      keys.put("overlap", overlap.json, default: ZYX<Int>.zero.json)
    }
    return keys.object
  }
}

extension ShardsConfig {
  func json(_ detail: KeyDetail) -> JSONValue {
    let standard = ShardsConfig()
    var keys = KeyWriter(detail)
    keys.put("image", .text(image.rawValue), default: .text(standard.image.rawValue))
    keys.put("compression", .text(compression.name), default: .text(standard.compression.name))
    keys.put("file_patches", .number(Double(filePatches)), default: .number(Double(standard.filePatches)))
    return keys.object
  }
}
