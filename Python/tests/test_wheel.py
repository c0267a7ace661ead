"""The wheel: what is in it, whom it is for, and that it works where it is installed."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

from cut_shards import PACKAGE, REPOSITORY

import segprep


class WheelTests(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="segprep-wheel-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        # Of a copy: building leaves files in the package's folder.
        source = cls.folder / "source"
        shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index",
             "--wheel-dir", cls.folder, source],
            check=True, capture_output=True)
        cls.wheel, = cls.folder.glob("*.whl")

    def test_it_is_for_any_python_of_this_platform(self):
        self.assertRegex(self.wheel.name, r"^segprep-[0-9.]+-py3-none-linux_\w+\.whl$")
        names = zipfile.ZipFile(self.wheel).namelist()
        for name in ["segprep/libsegprep.so", "segprep/py.typed", "segprep/dataset.py"]:
            self.assertIn(name, names)
        self.assertFalse([name for name in names if "tests" in name or "examples" in name])

    def test_it_works_where_it_is_installed(self):
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target",
             self.folder / "site", self.wheel],
            check=True, capture_output=True)
        script = "import numpy, segprep; a = numpy.ones((4, 5, 6), 'f4'); segprep.augment(a, seed=1); " \
            "print(segprep.__file__, segprep.__version__)"
        environment = {key: value for key, value in os.environ.items() if key != "SEGPREP_LIBRARY"}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=self.folder, env={**environment, "PYTHONPATH": self.folder / "site"},
            capture_output=True, text=True)
        self.assertEqual(done.stdout.split(), [str(self.folder / "site/segprep/__init__.py"), segprep.__version__],
                         done.stderr)

    def test_versions_are_the_librarys(self):
        self.assertIn(f'version = "{segprep.__version__}"', (PACKAGE / "pyproject.toml").read_text())

    def test_the_package_knows_the_header(self):
        """Each function with as many arguments, each structure with the same fields in the same order."""
        header = (REPOSITORY / "Sources" / "CSegprep" / "segprep.h").read_text()
        header = re.sub(r"//.*", "", header)
        from segprep import _library

        for name, arguments in re.findall(r"\bint32_t (segprep_\w+)\(([^)]*)\);", header):
            if name == "segprep_stream_copy_next":  # for those who can do with a copy
                continue
            self.assertEqual(len(_library._FUNCTIONS[name]), len(arguments.split(",")), name)
        names = {
            "segprep_batch_shape": _library.BatchShape, "segprep_memory": _library.Memory,
            "segprep_stream_options": _library.StreamOptions, "segprep_stream_info": _library.StreamInfo,
            "segprep_sample": _library.Sample, "segprep_batch": _library.Batch,
            "segprep_stream_times": _library.StreamTimes, "segprep_augmenter_options": _library.AugmenterOptions,
            "segprep_patch_to_augment": _library.PatchToAugment, "segprep_nifti": _library.NIfTI,
            "segprep_shards_info": _library.ShardsInfo, "segprep_patch": _library.Patch}
        structures = re.findall(r"typedef struct \{(.*?)\} (\w+);", header, re.DOTALL)
        self.assertEqual({name for _, name in structures}, set(names))
        for body, name in structures:
            fields = re.findall(r"(\w+)(?:\[\d+\])?;", body)
            self.assertEqual([field for field, _ in names[name]._fields_], fields, name)
