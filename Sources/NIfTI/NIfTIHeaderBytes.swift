import Volumes

/// The 348 bytes of a NIfTI-1 header and the four that say "no extensions", for a new file.
enum NIfTIHeaderBytes {
  /// - Throws: an extent or an affine that the format cannot hold.
  static func make(
    extents: [Int], scalar: ScalarType, affine: Affine, form: NIfTIWriter.Form, path: String
  ) throws(NIfTIWriterError) -> [UInt8] {
    for (axis, extent) in extents.enumerated() where !(1...Int(Int16.max)).contains(extent) {
      throw .extent(path: path, axis: axis, found: extent)
    }
    guard affine.isInvertible else { throw .affine(path: path) }
    let rotation = Rotation(of: affine)
    let (qform, sform) = codes(form, isOrthogonal: rotation.isOrthogonal)
    if qform > 0 && !rotation.isOrthogonal { throw .shear(path: path, cosine: rotation.largestCosine) }

    var bytes = [UInt8](repeating: 0, count: 352)
    put(Int32(348), in: &bytes, at: 0)
    for (place, size) in ([3] + extents + [1, 1, 1, 1]).enumerated() {
      put(Int16(clamping: size), in: &bytes, at: 40 + 2 * place)
    }
    put(datatype(scalar), in: &bytes, at: 70)
    put(Int16(scalar.bytes * 8), in: &bytes, at: 72)
    let pixdim = [rotation.isLeftHanded ? -1 : 1] + rotation.size + [1, 1, 1, 1]
    put(pixdim, in: &bytes, at: 76)
    put([352, 1, 0], in: &bytes, at: 108)  // vox_offset, scl_slope, scl_inter
    bytes[123] = 2  // xyzt_units: millimetres
    put(qform, in: &bytes, at: 252)
    put(sform, in: &bytes, at: 254)
    if rotation.isOrthogonal { put(rotation.quaternion + affine.origin, in: &bytes, at: 256) }
    if sform > 0 { put(affine.rows.flatMap { $0 }, in: &bytes, at: 280) }
    bytes.replaceSubrange(344..<348, with: Array("n+1".utf8) + [0])
    return bytes
  }

  private static func codes(_ form: NIfTIWriter.Form, isOrthogonal: Bool) -> (qform: Int16, sform: Int16) {
    switch form {
    case .sform(let code): (0, code)
    case .qform(let code): (code, 0)
    case .both(let code): (code, code)
    case .bothIfOrthogonal(let code): (isOrthogonal ? code : 0, code)
    }
  }

  private static func datatype(_ scalar: ScalarType) -> Int16 {
    switch scalar {
    case .uint8: 2
    case .int16: 4
    case .int32: 8
    case .float32: 16
    case .float64: 64
    case .int8: 256
    case .uint16: 512
    case .uint32: 768
    case .int64: 1024
    case .uint64: 1280
    }
  }

  private static func put<Value: BitwiseCopyable>(_ value: Value, in bytes: inout [UInt8], at offset: Int) {
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: Value.self) }
  }

  private static func put(_ values: [Double], in bytes: inout [UInt8], at offset: Int) {
    for (place, value) in values.enumerated() { put(Float(value), in: &bytes, at: offset + 4 * place) }
  }
}

/// An affine taken apart as a qform wants it: voxel size, handedness, and a proper rotation.
private struct Rotation {
  let size: [Double]
  /// Whether the third axis was turned round to make the rotation proper (qfac -1).
  let isLeftHanded: Bool
  /// The cosine between the two axes that are furthest from a right angle.
  let largestCosine: Double
  private let matrix: [[Double]]

  init(of affine: Affine) {
    let spacing = affine.spacing
    size = SpatialAxis.allCases.map { spacing[$0] }
    isLeftHanded = affine.determinant < 0
    let factors = [1, 1, isLeftHanded ? -1.0 : 1]
    var unit = affine.rows.map { Array($0[..<3]) }
    for row in 0..<3 {
      for column in 0..<3 { unit[row][column] *= factors[column] / size[column] }
    }
    matrix = unit
    largestCosine =
      [(0, 1), (0, 2), (1, 2)].map { pair in
        abs(unit.reduce(0) { $0 + $1[pair.0] * $1[pair.1] })
      }.max() ?? 0
  }

  /// Right angles as far as a header's 24-bit numbers can tell.
  var isOrthogonal: Bool { largestCosine < 1e-5 }

  /// (b, c, d); a >= 0 follows from them. The largest of the four is found first, so that nothing cancels (Shepperd 1978).
  var quaternion: [Double] {
    let m = matrix
    let squares = [  // 4a^2, 4b^2, 4c^2, 4d^2
      1 + m[0][0] + m[1][1] + m[2][2], 1 + m[0][0] - m[1][1] - m[2][2],
      1 - m[0][0] + m[1][1] - m[2][2], 1 - m[0][0] - m[1][1] + m[2][2],
    ]
    let best = squares.indices.max { squares[$0] < squares[$1] } ?? 0
    let double = squares[best].squareRoot()  // twice the largest of a, b, c, d
    let (ab, ac, ad) = (m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1])
    let (bc, bd, cd) = (m[0][1] + m[1][0], m[0][2] + m[2][0], m[1][2] + m[2][1])
    let whole: [Double]
    switch best {
    case 0: whole = [double * double, ab, ac, ad]
    case 1: whole = [ab, double * double, bc, bd]
    case 2: whole = [ac, bc, double * double, cd]
    default: whole = [ad, bd, cd, double * double]
    }
    let sign: Double = whole[0] < 0 ? -1 : 1
    return whole[1...].map { sign * $0 / (2 * double) }
  }
}
