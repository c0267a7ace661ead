/// The sequences of a BraTS20 case, in the order of the images that are painted together.
enum MRISequence: Int, CaseIterable, Sendable {
  case flair, t1, t1ce, t2

  /// As the files are named.
  var name: String { "\(self)" }
}

/// The tissues of a head in the four sequences: flair, t1, t1ce, t2.
///
/// Relative signals, as a radiologist knows them: fluid dark in T1 and FLAIR and bright in T2, white matter brighter than
/// grey in T1 and darker in T2 and FLAIR, oedema bright in both, what takes up contrast agent bright in T1ce. MRI has no
/// unit; each scan multiplies these by gains of its own. White and grey matter are those of the real case
/// BraTS20_Training_001 in T1ce (median 417, quartiles 357 and 476).
enum BrainTissue {
  static let fluid = Tissue(signal: [45, 130, 140, 900], ripple: [4, 5, 5, 25])
  static let white = Tissue(signal: [185, 440, 462, 300], ripple: [5, 7, 8, 9])
  static let grey = Tissue(signal: [232, 335, 362, 430], ripple: [8, 9, 9, 16])
  static let deepGrey = Tissue(signal: [208, 375, 400, 345], ripple: [6, 8, 8, 12])
  static let stem = Tissue(signal: [190, 415, 435, 315], ripple: [7, 9, 9, 12])
  static let vessel = Tissue(signal: [80, 210, 1050, 70], ripple: [5, 10, 60, 5])
  static let plexus = Tissue(signal: [190, 260, 700, 560], ripple: [20, 20, 90, 60])
  static let oedema = Tissue(signal: [405, 305, 318, 640], ripple: [22, 14, 14, 40])
  static let enhancing = Tissue(signal: [335, 320, 900, 480], ripple: [24, 16, 110, 36])
  static let necrosis = Tissue(signal: [190, 185, 200, 780], ripple: [30, 14, 16, 50])
  static let solid = Tissue(signal: [370, 270, 285, 610], ripple: [26, 18, 18, 46])
}
