import Volumes

/// What is to be done to one sample, in order; what changes nothing is left out.
struct Steps {
  enum Step {
    case spatial(SpatialMap)
    case intensity([DrawnTransform])
  }

  private(set) var steps: [Step] = []

  init(
    _ schedule: Schedule, _ record: AugmentationRecord, transforms: [Transform], patchShape: Shape, sourceShape: Shape
  ) {
    var shape = sourceShape
    for (index, stage) in schedule.stages.enumerated() {
      switch stage {
      case .intensity(let places):
        let drawn = record.transforms.filter { places.contains($0.place) }.map(\.drawn)
        if !drawn.isEmpty { steps.append(.intensity(drawn)) }
      case .spatial(let places):
        let output = index == schedule.croppingStage ? patchShape : shape
        let entries = record.transforms.filter { places.contains($0.place) }
        let firstMoving = places.first { transforms[$0].name != .mirror } ?? 0
        let map = Self.map(entries, firstMoving: firstMoving, output: output, source: shape)
        if map != .identity(output: shape, source: shape) { steps.append(.spatial(map)) }
        shape = output
      }
    }
  }

  /// Batchgenerators' order, whatever the list's: coordinates are displaced, turned, scaled. A mirror that comes after the
  /// other transforms mirrors what they made, one that comes before mirrors what they read.
  private static func map(
    _ entries: [AugmentationRecord.Entry], firstMoving: Int, output: Shape, source: Shape
  ) -> SpatialMap {
    var map = SpatialMap.identity(output: output, source: source)
    func mirror(where isWanted: (AugmentationRecord.Entry) -> Bool) {
      for entry in entries where isWanted(entry) {
        if case .mirror(let drawn) = entry.drawn { map.mirror(drawn.axes) }
      }
    }
    mirror { $0.place > firstMoving }
    for entry in entries { if case .elastic(let field) = entry.drawn { map.elastic = field } }
    for entry in entries { if case .rotation(let drawn) = entry.drawn { map.rotate(degrees: drawn.degrees) } }
    for entry in entries { if case .scale(let drawn) = entry.drawn { map.scale(by: drawn.factor) } }
    for entry in entries { if case .jitter(let drawn) = entry.drawn { map.shift(by: drawn.voxels.map(Double.init)) } }
    mirror { $0.place <= firstMoving }
    return map
  }
}
