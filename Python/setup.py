"""Builds libsegprep.so and puts it into the wheel, which is for this platform and for any Python."""

import os
import pathlib
import shutil
import subprocess

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent


class BuildWithLibrary(build_py):
    """Takes the library that SEGPREP_LIBRARY names, or makes it."""

    def run(self):
        super().run()
        named = os.environ.get("SEGPREP_LIBRARY")
        if not named:
            subprocess.run(["make", "library"], cwd=HERE.parent, check=True)
        library = pathlib.Path(named) if named else HERE.parent / ".build" / "library" / "libsegprep.so"
        shutil.copy(library, pathlib.Path(self.build_lib) / "segprep" / "libsegprep.so")


class PlatformWheel(bdist_wheel):
    """py3-none-linux_x86_64 and the like: no Python's own interface is used."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel}, distclass=BinaryDistribution)
