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
    case channel(String, PreprocessingError)

    var description: String {
      switch self {
      case .problems(let problems): problems.joined(separator: "; ")
      case .channel(let name, let error): "channel \(name): \(error)"
      }
    }
  }

  enum Outcome {
    /// The entry for the manifest, and the raw files as they were read.
    case prepared(Manifest.Case, [String: HashedFile])
    case excluded(String)
  }

  /// Reads a case's headers and opens its voxels; nothing large is read or allocated.
  struct Opened {
    var images: [NIfTIReader]
    var label: NIfTIReader?
    /// What they all lie on.
    var grid: CaseGrid

    init(_ raw: RawCase) throws {
      guard raw.problems.isEmpty else { throw Refusal.problems(raw.problems) }
      let headers = try raw.images.map { try NIfTIHeader(path: $0) }
      for header in headers { _ = try header.layout() }
      let labelHeader = try raw.label.map { try NIfTIHeader(path: $0) }
      let grid = try CaseGrid(images: headers, label: labelHeader)
      self.grid = grid
      images = try zip(headers, grid.images).map { try NIfTIReader(header: $0, orientation: $1) }
      label = try labelHeader.map { try NIfTIReader(header: $0, orientation: grid.label) }
    }
  }

  /// Runs the stages.
  /// - Parameter hashes: lanes that hash the raw files meanwhile.
  func preprocess(
    _ opened: Opened, hashes: [HashLane] = [], entered: (String) -> Void = { _ in }
  ) throws -> CaseState {
    do {
      return try Preprocessor(stages: stages).run(rawVolumes(opened), beside: hashes, on: workers, entered: entered)
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
    let hashes = try raw.files.map { try HashLane(path: $0) }
    var state = try preprocess(opened, hashes: hashes, entered: entered)
    let rules = plan.config.dataset.exclude
    if let reason = rules.reason(for: raw.identifier, classCounts: state.rawClassCounts) { return .excluded(reason) }

    entered("write")
    let inputs = hashes.map { $0.finish() }
    let source = source(of: raw, opened, inputs)
    let statistics = try statistics(of: &state)
    let writer = CaseFileWriter(
      caseIdentifier: raw.identifier, source: source, statistics: statistics, ingestDigest: plan.ingestDigest)
    let path = folder + "/" + Manifest.Case.file(raw.identifier)
    let written = try writer.write(state, to: path, flush: sync, on: workers)
    let entry = Manifest.Case(
      caseIdentifier: raw.identifier, written: written, shape: state.volume.shape.array,
      spacingMm: state.volume.affine.spacing.array, isLabelled: state.label != nil, statistics: statistics,
      source: source, warnings: plan.warnings(about: statistics, of: raw, source))
    var hashed = Dictionary(zip(raw.files.map(RawInputs.name), inputs)) { first, _ in first }
    hashed[RawInputs.name(path)] = HashedFile(
      stamp: try FileStamp(of: OpenFile(reading: path)), sha256: written.sha256)
    return .prepared(entry, hashed)
  }

  private func source(of raw: RawCase, _ opened: Opened, _ inputs: [HashedFile]) -> CaseSource {
    let header = opened.images[0].header
    let layout = opened.images[0].layout
    let files = zip(raw.files, inputs).map { path, input in
      CaseSource.File(name: RawInputs.name(path), bytes: input.stamp.bytes, sha256: input.sha256)
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
