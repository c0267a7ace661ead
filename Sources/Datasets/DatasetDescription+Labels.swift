extension DatasetDescription {
  /// Holds the data set's labels against a pipeline's; returns what to warn about.
  ///
  /// A name that both know must mean the same voxels: a swapped pair would train without a word. Values that only one
  /// of them knows may be meant so.
  /// - Throws: `DatasetError.unusable` where a class has the name of a label and not its voxels.
  func notes(against scheme: LabelScheme) throws(DatasetError) -> [String] {
    for label in labels where label.values.count == 1 {
      guard let own = scheme.classes.first(where: { $0.name.lowercased() == label.name.lowercased() }) else { continue }
      let raw = label.values[0]
      let read = scheme.map[raw] ?? scheme.rest
      guard read != own.value else { continue }
      let taken = read.map { "takes for \(scheme.label(valued: $0)?.name ?? "\($0)")" } ?? "does not map"
      throw .unusable(
        place: path, problem: "`labels` and the pipeline disagree on \(label.name)",
        found: "\(raw) here, which the pipeline \(taken)", expected: "\(raw) to become \(own.name)",
        advice: "mend `labels` or `label_map` in the pipeline, or give the class another name")
    }
    var notes: [String] = []
    let known = Set(labels.flatMap(\.values))
    if scheme.rest == nil {
      for value in known.sorted() where scheme.map[value] == nil {
        let names = labels.filter { $0.values.contains(value) }.map(\.name).joined(separator: ", ")
        notes.append(
          "\(Self.fileName): the pipeline does not map the raw value \(value) (\(names)): a case that holds it will "
            + "fail; map it in `label_map`, or give `rest`")
      }
    }
    for (value, target) in scheme.map.sorted(by: { $0.key < $1.key }) where !known.contains(value) {
      notes.append(
        "\(Self.fileName): no label has the raw value \(value), which the pipeline takes for "
          + "\(scheme.label(valued: target)?.name ?? "\(target)")")
    }
    return notes
  }

  /// What to say where the file claims another number of training cases than there are.
  func note(onTraining found: Int) -> String? {
    guard let claimedTraining, claimedTraining != found else { return nil }
    let question = found < claimedTraining ? "is the copy complete?" : "is \(Self.fileName) up to date?"
    return "\(Self.fileName): numTraining is \(claimedTraining), found \(found) training cases; \(question)"
  }
}
