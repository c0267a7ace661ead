import Parallelism
import Volumes

extension RawSurvey {
  /// Surveys a raw case without keeping a voxel: what stages over a data set need before any case is prepared.
  /// - Returns: what was found, and voxels per class in the label.
  /// - Throws: what the sources throw, and `PreprocessingError.foreignLabels`.
  public static func read(
    _ raw: RawVolumes, on workers: Workers
  ) throws -> (survey: RawSurvey, classCounts: [Int]?) {
    let raw = raw.aligned
    let surveying = RawSurveying(raw, withPreview: false)
    var lanes: [any Lane] = []
    for (index, source) in raw.channels.enumerated() {
      let reading = PlaneReading(source: source, mayUse: surveying.mayTake) { plane, k in
        surveying.take(plane, at: k, channel: index, source.layout)
        return {}
      }
      lanes += [reading.reading, reading.using]
    }
    let counts = Counts()
    if let source = raw.label {
      // Threads decode several planes at once, all of one window: none may lie where another does.
      let slots = min(ForegroundPlanes.window, source.layout.planes)
      let decoder = LabelDecoder(layout: source.layout, mapping: raw.mapping, slots: slots)
      let reading = PlaneReading(source: source, mayUse: surveying.mayDecode) { plane, k in
        let found = decoder.take(plane, at: k)
        surveying.takeLabel(decoder, at: k)
        return { counts.labels.add(found) }
      }
      lanes += [reading.reading, reading.using]
    }
    try Lanes(lanes + surveying.lanes).run(on: workers)
    try counts.labels.refuseForeignValues(raw.mapping)
    return (surveying.finish(), raw.label == nil ? nil : counts.labels.perClass)
  }

  /// Touched under the lanes' lock only.
  private final class Counts: @unchecked Sendable {
    var labels = LabelCounts()
  }
}
