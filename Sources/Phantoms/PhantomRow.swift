/// The voxels of one row being painted: all slices at one column and one row of the image.
struct PhantomRow {
  var x: Float = 0
  var y: Float = 0
  let count: Int
  /// The height of each slice.
  let z: UnsafePointer<Float>
  /// Random fields along the row, of variance 1: shapes of organs, lumps of a centimetre or two, grain of millimetres.
  let coarse: UnsafeMutablePointer<Float>
  let lumps: UnsafeMutablePointer<Float>
  let grain: UnsafeMutablePointer<Float>
  /// How much of each voxel lies in what encloses later solids (the muscles around chest and abdomen; the brain's white
  /// matter); and a row of ones.
  let enclosure: UnsafeMutablePointer<Float>
  let everywhere: UnsafeMutablePointer<Float>
  /// A painter's notes: a shape function, and how much of each voxel a tissue fills.
  let scratch: UnsafeMutablePointer<Float>
  let weights: UnsafeMutablePointer<Float>
  /// The number of images that are painted together, and how far apart their values lie.
  let images: Int
  let stride: Int
  /// What is painted: the first image's values, in Hounsfield units in a CT, and classes.
  var values: UnsafeMutablePointer<Float>
  var labels: UnsafeMutablePointer<UInt8>

  /// Paints a tissue over what is there, in each image, as far as `weights` say (the row's own, if not given).
  func blend(_ tissue: Tissue, _ range: Range<Int>, weights given: UnsafeMutablePointer<Float>? = nil) {
    let (weights, grain) = (given ?? weights, grain)
    for image in 0..<images {
      let (values, signal, ripple) = (values + image * stride, tissue.signal[image], tissue.ripple[image])
      for slice in range { values[slice] += weights[slice] * (signal + ripple * grain[slice] - values[slice]) }
    }
  }
}
