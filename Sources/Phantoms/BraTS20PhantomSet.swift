import Files
import NIfTI
import Volumes

/// A data set of phantoms laid out as BraTS20 is: MICCAI_BraTS2020_TrainingData/BraTS20_Training_001/
/// BraTS20_Training_001_flair.nii.gz, _t1, _t1ce, _t2, _seg, and so on; name_mapping.csv and survival_info.csv.
public struct BraTS20PhantomSet: Sendable {
  /// Which of the copies that go round it lies on disk like.
  public enum Copy: String, CaseIterable, Sendable {
    /// The challenge's own: .nii.gz.
    case official
    /// Kaggle's: .nii, and case 355's segmentation is misnamed (the last case's where there are fewer).
    case kaggle
  }

  /// The cases in the order of their identifiers.
  public let phantoms: [BraTS20Phantom]
  /// Which copy it is like.
  public let copy: Copy

  /// The folder that the challenge's archive unpacks to.
  static let folder = "MICCAI_BraTS2020_TrainingData"
  /// The case whose segmentation is misnamed in Kaggle's copy, and what it is called there.
  private static let misnamed = (number: 355, name: "W39_1998.09.19_Segm.nii")

  /// - Parameters:
  ///   - cases: how many; case i is the same whatever their number.
  /// - Throws: `PhantomError` when no cases are asked for.
  public init(cases: Int, size: PhantomSize, seed: UInt64, copy: Copy = .official) throws(PhantomError) {
    guard cases > 0 else { throw .count(found: cases) }
    self.copy = copy
    phantoms = (1...cases).map { BraTS20Phantom(number: $0, size: size, seed: seed) }
  }

  init(phantoms: [BraTS20Phantom], copy: Copy = .official) { (self.phantoms, self.copy) = (phantoms, copy) }

  /// Writes the data set below `root`, `jobs` cases at a time; the bytes do not depend on `jobs`.
  ///
  /// A full case in the making takes about 0.1 GB of memory.
  /// - Parameters:
  ///   - overwrite: whether to write into a folder that holds something already; its other files stay.
  ///   - progress: is told a line for each case, from one thread at a time, in the order in which cases are done.
  /// - Throws: `PhantomError`, `FileError` or `NIfTIWriterError`; cases that are done stay.
  public func write(
    to root: String, jobs: Int, overwrite: Bool = false, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    let folder = "\(root)/\(Self.folder)"
    let odd = min(Self.misnamed.number, phantoms.count)
    let files = phantoms.map { phantom in
      let isOdd = copy == .kaggle && phantom.number == odd
      return BraTS20Files(
        phantom: phantom, ending: copy == .kaggle ? ".nii" : ".nii.gz",
        segmentation: isOdd ? Self.misnamed.name : nil)
    }
    try PhantomFolder.write(files, to: folder, jobs: jobs, overwrite: overwrite, progress: progress)
    for table in [BraTS20Table.names(of: phantoms), BraTS20Table.survival(of: phantoms)] {
      try AtomicFile.write(table.text, to: "\(folder)/\(table.name)")
    }
  }
}

/// A case's files.
struct BraTS20Files: Phantom {
  let phantom: BraTS20Phantom
  let ending: String
  /// The segmentation's name where it is not the right one.
  let segmentation: String?

  var caseIdentifier: String { phantom.caseIdentifier }

  var summary: String {
    var text = phantom.extents.map(String.init).joined(separator: "x") + (phantom.isHighGrade ? " HGG" : " LGG")
    if !phantom.isEnhancing { text += ", no enhancing tumour" }
    if phantom.hasFractions { text += ", T2 with fractions" }
    if let segmentation { text += ", segmentation named \(segmentation)" }
    return text
  }

  func write(to folder: String) throws {
    let volume = BraTS20Volume(phantom)
    try Folder.make(folder)
    for sequence in MRISequence.allCases {
      let path = "\(folder)/\(caseIdentifier)_\(sequence.name)\(ending)"
      if let fractions = volume.fractions, sequence == .t2 {
        try write(fractions.bytes, .float32, to: path)
      } else {
        try write(volume.images[sequence.rawValue].bytes, .int16, to: path)
      }
    }
    try write(volume.labels.bytes, .uint8, to: "\(folder)/\(segmentation ?? "\(caseIdentifier)_seg\(ending)")")
  }

  private func write(_ voxels: UnsafeRawBufferPointer, _ scalar: ScalarType, to path: String) throws {
    try NIfTIWriter.write(
      voxels, extents: phantom.extents, scalar: scalar, affine: phantom.affine, form: .both(code: 1), to: path,
      flush: false)
  }
}

/// A painted case as it lies on disk: x towards the left fastest, then y towards the back, then z towards the head.
private struct BraTS20Volume {
  let images: [Buffer<Int16>]
  /// T2 where it holds fractions.
  let fractions: Buffer<Float>?
  let labels: Buffer<UInt8>

  init(_ phantom: BraTS20Phantom) {
    let grid = phantom.grid
    let images = MRISequence.allCases.map { _ in Buffer<Int16>(count: grid.voxels) }
    let fractions = phantom.hasFractions ? Buffer<Float>(count: grid.voxels) : nil
    let labels = Buffer<UInt8>(count: grid.voxels)
    var scan = HeadScan(phantom)
    scan.render { column, values, classes in
      for row in 0..<grid.rows {
        for slice in 0..<grid.slices {
          let from = row * grid.slices + slice
          let to = column + grid.columns * (row + grid.rows * (grid.slices - 1 - slice))
          labels.base[to] = classes[from]
          for image in images.indices {
            let value = values[image * classes.count + from]
            if let fractions, image == MRISequence.t2.rawValue {
              fractions.base[to] = value
            } else {
              images[image].base[to] = WholeNumber.int16(value)
            }
          }
        }
      }
    }
    (self.images, self.fractions, self.labels) = (images, fractions, labels)
  }
}
