"""The Makefile's APT_BUILD against what the built program links: no library comes by chance with another package."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from support import PROGRAM, REPOSITORY, TRAINER

# On every Debian system that has a C++ compiler, which Swift needs.
ALWAYS_THERE = {"libc6", "libgcc-s1", "libstdc++6"}


def lines(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def packages_of_makefile():
    text = (REPOSITORY / "Makefile").read_text().replace("\\\n", " ")
    # What is added is libtorch, which is not needed where training is left out.
    kinds = ":+" if TRAINER in programs() else ":"
    return " ".join(re.findall(rf"^APT_BUILD [{kinds}]= (.*)$", text, re.MULTILINE)).split()


def programs():
    """All that is built against Debian's packages; the one with libtorch may be left out, or have another's."""
    return [PROGRAM] + ([TRAINER] if TRAINER.is_file() and "LIBTORCH" not in os.environ else [])


def needed(program):
    """The names of the shared libraries that a program itself asks for."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", "\n".join(lines("readelf", "--dynamic", program)))


def places(program):
    """Where the loader finds each library."""
    found = {}
    for line in lines("ldd", program):
        match = re.match(r"\s*(?:(\S+) => )?(/\S+) \(", line)
        if match:
            found[match.group(1) or pathlib.Path(match.group(2)).name] = match.group(2)
    return found


def owner(path):
    """The package that brought a file; dpkg knows it by its place before or after /lib became a link to /usr/lib."""
    for candidate in {path, str(pathlib.Path(path).resolve()), path.removeprefix("/usr"), f"/usr{path}"}:
        found = subprocess.run(["dpkg", "--search", candidate], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return None


def dependencies(package):
    text = " ".join(lines("dpkg-query", "--show", "--showformat=${Depends}", package))
    return set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]+)", text))


@unittest.skipUnless(
    all(map(shutil.which, ["dpkg", "dpkg-query", "ldd", "readelf"])), "needs Debian's dpkg, and readelf")
class PackagesTests(unittest.TestCase):

    def test_every_library_that_is_linked_comes_from_a_package_that_is_named(self):
        """From one that a package in the list depends upon itself, that is."""
        brought = ALWAYS_THERE.union(*map(dependencies, packages_of_makefile()))
        for program in programs():
            where = places(program)
            checked = 0
            for name in needed(program):
                if "/swift/" in where[name]:
                    continue
                with self.subTest(program=program.name, library=name):
                    self.assertIn(owner(where[name]), brought, f"{where[name]}: name its package in APT_BUILD")
                    checked += 1
            self.assertGreater(checked, 5)

    def test_only_the_program_for_training_loads_libtorch(self):
        for program in programs():
            with self.subTest(program=program.name):
                torch = [name for name in needed(program) if name.startswith("libtorch")]
                self.assertEqual(bool(torch), program == TRAINER)

    def test_every_package_that_is_named_is_installed(self):
        for package in packages_of_makefile():
            with self.subTest(package=package):
                self.assertEqual(
                    lines("dpkg-query", "--show", "--showformat=${db:Status-Status}", package), ["installed"])


if __name__ == "__main__":
    unittest.main()
