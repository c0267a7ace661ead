"""The jobs measured, and what ours are held to."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from environment import H5PY, SCIPY, Environment, Peer
from measure import Contender, Series, alternate
from report import Row, Target

HERE = Path(__file__).resolve().parent
PIPELINE = HERE.parents[1] / "Pipelines" / "kits19.yaml"

TIMES_THE_FLOOR = 2.0
TWO_JOBS_OVER_ONE = 1.6
PEAK_MB = 400.0
# Times h5py's gzip 1 and shuffle, writing the same patches.
SHARD_SPEED = {"deflate": 2.5, "lz4": 8.0}


@dataclass(frozen=True)
class Jobs:
    segprep: Path
    environment: Environment
    folder: Path  # holds data/; prepared cases are written beside it, on the same disk
    runs: int

    def all(self, peers: list[Peer], long: bool) -> Iterator[Row]:
        yield self._floor(sync=True)
        yield self._floor(sync=False)
        for peer in peers:
            if peer != H5PY:
                yield self._peer(peer, jobs=2)
        if SCIPY in peers:
            yield self._peer(SCIPY, jobs=2, sync=False)
            yield self._peer(SCIPY, jobs=1)
        yield self._eight_cases()
        if long:
            ours = self._alternate(self._ingest("long", jobs=2))[0]
            yield Row("one case of 1059 slices", 2, True, ours)
        if H5PY in peers:
            yield from self._shards()
        ours = self._alternate(Contender([self.segprep, "--version"]))[0]
        yield Row("start-up alone (--version)", 1, False, ours)

    def _floor(self, sync: bool) -> Row:
        """Ours beside libdeflate inflating the same image, in memory and in one call."""
        image = self._one_case / "imaging.nii.gz"
        inflate = Contender([sys.executable, HERE / "floor.py", image], says_seconds=True)
        ours, floor = self._alternate(self._ingest("one", jobs=2, sync=sync), inflate)
        targets = (
            Target("times the floor", ours.median_s / floor.work_s, TIMES_THE_FLOOR),
            Target("peak MB", ours.peak_mb, PEAK_MB),
        )
        return Row("one case, order 3", 2, sync, ours, floor_s=floor.work_s, targets=targets)

    def _peer(self, peer: Peer, jobs: int, sync: bool = True) -> Row:
        command = [self.environment.python, HERE / "peers.py", peer.name, self._one_case]
        ours, theirs = self._alternate(
            self._ingest("one", jobs, sync),
            Contender(command, says_seconds=True),
            runs=min(self.runs, peer.runs),
        )
        return Row("one case, order 3", jobs, sync, ours, self.environment.title(peer), theirs)

    def _eight_cases(self) -> Row:
        two, one = self._alternate(self._ingest("eight", jobs=2), self._ingest("eight", jobs=1))
        gain = one.median_s / two.median_s
        targets = (Target("times one job's speed", gain, TWO_JOBS_OVER_ONE, at_least=True),)
        return Row("eight cases", 2, True, two, "segprep, 1 thread", one, targets=targets)

    def _shards(self) -> Iterator[Row]:
        """Patches of eight cases written by both, each compression beside h5py's gzip."""
        prepared, shards = self.folder / "prepared", self.folder / "shards"
        pipelines = {name: self._pipeline(name) for name in ["deflate", "lz4", "zstd", "none"]}
        ingest = [self.segprep, "ingest", self.folder / "data" / "eight", "--out", prepared, "--quiet", "--json"]
        subprocess.run([*ingest, "--pipeline", PIPELINE], check=True, stdout=subprocess.DEVNULL)
        plan = [self.segprep, "shard", prepared, "--pipeline", PIPELINE, "--out", shards, "--quiet", "--json"]
        subprocess.run(plan, check=True, stdout=subprocess.DEVNULL)
        for name, pipeline in pipelines.items():
            out = self.folder / "out"
            command = [self.segprep, "shard", prepared, "--pipeline", pipeline, "--out", out, "--json"]
            theirs = [self.environment.python, HERE / "shards_peer.py", prepared, shards, self.folder / "peer"]
            series = self._alternate(
                Contender(command, leaves=out),
                Contender(theirs, leaves=self.folder / "peer", says_seconds=True),
                runs=min(self.runs, 3))
            gain = series[1].median_s / series[0].median_s
            target = Target("times h5py's speed", gain, SHARD_SPEED.get(name, 1.0), at_least=True)
            yield Row(
                f"shards of eight cases, {name}", 2, True, series[0], self.environment.title(H5PY), series[1],
                targets=(target,) if name in SHARD_SPEED else ())
        shutil.rmtree(prepared)
        shutil.rmtree(shards)

    def _pipeline(self, compression: str) -> Path:
        """The paper's pipeline with another compression; what ingest reads of it is the same."""
        plan = json.loads(subprocess.check_output([self.segprep, "plan", PIPELINE, "--json"]))["pipeline"]
        plan["shards"]["compression"] = compression
        path = self.folder / f"{compression}.yaml"
        path.write_text(json.dumps(plan))
        return path

    @property
    def _one_case(self) -> Path:
        return self.folder / "data" / "one" / "case_00000"

    def _ingest(self, data: str, jobs: int, sync: bool = True) -> Contender:
        prepared = self.folder / "out"
        command = [
            self.segprep, "ingest", self.folder / "data" / data, "--pipeline", PIPELINE,
            "--out", prepared, "--jobs", str(jobs), "--json",
        ]
        return Contender(command + ["--no-sync"] * (not sync), leaves=prepared)

    def _alternate(self, *contenders: Contender, runs: int | None = None) -> list[Series]:
        return alternate(contenders, runs or self.runs)
