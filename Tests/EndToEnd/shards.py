"""What the tests of shards share: cases to cut from, runs, and the crop of a prepared case that a patch must be."""

import hashlib

import h5py
import numpy

import scans
from support import PreparedCase, TestCase, json_of, segprep

STAGES = [{"zscore": {"over": "volume"}}]
AXES = "zyx"

# Raw extents (x, y, z) of cases in several folds; two are smaller than the patches along an axis.
EXTENTS = [(20, 24, 15), (33, 17, 12), (11, 30, 14), (25, 22, 5), (28, 19, 21), (16, 16, 16)]


def zyx(*values):
    return dict(zip(AXES, values))


def patch_set(name, shape, **keys):
    """A set of a pipeline file; a grid unless the keys say `per_case`."""
    sampling = "random" if "per_case" in keys else "grid"
    keys = {key: zyx(*value) if key in ("margin", "overlap") else value for key, value in keys.items()}
    return {"set": name, "sampling": sampling, "shape": zyx(*shape), **keys}


# Every kind of set: margins, foreground, overlap, patches larger than some cases, blank ones left out.
SETS = [
    patch_set("train", (8, 12, 10), per_case=9, foreground=0.4, margin=(2, 3, 1), seed=7),
    patch_set("anywhere", (10, 12, 14), per_case=5),
    patch_set("grid", (8, 12, 10), overlap=(4, 6, 5)),
    patch_set("large", (18, 40, 40), overlap=(0, 0, 0)),
    patch_set("busy", (6, 8, 8), overlap=(1, 2, 3), skip_blank=True),
]


class Shard:
    """A file of patches as h5py reads it."""

    def __init__(self, path):
        self.path = path
        with h5py.File(path, "r") as file:
            self.image, self.label = file["image"][()], file["label"][()]
            self.index = {name: column[()] for name, column in file["index"].items()}
            self.shape, self.margin = tuple(file.attrs["patch_shape_zyx"]), tuple(file.attrs["margin_zyx"])
            self.set = file.attrs["set"].decode()
        self.cases = [name.decode() for name in self.index["case"]]

    def __len__(self):
        return len(self.cases)


def window(volume, origin, shape, fill):
    """A box of the last three axes; what lies outside the volume is `fill`."""
    result = numpy.full(volume.shape[:-3] + tuple(shape), fill, volume.dtype)
    inside = [slice(max(0, o), max(0, min(n, o + s))) for o, s, n in zip(origin, shape, volume.shape[-3:])]
    target = [slice(i.start - o, i.stop - o) for i, o in zip(inside, origin)]
    if all(i.start < i.stop for i in inside):
        result[(..., *target)] = volume[(..., *inside)]
    return result


class ShardCase(TestCase):
    """Prepared cases of odd shapes, and the commands that cut, check and mend shards."""

    @classmethod
    def make_raw(cls, folder, extents=EXTENTS, unlabelled=(), blank=()):
        matrix = scans.affine("IPL", (3, 1, 1))
        for number, size in enumerate(extents):
            # KiTS19's axes are slice, row, column.
            size = size[::-1]
            label = scans.organs(size, number).astype(numpy.uint8)
            label = scans.nifti(label * (number not in blank), matrix)
            image = scans.nifti(scans.tissue(size, number).astype(numpy.int16), matrix)
            scans.write_case(folder, f"case_{number:05}", image, None if number in unlabelled else label)
        return folder

    def cut(self, patches=SETS, *, stages=STAGES, **sections):
        """A pipeline file with patch sets."""
        return self.pipeline(stages, patches=patches, **sections)

    def run_shard(self, prepared, pipeline, *options, out=None, **process):
        out = out or self.fresh("shards")
        arguments = ["shard", prepared, "--pipeline", pipeline, "--out", out, "--no-sync", "--quiet", *options]
        return segprep(*arguments, **process), out

    def shard(self, prepared, pipeline, *options, out=None, code=0, **process):
        """Cuts patches, which must end with `code`; returns the folder."""
        result, out = self.run_shard(prepared, pipeline, *options, out=out, **process)
        self.assertEqual(result.code, code, result.out + result.err)
        return out

    def repair(self, shards, prepared, code=0):
        result = segprep("repair", shards, "--prepared", prepared, "--no-sync", "--quiet")
        self.assertEqual(result.code, code, result.out + result.err)
        return result

    def assert_whole(self, shards):
        result = segprep("verify", shards, "--quiet")
        self.assertEqual(result.code, 0, result.out + result.err)
        names = [path.name for path in shards.rglob("*")]
        self.assertEqual([name for name in names if name.endswith(".tmp")], [])

    def shards_of(self, folder):
        return [Shard(folder / entry["file"]) for entry in json_of(folder / "manifest.json")["files"]]

    def assert_patches_are_crops(self, folder, prepared):
        """Every stored patch, margin and padding included, against h5py's and NumPy's crop of the prepared case."""
        cases, patches = {}, 0
        for shard in self.shards_of(folder):
            for index, name in enumerate(shard.cases):
                if name not in cases:
                    cases = {name: PreparedCase.read(prepared / "cases" / f"{name}.h5")}
                case, origin = cases[name], shard.index["origin_zyx"][index]
                place = f"{shard.path} {index} {name} {origin}"
                outer = [o - m for o, m in zip(origin, shard.margin)]
                shape = [s + 2 * m for s, m in zip(shard.shape, shard.margin)]
                for channel, fill in enumerate(case.attributes["pad_value"]):
                    image = window(case.image[channel], outer, shape, numpy.float32(fill))
                    with numpy.errstate(over="raise"):
                        image = image.astype(shard.image.dtype)
                    numpy.testing.assert_array_equal(shard.image[index, channel], image, place)
                numpy.testing.assert_array_equal(shard.label[index], window(case.label, outer, shape, 0), place)
                inner = window(case.label, origin, shard.shape, 0)
                counts = numpy.bincount(inner.ravel(), minlength=shard.index["class_counts"].shape[1])
                numpy.testing.assert_array_equal(shard.index["class_counts"][index], counts, place)
                is_padded = any(n < s for n, s in zip(case.label.shape, shard.shape))
                self.assertEqual(bool(shard.index["flags"][index] & 1), is_padded, place)
                patches += 1
        return patches


def content(folder):
    """The SHA-256 of every file of a folder of shards that must be the same in every run."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in ("run_report.json", ".lock")
    }
