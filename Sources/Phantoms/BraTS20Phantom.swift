import Randomness
import Volumes

/// One case's drawn parameters: a function of the seed and the case's number alone.
public struct BraTS20Phantom: Sendable {
  /// 1 for the first case, as BraTS20 counts.
  public let number: Int
  /// As "BraTS20_Training_042".
  public let caseIdentifier: String
  /// Whether the tumour has a part that takes up contrast agent (label 4); 27 of BraTS20's 369 have none.
  public let isEnhancing: Bool
  /// Whether it is a glioblastoma (HGG) rather than a glioma of lower grade (LGG): 293 of BraTS20's 369 are.
  public let isHighGrade: Bool
  /// Whether T2 is stored as float32 with fractions, as in a few of BraTS20's cases.
  public let hasFractions: Bool
  /// Whether T2 goes below zero within the brain, as in case 341.
  public let goesNegative: Bool
  var grid: ScanGrid
  private let seed: UInt64

  /// BraTS20's own cases whose T2 holds fractions; case 4 is ours, so that a small data set has one too.
  private static let fractional: Set<Int> = [4, 340, 341, 345, 354, 355, 357, 360, 362, 365]

  /// Draws the parameters of a case; the fifth has no enhancing tumour, so that a small data set has one of these.
  public init(number: Int, size: PhantomSize, seed: UInt64) {
    let digits = String(number)
    let identifier = "BraTS20_Training_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    var random = RandomStream(seed: seed, purpose: Self.purpose, caseIdentifier: identifier, transform: "case")
    let grade = random.uniform()
    let uptake = random.uniform()
    self.number = number
    caseIdentifier = identifier
    isHighGrade = grade < 293.0 / 369 && number != 5
    // 25 of the 27 are taken to be of lower grade: those seldom take up contrast agent.
    isEnhancing = number != 5 && uptake >= (isHighGrade ? 2.0 / 293 : 25.0 / 76)
    hasFractions = Self.fractional.contains(number)
    goesNegative = number == 4 || number == 341
    self.seed = seed
    // The atlas' grid: the brain's middle lies at voxel (120, 128, 73) of 240x240x155.
    switch size {
    case .full: grid = ScanGrid(slices: 155, rows: 240, columns: 240, sliceSpacing: 1, pixel: 1, top: 81, middle: 9)
    case .small: grid = ScanGrid(slices: 52, rows: 80, columns: 80, sliceSpacing: 3, pixel: 3, top: 81, middle: 9)
    }
  }

  private static let purpose = "brats20 phantom"

  /// The case's random numbers for one part of it.
  func stream(_ part: String) -> RandomStream {
    RandomStream(seed: seed, purpose: Self.purpose, caseIdentifier: caseIdentifier, transform: part)
  }

  /// The type a sequence's voxels are stored as.
  func scalar(of sequence: MRISequence) -> ScalarType { sequence == .t2 && hasFractions ? .float32 : .int16 }

  /// Voxels along x, y and z, the order of nibabel's shape: towards left, back and head.
  public var extents: [Int] { [grid.columns, grid.rows, grid.slices] }

  /// BraTS20's affine, in which the last row of its 240 lies at 0; a coarser grid begins at the same corner.
  var affine: Affine {
    let (size, first) = (grid.pixel, (grid.pixel - 1) / 2)
    return Affine(rows: [[-size, 0, 0, -first], [0, -size, 0, 239 - first], [0, 0, size, first]])
  }
}
