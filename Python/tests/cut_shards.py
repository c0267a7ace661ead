"""What the tests share: shards that the built program cuts, the library, and where both are found."""

import os
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "Python"
os.environ.setdefault("SEGPREP_LIBRARY", str(REPOSITORY / ".build" / "library" / "libsegprep.so"))
sys.path += [str(PACKAGE), str(REPOSITORY / "Tests" / "EndToEnd")]

import numpy  # noqa: E402
import scans  # noqa: E402,F401
from shards import SETS, ShardCase, patch_set  # noqa: E402,F401
from support import segprep as program  # noqa: E402

EXTENTS = [(20, 24, 15), (33, 17, 12), (28, 19, 21), (25, 22, 9), (16, 16, 16), (21, 23, 14)]


class PythonCase(ShardCase):
    """Shards of three folds and the pipeline that they were cut with: sets train (with a margin), anywhere, grid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maker = cls("shard")
        cls.raw = cls.make_raw(cls.folder / "raw", EXTENTS)
        cls.pipeline_file = maker.cut(
            SETS[:3], folds={"count": 3}, stream={"global_batch": 4, "seed": 5}, augment={"preset": "miscnn"},
            shards={"compression": "deflate", "file_patches": 7})
        cls.prepared = maker.ingest(cls.raw, cls.pipeline_file)
        cls.shards = maker.shard(cls.prepared, cls.pipeline_file)

    def stored(self, folder=None):
        """By file and place, the image as float32 and the label as h5py reads them, without their margins."""
        found = {}
        for shard in self.shards_of(folder or self.shards):
            inner = tuple(slice(m, m + n) for m, n in zip(shard.margin, shard.shape))
            for place in range(len(shard)):
                image = shard.image[place][(slice(None), *inner)].astype(numpy.float32)
                found[str(shard.path.relative_to(folder or self.shards)), place] = image, shard.label[place][inner]
        return found

    def refusal_of_program(self, *arguments):
        """The line with which the program refuses to stream."""
        result = program("stream", *arguments)
        self.assertNotEqual(result.code, 0)
        self.assertTrue(result.err.startswith("segprep: "), result.err)
        return result.err[len("segprep: "):].rstrip("\n")


def voxels(batch):
    """A batch's bytes, to compare."""
    return numpy.asarray(batch.image).tobytes() + numpy.asarray(batch.label).tobytes()
