"""Runs whole processes, alternating, and keeps what the kernel says they cost."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Contender:
    command: Sequence[str | Path]
    leaves: Path | None = None  # the folder it writes, removed once the clock has stopped
    says_seconds: bool = False  # whether the last line it prints is the time of its work alone


@dataclass(frozen=True)
class Sample:
    seconds: float
    cpu_s: float
    peak_mb: float  # resident, of 10^6 bytes
    work_s: float | None


@dataclass(frozen=True)
class Series:
    samples: list[Sample]

    @property
    def seconds(self) -> list[float]:
        return [sample.seconds for sample in self.samples]

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu_s(self) -> float:
        return statistics.median(sample.cpu_s for sample in self.samples)

    @property
    def peak_mb(self) -> float:
        return max(sample.peak_mb for sample in self.samples)

    @property
    def work_s(self) -> float | None:
        work = [sample.work_s for sample in self.samples if sample.work_s is not None]
        return statistics.median(work) if work else None


def alternate(contenders: Sequence[Contender], runs: int) -> list[Series]:
    """Each contender in turn, `runs` times, after one turn that does not count."""
    rounds = [[measure(contender) for contender in contenders] for _ in range(runs + 1)]
    return [Series(list(samples)) for samples in zip(*rounds[1:])]


def measure(contender: Contender) -> Sample:
    os.sync()  # what was written before must not be waited for in the timed part
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            contender.command, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode != 0:
            errors.seek(0)
            command = " ".join(map(str, contender.command))
            sys.exit(f"{command}\nexited with {process.returncode}:\n{errors.read()}{printed}")
    if contender.leaves:
        shutil.rmtree(contender.leaves)
    return Sample(
        seconds=seconds,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss * 1024 / 1e6,
        work_s=float(printed.split()[-1]) if contender.says_seconds else None,
    )
