import Preprocessing
import Volumes

/// A stage in words.
enum StageDescription {
  static func lines(of stage: Stage) -> [String] {
    switch stage {
    case .resample(let resample): lines(of: resample)
    case .clip(let range): ["every voxel held within \(text(range)) HU"]
    case .clipChannels(let ranges): ["the channels held within \(ranges.map(text).joined(separator: ", "))"]
    case .clipDataset(let clip):
      [
        "each channel held within percentiles \(number(clip.lowerPercentile)) to \(number(clip.upperPercentile)) of",
        "the raw foreground of \(whose(clip.isFoldSafe))",
      ]
    case .zscore(let statistics): [line(of: statistics)]
    case .crop(let crop): [line(of: crop)]
    case .pad(let pad): lines(of: pad)
    case .rescale(let rescale): [line(of: rescale)]
    }
  }

  private static func lines(of resample: Resampling) -> [String] {
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

  private static func line(of statistics: ZScore) -> String {
    switch statistics {
    case .volume: "over the whole volume, background included (ddof 0)"
    case .nonzero: "over the voxels that are not 0 (ddof 0)"
    case .foreground: "over the voxels that are not background in the label (ddof 0)"
    case .dataset(let isFoldSafe): "over the raw foreground of \(whose(isFoldSafe))"
    case .constants(let normals):
      "by constants: "
        + normals.map { "(value - \(number($0.mean))) / \(number($0.std))" }.joined(separator: ", ")
    }
  }

  private static func whose(_ isFoldSafe: Bool) -> String {
    isFoldSafe
      ? "what each fold trains on, applied where a fold is read (manifest: deferred_maps)"
      : "all labelled cases, each counting the same (ddof 0)"
  }

  private static func line(of crop: Crop) -> String {
    let content =
      switch crop.to {
      case .nonzero: "to the voxels that are not 0 in some channel"
      case .foreground: "to the voxels that are not background in the label"
      }
    let margin = crop.margin == ZYX(z: 0, y: 0, x: 0) ? "no margin" : "margin \(text(crop.margin)) voxels (z, y, x)"
    return "\(content), \(margin)"
  }

  private static func lines(of pad: Pad) -> [String] {
    let value = pad.value.map(number) ?? "the volume's minimum at this point"
    return [
      "to at least \(text(pad.shape)) voxels (z, y, x), as many before as after (an odd one after)",
      "image: \(value)", "label: background",
    ]
  }

  private static func line(of rescale: Rescale) -> String {
    let source = rescale.from.map(text) ?? "the volume's own minimum and maximum"
    return "from \(source) to \(text(rescale.to)), linearly"
  }

  private static func text(_ order: InterpolationOrder) -> String {
    switch order {
    case .nearest: "order 0 (nearest)"
    case .linear: "order 1 (linear)"
    case .cubic: "order 3 (cubic spline)"
    }
  }

  private static func text(_ range: ClosedRange<Double>) -> String {
    "[\(number(range.lowerBound)), \(number(range.upperBound))]"
  }

  private static func text(_ axes: ZYX<Double>) -> String {
    "\(number(axes.z)) x \(number(axes.y)) x \(number(axes.x))"
  }

  private static func text(_ axes: ZYX<Int>) -> String { "\(axes.z) x \(axes.y) x \(axes.x)" }

  private static func number(_ number: Double) -> String { JSONValue.text(of: number) }
}
