import Foundation
import Randomness
import Volumes

/// A patient in an MRI scanner, after skull-stripping: the brain in four sequences, in zeros.
struct HeadScan: Scan {
  static let images = MRISequence.allCases.count

  let bodyGrid: ScanGrid
  private let brain: Brain
  private let fields: [WaveField]
  private var noises: [ScannerNoise]
  /// Per sequence: what a signal is multiplied by, the noise's standard deviation as a share of white matter's signal,
  /// and the shading of the coil, which falls along a direction.
  private let gains: [Float]
  private let noiseLevels: [Float]
  private let shading: [SIMD3<Float>]
  /// Subtracted from the brain, not from the zeros.
  private let offsets: [Float]
  /// Whether values are whole numbers, at least 1 in the brain.
  private let isWhole: [Bool]
  private var present: [Solid] = []
  /// The depth of a row's voxels below the surface of what is shown.
  private let depths: Buffer<Float>

  init(_ phantom: BraTS20Phantom) {
    var random = phantom.stream("scan")
    let scale = random.uniform(in: 0.96..<1.03)
    var grid = phantom.grid
    grid.pixel /= scale
    grid.sliceSpacing /= scale
    bodyGrid = grid
    brain = Brain(isEnhancing: phantom.isEnhancing, using: phantom.stream("anatomy"))
    let heights = grid.heights
    fields = [(8, 60.0..<130), (10, 16.0..<38), (12, 3.5..<11)].map { count, wavelengths in
      WaveField(waves: count, wavelengths: wavelengths, heights: heights, using: &random)
    }
    noises = MRISequence.allCases.map {
      ScannerNoise(slices: grid.slices, rows: grid.rows, stream: phantom.stream("noise \($0)"))
    }
    gains = MRISequence.allCases.map { _ in Float(exp(random.uniform(in: -0.6..<0.7))) }
    noiseLevels = MRISequence.allCases.map { _ in Float(random.uniform(in: 0.015..<0.045)) }
    shading = MRISequence.allCases.map { _ in
      SIMD3(
        Float(random.uniform(in: -0.09..<0.09)), Float(random.uniform(in: -0.09..<0.09)),
        Float(random.uniform(in: -0.09..<0.09)))
    }
    isWhole = MRISequence.allCases.map { phantom.scalar(of: $0) == .int16 }
    offsets = MRISequence.allCases.map { phantom.goesNegative && $0 == .t2 ? 90 : 0 }
    depths = Buffer(count: grid.slices)
  }

  mutating func advance(to column: Int) {
    let x = bodyGrid.x(column: column)
    present = brain.solids.filter { $0.reach.x.contains(x) }
    for index in noises.indices { noises[index].advance(to: column) }
  }

  func paint(_ row: borrowing PhantomRow, at start: Int) {
    for image in 0..<row.images { (row.values + image * row.stride).update(repeating: 0, count: row.count) }
    let (x, y) = (row.x, row.y)
    if !BrainShape.mayShow(x: x, y: y) { return }
    fields[0].fill(row.coarse, x: x, y: y)
    fields[1].fill(row.lumps, x: x, y: y)
    fields[2].fill(row.grain, x: x, y: y)
    let edge = Float(max(0.9, bodyGrid.pixel * 0.9))
    let shown = brain.paintMatter(row, depths: depths.base, edge: edge)
    if shown.isEmpty { return }
    for solid in present where solid.reach.y.contains(y) { solid.paint(row, grid: bodyGrid, edge: edge) }
    for image in 0..<row.images { expose(row, image, shown, noiseStart: start) }
    let labels = row.labels
    for slice in 0..<row.count where depths.base[slice] < 0 { labels[slice] = 0 }
  }

  /// From tissue to what the scanner stores: the coil's shading, noise, the sequence's gain; 0 outside the brain.
  private func expose(_ row: borrowing PhantomRow, _ image: Int, _ shown: Range<Int>, noiseStart: Int) {
    let (values, z, count) = (row.values + image * row.stride, row.z, row.count)
    let (gain, offset, isWhole) = (gains[image], offsets[image], isWhole[image])
    let level = noiseLevels[image] * BrainTissue.white.signal[image]
    let slope = shading[image] / 70
    let flat = 1 + row.x * slope.x + row.y * slope.y
    noises[image].plane.withUnsafeBufferPointer { plane in
      guard let noise = plane.baseAddress else { return }
      for slice in 0..<count {
        guard shown.contains(slice), depths.base[slice] >= 0 else {
          values[slice] = 0
          continue
        }
        let signal = values[slice] * (flat + z[slice] * slope.z) + level * noise[noiseStart + slice]
        let value = signal * gain - offset
        values[slice] = isWhole ? max(1, WholeNumber.nearest(value)) : value
      }
    }
  }
}
