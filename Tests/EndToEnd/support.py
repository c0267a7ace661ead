"""What the end-to-end tests share: running the built program, temporary folders, pipeline files, prepared cases."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import typing
import unittest

import h5py
import numpy

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PIPELINES = REPOSITORY / "Pipelines"
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
PROGRAM = pathlib.Path(os.environ.get("SEGPREP", REPOSITORY / ".build" / "release" / "segprep"))
# What `segprep train` starts; not there where it was built without libtorch.
TRAINER = PROGRAM.parent / "segprep-train"

# A run that takes longer hangs: every one here takes seconds at most.
TIME_LIMIT = 120

PAPER_RESAMPLE = {"spacing_mm": {"z": 3.22, "y": 1.62, "x": 1.62}}


class Result(typing.NamedTuple):
    """How a command ended; a negative code is the signal that killed it."""

    code: int
    out: str
    err: str

    def lines_naming(self, word):
        return [line for line in (self.out + self.err).splitlines() if word in line]


def segprep(*arguments, folder=None, environment=None, before=None):
    """Runs the program with nothing on standard input; `before` is called in the child before it starts."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME_LIMIT,
        cwd=folder, env=environment, preexec_fn=before,
    )
    return Result(done.returncode, done.stdout, done.stderr)


class PreparedCase(typing.NamedTuple):
    """A case file as h5py reads it; label is None where there is none."""

    image: numpy.ndarray
    label: typing.Optional[numpy.ndarray]
    attributes: dict

    @classmethod
    def read(cls, path):
        with h5py.File(path, "r") as file:
            label = file["label"][()] if "label" in file else None
            return cls(file["image"][()], label, dict(file.attrs))


def json_of(path):
    return json.loads(pathlib.Path(path).read_text())


def identifiers(prepared, what="cases"):
    """The cases that a folder's manifest lists as `cases`, `excluded` or `failed`."""
    return [entry["case_identifier"] for entry in json_of(prepared / "manifest.json")[what]]


class TestCase(unittest.TestCase):
    """A test with a folder of its own for the class, and the commands as assertions."""

    @classmethod
    def setUpClass(cls):
        if not PROGRAM.is_file():
            raise FileNotFoundError(f"{PROGRAM}: no program there; build it, or name it in SEGPREP")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="segprep-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def fresh(self, name="out"):
        """A path inside the class's folder that does not exist yet."""
        return pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / name

    def nobody(self, *folders):
        """What makes a command run as somebody whom permissions bind, for `before`; the folders may be entered by all.

        None where the tests do not run as root, who reads and writes everything."""
        nobody = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None
        try:
            segprep("--version", before=nobody)
        except (PermissionError, subprocess.SubprocessError):
            self.skipTest("nobody cannot run the program where it lies")
        for folder in [self.folder, *folders]:
            folder.chmod(0o755)
        return nobody

    def pipeline(self, stages, *, dataset=None, folds=None, **sections):
        """Writes a pipeline file; JSON is YAML."""
        content = {
            "name": "test",
            "dataset": {
                "layout": "kits19",
                "channels": ["ct"],
                "labels": {"background": 0, "kidney": 1, "tumour": 2},
                **(dataset or {}),
            },
            "preprocess": stages,
            "folds": folds or {"count": 5, "seed": 12345},
            **sections,
        }
        path = self.fresh("pipeline.yaml")
        path.write_text(json.dumps(content, indent=1))
        return path

    def run_ingest(self, raw, pipeline, *options, out=None, **process):
        """Runs an ingest without asking how it ended; returns that and the output folder."""
        out = out or self.fresh("prepared")
        arguments = ["ingest", raw, "--pipeline", pipeline, "--out", out, "--no-sync", "--quiet", *options]
        return segprep(*arguments, **process), out

    def ingest(self, raw, pipeline, *options, out=None, code=0, **process):
        """Runs an ingest that must end with `code`; returns the output folder."""
        result, out = self.run_ingest(raw, pipeline, *options, out=out, **process)
        self.assertEqual(result.code, code, result.out + result.err)
        return out

    def assert_nothing_half_written(self, out):
        """No temporary file is left, and every case file is in the manifest."""
        names = [path.name for path in out.rglob("*")] if out.is_dir() else []
        self.assertEqual([name for name in names if name.endswith(".tmp")], [])
        cases = identifiers(out) if "manifest.json" in names else []
        self.assertEqual(sorted(name[:-3] for name in names if name.endswith(".h5")), cases)


def make_phantoms(folder, count):
    """KiTS19 phantoms made by segprep itself; returns the folder above data/."""
    result = segprep("synth", "kits19", "--size", "small", "--cases", count, "--out", folder, "--quiet")
    if result.code != 0:
        raise RuntimeError(f"synth ended with {result.code}: {result.err}")
    return folder
