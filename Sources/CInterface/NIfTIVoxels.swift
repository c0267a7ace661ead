// segprep.h documents the functions.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CSegprep
import NIfTI
import Preprocessing
import Volumes

/// A NIfTI file as floats in (channel, z, y, x) order, whatever the order of its axes; channels are the fourth dimension.
struct NIfTIVoxels {
  private let header: NIfTIHeader
  private let layout: ArrayLayout

  /// Reads the header.
  /// - Throws: `NIfTIError` or `FileError`.
  init(path: String) throws {
    header = try NIfTIHeader(path: path)
    layout = try header.extents.count == 4 ? header.ofOneVolume().layout() : header.layout()
  }

  var channels: Int { header.extents.count == 4 ? header.extents[3] : 1 }
  var shape: Shape { layout.shape }
  var count: Int { channels * shape.count }
  var affine: Affine { layout.orientation.canonical(header.affine, extents: layout.extents) }

  /// Reads all voxels; what is infinite or no number becomes NaN.
  /// - Parameter voxels: room for `count`.
  func read(into voxels: UnsafeMutablePointer<Float>) throws {
    let reader = try channels == 1 ? NIfTIReader(header: header) : NIfTIReader(allDimensionsOf: header)
    let plane = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.planeBytes, alignment: 64)
    defer { plane.deallocate() }
    for channel in 0..<channels {
      let resampler = ImageResampler(
        layout: layout, grid: TargetGrid(identityOf: shape), order: .nearest, border: .nearest,
        nonfinite: .replace(.nan), output: voxels + channel * shape.count)
      let scratch = resampler.makeScratch()
      for (stretch, planes) in resampler.stretches.enumerated() {
        for k in planes {
          try fill(plane, from: reader)
          _ = resampler.take(UnsafeRawPointer(try given(plane.baseAddress, "plane")), at: k, stretch: stretch, scratch)
        }
        for slab in 0..<resampler.slabs { resampler.finish(slab: slab, stretch: stretch, scratch) }
      }
    }
  }

  /// A plane of the volume: one of the reader's, or several where its planes are rows.
  private func fill(_ plane: UnsafeMutableRawBufferPointer, from reader: NIfTIReader) throws {
    let bytes = reader.layout.planeBytes
    for first in stride(from: 0, to: plane.count, by: bytes) {
      try reader.readPlane(into: UnsafeMutableRawBufferPointer(rebasing: plane[first..<first + bytes]))
    }
  }
}

@c @implementation
public func segprep_nifti_describe(
  _ path: UnsafePointer<CChar>!, _ nifti: UnsafeMutablePointer<segprep_nifti>!
) -> Int32 {
  answering {
    let file = try NIfTIVoxels(path: text(path, "path"))
    try fill(nifti, "nifti") {
      $0.channels = Int64(file.channels)
      $0.shape = file.shape.extents
      let spacing = file.affine.spacing
      $0.spacing = (spacing.z, spacing.y, spacing.x)
      withUnsafeMutablePointer(to: &$0.affine) { file.affine.write(to: $0) }
    }
  }
}

@c @implementation
public func segprep_nifti_read(
  _ path: UnsafePointer<CChar>!, _ voxels: UnsafeMutablePointer<Float>!, _ count: Int64
) -> Int32 {
  answering {
    let (file, voxels) = (try NIfTIVoxels(path: text(path, "path")), try given(voxels, "voxels"))
    guard count == file.count else {
      throw CallError.setting(name: "count", found: Int(count), expected: "\(file.count), all channels' voxels")
    }
    try file.read(into: voxels)
  }
}
