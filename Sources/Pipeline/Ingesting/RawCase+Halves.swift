import Datasets
import Files
import NIfTI

extension RawFile {
  /// The .img of a .hdr, or the .hdr of an .img; nil for a file that is whole.
  var otherHalf: RawFile? {
    FilePair.otherHalf(of: path).map { half in
      RawFile(half, name: name.dropLast(Folder.lastName(of: path).count) + Folder.lastName(of: half))
    }
  }
}

extension RawCase {
  /// All that is read for the case: what the data set names, and the other halves of it.
  var filesOnDisk: [RawFile] { files.flatMap { [$0] + [$0.otherHalf].compactMap { $0 } } }
}
