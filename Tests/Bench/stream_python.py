"""Prints the patches a second of segprep's Python package: shuffled, not augmented, two threads, as the program's row.

usage: SEGPREP_LIBRARY=/path/to/libsegprep.so PYTHONPATH=Python stream_python.py SHARDS SET PIPELINE EPOCHS
"""

import sys
import time

import segprep


def main(shards: str, name: str, pipeline: str, epochs: str) -> None:
    stream = segprep.ShardStream(shards, set=name, pipeline=pipeline, augment="none", threads=2, epochs=int(epochs))
    start, patches, pointers = time.perf_counter(), 0, set()
    for _ in range(int(epochs)):
        for batch in stream:
            patches += len(batch.samples)
            pointers.add(batch.image.ctypes.data)
    seconds = time.perf_counter() - start
    # Batches come in the stream's own few buffers: copies would lie elsewhere.
    assert len(pointers) < 20, f"{len(pointers)} buffers"
    print(patches / seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
