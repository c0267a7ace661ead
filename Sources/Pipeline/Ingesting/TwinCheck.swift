import Files
import Prepared

/// Finds cases that share an image: the same scan under two names can lie in training and validation at once.
struct TwinCheck {
  /// The folder of prepared data.
  let folder: String

  /// What can be told of an image without reading it.
  private struct Look: Hashable {
    var shape: [Int]
    var numbers: [[Double]]

    init(_ item: Manifest.Case) {
      shape = item.shape
      numbers = item.statistics.channels.map { [$0.minimum, $0.maximum, $0.mean, $0.std] }
    }
  }

  /// A line for each set of cases that have a raw image of the same bytes or the same prepared images, sorted by
  /// identifier.
  /// - Throws: what reading a case file throws.
  func warnings(_ cases: [Manifest.Case]) throws -> [String] {
    var holders: [String: [Manifest.Case]] = [:]
    var hashes: [String] = []
    let looks = Dictionary(grouping: cases, by: Look.init)
    for item in cases.sorted(by: { $0.caseIdentifier < $1.caseIdentifier }) {
      // A case whose channels are one file twice is still one case.
      var marks = Set(item.source.images.map(\.contentHash)).sorted()
      // A scan that was packed anew is another file; only cases that look alike are read.
      if looks[Look(item), default: []].count > 1 { marks.append(try voxelHash(of: item)) }
      for hash in marks {
        if holders[hash] == nil { hashes.append(hash) }
        holders[hash, default: []].append(item)
      }
    }
    var warnings: [String] = []
    for hash in hashes {
      let twins = holders[hash, default: []]
      // Several channels that are alike give one line.
      if twins.count > 1, !warnings.contains(Self.line(twins)) { warnings.append(Self.line(twins)) }
    }
    return warnings
  }

  private func voxelHash(of item: Manifest.Case) throws -> String {
    let mapped = try MappedCase(path: folder + "/" + item.file)
    let hash = SHA256()
    for channel in 0..<mapped.description.channels { hash.update(mapped.image(channel: channel)) }
    withExtendedLifetime(mapped) {}
    return hash.finish()
  }

  private static func line(_ twins: [Manifest.Case]) -> String {
    let names = listing(twins.map(\.caseIdentifier))
    let places = twins.map { $0.fold.map { "fold \($0)" } ?? "no fold" }
    guard Set(places).count > 1 else {
      let place = twins[0].fold.map { "all in fold \($0)" } ?? "in no fold"
      return "\(names) have the same image (\(place)); leave all but one out with `exclude`, if they are copies"
    }
    return
      "LEAK: \(names) have the same image and lie apart (\(places.joined(separator: ", "))): what is trained on is "
      + "validated or tested on; leave all but one out with `exclude`, or keep them together with `scheme: grouped`"
  }

  /// `a and b`, `a, b and c`.
  private static func listing(_ names: [String]) -> String {
    guard let last = names.last else { return "" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }
}
