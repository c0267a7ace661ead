import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct ControlGroupTests {
  private static func write(_ files: [String: String], below root: String) throws {
    for (name, text) in files {
      let path = Folder.join(root, name)
      try FileManager.default.createDirectory(
        atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: false, encoding: .utf8)
    }
  }

  /// Version 2: the job's own group has no limit, the one around it has; a file's pages that nobody reads are free.
  @Test func theLimitsAroundAGroupHoldForIt() throws {
    let folder = TemporaryFolder()
    let root = folder.path("cgroup")
    try Self.write(
      [
        "slurm/job/memory.max": "max\n", "slurm/job/memory.current": "10\n",
        "slurm/memory.max": "1000\n", "slurm/memory.current": "700\n",
        "slurm/memory.stat": "anon 500\ninactive_file 200\n",
      ], below: root)
    #expect(ControlGroup(root: root, membership: "0::/slurm/job\n").availableBytes == 500)
    #expect(ControlGroup(root: root, membership: "0::/\n").availableBytes == nil)
  }

  @Test func version1IsReadToo() throws {
    let folder = TemporaryFolder()
    let root = folder.path("cgroup")
    try Self.write(
      [
        "memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "5\n",
        "memory/docker/a/memory.limit_in_bytes": "4096\n", "memory/docker/a/memory.usage_in_bytes": "5000\n",
      ], below: root)
    let membership = "5:devices:/docker/a\n4:cpu,memory:/docker/a\n0::/\n"
    #expect(ControlGroup(root: root, membership: membership).availableBytes == 0)
    #expect(ControlGroup(root: root, membership: "4:memory:/elsewhere\n").availableBytes == nil)
  }

  @Test func theMachineHasSome() { #expect(Memory.availableBytes > 0) }
}
