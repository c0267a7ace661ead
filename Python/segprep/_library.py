"""libsegprep.so: finding it, and what segprep.h declares."""

import ctypes
import os
import pathlib
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

ABI_VERSION = 1

OK, END, WAITING = 0, 1, 9


class Sized(ctypes.Structure):
    """A structure that begins with its size."""

    def __init__(self, **fields):
        super().__init__(ctypes.sizeof(self), **fields)


class BatchShape(ctypes.Structure):
    _fields_ = [
        ("samples", c_int64), ("channels", c_int64), ("patch", c_int64 * 3), ("image_bytes", c_int64),
        ("label_bytes", c_int64), ("image", c_int32)]


class Memory(ctypes.Structure):
    _fields_ = [("image", c_void_p), ("label", c_void_p)]


Memories = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(BatchShape), c_int64, POINTER(Memory))


class StreamOptions(Sized):
    _fields_ = [
        ("size", c_size_t), ("set", c_char_p), ("pipeline", c_char_p), ("augment", c_char_p), ("state", c_char_p),
        ("split", c_int32), ("fold", c_int32), ("global_batch", c_int64), ("seed", c_int64), ("rank", c_int32),
        ("world_size", c_int32), ("threads", c_int32), ("order", c_int32), ("image", c_int32), ("checks", c_int32),
        ("damage", c_int32), ("held", c_int32), ("memory", c_int64), ("epochs", c_int64), ("memories", Memories),
        ("context", c_void_p)]


class StreamInfo(Sized):
    _fields_ = [
        ("size", c_size_t), ("shape", BatchShape), ("batches_per_epoch", c_int64), ("patches", c_int64),
        ("memory_bytes", c_int64), ("batches_in_memory", c_int64), ("order", c_int32)]


class Sample(ctypes.Structure):
    _fields_ = [
        ("case_identifier", c_char_p), ("file", c_char_p), ("place", c_int64), ("patch", c_int64),
        ("origin", c_int64 * 3), ("occurrence", c_int64), ("is_valid", c_int32)]


class Batch(Sized):
    _fields_ = [
        ("size", c_size_t), ("index", c_int64), ("image", c_void_p), ("label", c_void_p), ("epoch", c_int64),
        ("number", c_int64), ("is_last_of_epoch", c_int32), ("count", c_int64), ("samples", POINTER(Sample))]


class StreamTimes(Sized):
    _fields_ = [
        ("size", c_size_t), ("read", c_double), ("decode", c_double), ("augment", c_double), ("wait", c_double),
        ("samples", c_int64), ("stored_bytes", c_int64)]


class AugmenterOptions(Sized):
    _fields_ = [
        ("size", c_size_t), ("pipeline", c_char_p), ("augment", c_char_p), ("patch", c_int64 * 3),
        ("margin", c_int64 * 3)]


class PatchToAugment(Sized):
    _fields_ = [
        ("size", c_size_t), ("channels", c_int64), ("source_image", c_void_p), ("source_label", c_void_p),
        ("image", c_void_p), ("label", c_void_p), ("type", c_int32), ("pad_values", c_void_p),
        ("statistics", c_void_p), ("seed", c_uint64), ("case_identifier", c_char_p), ("patch", c_uint32),
        ("epoch", c_uint32), ("occurrence", c_uint32)]


class NIfTI(Sized):
    _fields_ = [
        ("size", c_size_t), ("channels", c_int64), ("shape", c_int64 * 3), ("spacing", c_double * 3),
        ("affine", c_double * 16)]


class ShardsInfo(Sized):
    _fields_ = [
        ("size", c_size_t), ("patches", c_int64), ("channels", c_int64), ("patch", c_int64 * 3),
        ("margin", c_int64 * 3), ("classes", c_int64), ("image", c_int32)]


class Patch(Sized):
    _fields_ = [
        ("size", c_size_t), ("case_identifier", c_char_p), ("file", c_char_p), ("place", c_int64), ("patch", c_int64),
        ("fold", c_int64), ("origin", c_int64 * 3), ("variant", c_int64), ("augmentation", c_char_p),
        ("affine", c_double * 16), ("class_counts", POINTER(c_int64))]


# What each function takes; all but the first few return a code.
_FUNCTIONS = {
    "segprep_stream_defaults": [POINTER(StreamOptions)],
    "segprep_stream_open": [c_char_p, POINTER(StreamOptions), POINTER(c_uint64)],
    "segprep_stream_describe": [c_uint64, POINTER(StreamInfo)],
    "segprep_stream_next": [c_uint64, c_double, POINTER(Batch)],
    "segprep_stream_give_back": [c_uint64, c_int64],
    "segprep_stream_drawn": [c_uint64, c_int64, c_int64, POINTER(c_void_p)],
    "segprep_stream_state": [c_uint64, POINTER(c_void_p)],
    "segprep_stream_read_times": [c_uint64, POINTER(StreamTimes)],
    "segprep_stream_damages": [c_uint64, POINTER(c_void_p)],
    "segprep_stream_cancel": [c_uint64],
    "segprep_stream_close": [c_uint64],
    "segprep_augmenter_open": [POINTER(AugmenterOptions), POINTER(c_uint64)],
    "segprep_augment": [c_uint64, POINTER(PatchToAugment), POINTER(c_void_p)],
    "segprep_augmenter_close": [c_uint64],
    "segprep_nifti_describe": [c_char_p, POINTER(NIfTI)],
    "segprep_nifti_read": [c_char_p, c_void_p, c_int64],
    "segprep_shards_open": [c_char_p, c_char_p, c_int32, c_int32, POINTER(c_uint64)],
    "segprep_shards_describe": [c_uint64, POINTER(ShardsInfo)],
    "segprep_shards_patch": [c_uint64, c_int64, POINTER(Patch)],
    "segprep_shards_read": [c_uint64, c_int64, c_int32, c_int32, c_void_p, c_void_p],
    "segprep_shards_close": [c_uint64],
}


def _path() -> pathlib.Path:
    """The library that SEGPREP_LIBRARY names, or the one beside this file."""
    named = os.environ.get("SEGPREP_LIBRARY")
    return pathlib.Path(named) if named else pathlib.Path(__file__).with_name("libsegprep.so")


def _load() -> ctypes.CDLL:
    path = _path()
    if not path.is_file():
        raise ImportError(
            f"{path}: no library there, expected libsegprep.so; `pip install ./Python` builds it, or name it in "
            "SEGPREP_LIBRARY")
    loaded = ctypes.CDLL(str(path))
    loaded.segprep_abi_version.restype = c_uint32
    found = loaded.segprep_abi_version()
    if found != ABI_VERSION:
        raise ImportError(
            f"{path}: a library of another version, found interface {found}, expected {ABI_VERSION}; "
            "install the package again")
    loaded.segprep_version.restype = c_char_p
    loaded.segprep_last_error.restype = c_char_p
    loaded.segprep_free.argtypes = [c_void_p]
    loaded.segprep_free.restype = None
    for name, arguments in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.argtypes, function.restype = arguments, c_int32
    return loaded


library = _load()
