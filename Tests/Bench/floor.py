"""The floor: libdeflate inflates a gzip file in one call, in memory; prints the seconds it took.

usage: floor.py FILE.gz
"""

import ctypes
import sys
import time
from pathlib import Path

WARM_UP = 2


def main(path: Path) -> None:
    library = ctypes.CDLL("libdeflate.so.0")
    library.libdeflate_alloc_decompressor.restype = ctypes.c_void_p
    inflate = library.libdeflate_gzip_decompress
    inflate.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t,
        ctypes.c_void_p,
    ]
    decompressor = library.libdeflate_alloc_decompressor()
    compressed = path.read_bytes()
    size = int.from_bytes(compressed[-4:], "little")  # gzip's last field
    output = ctypes.create_string_buffer(size)
    for _ in range(WARM_UP + 1):
        start = time.perf_counter()
        status = inflate(decompressor, compressed, len(compressed), output, size, None)
        seconds = time.perf_counter() - start
        if status != 0:
            sys.exit(f"{path}: libdeflate gave {status}, expected 0")
    print(seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
