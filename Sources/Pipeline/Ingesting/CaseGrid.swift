import Files
import NIfTI
import Volumes

/// The one grid that all files of a case lie on, and what had to be settled for that.
struct CaseGrid {
  /// Maps the first image's indices (i, j, k) to millimetres.
  let affine: Affine
  /// Where the transform comes from.
  let transformSource: NIfTIHeader.TransformSource
  /// The directions of space that each image's axes follow.
  let images: [Orientation]
  /// The same of the label's axes.
  let label: Orientation?
  /// What a user should know about the headers, one line each; mostly nothing.
  let notes: [String]

  /// Compares all headers of a case with the first one that says where it lies.
  /// - Throws: `GridCheck.Mismatch`.
  init(images: [NIfTIHeader], label: NIfTIHeader?) throws(GridCheck.Mismatch) {
    let all = images + [label].compactMap { $0 }
    // An image that says nothing is matched index by index, so the grid's affine is also its own.
    let grid = all.first { $0.transformSource != .pixdim } ?? images[0]
    let check = GridCheck(grid: grid)
    var matches: [GridCheck.Match] = []
    for header in all { matches.append(try check.match(header)) }
    affine = grid.affine
    transformSource = grid.transformSource
    self.images = matches.prefix(images.count).map(\.orientation)
    self.label = label == nil ? nil : matches.last?.orientation
    var notes = all.flatMap { header in header.notes.map { "\(Folder.lastName(of: header.path)): \($0)" } }
    notes += matches.compactMap(\.note)
    if grid.transformSource == .pixdim {
      notes.append("no sform and no qform says where the case lies: only its voxel sizes are known, left may be right")
    }
    // Channels can share a file.
    self.notes = notes.enumerated().filter { !notes[..<$0.offset].contains($0.element) }.map(\.element)
  }
}
