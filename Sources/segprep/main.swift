import Files
import Foundation
import NIfTI
import Parallelism
import Preprocessing
import Volumes
let a = CommandLine.arguments
let jobs = Int(a[2])!
let workers = Workers(count: jobs)
for r in 0..<Int(a[3])! {
  let t = Date()
  let image = try NIfTIReader(path: a[1] + "/imaging.nii.gz")
  let label = try NIfTIReader(path: a[1] + "/segmentation.nii.gz")
  let raw = RawVolumes(channels: [image], label: label, mapping: LabelMapping(classes: [0: 0, 1: 1, 2: 2]), affine: image.header.affine)
  let pre = Preprocessor(stages: [.resample(Resampling(spacing: Spacing(z: 3.22, y: 1.62, x: 1.62))), .clip(-79...304), .zscore(.volume)])
  let state = try pre.run(raw, on: workers, entered: { print("   ", $0, Date().timeIntervalSince(t)) })
  print(r, state.volume.shape, Date().timeIntervalSince(t), state.pending, state.classCounts![..<3])
  if a.count > 4 {
    try AtomicFile.write(state.volume.voxels.bytes, to: a[4] + ".img")
    try AtomicFile.write(state.label!.classes.bytes, to: a[4] + ".lab")
  }
}
