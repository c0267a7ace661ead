// segprep.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CSegprep
import Shards
import Streaming
import Volumes

/// A set of patches that a C program has opened.
final class OpenShards: @unchecked Sendable {
  let set: ShardSet
  private let shelf = TextShelf()
  /// In C's memory, patch by patch.
  private let classCounts: Buffer<Int64>

  init(_ set: ShardSet) {
    self.set = set
    let classes = set.layout.classes
    classCounts = Buffer(count: set.count * classes)
    for index in 0..<set.count {
      for (value, count) in set.entry(index).classCounts.enumerated() {
        classCounts[index * classes + value] = Int64(count)
      }
    }
  }

  /// The index of a patch that there is.
  func checked(_ index: Int64) throws(CallError) -> Int {
    guard (0..<Int64(set.count)).contains(index) else {
      throw .setting(name: "index", found: Int(index), expected: "0 to \(set.count - 1)")
    }
    return Int(index)
  }

  func describe(_ index: Int, _ patch: inout segprep_patch) {
    let entry = set.entry(index)
    patch.case_identifier = shelf.text(entry.patch.caseIdentifier)
    (patch.file, patch.place) = (shelf.text(entry.file), Int64(entry.place))
    (patch.patch, patch.fold) = (Int64(entry.number), Int64(entry.fold ?? -1))
    patch.origin = entry.patch.origin.extents
    (patch.variant, patch.augmentation) = (Int64(entry.patch.variant), shelf.text(entry.patch.augmentation))
    withUnsafeMutablePointer(to: &patch.affine) { entry.affine.write(to: $0) }
    patch.class_counts = UnsafePointer(classCounts.base + index * set.layout.classes)
  }
}

private let shardSets = Handles<OpenShards>("set of shards")

@c @implementation
public func segprep_shards_open(
  _ folder: UnsafePointer<CChar>!, _ set: UnsafePointer<CChar>!, _ split: Int32, _ fold: Int32,
  _ shards: UnsafeMutablePointer<segprep_shards>!
) -> Int32 {
  answering {
    let shards = try given(shards, "shards")
    let opened = try ShardSet(
      at: text(folder, "folder"), set: text(set, "set"), split: StreamSplit(split, fold: fold))
    shards.pointee = shardSets.add(OpenShards(opened))
  }
}

@c @implementation
public func segprep_shards_describe(
  _ shards: segprep_shards, _ info: UnsafeMutablePointer<segprep_shards_info>!
) -> Int32 {
  answering {
    let set = try shardSets(shards).set
    try fill(info, "info") {
      ($0.patches, $0.channels) = (Int64(set.count), Int64(set.layout.channels))
      ($0.patch, $0.margin) = (set.layout.shape.extents, set.layout.margin.extents)
      $0.classes = Int64(set.layout.classes)
      $0.image = Int32(set.layout.image == .float16 ? SEGPREP_FLOAT16 : SEGPREP_FLOAT32)
    }
  }
}

@c @implementation
public func segprep_shards_patch(
  _ shards: segprep_shards, _ index: Int64, _ patch: UnsafeMutablePointer<segprep_patch>!
) -> Int32 {
  answering {
    let open = try shardSets(shards)
    let index = try open.checked(index)
    try fill(patch, "patch") { open.describe(index, &$0) }
  }
}

@c @implementation
public func segprep_shards_read(
  _ shards: segprep_shards, _ index: Int64, _ type: Int32, _ with_margin: Int32, _ image: UnsafeMutableRawPointer!,
  _ label: UnsafeMutablePointer<UInt8>!
) -> Int32 {
  answering {
    let open = try shardSets(shards)
    let image = try given(image, "image")
    let output: PatchOutput.Image =
      switch try StreamOptions.ImageType(number: type) {
      case .float32: .float32(image.assumingMemoryBound(to: Float.self))
      case .float16: .float16(image.assumingMemoryBound(to: Float16.self))
      }
    try open.set.load(open.checked(index), image: output, label: label, keepsMargin: with_margin != 0)
  }
}

@c @implementation
public func segprep_shards_close(_ shards: segprep_shards) -> Int32 {
  answering { try shardSets.remove(shards) }
}
