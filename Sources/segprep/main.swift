import NIfTI
import Volumes
for path in CommandLine.arguments.dropFirst() {
  do {
    let h = try NIfTIHeader(path: path)
    let r = try NIfTIReader(allDimensionsOf: h)
    let plane = UnsafeMutableRawBufferPointer.allocate(byteCount: r.layout.planeBytes, alignment: 64)
    for _ in 0..<r.layout.planes { try r.readPlane(into: plane) }
    print(path, h.extents, h.scalar, h.orientation.codes, h.affine.spacing)
  } catch { print("ERR", error) }
}
