import Files
import NIfTI
import Volumes

/// A data set of phantoms laid out as KiTS19 is: data/case_00000/imaging.nii.gz, segmentation.nii.gz, data/kits.json.
public struct KiTS19PhantomSet: Sendable {
  /// The cases in the order of their identifiers.
  public let phantoms: [KiTS19Phantom]

  /// - Parameters:
  ///   - cases: how many; case i is the same whatever their number.
  /// - Throws: `PhantomError` when no cases are asked for.
  public init(cases: Int, size: PhantomSize, seed: UInt64) throws(PhantomError) {
    guard cases > 0 else { throw .count(found: cases) }
    phantoms = (0..<cases).map { KiTS19Phantom(index: $0, size: size, seed: seed) }
  }

  init(phantoms: [KiTS19Phantom]) { self.phantoms = phantoms }

  /// Writes the data set below `root`, `jobs` cases at a time; the bytes do not depend on `jobs`.
  ///
  /// A full case in the making takes about five bytes of memory a voxel (seven as float32, eleven as float64).
  /// - Parameters:
  ///   - overwrite: whether to write into `root`/data though it holds something already; its other files stay.
  ///   - progress: is told a line for each case, from one thread at a time, in the order in which cases are done.
  /// - Throws: `PhantomError`, `FileError` or `NIfTIWriterError`; cases that are done stay.
  public func write(
    to root: String, jobs: Int, overwrite: Bool = false, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    let folder = root + "/data"
    try PhantomFolder.write(phantoms, to: folder, jobs: jobs, overwrite: overwrite, progress: progress)
    try AtomicFile.write(KiTS19Metadata.json(for: phantoms), to: folder + "/kits.json")
  }
}

extension KiTS19Phantom: Phantom {
  /// The case in a few words: its shape, its spacing, and what is unusual about it.
  var summary: String {
    var text = "\(grid.slices)x\(grid.rows)x\(grid.columns) \(imageScalar), "
    text += spacing.map { "\(($0 * 1000).rounded() / 1000)" }.joined(separator: "x") + " mm"
    if !isLabelled { text += ", no segmentation" }
    if isLabelled && isLabelQformOnly { text += ", qform-only uint16 segmentation" }
    return text
  }

  /// Paints the case and writes its files into `folder`.
  func write(to folder: String) throws {
    switch imageScalar {
    case .float32: try write(as: Float.self, to: folder) { $0 }
    case .float64: try write(as: Double.self, to: folder) { Double($0) }
    default: try write(as: Int16.self, to: folder, convert: WholeNumber.int16)
    }
  }

  private func write<Value: BitwiseCopyable>(
    as type: Value.Type, to folder: String, convert: (Float) -> Value
  ) throws {
    let image = Buffer<Value>(count: grid.voxels)
    let labels = isLabelled ? Buffer<UInt8>(count: grid.voxels) : nil
    var scan = AbdomenScan(self)
    scan.render { column, values, classes in
      let out = image.base + column * values.count
      for place in values.indices { out[place] = convert(values[place]) }
      if let labels, let start = classes.baseAddress {
        (labels.base + column * classes.count).update(from: start, count: classes.count)
      }
    }
    try Folder.make(folder)
    try NIfTIWriter.write(
      image.bytes, extents: grid.extents, scalar: imageScalar, affine: affine, form: .sform(code: 2),
      to: folder + "/imaging.nii.gz", flush: false)
    guard let labels else { return }
    let path = folder + "/segmentation.nii.gz"
    if isLabelQformOnly {
      let wide = Buffer<UInt16>(count: labels.count)
      for place in 0..<labels.count { wide.base[place] = UInt16(labels.base[place]) }
      try NIfTIWriter.write(
        wide.bytes, extents: grid.extents, scalar: .uint16, affine: affine, form: .qform(code: 1), to: path,
        flush: false)
    } else {
      try NIfTIWriter.write(
        labels.bytes, extents: grid.extents, scalar: .uint8, affine: affine, form: .sform(code: 2), to: path,
        flush: false)
    }
  }
}
