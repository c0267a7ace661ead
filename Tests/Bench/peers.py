"""What each peer's users write: load, clip, z-score, resample to 3.22x1.62x1.62 mm. Nothing is
written to disk. Prints the seconds it took once the imports were done.

usage: peers.py PEER CASE_FOLDER
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

LOWER, UPPER = -79, 304
SPACING_MM = (3.22, 1.62, 1.62)

Prepare = Callable[[Path], object]


def nibabel_loader() -> Callable[[Path], tuple]:
    """Loads with nibabel, clips and z-scores with numpy: image, label, spacing."""
    import nibabel
    import numpy as np

    def load(case: Path) -> tuple:
        image = nibabel.load(case / "imaging.nii.gz")
        label = nibabel.load(case / "segmentation.nii.gz")
        voxels = np.clip(image.get_fdata(dtype=np.float32), LOWER, UPPER)
        voxels = (voxels - voxels.mean()) / voxels.std()
        return voxels, np.asarray(label.dataobj).astype(np.uint8), image.header.get_zooms()

    return load


def scipy() -> Prepare:
    from scipy import ndimage

    load = nibabel_loader()

    def prepare(case: Path) -> object:
        image, label, spacing = load(case)
        zoom = [old / new for old, new in zip(spacing, SPACING_MM)]
        return ndimage.zoom(image, zoom, order=3), ndimage.zoom(label, zoom, order=0)

    return prepare


def nnunet() -> Prepare:
    from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape

    load = nibabel_loader()

    def prepare(case: Path) -> object:
        image, label, spacing = load(case)
        shape = [round(n * old / new) for n, old, new in zip(image.shape, spacing, SPACING_MM)]
        return [
            resample_data_or_seg_to_shape(
                voxels[None], shape, spacing, SPACING_MM, is_seg=is_label, order=order, order_z=0
            )
            for voxels, is_label, order in ((image, False, 3), (label, True, 1))
        ]

    return prepare


def simpleitk() -> Prepare:
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(2)

    def resample(volume: sitk.Image, interpolator: int) -> sitk.Image:
        old = zip(volume.GetSize(), volume.GetSpacing(), SPACING_MM)
        shape = [round(n * spacing / target) for n, spacing, target in old]
        origin, direction = volume.GetOrigin(), volume.GetDirection()
        return sitk.Resample(
            volume, shape, sitk.Transform(), interpolator, origin, SPACING_MM, direction
        )

    def prepare(case: Path) -> object:
        image = sitk.ReadImage(case / "imaging.nii.gz")
        label = sitk.ReadImage(case / "segmentation.nii.gz")
        image = sitk.Cast(image, sitk.sitkFloat32)
        image = sitk.Normalize(sitk.Clamp(image, sitk.sitkFloat32, LOWER, UPPER))
        return resample(image, sitk.sitkLinear), resample(label, sitk.sitkNearestNeighbor)

    return prepare


def monai() -> Prepare:
    from monai import transforms

    keys = ["image", "label"]
    steps = transforms.Compose([
        transforms.LoadImaged(keys),
        transforms.EnsureChannelFirstd(keys),
        transforms.ScaleIntensityRanged("image", LOWER, UPPER, LOWER, UPPER, clip=True),
        transforms.NormalizeIntensityd("image"),
        transforms.Spacingd(keys, pixdim=SPACING_MM, mode=("bilinear", "nearest")),
    ])
    return lambda case: steps(
        {"image": case / "imaging.nii.gz", "label": case / "segmentation.nii.gz"}
    )


def torchio() -> Prepare:
    import torchio as tio

    steps = tio.Compose([tio.Clamp(LOWER, UPPER), tio.ZNormalization(), tio.Resample(SPACING_MM)])
    return lambda case: steps(
        tio.Subject(
            image=tio.ScalarImage(case / "imaging.nii.gz"),
            label=tio.LabelMap(case / "segmentation.nii.gz"),
        )
    )


def main(peer: str, case: Path) -> None:
    prepare = {each.__name__: each for each in (scipy, nnunet, simpleitk, monai, torchio)}[peer]()
    start = time.perf_counter()
    prepare(case)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
