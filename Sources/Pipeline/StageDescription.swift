import Volumes

/// A stage in words.
enum StageDescription {
  static func lines(of stage: StageConfig) -> [String] {
    switch stage {
    case .resample(let resample): lines(of: resample)
    case .clipHU(let range): ["every voxel held within \(text(range)) HU"]
    case .zscore(let statistics): [line(of: statistics)]
    case .crop(let crop): [line(of: crop)]
    case .pad(let pad): lines(of: pad)
    case .rescale(let rescale): [line(of: rescale)]
    }
  }

  private static func lines(of resample: ResampleConfig) -> [String] {
    let shape =
      switch resample.shape {
      case .floor: "floor(n * spacing / target + 1e-4)"
      case .round: "n * spacing / target, rounded half to even"
      }
    let grid =
      switch resample.grid {
      case .extent: "same extent as before (voxel size = extent / shape)"
      case .spacing: "exactly the target's voxel size, first outer corner fixed"
      }
    let label =
      switch (resample.labelOrder, resample.labelRule) {
      case (.nearest, _): "order 0 (nearest)"
      case (let order, .threshold): "\(text(order)) per class, at least 0.5, the last wins, none: background"
      case (let order, .argmax): "\(text(order)), the class with the greatest share, the lower wins ties"
      }
    return [
      "to \(text(resample.spacing)) mm (z, y, x)",
      "image: \(text(resample.imageOrder)), border \(resample.imageBorder.rawValue)",
      "label: \(label); border \(resample.labelBorder.rawValue)",
      "shape: \(shape)",
      "grid:  \(grid)",
    ]
  }

  private static func line(of statistics: ZScoreStatistics) -> String {
    switch statistics {
    case .volume: "over the whole volume, background included (ddof 0)"
    case .nonzero: "over the voxels that are not 0 (ddof 0)"
    case .foreground: "over the voxels that are not background in the label (ddof 0)"
    case .dataset: "over the foreground voxels of the whole data set (ddof 0)"
    case .constants(let mean, let std): "by constants: (value - \(number(mean))) / \(number(std))"
    }
  }

  private static func line(of crop: CropConfig) -> String {
    let content =
      switch crop.to {
      case .nonzero: "to the voxels that are not 0 in some channel"
      case .foreground: "to the voxels that are not background in the label"
      }
    let margin = crop.margin == ZYX(z: 0, y: 0, x: 0) ? "no margin" : "margin \(text(crop.margin)) voxels (z, y, x)"
    return "\(content), \(margin)"
  }

  private static func lines(of pad: PadConfig) -> [String] {
    let value =
      switch pad.value {
      case .minimum: "the volume's minimum at this point"
      case .constant(let value): number(value)
      }
    return [
      "to at least \(text(pad.shape)) voxels (z, y, x)",
      "image: \(value)", "label: background",
    ]
  }

  private static func line(of rescale: RescaleConfig) -> String {
    let source =
      switch rescale.from {
      case .volume: "the volume's own minimum and maximum"
      case .range(let range): text(range)
      }
    return "from \(source) to \(text(rescale.to)), linearly"
  }

  private static func text(_ order: InterpolationOrder) -> String {
    switch order {
    case .nearest: "order 0 (nearest)"
    case .linear: "order 1 (linear)"
    case .cubic: "order 3 (cubic spline)"
    }
  }

  private static func text(_ range: ValueRange) -> String { "[\(number(range.lower)), \(number(range.upper))]" }

  private static func text(_ axes: ZYX<Double>) -> String {
    "\(number(axes.z)) x \(number(axes.y)) x \(number(axes.x))"
  }

  private static func text(_ axes: ZYX<Int>) -> String { "\(axes.z) x \(axes.y) x \(axes.x)" }

  private static func number(_ number: Double) -> String { JSONValue.text(of: number) }
}
