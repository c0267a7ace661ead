import Shards
import Testing
import Volumes

@Suite struct ShardPlanTests {
  private func item(_ name: String, _ fold: Int?, _ patches: Int) -> PatchedCase {
    PatchedCase(
      ShardCase(
        caseIdentifier: name, affine: Affine(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]), shape: shape(9, 9, 9),
        padValues: [0], sourceHashes: ["a"], labelHash: "b", preparedHash: "c"),
      fold: fold,
      patches: (0..<patches).map { ShardPatch(caseIdentifier: name, origin: shape($0, 0, 0)) })
  }

  private func content(_ file: ShardFile) -> [String] { file.patches.map { "\($0.caseIdentifier)\($0.origin.z)" } }

  @Test func filesFollowFoldsAndIdentifiers() {
    let files = ShardFile.plan(set: "grid", cases: [item("c", 0, 3), item("a", 1, 1), item("b", 0, 4)], limit: 5)
    #expect(
      files.map { $0.name(isLabelled: true) } == [
        "grid/fold0-00000.h5", "grid/fold0-00001.h5", "grid/fold1-00000.h5",
      ])
    #expect(files.map(content) == [["b0", "b1", "b2", "b3", "c0"], ["c1", "c2"], ["a0"]])
    #expect(files.map { $0.cases.map(\.caseIdentifier) } == [["b", "c"], ["c"], ["a"]])
  }

  @Test func everyPatchIsInOneFile() {
    let cases = (0..<20).map { item("case_\(100 + $0)", $0 % 3, $0 * 7 % 40) }
    for limit in [1, 2, 16, 64, 1000] {
      let files = ShardFile.plan(set: "s", cases: cases.reversed(), limit: limit)
      #expect(files.allSatisfy { !$0.patches.isEmpty && $0.patches.count <= limit })
      for fold in 0..<3 {
        let here = files.filter { $0.fold == fold }
        #expect(here.flatMap(\.patches) == cases.filter { $0.fold == fold }.flatMap(\.patches))
        #expect(here.map(\.number) == Array(here.indices))
        #expect(here.dropLast().allSatisfy { $0.patches.count == limit })
      }
    }
  }

  @Test func casesWithoutPatchesAndSetsWithoutCasesMakeNoFile() {
    #expect(ShardFile.plan(set: "s", cases: [], limit: 4).isEmpty)
    #expect(ShardFile.plan(set: "s", cases: [item("a", 0, 0)], limit: 4).isEmpty)
  }

  /// A case more moves the borders of files, but no patch of another case.
  @Test func anotherCaseChangesNoPatch() {
    let cases = [item("a", 0, 3), item("c", 0, 4)]
    let before = ShardFile.plan(set: "s", cases: cases, limit: 2).flatMap(\.patches)
    let after = ShardFile.plan(set: "s", cases: cases + [item("b", 0, 1)], limit: 2).flatMap(\.patches)
    #expect(after.filter { $0.caseIdentifier != "b" } == before)
  }
}
