import Randomness
import Volumes

/// One case's drawn parameters: a function of the seed and the case's index alone.
public struct KiTS19Phantom: Sendable {
  /// As "case_00042".
  public let caseIdentifier: String
  /// The type the image's voxels are stored as: int16 in most cases.
  public let imageScalar: ScalarType
  /// Whether there is a segmentation: the last of every six cases has none, as KiTS19's 210 to 299.
  public let isLabelled: Bool
  /// Whether the segmentation is uint16 with a qform alone, as nine of KiTS19's are, or uint8 with an sform alone.
  public let isLabelQformOnly: Bool
  let grid: ScanGrid
  let seed: UInt64

  /// Draws the parameters of case `index`.
  ///
  /// Among the first ten cases there is always one that is shorter than the 80x160x160 patch, one that is not square,
  /// one without a segmentation, one float32 and one float64 image, and label files with either header.
  public init(index: Int, size: PhantomSize, seed: UInt64) {
    let oddity = Oddity(index: index, seed: seed)
    let digits = String(index)
    let identifier = "case_" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    caseIdentifier = identifier
    isLabelled = index % 6 != 5
    isLabelQformOnly = oddity == .qformOnly
    imageScalar =
      switch oddity {
      case .float32: .float32
      case .float64: .float64
      default: .int16
      }
    self.seed = seed
    var stream = RandomStream(seed: seed, purpose: "kits19 phantom", caseIdentifier: identifier, transform: "grid")
    grid = Self.drawGrid(index: index, oddity: oddity, size: size, from: &stream)
  }

  init(
    caseIdentifier: String, grid: ScanGrid, seed: UInt64, imageScalar: ScalarType = .int16, isLabelled: Bool = true,
    isLabelQformOnly: Bool = false
  ) {
    self.caseIdentifier = caseIdentifier
    self.imageScalar = imageScalar
    self.isLabelled = isLabelled
    self.isLabelQformOnly = isLabelQformOnly
    self.grid = grid
    self.seed = seed
  }

  /// Voxels along the slices, the rows and the columns: the order of nibabel's shape.
  public var extents: [Int] { grid.extents }

  /// Millimetres along the slices, the rows and the columns.
  public var spacing: [Double] { [grid.sliceSpacing, grid.pixel, grid.pixel] }

  /// KiTS19's affine: its origin lies in the first voxel, so it says nothing about where the patient lay.
  var affine: Affine {
    Affine(rows: [[0, 0, -grid.pixel, 0], [0, -grid.pixel, 0, 0], [-grid.sliceSpacing, 0, 0, 0]])
  }

  /// The case's random numbers for one part of it.
  func stream(_ part: String) -> RandomStream {
    RandomStream(seed: seed, purpose: "kits19 phantom", caseIdentifier: caseIdentifier, transform: part)
  }

  /// What sets a case apart from the others.
  private enum Oddity {
    case none, first, short, qformOnly, notSquare, float32, float64

    init(index: Int, seed: UInt64) {
      let fixed: [Int: Oddity] = [
        0: .first, 1: .short, 2: .qformOnly, 3: .notSquare, 4: .float32, 6: .float64, 7: .qformOnly,
      ]
      if index < 10 {
        self = fixed[index] ?? .none
        return
      }
      var stream = RandomStream(seed: seed, purpose: "kits19 phantom", patch: UInt32(index), transform: "oddity")
      self = stream.choice([
        (.none, 0.85), (.qformOnly, 0.05), (.short, 0.03), (.notSquare, 0.01), (.float32, 0.03), (.float64, 0.03),
      ])
    }
  }

  private static func drawGrid(
    index: Int, oddity: Oddity, size: PhantomSize, from stream: inout RandomStream
  ) -> ScanGrid {
    var grid = ScanGrid(slices: 216, rows: 512, columns: 512, sliceSpacing: 3, pixel: 0.78, top: 0)
    // Shares of KiTS19's slice spacings, and its pixels: most between .68 and .86 mm, a few far from them.
    let spacing = stream.choice([
      (5.0, 0.41), (3.0, 0.18), (0.5, 0.15), (2.5, 0.11), (1.0, 0.08), (1.25, 0.03), (2.0, 0.02), (4.0, 0.02),
    ])
    let pixel = stream.choice([(0.0, 0.15), (0.02, 0.7), (1.0, 0.15)])
    let within = stream.uniform()
    let length = stream.uniform(in: 250..<480)
    let topShare = stream.uniform(in: 0.27..<0.42)
    let coarse = stream.integer(in: 5...9)

    if oddity != .first {
      grid.sliceSpacing = spacing
      grid.pixel = pixel == 0 ? 0.6 + 0.08 * within : pixel == 1 ? 0.86 + 0.18 * within : 0.68 + 0.18 * within
      if within < 0.01 { grid.pixel = 0.4375 }
      grid.pixel = (grid.pixel * 4096).rounded() / 4096
      grid.slices = max(29, min(1059, Int((length / spacing).rounded())))
    }
    switch oddity {
    case .short:
      grid.sliceSpacing = 5
      grid.slices = 29
    case .notSquare:
      grid.columns = 796
      grid.pixel = 0.451171875
    case .float32, .float64:
      grid.sliceSpacing = max(2.5, grid.sliceSpacing)  // 4 or 8 bytes a voxel: thin slices would fill the disk
      grid.slices = Int((length / grid.sliceSpacing).rounded())
    case .none, .first, .qformOnly: break
    }

    if size == .small {
      let height = Double(grid.slices) * grid.sliceSpacing
      grid.sliceSpacing = oddity == .short ? 6 : max(Double(coarse), (height / 64).rounded(.up))
      grid.slices = max(24, min(64, Int((height / grid.sliceSpacing).rounded())))
      grid.pixel *= 4
      (grid.rows, grid.columns) = (128, 128)
      if oddity == .notSquare {
        (grid.rows, grid.columns) = (112, 128)
        grid.pixel = 3.125
      }
    }
    let height = Double(grid.slices) * grid.sliceSpacing
    grid.top = 80 + max(0, height - 150) * topShare
    return grid
  }
}
