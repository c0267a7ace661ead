import Datasets
import Files
import Foundation
import NIfTI
import Parallelism
import Prepared
import Preprocessing
import Volumes

/// Takes one raw case to its prepared file.
struct CaseIngest {
  let plan: Plan
  let stages: [Stage]
  let workers: Workers

  /// Why a case is not prepared.
  enum Refusal: Error, CustomStringConvertible {
    case problems([String])
    /// A file that does not hold a volume for each channel.
    case volumes(NIfTIHeader, expected: Int)
    case channel(String, PreprocessingError)

    var description: String {
      switch self {
      case .problems(let problems): problems.joined(separator: "; ")
      case .volumes(let header, let expected):
        "\(header.path): does not hold the channels, found \(header.extents.map(String.init).joined(separator: "x")), "
          + "expected a fourth dimension of \(expected), one volume for each channel in dataset.json; "
          + "mend dataset.json, or find the right file"
      case .channel(let name, let error): "channel \(name): \(error)"
      }
    }
  }

  enum Outcome {
    /// The entry for the manifest, and the raw files as they were read.
    case prepared(Manifest.Case, [String: HashedFile])
    /// Why its voxels leave the case out, and the raw files as they were read.
    case excluded(String, [String: HashedFile])
  }

  /// Reads a case's headers and opens its voxels; nothing large is read or allocated.
  struct Opened {
    /// One for each channel, of three dimensions.
    var headers: [NIfTIHeader]
    var images: [any PlaneSource]
    var label: NIfTIReader?
    /// What they all lie on.
    var grid: CaseGrid

    init(_ raw: RawCase) throws {
      guard raw.problems.isEmpty else { throw Refusal.problems(raw.problems) }
      let raws = try RawImages(raw.images)
      headers = raws.headers
      let labelHeader = try raw.label.map { try NIfTIHeader(path: $0.path) }
      let grid = try CaseGrid(images: headers, label: labelHeader)
      self.grid = grid
      images = try raws.open(orientations: grid.images)
      label = try labelHeader.map { try NIfTIReader(header: $0, orientation: grid.label) }
    }
  }

  /// Runs the stages.
  /// - Parameter hashes: lanes that hash the raw files meanwhile.
  func preprocess(
    _ opened: Opened, hashes: [HashLane] = [], previews: Bool = false, entered: (String) -> Void = { _ in }
  ) throws -> CaseState {
    do {
      return try Preprocessor(stages: stages).run(
        rawVolumes(opened), beside: hashes, on: workers, previews: previews, entered: entered)
    } catch PreprocessingError.inChannel(let index, let error) {
      throw Refusal.channel(plan.config.dataset.channels[index], error)
    }
  }

  /// What the case will be and what it takes, from its headers.
  func forecast(of opened: Opened) throws -> CaseForecast {
    try CaseForecast(of: stages, for: rawVolumes(opened), workers: workers.count)
  }

  func rawVolumes(_ opened: Opened) -> RawVolumes {
    let scheme = plan.config.dataset.labels
    return RawVolumes(
      channels: opened.images, label: opened.label,
      mapping: LabelMapping(classes: scheme.map, rest: scheme.rest), affine: opened.grid.affine,
      nonfinite: plan.config.dataset.nonfinite)
  }

  /// Prepares the case and writes it below `folder`.
  func run(_ raw: RawCase, into folder: String, sync: Bool, entered: (String) -> Void) throws -> Outcome {
    let opened = try Opened(raw)
    let files = raw.filesOnDisk
    let hashes = try files.map { try HashLane(path: $0.path) }
    var state = try preprocess(opened, hashes: hashes, previews: true, entered: entered)
    var hashed = try Dictionary(zip(files.map(\.name), hashes.map { try $0.finish() })) { first, _ in first }
    let rules = plan.config.dataset.exclude
    if let reason = rules.reason(for: raw.identifier, classCounts: state.rawClassCounts) {
      return .excluded(reason, hashed)
    }

    entered("write")
    let source = source(of: raw, opened, hashed)
    let statistics = try statistics(of: &state)
    let writer = CaseFileWriter(
      caseIdentifier: raw.identifier, source: source, statistics: statistics, ingestDigest: plan.ingestDigest)
    let path = folder + "/" + Manifest.Case.file(raw.identifier)
    try CasePreviews.write(state.previews, of: raw.identifier, below: folder, on: workers)
    let written = try writer.write(state, to: path, flush: sync, on: workers)
    let entry = Manifest.Case(
      caseIdentifier: raw.identifier, written: written, shape: state.volume.shape.array,
      spacingMm: state.volume.affine.spacing.array, isLabelled: state.label != nil, statistics: statistics,
      source: source, warnings: plan.warnings(about: statistics, of: raw, source))
    hashed[RawFile(path).name] = HashedFile(
      stamp: try FileStamp(of: OpenFile(reading: path)), sha256: written.sha256)
    return .prepared(entry, hashed)
  }

  private func source(of raw: RawCase, _ opened: Opened, _ hashed: [String: HashedFile]) -> CaseSource {
    let header = opened.headers[0]
    let layout = opened.images[0].layout
    let files = (raw.images + [raw.label].compactMap { $0 }).compactMap { file in
      hashed[file.name].map {
        var source = CaseSource.File(
          name: file.name, bytes: $0.stamp.bytes, sha256: $0.sha256, volume: file.volume?.index)
        if let half = file.otherHalf, let found = hashed[half.name] {
          source.otherHalf = .init(name: half.name, bytes: found.stamp.bytes, sha256: found.sha256)
        }
        return source
      }
    }
    let spacing = layout.orientation.canonical(opened.grid.affine, extents: layout.extents).spacing
    var source = CaseSource(
      images: Array(files.prefix(raw.images.count)), label: raw.label == nil ? nil : files.last, shape: layout.shape,
      spacing: spacing, orientation: layout.orientation.codes, transform: opened.grid.transformSource.rawValue,
      sformCode: header.sformCode, qformCode: header.qformCode, dataType: header.scalar.rawValue)
    if !opened.grid.notes.isEmpty { source.notes = opened.grid.notes }
    return source
  }

  private func statistics(of state: inout CaseState) throws -> CaseStatistics {
    let classes = plan.config.dataset.labels.names.count
    let channels = try (0..<state.volume.channels).map { index in
      CaseStatistics.Channel(try state.moments(ofChannel: index, on: workers))
    }
    let survey = state.survey
    let foreground = survey?.channels.map(\.foreground) ?? []
    return CaseStatistics(
      channels: channels, rawClassVoxels: state.rawClassCounts.map { Array($0.prefix(classes)) },
      classVoxels: state.classCounts.map { Array($0.prefix(classes)) }, nonfiniteReplaced: state.nonfiniteReplaced,
      labelCensuses: state.label == nil ? nil : state.censuses.map { $0.of(classes: classes) },
      rawForeground: foreground.allSatisfy { $0.count > 0 } ? foreground.map(CaseStatistics.Channel.init) : nil,
      contentShape: survey?.contentShape?.array ?? [0, 0, 0])
  }
}
