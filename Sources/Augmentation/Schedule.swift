/// The order in which a list of transforms is carried out: everything spatial between two groups of intensity transforms
/// is one map and one sampling.
struct Schedule: Sendable, Equatable {
  /// Transforms that are carried out together, by their places in the list.
  enum Stage: Sendable, Equatable {
    case spatial([Int])
    case intensity([Int])
  }

  let stages: [Stage]
  /// The stage that crops the margin off: the last spatial one.
  let croppingStage: Int

  /// A mirror that stands by itself among intensity transforms joins the next sampling, or else the one before: it
  /// commutes with them (noise has no direction), and a pass over the voxels is saved.
  ///
  /// Where nothing is spatial, the margin is cropped off first.
  init(_ transforms: [Transform]) {
    var runs: [(isSpatial: Bool, places: [Int])] = []
    for (place, transform) in transforms.enumerated() {
      if runs.last?.isSpatial == transform.name.isSpatial {
        runs[runs.count - 1].places.append(place)
      } else {
        runs.append((transform.name.isSpatial, [place]))
      }
    }
    func isMoving(_ run: (isSpatial: Bool, places: [Int])) -> Bool {
      run.isSpatial && run.places.contains { transforms[$0].name != .mirror }
    }
    let moving = runs.indices.filter { isMoving(runs[$0]) }
    let kept = moving.isEmpty ? runs.indices.filter { runs[$0].isSpatial }.suffix(1) : moving
    for index in runs.indices where runs[index].isSpatial && !kept.contains(index) {
      guard let target = kept.first(where: { $0 > index }) ?? kept.last else { continue }
      runs[target].places = (runs[target].places + runs[index].places).sorted()
      runs[index].places = []
    }
    var stages: [Stage] = []
    for run in runs where !run.places.isEmpty {
      if run.isSpatial {
        stages.append(.spatial(run.places))
      } else if case .intensity(let before) = stages.last {
        stages[stages.count - 1] = .intensity(before + run.places)
      } else {
        stages.append(.intensity(run.places))
      }
    }
    if !stages.contains(where: \.isSpatial) { stages.insert(.spatial([]), at: 0) }
    self.stages = stages
    croppingStage = stages.lastIndex(where: \.isSpatial) ?? 0
  }
}

extension Schedule.Stage {
  var isSpatial: Bool {
    if case .spatial = self { true } else { false }
  }
}
