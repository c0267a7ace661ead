"""What h5py's users stream: the patches of SHARDS (float32, uncompressed) in one HDF5 file, one chunk a patch, shuffled.

usage: stream_peers.py write SHARDS SET FOLDER   writes FOLDER/<name>.h5, one for each kind of storage that is to be had
       stream_peers.py read FILE WORKERS [COLD]  prints patches a second: WORKERS 0 in process, else torch's DataLoader
       stream_peers.py floor FILE... -- BYTES    prints how often a second two threads pread so many bytes of the files
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np

from page_cache import forget

SECONDS = 3.0
BATCH = 2


def storages():
    import hdf5plugin

    return {
        "float32-none": ("f4", {}),
        "float16-none": ("f2", {}),
        "float32-blosc-lz4": ("f4", dict(hdf5plugin.Blosc(cname="lz4", clevel=5, shuffle=1))),
        "float32-zstd": ("f4", dict(hdf5plugin.Zstd())),
        "float32-gzip1": ("f4", {"compression": "gzip", "compression_opts": 1, "shuffle": True}),
    }


def write(shards: Path, name: str, folder: Path) -> None:
    """The voxels are those of the shards, margin left out."""
    files = [file for file in json.loads((shards / "manifest.json").read_text())["files"] if file["set"] == name]
    folder.mkdir(parents=True, exist_ok=True)
    for title, (kind, options) in storages().items():
        path = folder / f"{title}.h5"
        if not path.exists():
            partial = path.with_suffix(".partial")
            copy([shards / file["file"] for file in files], partial, kind, options)
            partial.rename(path)


def copy(shards: list[Path], path: Path, kind: str, options: dict) -> None:
    import h5py

    with h5py.File(path, "w") as out:
        done, image, label = 0, None, None
        for file in shards:
            with h5py.File(file, "r") as shard:
                count, channels = shard["image"].shape[:2]
                shape = tuple(int(extent) for extent in shard.attrs["patch_shape_zyx"])
                inner = tuple(slice(m, m + n) for m, n in zip(shard.attrs["margin_zyx"], shape))
                if image is None:
                    image = out.create_dataset(
                        "image", (0, channels, *shape), kind, chunks=(1, channels, *shape),
                        maxshape=(None, channels, *shape), **options)
                    label = out.create_dataset(
                        "label", (0, *shape), "u1", chunks=(1, *shape), maxshape=(None, *shape), **options)
                image.resize(done + count, 0)
                label.resize(done + count, 0)
                for place in range(count):
                    image[done] = shard["image"][place][(slice(None), *inner)]
                    label[done] = shard["label"][place][inner]
                    done += 1


def epochs(read, cold, paths):
    """Patches a second over whole epochs: warm after one that does not count, cold the first one alone."""
    if cold:
        forget(paths)
        start = time.perf_counter()
        return read() / (time.perf_counter() - start)
    read()
    start, patches = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        patches += read()
    return patches / (time.perf_counter() - start)


def read(path: Path, workers: int, cold: bool) -> float:
    import h5py
    import hdf5plugin  # noqa: F401, registers the filters

    random = np.random.default_rng(1)
    if workers == 0:
        file = h5py.File(path, "r")
        image, label = file["image"], file["label"]

        def epoch():
            for place in random.permutation(len(image)):
                image[place], label[place]
            return len(image)

        return epochs(epoch, cold, [path])

    import torch
    from torch.utils.data import DataLoader, Dataset

    class Patches(Dataset):
        def __init__(self):
            self.file = None
            with h5py.File(path, "r") as file:
                self.count = len(file["image"])

        def __len__(self):
            return self.count

        def __getitem__(self, place):
            self.file = self.file or h5py.File(path, "r")  # in each worker: HDF5 does not survive a fork
            return torch.from_numpy(self.file["image"][place]), torch.from_numpy(self.file["label"][place])

    loader = DataLoader(
        Patches(), batch_size=BATCH, shuffle=True, num_workers=workers, persistent_workers=True, pin_memory=False)
    return epochs(lambda: sum(len(image) for image, _ in loader), cold, [path])


def floor(paths: list[Path], size: int) -> float:
    """As many bytes a patch as the rows read, from anywhere in the files, into memory that was touched before."""
    files = [(os.open(path, os.O_RDONLY), path.stat().st_size) for path in paths]
    places = [(file, at) for file, length in files for at in range(0, length - size + 1, size)]
    counts = [0, 0]
    end = [0.0]

    def work(thread: int) -> None:
        random = np.random.default_rng(thread)
        memories = [bytearray(size) for _ in range(3)]
        while time.perf_counter() < end[0]:
            file, at = places[random.integers(len(places))]
            os.preadv(file, [memories[counts[thread] % 3]], at)
            counts[thread] += 1

    end[0] = time.perf_counter() + SECONDS
    start = time.perf_counter()
    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["write", shards, name, folder]:
            write(Path(shards), name, Path(folder))
        case ["read", path, workers, *cold]:
            print(read(Path(path), int(workers), bool(cold)))
        case ["floor", *paths, "--", size]:
            print(floor([Path(path) for path in paths], int(size)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
