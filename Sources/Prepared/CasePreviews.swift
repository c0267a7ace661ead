import Files
import Foundation
import Parallelism
import Pictures
import Preprocessing

/// `previews/<case>/`: what a case looked like as it was read and after each stage, for reports and for people.
///
/// One picture a stage, a row a channel: axial, coronal and sagittal mid slice with the outlines of the label, and the
/// intensities' histogram; `histograms.json` holds the histograms' numbers.
public enum CasePreviews {
  /// Where the previews of all cases lie below the folder of prepared data.
  public static let folder = "previews"

  /// Where a case's previews lie below the folder of prepared data.
  public static func folder(_ caseIdentifier: String) -> String { "\(folder)/\(caseIdentifier)" }

  /// Whether a case has previews; they are there as a whole or not at all.
  public static func exist(of caseIdentifier: String, below prepared: String) -> Bool {
    Folder.isFolder(prepared + "/" + folder(caseIdentifier))
  }

  private struct Histograms: Encodable {
    var stage: String
    var channels: [StagePreview.Histogram]
  }

  /// Writes a case's previews, all of them or none.
  /// - Throws: `FileError`, `PictureError`.
  public static func write(
    _ previews: [StagePreview], of caseIdentifier: String, below prepared: String, on workers: Workers
  ) throws {
    let path = prepared + "/" + folder(caseIdentifier)
    let temporary = AtomicFile.temporaryPath(for: path)
    do {
      try fill(temporary, with: previews, of: caseIdentifier, on: workers)
      // A folder cannot take the place of one that holds something.
      try? FileManager.default.removeItem(atPath: path)
      guard rename(temporary, path) == 0 else { throw FileError(path: path, action: "write") }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      // The temporary name says nothing to the reader, and differs from run to run.
      if let error = error as? FileError { throw FileError(path: path, action: error.action, code: error.code) }
      throw error
    }
  }

  private static func fill(
    _ temporary: String, with previews: [StagePreview], of caseIdentifier: String, on workers: Workers
  ) throws {
    try Folder.make(temporary)
    try workers.forEach(previews.count) { index in
      let name = "\(index)-\(previews[index].stage).png"
      try previews[index].picture(of: caseIdentifier).write(to: temporary + "/" + name, flush: false)
    }
    let histograms = previews.map { Histograms(stage: $0.stage, channels: $0.histograms) }
    try AtomicFile.write(
      try CanonicalJSON.text(histograms, compact: true), to: temporary + "/histograms.json", flush: false)
  }

  /// Removes a case's previews, and where no case is named what runs that were killed left of any.
  public static func remove(of caseIdentifier: String? = nil, below prepared: String) {
    let all = prepared + "/" + folder
    let names = caseIdentifier.map { [$0] } ?? ((try? Folder.names(in: all)) ?? []).filter { $0.hasSuffix(".tmp") }
    for name in names { try? FileManager.default.removeItem(atPath: all + "/" + name) }
  }
}

extension StagePreview {
  /// Pixels between slices and around them.
  private static let gap = 6
  private static let histogramWidth = 128
  private static let histogramHeight = 80

  func picture(of caseIdentifier: String) -> Picture {
    let rowHeight = (slices.map(\.rows) + [Self.histogramHeight]).max() ?? 1
    let lineHeight = Picture.lineHeight + Self.gap
    let width = slices.reduce(Self.gap) { $0 + $1.columns + Self.gap } + Self.histogramWidth + Self.gap
    var picture = Picture(width: width, height: histograms.count * (lineHeight + rowHeight + Self.gap) + Self.gap)
    for (channel, histogram) in histograms.enumerated() {
      let top = Self.gap + channel * (lineHeight + rowHeight + Self.gap)
      let window = histogram.range(of: 0.98)
      let name = histograms.count > 1 ? " channel \(channel)" : ""
      let ends = [window.lowerBound, window.upperBound].map { String(format: "%.4g", $0) }
      picture.write(
        "\(caseIdentifier) \(stage)\(name), grey from \(ends[0]) to \(ends[1])", row: top, column: Self.gap)
      var left = Self.gap
      for slice in slices {
        let (row, column) = (top + lineHeight + (rowHeight - slice.rows) / 2, left)
        picture.draw(slice.image(channel), window: window, row: row, column: column)
        if let label = slice.label { picture.drawContours(of: label, row: row, column: column) }
        left += slice.columns + Self.gap
      }
      // Logarithms, or nothing would be seen beside the background.
      picture.drawBars(
        histogram.counts.map { Int(1000 * log(1 + Double($0))) },
        row: top + lineHeight + rowHeight - Self.histogramHeight, column: left,
        width: Self.histogramWidth, height: Self.histogramHeight)
    }
    return picture
  }
}

extension StagePreview.Slice {
  fileprivate func image(_ channel: Int) -> Slice<Float> {
    Slice(rows: rows, columns: columns, values: values[channel])
  }

  fileprivate var label: Slice<UInt8>? {
    classes.isEmpty ? nil : Slice(rows: rows, columns: columns, values: classes)
  }
}

extension StagePreview.Histogram {
  /// The range that holds a share of the voxels, as many left out below as above.
  fileprivate func range(of share: Double) -> ClosedRange<Float> {
    let total = Double(counts.reduce(0, +))
    let width = (upper - lower) / Double(counts.count)
    let left = (1 - share) / 2 * total
    func bins(_ counts: some Sequence<Int>) -> Int {
      var below = 0.0
      return counts.prefix { count in
        below += Double(count)
        return below <= left
      }.count
    }
    let first = lower + Double(bins(counts)) * width
    let last = upper - Double(bins(counts.reversed())) * width
    return Float(first)...Float(max(first, last))
  }
}
