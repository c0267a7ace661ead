// What another package writes to augment a patch of its own: a ball of ones in zeros.
import Augmentation
import Volumes

let shape = Shape(z: 40, y: 64, x: 64)
let voxels = Buffer<Float>(count: shape.count), classes = Buffer<UInt8>(count: shape.count)
for i in 0..<shape.count {
  let (z, y, x) = (i / 4096 - 20, i / 64 % 64 - 32, i % 64 - 32)
  if z * z + y * y + x * x < 200 { (voxels[i], classes[i]) = (1, 1) }
}
let image = Volume(shape: shape, voxels: voxels, affine: .identity)
let label = LabelMap(shape: shape, classes: classes, affine: .identity)

let augmenter = try Augmenter(preset: .nnunet, patchShape: shape)
let workspace = AugmentationWorkspace()
for patch in 0..<8 {
  let key = SampleKey(seed: 1, caseIdentifier: "ball", patch: UInt32(patch))
  let sample = try augmenter.apply(image: image, label: label, key: key, workspace: workspace)
  let inside = sample.label?.classes.values.count { $0 == 1 } ?? 0
  print(patch, inside, sample.record.transforms.map(\.drawn.name.rawValue).joined(separator: ", "))
}
