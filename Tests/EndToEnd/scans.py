"""Raw NIfTI files written byte by byte from a nibabel header, so that a test decides about every field."""

import gzip

import nibabel
import numpy
from scipy import ndimage

LETTERS = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "S": (2, 1), "I": (2, -1)}


def affine(codes, spacing, *, origin=(-31.5, 17.25, 40.0), tilt=(0, 0, 0)):
    """Maps array indices to RAS+ mm: codes and voxel sizes in the array's order, then rotated by `tilt` degrees."""
    matrix = numpy.eye(4)
    matrix[:3, :3] = 0
    for column, (code, size) in enumerate(zip(codes, spacing)):
        row, sign = LETTERS[code]
        matrix[row, column] = sign * size
    for axis, angle in enumerate(numpy.radians(tilt)):
        turn = numpy.eye(3)
        i, j = [other for other in range(3) if other != axis]
        turn[[i, j], [i, j]] = numpy.cos(angle)
        turn[i, j], turn[j, i] = -numpy.sin(angle), numpy.sin(angle)
        matrix[:3, :3] = turn @ matrix[:3, :3]
    matrix[:3, 3] = origin
    return matrix


def nifti(stored, matrix, *, sform=2, qform=0, slope=None, intercept=0, big_endian=False, version=1, edit=None):
    """The bytes of a single-file NIfTI of the stored voxels; `edit` changes the header last."""
    kind = {1: nibabel.Nifti1Header, 2: nibabel.Nifti2Header}[version]
    header = kind(endianness=">" if big_endian else "<")
    stored = stored.astype(stored.dtype.newbyteorder(">" if big_endian else "<"))
    header.set_data_dtype(stored.dtype)
    header.set_data_shape(stored.shape)
    header.set_zooms(tuple(nibabel.affines.voxel_sizes(matrix)) + (1,) * (stored.ndim - 3))
    header.set_sform(matrix if sform else None, sform)
    header.set_qform(matrix if qform else None, qform)
    header.set_data_offset({1: 352, 2: 544}[version])
    if slope is not None:
        header["scl_slope"], header["scl_inter"] = slope, intercept
    if edit:
        edit(header)
    return header.binaryblock + bytes(4) + stored.tobytes(order="F")


def write(path, content):
    """Writes bytes, gzipped where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, 1, mtime=0) if path.suffix == ".gz" else content)
    return path


def write_case(data, identifier, image, label=None):
    """Writes one case of KiTS19's layout from the bytes of its files; returns its folder."""
    folder = data / identifier
    write(folder / "imaging.nii.gz", image)
    if label is not None:
        write(folder / "segmentation.nii.gz", label)
    return folder


def tissue(extents, seed, *, lower=-300, upper=500):
    """Smooth random values between two bounds, as an image has."""
    field = ndimage.gaussian_filter(numpy.random.RandomState(seed).standard_normal(extents), 1.5, mode="wrap")
    spread = numpy.ptp(field) or 1
    return lower + (field - field.min()) / spread * (upper - lower)


def organs(extents, seed):
    """Ragged labels 0, 1, 2: about a tenth kidney with tumour inside, and single voxels of both."""
    draw = numpy.random.RandomState(seed)
    field = ndimage.gaussian_filter(draw.standard_normal(extents), 2, mode="wrap")
    label = numpy.zeros(extents, numpy.uint8)
    label[field > numpy.percentile(field, 85)] = 1
    label[field > numpy.percentile(field, 95)] = 2
    sprinkled = draw.uniform(size=extents)
    label[sprinkled < 0.01] = 1
    label[sprinkled > 0.99] = 2
    return label
