"""The peers and where they live: a virtual environment, filled from the package index once."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Peer:
    name: str  # in peers.py
    does: str
    packages: tuple[str, ...]  # the first is the peer itself
    runs: int


SCIPY = Peer("scipy", "order 3, 1 thread", ("scipy", "nibabel", "numpy"), 5)
H5PY = Peer("h5py", "gzip 1 and shuffle, 1 thread", ("h5py", "numpy"), 3)
DEFAULT = (SCIPY, Peer("simpleitk", "order 1, 2 threads", ("simpleitk",), 5), H5PY)
WITH_TORCH = (
    Peer("monai", "order 1", ("monai", "torch", "nibabel"), 3),
    Peer("torchio", "order 1", ("torchio", "torch"), 3),
    Peer("nnunet", "order 3, one-hot labels", ("nnunetv2", "torch"), 3),
)


class Environment:
    """Where there is no network, `versions` lacks what could not be fetched."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        self.versions: dict[str, str] = {}
        if not self.python.exists():
            self._attempt(Path(sys.executable), "-m", "venv", str(folder))
        self._read_versions()

    def install(self, peers: tuple[Peer, ...]) -> None:
        """Fetches what is missing; without a network says so, and those peers are left out."""
        wanted = {package for peer in peers for package in peer.packages}
        missing = sorted(wanted - self.versions.keys())
        if not missing:
            return
        names = " ".join(missing)
        print(f"fetching {names} ...", file=sys.stderr)
        install = ("-m", "pip", "install", "--quiet", "--retries=1")
        if not self._attempt(self.python, *install, *missing):
            print(f"cannot fetch {names}: their rows are left out.", file=sys.stderr)
        self._read_versions()

    def has(self, peer: Peer) -> bool:
        return self.versions.keys() >= set(peer.packages)

    @property
    def data_python(self) -> Path:
        """What makes the raw cases: any Python that has numpy."""
        return self.python if "numpy" in self.versions else Path(sys.executable)

    def title(self, peer: Peer) -> str:
        return f"{peer.packages[0]} {self.versions[peer.packages[0]]}, {peer.does}"

    def describe(self, peers: list[Peer]) -> str:
        packages = sorted({package for peer in peers for package in peer.packages})
        versions = [f"{package} {self.versions[package]}" for package in packages]
        return f"peers: {', '.join(versions) or 'none'}"

    def _read_versions(self) -> None:
        listing = [self.python, "-m", "pip", "list", "--format=freeze"]
        try:
            lines = subprocess.check_output(listing, text=True).splitlines()
        except (OSError, subprocess.CalledProcessError):
            return
        self.versions = dict(line.lower().split("==", 1) for line in lines if "==" in line)

    @staticmethod
    def _attempt(program: Path, *arguments: str) -> bool:
        try:
            return subprocess.run([program, *arguments]).returncode == 0
        except OSError:  # no such program: the environment could not be made
            return False
