import Files

/// Images and labels that lie as patterns in the pipeline say.
public struct PairsLayout: Sendable, Equatable {
  /// One for each channel, in the channels' order.
  public var images: [CasePattern]
  /// Where the labels lie; nil where there are none.
  public var label: CasePattern?

  /// A layout by patterns.
  public init(images: [CasePattern], label: CasePattern?) {
    self.images = images
    self.label = label
  }

  /// All patterns, the label's last.
  public var patterns: [CasePattern] { images + [label].compactMap { $0 } }

  /// The patterns in a few words.
  var explanation: String {
    let images = DatasetError.list(images.map(\.description))
    return images + (label.map { ", labels \($0)" } ?? "; no labels")
  }

  /// The cases below `root`.
  ///
  /// A file that several patterns fit belongs to the one with the most fixed characters, so that `{case}.nii.gz` can
  /// stand beside `{case}_mask.nii.gz`.
  /// - Throws: `DatasetError` where nothing fits, where a folder that may hold files of any case cannot be listed, where
  ///   a file's case can be read in several ways, and where two patterns have the same right to a file.
  public func discover(_ root: String, channels: [String]) throws(DatasetError) -> Discovery {
    var matches: [[PatternSearch.Match]] = []
    for pattern in patterns { matches.append(try PatternSearch(root: root, pattern: pattern).matches()) }
    try assign(&matches)
    var files: [[String: [PatternSearch.Match]]] = []
    for (pattern, matches) in zip(patterns, matches) { files.append(try Self.byCase(matches, pattern)) }

    let labels = label == nil ? [:] : files.removeLast()
    let identifiers = Set(files.flatMap(\.keys)).union(labels.keys)
    guard files.contains(where: { !$0.isEmpty }) else { throw none(root) }
    let cases = identifiers.sortedByBytes().map { identifier in
      var found = RawCase(identifier: identifier, images: [], label: nil)
      for (index, files) in files.enumerated() {
        guard let match = Self.only(files[identifier] ?? [], images[index], of: identifier, &found.imageProblems) else {
          continue
        }
        if let match { found.images.append(RawFile(match.name, below: root)); continue }
        found.imageProblems.append(
          "\(identifier): no image of \(channels[index]), found no such file, expected \(path(images[index], identifier)); "
            + "copy the case again, or mend the pattern")
      }
      if let label, let match = Self.only(labels[identifier] ?? [], label, of: identifier, &found.labelProblems) {
        found.label = match.map { RawFile($0.name, below: root) }
      }
      found.labelProblems.removeAll(where: found.imageProblems.contains)
      if !found.imageProblems.isEmpty { found.images = [] }
      return found
    }
    return Discovery(cases: cases)
  }

  /// Takes from each pattern the files that another one says more about.
  private func assign(_ matches: inout [[PatternSearch.Match]]) throws(DatasetError) {
    var owners: [String: [Int]] = [:]
    for (index, matches) in matches.enumerated() {
      // Each pattern goes through folders on its own.
      for match in matches where !match.isClosed { owners[match.name, default: []].append(index) }
    }
    for name in owners.keys.sortedByBytes() {
      let claims = owners[name, default: []]
      let most = claims.map { patterns[$0].fixedCharacters }.max()
      let best = claims.filter { patterns[$0].fixedCharacters == most }
      guard best.count == 1 else {
        throw .unusable(
          place: name, problem: "two patterns fit this file",
          found: DatasetError.list(best.map { patterns[$0].description }), expected: "one of them to fit it",
          advice: "write more of the name into the one that is meant")
      }
      owners[name] = best
    }
    for index in matches.indices { matches[index].removeAll { !$0.isClosed && owners[$0.name] != [index] } }
  }

  private static func byCase(
    _ matches: [PatternSearch.Match], _ pattern: CasePattern
  ) throws(DatasetError) -> [String: [PatternSearch.Match]] {
    var files: [String: [PatternSearch.Match]] = [:]
    for match in matches {
      guard match.identifiers.count == 1 else {
        throw .unusable(
          place: match.name, problem: "the pattern \(pattern) leaves open what the case is called",
          found: DatasetError.listing(match.identifiers), expected: "one way to read it",
          advice: "write more of the name into the pattern")
      }
      files[match.identifiers[0], default: []].append(match)
    }
    return files
  }

  /// The one file of a case, nil inside where there is none; nil outside, and a problem, where there are several, where
  /// it is no file, or where a folder of the case cannot be looked into.
  private static func only(
    _ matches: [PatternSearch.Match], _ pattern: CasePattern, of identifier: String, _ problems: inout [String]
  ) -> PatternSearch.Match?? {
    let closed = matches.compactMap { if case .closed(let error) = $0.found { error } else { nil } }
    guard closed.isEmpty else {
      // Files of one folder have one problem.
      problems += closed.map { "\(identifier): \($0)" }.filter { !problems.contains($0) }
      return nil
    }
    if matches.count > 1 {
      problems.append(
        "\(identifier): the pattern \(pattern) fits several files, "
          + "found \(DatasetError.list(matches.map(\.name))), "
          + "expected one; write more of the name into the pattern, or remove the others")
      return nil
    }
    guard let match = matches.first, match.found == .noFile else { return .some(matches.first) }
    problems.append(RawCase.notAFile(identifier, match.name))
    return nil
  }

  /// A pattern with a case's name filled in.
  private func path(_ pattern: CasePattern, _ identifier: String) -> String {
    pattern.components.map { component in
      component.parts.map { part in
        switch part {
        case .text(let text): String(text)
        case .anything: "*"
        case .identifier: identifier
        }
      }.joined()
    }.joined(separator: "/")
  }

  private func none(_ root: String) -> DatasetError {
    let names = try? Folder.names(in: root)
    return .unusable(
      place: root, problem: "no file there fits the patterns",
      found: names.map(DatasetError.listing) ?? "no folder that can be listed",
      expected: DatasetError.list(images.map(\.description)),
      advice: "patterns begin at this folder")
  }
}
