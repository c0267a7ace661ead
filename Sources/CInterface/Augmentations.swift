// segprep.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Augmentation
import CSegprep
import Parallelism
import Pipeline
import Prepared
import Streaming
import Volumes

/// An augmenter that a C program has opened; threads share it.
final class OpenAugmenter: Sendable {
  private let augmenter: Augmenter
  private let statistics: AugmentConfig.StatisticsSource
  private let workspaces = ScratchPool<AugmentationWorkspace>()
  /// More voxels along an axis than any patch has.
  private static let longest = 1 << 16

  init(_ config: AugmentConfig, patch: Shape, margin: Shape) throws {
    // Each extent first, so that the product cannot overflow.
    let extents = patch.array + margin.array
    guard extents.allSatisfy({ (0...Self.longest).contains($0) }) else {
      let found = extents.first { !(0...Self.longest).contains($0) } ?? 0
      throw CallError.setting(name: "patch", found: found, expected: "0 to \(Self.longest) voxels along an axis")
    }
    let voxels = Shape { patch[$0] + 2 * margin[$0] }.count
    guard voxels < 1 << 31 else {
      throw CallError.setting(name: "patch", found: voxels, expected: "fewer than 2^31 voxels with the margin")
    }
    augmenter = try Augmenter(
      transforms: config.transforms, patchShape: patch, margin: margin, sampling: config.sampling)
    statistics = config.statistics
  }

  /// Augments a patch; returns what was drawn.
  func augment(_ patch: segprep_patch_to_augment) throws -> AugmentationRecord {
    let channels = Int(patch.channels)
    guard (1...Int(Int32.max)).contains(channels) else {
      throw CallError.setting(name: "channels", found: channels, expected: "1 or more")
    }
    let (source, target) = (try given(patch.source_image, "source_image"), try given(patch.image, "image"))
    let key = SampleKey(
      seed: patch.seed, caseIdentifier: patch.case_identifier.map { String(cString: $0) } ?? "", patch: patch.patch,
      epoch: patch.epoch, occurrence: patch.occurrence)
    guard (patch.source_label == nil) == (patch.label == nil) else {
      throw CallError.oneOf(names: "source_label and label", found: "one without the other")
    }
    let workspace = workspaces.take(make: AugmentationWorkspace.init)
    defer { workspaces.give(workspace) }
    let isHalf = try StreamOptions.ImageType(number: patch.type) == .float16
    let pads =
      if let given = patch.pad_values {
        Array(UnsafeBufferPointer(start: given, count: channels))
      } else if isHalf {
        minima(source.assumingMemoryBound(to: Float16.self), channels)
      } else {
        minima(source.assumingMemoryBound(to: Float.self), channels)
      }
    let statistics = try self.statistics(patch, channels)
    if isHalf {
      guard source == UnsafeRawPointer(target), patch.source_label == UnsafePointer(patch.label), statistics == nil
      else {
        throw CallError.setting(name: "type", found: Int(patch.type), expected: "float32, or an image in its own place")
      }
      return try augmenter.apply(
        inPlace: target.assumingMemoryBound(to: Float16.self), label: patch.label, channels: channels,
        padValues: pads, key: key, workspace: workspace)
    }
    guard source != UnsafeRawPointer(target) || augmenter.sourceShape == augmenter.patchShape else {
      throw CallError.inPlace(margin: augmenter.margin)
    }
    // The source holds the pointer, not the array.
    return try pads.withUnsafeBufferPointer { pads in
      let source = PatchSource(
        image: .float32(source.assumingMemoryBound(to: Float.self)), label: patch.source_label, channels: channels,
        shape: augmenter.sourceShape, padValues: try given(pads.baseAddress, "pad_values"))
      return try augmenter.apply(
        source, to: PatchTarget(image: target.assumingMemoryBound(to: Float.self), label: patch.label), key: key,
        statistics: statistics, workspace: workspace)
    }
  }

  private func statistics(_ patch: segprep_patch_to_augment, _ channels: Int) throws -> [IntensityStatistics]? {
    guard statistics == .case else { return nil }
    let numbers = UnsafeBufferPointer(start: try given(patch.statistics, "statistics"), count: 4 * channels)
    return (0..<channels).map {
      IntensityStatistics(
        minimum: numbers[4 * $0], maximum: numbers[4 * $0 + 1], mean: numbers[4 * $0 + 2],
        deviation: numbers[4 * $0 + 3])
    }
  }

  private func minima<Value: BinaryFloatingPoint>(_ source: UnsafePointer<Value>, _ channels: Int) -> [Float] {
    let count = augmenter.sourceShape.count
    return (0..<channels).map { channel in
      Float(UnsafeBufferPointer(start: source + channel * count, count: count).min() ?? 0)
    }
  }
}

private let augmenters = Handles<OpenAugmenter>("augmenter")

@c @implementation
public func segprep_augmenter_open(
  _ options: UnsafePointer<segprep_augmenter_options>!, _ augmenter: UnsafeMutablePointer<segprep_augmenter>!
) -> Int32 {
  answering {
    let (options, augmenter) = (try sized(options, "options"), try given(augmenter, "augmenter"))
    let config: AugmentConfig
    switch (options.pipeline.map { String(cString: $0) }, options.augment.map { String(cString: $0) }) {
    case (let pipeline?, nil): config = try PipelineFile.augment(pipeline)
    case (nil, let augment?): config = try PipelineFile.parseAugment(augment, file: "augment")
    case (nil, nil): throw CallError.oneOf(names: "pipeline and augment", found: "none")
    default: throw CallError.oneOf(names: "pipeline and augment", found: "both")
    }
    augmenter.pointee = augmenters.add(
      try OpenAugmenter(config, patch: Shape(options.patch), margin: Shape(options.margin)))
  }
}

@c @implementation
public func segprep_augment(
  _ augmenter: segprep_augmenter, _ patch: UnsafePointer<segprep_patch_to_augment>!,
  _ drawn: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> Int32 {
  answering {
    let record = try augmenters(augmenter).augment(sized(patch, "patch"))
    if let drawn { drawn.pointee = try lasting(CanonicalJSON.text(record.transforms, compact: true)) }
  }
}

@c @implementation
public func segprep_augmenter_close(_ augmenter: segprep_augmenter) -> Int32 {
  answering { try augmenters.remove(augmenter) }
}
