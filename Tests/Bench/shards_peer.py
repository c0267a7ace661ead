"""What h5py's users write: the same patches cut from the same prepared cases, float16, one chunk a patch, gzip 1 and
shuffle. Which patches is read from SHARDS, which segprep wrote. Prints the seconds it took once the imports were done.

usage: shards_peer.py PREPARED SHARDS OUT
"""

import json
import sys
import time
from pathlib import Path

import h5py
import numpy as np


def crop(volume, lower, shape, fill):
    """The part of `volume` from `lower` on; what lies outside is `fill`."""
    patch = np.full(shape, fill, volume.dtype)
    inside = [
        (max(0, low), min(extent, low + size))
        for low, size, extent in zip(lower, shape, volume.shape)
    ]
    target = tuple(slice(a - low, b - low) for (a, b), low in zip(inside, lower))
    patch[target] = volume[tuple(slice(a, b) for a, b in inside)]
    return patch


def write(prepared: Path, shard: Path, out: Path) -> None:
    with h5py.File(shard, "r") as plan, h5py.File(out, "w") as file:
        count, _, *shape = plan["image"].shape
        options = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
        image = file.create_dataset("image", (count, 1, *shape), "f2", chunks=(1, 1, *shape), **options)
        label = file.create_dataset("label", (count, *shape), "u1", chunks=(1, *shape), **options)
        margin = plan.attrs["margin_zyx"]
        name, volume, classes, fill = None, None, None, 0
        for index in range(count):
            if plan["index/case"][index] != name:
                name = plan["index/case"][index]
                with h5py.File(prepared / "cases" / f"{name.decode()}.h5", "r") as case:
                    volume, classes = case["image"][0], case["label"][()]
                    fill = case.attrs["pad_value"][0]
            lower = plan["index/origin_zyx"][index] - margin
            image[index, 0] = crop(volume, lower, shape, fill).astype(np.float16)
            label[index] = crop(classes, lower, shape, 0)


def main() -> None:
    prepared, shards, out = map(Path, sys.argv[1:])
    out.mkdir()
    start = time.perf_counter()
    for file in json.loads((shards / "manifest.json").read_text())["files"]:
        write(prepared, shards / file["file"], out / file["file"].replace("/", "-"))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
