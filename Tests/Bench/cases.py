"""Makes the raw cases: CT-like noise in KiTS19's layout, the same bytes for the same seed."""

import gzip
import os
import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import numpy as np
except ImportError:
    sys.exit("the raw cases are made with numpy, which is not installed (python3-numpy)")

ROWS = COLUMNS = 512
PIXEL_MM = 0.78
INT16, UINT8 = (4, 16), (2, 8)  # NIfTI's code and bits of a voxel


def header(slices: int, slice_mm: float, voxel: tuple[int, int]) -> bytes:
    """A NIfTI-1 header with KiTS19's affine: the slice axis is the first, hence the fastest."""
    fields = bytearray(352)
    struct.pack_into("<i", fields, 0, 348)
    struct.pack_into("<4h", fields, 40, 3, slices, ROWS, COLUMNS)
    struct.pack_into("<4h", fields, 48, 1, 1, 1, 1)
    struct.pack_into("<2h", fields, 70, *voxel)
    struct.pack_into("<4f", fields, 76, 1, slice_mm, PIXEL_MM, PIXEL_MM)
    struct.pack_into("<3f", fields, 108, 352, 1, 0)  # vox_offset, scl_slope, scl_inter
    fields[123] = 2  # millimetres
    struct.pack_into("<2h", fields, 252, 0, 2)  # no qform; an aligned sform
    rows = (0, 0, -PIXEL_MM, 0, 0, -PIXEL_MM, 0, 0, -slice_mm, 0, 0, 0)
    struct.pack_into("<12f", fields, 280, *rows)
    fields[344:347] = b"n+1"
    return bytes(fields)


def interpolation(points: int, knots: int) -> np.ndarray:
    """The matrix that samples `knots` values at `points` places, linearly."""
    position = np.linspace(0, knots - 1, points)
    return np.maximum(0, 1 - np.abs(position[:, None] - np.arange(knots))).astype(np.float32)


def anatomy(slices: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One column after another, (row, slice): image and label. A body with low-frequency tissue,
    two kidneys, a tumour, and noise of 15 HU."""
    rng = np.random.default_rng(seed)
    knots = rng.standard_normal((32, 32, 14), dtype=np.float32)  # column, row, slice
    tissue = np.tensordot(interpolation(COLUMNS, 32), knots, 1)
    along_rows, along_slices = interpolation(ROWS, 32), interpolation(slices, 14)
    y = np.linspace(-1, 1, ROWS, dtype=np.float32)[:, None]
    z = np.linspace(-1, 1, slices, dtype=np.float32)
    for column, x in enumerate(np.linspace(-1, 1, COLUMNS)):
        body = (x / 0.8) ** 2 + (y / 0.6) ** 2 < 1
        image = np.where(body, 40 + 60 * (along_rows @ tissue[column] @ along_slices.T), -1000)
        label = np.zeros((ROWS, slices), np.uint8)
        for centre in (-0.35, 0.35):
            kidney = ((x - centre) / 0.12) ** 2 + ((y - 0.15) / 0.14) ** 2 + (z / 0.4) ** 2 < 1
            label[kidney] = 1
            image[kidney] += 120
        tumour = ((x - 0.42) / 0.07) ** 2 + ((y - 0.1) / 0.07) ** 2 + ((z - 0.1) / 0.12) ** 2 < 1
        label[tumour] = 2
        image[tumour] -= 60
        image += 15 * rng.standard_normal(image.shape, dtype=np.float32)
        yield np.clip(np.round(image), -1024, 3071).astype("<i2"), label


def write_case(folder: Path, slices: int, slice_mm: float, seed: int) -> None:
    """Writes imaging.nii.gz and segmentation.nii.gz at gzip level 1, nibabel's own."""
    folder.mkdir(parents=True)
    with (
        gzip.GzipFile(folder / "imaging.nii.gz", "wb", 1, mtime=0) as images,
        gzip.GzipFile(folder / "segmentation.nii.gz", "wb", 1, mtime=0) as labels,
    ):
        images.write(header(slices, slice_mm, INT16))
        labels.write(header(slices, slice_mm, UINT8))
        for image, label in anatomy(slices, seed):
            images.write(image.tobytes())
            labels.write(label.tobytes())


def cached(folder: Path, make: Callable[[Path], None]) -> None:
    """Makes `folder` unless it is there; a run cut short leaves nothing under its name."""
    if folder.exists():
        return
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    print(f"making {folder} ...", file=sys.stderr)
    make(partial)
    partial.rename(folder)


def link_cases(source: Path, folder: Path, count: int) -> None:
    for number in range(count):
        case = folder / f"case_{number:05}"
        case.mkdir(parents=True)
        for file in source.iterdir():
            os.link(file, case / file.name)


def main(data: Path, long: bool) -> None:
    """DATA/one: as long as KiTS19's mean case. DATA/eight: the same, linked under eight names, so
    that it is read from memory. DATA/long: as long as KiTS19's longest."""
    cached(data / "one", lambda folder: write_case(folder / "case_00000", 216, 3.0, seed=1))
    cached(data / "eight", lambda folder: link_cases(data / "one" / "case_00000", folder, 8))
    if long:
        cached(data / "long", lambda folder: write_case(folder / "case_00000", 1059, 0.5, seed=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), long="--long" in sys.argv[2:])
