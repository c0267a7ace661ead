import Files
import Foundation
import Shards

/// The folder that shards are written to, and what an earlier run left there.
struct ShardFolder {
  let path: String
  /// What the last run that came to its end said; nil where there was none, or it cannot be believed.
  let earlier: ShardManifest?

  /// Looks at a folder, which need not be there yet.
  /// - Throws: `ShardingError.outputOfAnotherPlan`, and `ShardManifestError` for a manifest of somebody else's.
  init(path: String, plan: Plan) throws {
    self.path = path
    do {
      earlier = try ShardManifest.read(folder: path)
    } catch ShardManifestError.damaged {
      earlier = nil
    }
    let found = earlier?.shardsDigest ?? Self.savedPlan(path)?.shardsDigest
    guard let found, let expected = plan.shardsDigest, found != expected else { return }
    throw ShardingError.outputOfAnotherPlan(path: path, found: found, expected: expected)
  }

  /// The plan that a run saved before it wrote anything else; nil where there is none that can be read.
  static func savedPlan(_ path: String) -> Plan? {
    guard let data = FileManager.default.contents(atPath: path + "/plan.json") else { return nil }
    return try? JSONDecoder().decode(Plan.self, from: data)
  }

  /// Holds what a repair would make against what was made.
  /// - Throws: `ShardingError.otherFiles`.
  func check(_ sets: [PlannedSet], isRepair: Bool) throws {
    guard isRepair, let earlier else { return }
    let planned = sets.flatMap { $0.files.map { $0.name(isLabelled: true) } }
    guard planned.sorted() == earlier.files.map(\.file).sorted() else {
      throw ShardingError.otherFiles(shards: path, found: earlier.files.count, expected: planned.count)
    }
  }

  /// Files of an earlier run that a run of these files would leave without a manifest that names them.
  func stale(_ sets: [PlannedSet]) throws -> [String] {
    try sets.flatMap { planned -> [String] in
      let name = planned.set.name
      guard Folder.isFolder(path + "/" + name) else { return [] }
      let known = Set(planned.files.map { $0.name(isLabelled: true) })
      return try Folder.names(in: path + "/" + name).filter(Self.isShard).map { "\(name)/\($0)" }
        .filter { !known.contains($0) }
    }
  }

  /// Whether a name is one that a run gives.
  private static func isShard(_ name: String) -> Bool {
    name.wholeMatch(of: /(fold[0-9]+|train)-[0-9]{5,}\.h5/) != nil
  }
}
