import Pipeline
import Shards
import Streaming

extension Plan {
  /// The manifest of a folder of shards.
  /// - Throws: `ShardManifestError`, and where the shards are another pipeline's.
  public func manifest(ofShards folder: String) throws -> ShardManifest {
    let manifest = try ShardManifest.required(folder: folder)
    guard let expected = shardsDigest else { throw ShardingError.noPatches(file: sourceFile) }
    guard manifest.shardsDigest == expected else {
      throw OtherPipeline(folder: folder, found: manifest.shardsDigest, expected: expected)
    }
    return manifest
  }

  /// What happens to patches of a set on their way to a training; nil where nothing does. Versions that were augmented when
  /// they were cut are trained on as they are.
  /// - Parameter file: the pipeline file's path, for messages.
  public func augmentation(of set: String, file: String) throws -> AugmentedPatches? {
    let isStored = config.patches.contains { $0.name == set && $0.variants > 0 }
    guard let augment = config.augment, !isStored else { return nil }
    guard augment.statistics == .patch else { throw CaseStatistics(file: file) }
    return AugmentedPatches(augment.transforms, sampling: augment.sampling)
  }
}

/// An augmentation by numbers that shards do not hold.
private struct CaseStatistics: Error, CustomStringConvertible {
  var file: String

  var description: String {
    "\(file): augment: statistics cannot be the case's in a stream, found case, expected patch: shards do not hold "
      + "them; say `statistics: patch`, or give --no-augment"
  }
}

private struct OtherPipeline: Error, CustomStringConvertible {
  var folder: String
  var found: String
  var expected: String

  var description: String {
    "\(folder): holds shards of another pipeline, found shards digest \(found.prefix(12)), "
      + "expected \(expected.prefix(12)); give the pipeline that they were cut with"
  }
}
