import Datasets
import NIfTI
import Volumes

/// The images of a case: a file for each channel, or files whose volumes are the channels.
struct RawImages {
  private let files: [RawFile]
  /// One for each file, by path; of four dimensions where its volumes are channels.
  private let whole: [String: NIfTIHeader]
  /// One for each channel, of three dimensions.
  let headers: [NIfTIHeader]

  /// Reads the headers.
  init(_ files: [RawFile]) throws {
    self.files = files
    var whole: [String: NIfTIHeader] = [:]
    headers = try files.map { file in
      let header = try whole[file.path] ?? NIfTIHeader(path: file.path)
      whole[file.path] = header
      if let volume = file.volume {
        guard header.extents.count == 4, header.extents[3] == volume.count else {
          throw CaseIngest.Refusal.volumes(header, expected: volume.count)
        }
      }
      let channel = file.volume == nil ? header : header.ofOneVolume()
      _ = try channel.layout()
      return channel
    }
    self.whole = whole
  }

  /// Opens the voxels of each channel, whose axes follow the directions given; of a file that holds several, the last one
  /// wanted sees to the checksum.
  func open(orientations: [Orientation]) throws -> [any PlaneSource] {
    try zip(zip(files, headers), orientations).map { channel, orientation -> any PlaneSource in
      let (file, header) = channel
      guard let volume = file.volume, let whole = whole[file.path] else {
        return try NIfTIReader(header: header, orientation: orientation)
      }
      let last = files.filter { $0.path == file.path }.compactMap { $0.volume?.index }.max()
      return try NIfTIVolume(
        whole, index: volume.index, orientation: orientation, checksFile: volume.index == last)
    }
  }
}
