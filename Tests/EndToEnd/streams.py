"""What the tests of streams share: shards to stream, runs, and the stored patch that a sample must be."""

import hashlib
import json

import numpy

from shards import SETS, ShardCase
from support import json_of, segprep

EXTENTS = [(20, 24, 15), (33, 17, 12), (28, 19, 21), (25, 22, 9), (16, 16, 16), (21, 23, 14)]


class StreamCase(ShardCase):
    """Raw cases, and streams of their patches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.make_raw(cls.folder / "raw", EXTENTS)

    def make(self, patches=SETS[:3], **sections):
        """Shards and the pipeline that they were cut with."""
        pipeline = self.cut(patches, folds={"count": 3}, **sections)
        return self.shard(self.ingest(self.raw, pipeline), pipeline), pipeline

    def run_stream(self, shards, pipeline, name="train", *options):
        return segprep("stream", shards, "--pipeline", pipeline, "--set", name, *options)

    def stream(self, shards, pipeline, name="train", *options, code=0):
        """The samples of a stream that must end with `code`, and its report."""
        samples = self.fresh("samples.jsonl")
        result = self.run_stream(shards, pipeline, name, *options, "--samples", samples, "--json")
        self.assertEqual(result.code, code, result.out + result.err)
        return lines_of(samples), json.loads(result.out)

    def assert_stored(self, shards, samples, kind, maps=None):
        """Every sample is the stored patch without its margin, mapped, in its type."""
        opened = {shard.path: shard for shard in self.shards_of(shards)}
        for sample in samples:
            shard = opened[shards / sample["file"]]
            place = sample["place"]
            inner = tuple(slice(m, m + n) for m, n in zip(shard.margin, shard.shape))
            image = shard.image[place][(slice(None), *inner)].astype(numpy.float32)
            for channel, map in enumerate(maps or []):
                bounds = [numpy.float32(map[key]) if key in map else None for key in ("lower", "upper")]
                if bounds != [None, None]:
                    image[channel] = numpy.clip(image[channel], *bounds)
                image[channel] = (image[channel] - numpy.float32(map["offset"])) * numpy.float32(map["scale"])
            label = shard.label[place][inner]
            self.assertEqual(sample["case_identifier"], shard.cases[place])
            self.assertEqual(sample["origin_zyx"], shard.index["origin_zyx"][place].tolist())
            self.assertEqual(sample["image_sha256"], digest(image.astype(kind)), sample)
            self.assertEqual(sample["label_sha256"], digest(label), sample)

    def patches(self, shards, name, keep):
        manifest = json_of(shards / "manifest.json")
        return {
            (entry["file"], place) for entry in manifest["files"] if entry["set"] == name and keep(entry.get("fold"))
            for place in range(entry["patches"])}


def lines_of(samples):
    """The whole lines of a list of samples; a run that was killed may have left a part of one."""
    return [json.loads(line) for line in samples.read_text().splitlines(keepends=True) if line.endswith("\n")]


def digest(voxels):
    return hashlib.sha256(numpy.ascontiguousarray(voxels).tobytes()).hexdigest()


def joined(shares, batch):
    """The samples of ranks that share batches of `batch`, in the order of the batches."""
    share = batch // len(shares)
    batches = range(len(shares[0]) // share)
    return [sample for number in batches for own in shares for sample in own[number * share:(number + 1) * share]]


def key(sample):
    """All of a sample but its place in its rank's share."""
    return {name: value for name, value in sample.items() if name != "sample"}
