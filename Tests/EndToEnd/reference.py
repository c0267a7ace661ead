"""The stages done by hand with nibabel, NumPy and SciPy, in Double: what segprep's results are held against.

Written from the definitions in the design (order z, y, x; floor with 1e-4; extent grid as SciPy's grid_mode), not from
segprep's source.
"""

import dataclasses
import typing

import nibabel
import numpy
from scipy import ndimage


@dataclasses.dataclass
class Volume:
    """Image and label (z, y, x) growing to superior, anterior, right; affine maps (x, y, z) to RAS+ mm."""

    image: numpy.ndarray
    label: typing.Optional[numpy.ndarray]
    affine: numpy.ndarray

    @property
    def spacing(self):
        return nibabel.affines.voxel_sizes(self.affine)[::-1]

    def reindexed(self, image, label, scale, offset):
        """The volume on a grid whose index i lies at scale * i + offset of this one; both given z, y, x."""
        step = numpy.eye(4)
        step[[0, 1, 2], [0, 1, 2]] = numpy.asarray(scale, float)[::-1]
        step[:3, 3] = numpy.asarray(offset, float)[::-1]
        return Volume(image, label, self.affine @ step)


def canonical(path):
    """The array (z, y, x) and affine of a NIfTI file."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    voxels = image.get_fdata(dtype=numpy.float64)
    return voxels.reshape(voxels.shape[:3]).transpose(2, 1, 0), image.affine


def load(case):
    """A raw case of KiTS19's layout."""
    image, affine = canonical(case / "imaging.nii.gz")
    path = case / "segmentation.nii.gz"
    return Volume(image, numpy.rint(canonical(path)[0]).astype(numpy.uint8) if path.exists() else None, affine)


def prepare(volume, stages):
    """Takes a volume through the stages of a pipeline file."""
    for stage in stages:
        (name, parameters), = stage.items()
        volume = STAGES[name](volume, **parameters)
    return volume


def resample(
    volume, spacing_mm, image_order=3, label_order=1, label_rule="threshold", shape="floor", grid="extent",
    image_border="mirror", label_border="nearest",
):
    source = numpy.array(volume.image.shape)
    target = numpy.array([spacing_mm["z"], spacing_mm["y"], spacing_mm["x"]])
    ratio = target / volume.spacing
    same = numpy.abs(ratio - 1) <= 1e-4
    exact = source / ratio
    counted = numpy.floor(exact + 1e-4) if shape == "floor" else numpy.round(exact)
    counted = numpy.where(same, source, numpy.maximum(1, counted)).astype(int)
    # An axis shorter than half the target keeps its own extent: a voxel of the target's would be centred outside.
    step = numpy.where(same, 1, numpy.where((grid == "extent") | (exact < 0.5), source / counted, ratio))

    def sample(array, order, border):
        if grid == "extent":
            return ndimage.zoom(array, counted / source, order=order, grid_mode=True, mode=border)
        axes = [(numpy.arange(n) + 0.5) * s - 0.5 for n, s in zip(counted, step)]
        return ndimage.map_coordinates(array, numpy.meshgrid(*axes, indexing="ij"), order=order, mode=border)

    label = None
    if volume.label is not None and label_order == 0:
        label = sample(volume.label, 0, label_border)
    elif volume.label is not None:
        classes = numpy.unique(volume.label)
        weights = [sample((volume.label == value).astype(float), 1, label_border) for value in classes]
        if label_rule == "argmax":
            label = classes[numpy.argmax(weights, axis=0)]
        else:
            label = numpy.zeros(counted, numpy.uint8)
            for value, weight in zip(classes, weights):
                label[weight >= 0.5] = value
    return volume.reindexed(sample(volume.image, image_order, image_border), label, step, 0.5 * step - 0.5)


def clip(volume, lower, upper):
    return dataclasses.replace(volume, image=numpy.clip(volume.image, lower, upper))


def zscore(volume, over="volume", constants=None):
    image, label = volume.image, volume.label
    if constants:
        return dataclasses.replace(volume, image=(image - constants["mean"]) / constants["std"])
    measured = {"volume": lambda: image, "nonzero": lambda: image[image != 0], "foreground": lambda: image[label > 0]}
    voxels = measured[over]()
    scaled = (image - voxels.mean()) / voxels.std(ddof=0)
    return dataclasses.replace(volume, image=numpy.where(image == 0, 0, scaled) if over == "nonzero" else scaled)


def crop(volume, to, margin=None):
    inside = numpy.argwhere(volume.image != 0 if to == "nonzero" else volume.label > 0)
    grow = numpy.array([(margin or {}).get(axis, 0) for axis in "zyx"])
    lower = numpy.maximum(0, inside.min(axis=0) - grow)
    upper = numpy.minimum(volume.image.shape, inside.max(axis=0) + 1 + grow)
    box = tuple(map(slice, lower, upper))
    label = None if volume.label is None else volume.label[box]
    return volume.reindexed(volume.image[box], label, (1, 1, 1), lower)


def pad(volume, shape, value=None):
    missing = [max(0, shape[axis] - n) for axis, n in zip("zyx", volume.image.shape)]
    widths = [(n // 2, n - n // 2) for n in missing]
    fill = volume.image.min() if value is None else value
    label = None if volume.label is None else numpy.pad(volume.label, widths)
    image = numpy.pad(volume.image, widths, constant_values=fill)
    return volume.reindexed(image, label, (1, 1, 1), [-before for before, _ in widths])


def rescale(volume, to=None, **given):
    to = to or {"lower": 0, "upper": 1}
    source = given.get("from") or {"lower": volume.image.min(), "upper": volume.image.max()}
    share = (volume.image - source["lower"]) / (source["upper"] - source["lower"])
    return dataclasses.replace(volume, image=to["lower"] + share * (to["upper"] - to["lower"]))


STAGES = {"resample": resample, "clip_hu": clip, "zscore": zscore, "crop": crop, "pad": pad, "rescale": rescale}
