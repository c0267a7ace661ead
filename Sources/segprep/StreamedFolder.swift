import Pipeline
import Shards

/// Whether shards are a pipeline's.
enum StreamedFolder {
  static func check(_ folder: String, against plan: Plan) throws {
    let manifest = try ShardManifest.required(folder: folder)
    guard let expected = plan.shardsDigest else { throw ShardingError.noPatches(file: plan.sourceFile) }
    guard manifest.shardsDigest == expected else {
      throw OtherPipeline(folder: folder, found: manifest.shardsDigest, expected: expected)
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
}
