import Datasets
import Files
import NIfTI
import Preprocessing

/// Finds a segmentation that has another name than it should by what is in the files beside the images: it lies on their
/// grid and holds label values alone.
///
/// Only cases that lack their segmentation and have such files cost anything: each of the files is read once.
struct LabelSearch {
  let labels: LabelScheme

  /// The values that BraTS's segmentations had over the years; what a label is when the pipeline takes any value.
  private static let usualValues = 0...4

  /// The case with its segmentation, or with a note why no file is taken for it.
  func completed(_ raw: RawCase) -> RawCase {
    guard raw.label == nil, raw.problems.isEmpty, let missing = raw.missingLabel, let image = raw.images.first,
      let grid = try? NIfTIHeader(path: image.path)
    else { return raw }
    var found = raw
    let verdicts = missing.candidates.map { (file: $0, objection: objection(to: $0, grid)) }
    var fitting = verdicts.filter { $0.objection == nil }.map(\.file)
    let named = fitting.filter { Folder.lastName(of: $0.path).lowercased().contains("seg") }
    // A mask of the brain looks like a label too.
    if named.count == 1 { fitting = named }
    let names = fitting.map { Folder.lastName(of: $0.path) }
    if fitting.count == 1 {
      found.label = fitting[0]
      found.notes.append(
        "\(missing.name) is missing; \(names[0]) is taken for the segmentation: it lies on the images' grid and holds "
          + "label values alone")
    } else if fitting.isEmpty {
      let reasons = verdicts.map { "\(Folder.lastName(of: $0.file.path)) \($0.objection ?? "")" }
      found.notes.append(
        "\(missing.name) is missing, and no other file is the segmentation: \(reasons.joined(separator: ", ")); "
          + "the case counts as unlabelled")
    } else {
      found.labelProblems.append(
        "\(raw.identifier): \(missing.name) is missing, found \(names.joined(separator: ", ")), which could each be it, "
          + "expected one segmentation; give the right one that name")
    }
    return found
  }

  /// Why a file is not the segmentation; nil if it may be.
  private func objection(to file: RawFile, _ grid: NIfTIHeader) -> String? {
    guard Folder.isFile(file.path) else { return "is no file" }
    do {
      let header = try NIfTIHeader(path: file.path)
      guard (try? GridCheck(grid: grid).match(header)) != nil else { return "lies on another grid" }
      let summary = try VoxelSummary(of: NIfTIReader(header: header))
      guard summary.nonfinite == 0, let values = summary.distinct?.map(\.value),
        values.allSatisfy({ isLabel($0) })
      else { return "holds values that are no label's" }
      return values.contains { $0.rounded() != 0 } ? nil : "holds background alone"
    } catch {
      return "cannot be read"
    }
  }

  private func isLabel(_ value: Double) -> Bool {
    guard abs(value - value.rounded()) <= LabelMapping.tolerance, let raw = Int(exactly: value.rounded()) else {
      return false
    }
    return labels.map[raw] != nil || (labels.rest != nil && Self.usualValues.contains(raw))
  }
}
