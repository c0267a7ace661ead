"""What is streamed: full-size phantoms, prepared as the paper does and cut; once for each kind of storage."""

import json
import shutil
import subprocess
from pathlib import Path

STAGES = [
    {"resample": {"spacing_mm": {"z": 3.22, "y": 1.62, "x": 1.62}}},
    {"clip_hu": {"lower": -79, "upper": 304}},
    {"zscore": {"over": "volume"}},
]
CASES = 6


def zyx(z: int, y: int, x: int) -> dict:
    return {"z": z, "y": y, "x": x}


class StreamData:
    # No margin: the peers have none.
    STORAGES = ("float16-lz4", "float16-none", "float32-lz4", "float32-zstd", "float32-none")
    description = f"{CASES} phantoms of `segprep synth kits19`, full size, 16 patches of 80x160x160 each"

    def __init__(self, segprep: Path, python: Path, folder: Path, large: bool) -> None:
        self.segprep, self.folder = segprep, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._make("raw", "synth", "kits19", "--size", "full", "--cases", str(CASES))
        self._make("prepared", "ingest", folder / "raw", "--pipeline", self.pipeline("float16-lz4"), "--no-sync")
        for storage in [*self.STORAGES, *["large"] * large]:
            options = ["--pipeline", self.pipeline(storage), "--no-sync"]
            self._make(f"shards-{storage}", "shard", folder / "prepared", *options)
        peers = Path(__file__).resolve().with_name("stream_peers.py")
        subprocess.run([python, peers, "write", self.shards("float32-none"), "random", folder / "peers"], check=True)

    def shards(self, storage: str) -> Path:
        return self.folder / f"shards-{storage}"

    def peer(self, file: str) -> Path:
        return self.folder / "peers" / f"{file}.h5"

    def pipeline(self, storage: str) -> Path:
        """The pipeline file that shards are cut with; JSON is YAML."""
        image, compression = ("float16", "lz4") if storage == "large" else storage.split("-")
        patches = {"sampling": "random", "per_case": 1250 if storage == "large" else 16}
        sets = [{"set": "random", "shape": zyx(80, 160, 160), **patches}]
        if storage == "float16-lz4":
            sets.append({"set": "cube", "shape": zyx(128, 128, 128), "margin": zyx(8, 8, 8), **patches})
        content = {
            "name": storage,
            "dataset": {
                "layout": "kits19", "channels": ["ct"], "labels": {"background": 0, "kidney": 1, "tumour": 2}},
            "preprocess": STAGES,
            "folds": {"count": 5},
            "patches": sets,
            "augment": {"preset": "nnunet"},
            "shards": {"image": image, "compression": compression},
            "stream": {"global_batch": 2},
        }
        path = self.folder / f"{storage}.yaml"
        path.write_text(json.dumps(content, indent=1))
        return path

    def shard_bytes(self, storage: str) -> float:
        """Of a patch of the set `random`, as it lies on the disk."""
        files = self._files(storage)
        return sum(file["bytes"] for file in files) / sum(file["patches"] for file in files)

    def peer_bytes(self, file: str) -> float:
        return self.peer(file).stat().st_size / sum(file["patches"] for file in self._files("float32-none"))

    def patch_bytes(self, storage: str) -> int:
        """Of an uncompressed image and its label."""
        return 80 * 160 * 160 * ((4 if storage.startswith("float32") else 2) + 1)

    def _files(self, storage: str) -> list[dict]:
        manifest = json.loads((self.shards(storage) / "manifest.json").read_text())
        return [file for file in manifest["files"] if file["set"] == "random"]

    def _make(self, name: str, *arguments: str | Path) -> None:
        """What a run that was cut short left is thrown away."""
        path = self.folder / name
        if path.exists():
            return
        partial = self.folder / f"{name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        command = [self.segprep, *arguments, "--out", partial, "--quiet"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        partial.rename(path)
