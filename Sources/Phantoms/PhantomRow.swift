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
  /// How much of each voxel lies within the muscles that enclose chest and abdomen; and a row of ones.
  let cavity: UnsafeMutablePointer<Float>
  let everywhere: UnsafeMutablePointer<Float>
  /// A painter's notes.
  let scratch: UnsafeMutablePointer<Float>
  /// What is painted: Hounsfield units and classes.
  var values: UnsafeMutablePointer<Float>
  var labels: UnsafeMutablePointer<UInt8>
}
