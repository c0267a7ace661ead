import Pipeline
import Testing

@Suite struct StreamSectionTests {
  private static let patches = "{set: a, sampling: grid, shape: {z: 4, y: 5, x: 6}}"

  @Test func everyKeyIsRead() throws {
    let config = try Sample.config(Sample.text + "\nstream: {global_batch: 8, seed: 0}")
    #expect(config.stream == StreamConfig(globalBatch: 8, seed: 0))
    #expect(try Sample.config().stream == StreamConfig(globalBatch: 2, seed: 1))
  }

  @Test func noDigestKnowsOfIt() throws {
    let plain = Plan(try Sample.config(Sample.patches(Self.patches)), sourceFile: "")
    let other = Plan(
      try Sample.config(Sample.patches(Self.patches) + "\nstream: {global_batch: 8, seed: 7}"), sourceFile: "")
    #expect(plain.ingestDigest == other.ingestDigest && plain.foldsDigest == other.foldsDigest)
    #expect(plain.shardsDigest != nil && plain.shardsDigest == other.shardsDigest)
    #expect(plain.json != other.json)
  }

  @Test(arguments: [
    ("{batch: 2}", "unknown key `batch`; accepted: global_batch, seed"),
    (
      "{global_batch: 0}",
      "`stream.global_batch` is out of range, found 0, expected a whole number from 1 to 1048576 samples"
    ),
    (
      "{seed: a}",
      "`stream.seed` has the wrong type, found the text \"a\", expected a whole number from 0 to 4294967295"
    ),
  ])
  func whatIsWrongIsRefused(section: String, message: String) {
    #expect(Sample.message(Sample.text + "\nstream: \(section)") == "sample.yaml:11: \(message)")
  }
}
