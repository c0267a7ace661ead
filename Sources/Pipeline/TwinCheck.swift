import Prepared

/// Finds cases that share a raw image: the same scan under two names can lie in training and validation at once.
enum TwinCheck {
  /// A line for each set of cases that have an image of the same bytes, sorted by identifier.
  static func warnings(_ cases: [Manifest.Case]) -> [String] {
    var holders: [String: [Manifest.Case]] = [:]
    var hashes: [String] = []
    for item in cases.sorted(by: { $0.caseIdentifier < $1.caseIdentifier }) {
      // A case whose channels are one file twice is still one case.
      for hash in Set(item.source.images.map(\.sha256)).sorted() {
        if holders[hash] == nil { hashes.append(hash) }
        holders[hash, default: []].append(item)
      }
    }
    var warnings: [String] = []
    for hash in hashes {
      let twins = holders[hash, default: []]
      // Several channels that are alike give one line.
      if twins.count > 1, !warnings.contains(line(twins)) { warnings.append(line(twins)) }
    }
    return warnings
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
