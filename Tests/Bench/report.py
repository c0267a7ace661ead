"""Rows of results: as JSON for programs, as a table for people."""

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from measure import Series


@dataclass(frozen=True)
class Target:
    what: str
    found: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        by = abs(self.found / self.limit - 1)
        return (
            f"{'met' if self.met else 'MISSED'} by {by:.0%}: "
            f"{self.what} {self.found:.3g}, target {word} {self.limit:.3g}"
        )


@dataclass(frozen=True)
class Row:
    job: str
    threads: int
    fsync: bool
    ours: Series
    peer: str | None = None
    theirs: Series | None = None
    floor_s: float | None = None
    targets: tuple[Target, ...] = ()

    @property
    def ratio(self) -> float | None:
        return self.theirs.median_s / self.ours.median_s if self.theirs else None

    def json(self) -> dict:
        row = {
            "job": self.job,
            "ours_s": self.ours.median_s,
            "peer": self.peer,
            "peer_s": self.theirs.median_s if self.theirs else None,
            "ratio": self.ratio,
            "floor_s": self.floor_s,
            "threads": self.threads,
            "fsync": self.fsync,
        }
        for name, series in (("ours", self.ours), ("peer", self.theirs)):
            if series:
                row |= {
                    f"{name}_runs": len(series.samples),
                    f"{name}_min_s": min(series.seconds),
                    f"{name}_max_s": max(series.seconds),
                    f"{name}_cpu_s": series.cpu_s,
                    f"{name}_peak_mb": series.peak_mb,
                }
        if self.theirs and self.theirs.work_s is not None:
            row["peer_without_imports_s"] = self.theirs.work_s
        row["targets"] = [asdict(target) | {"met": target.met} for target in self.targets]
        return row


def machine() -> str:
    cpu = Path("/proc/cpuinfo").read_text().partition("model name\t: ")[2].partition("\n")[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{cpu}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB"


def busy_cores() -> float:
    """How many cores are kept busy, over one second: by other programs, if none of ours runs."""
    idle, total = _ticks()
    time.sleep(1)
    later_idle, later_total = _ticks()
    return (1 - (later_idle - idle) / (later_total - total)) * (os.cpu_count() or 1)


def _ticks() -> tuple[int, int]:
    ticks = [int(each) for each in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return ticks[3] + ticks[4], sum(ticks)  # idle and waiting for the disk; all


def table(rows: list[Row]) -> str:
    lines = [f"{'':46}{'median':>9}{'min':>8}{'max':>8}{'CPU':>8}{'peak':>9}"]
    for row in rows:
        lines += ["", row.job]
        threads = f"{row.threads} thread{'s' if row.threads > 1 else ''}"
        lines.append(_line(f"segprep, {threads}, {'with' if row.fsync else 'no'} fsync", row.ours))
        if row.theirs:
            lines.append(_line(row.peer, row.theirs))
            lines.append(f"    theirs / ours: {row.ratio:.2f}{_without_imports(row)}")
        if row.floor_s is not None:
            lines.append(f"    floor: the image inflated, nothing else: {row.floor_s:.3f} s")
        lines += [f"    {target}" for target in row.targets]
    lines += ["", "Peers write no file, hash nothing and wait for no disk; ours does all three."]
    return "\n".join(lines)


def _line(name: str, series: Series) -> str:
    return (
        f"  {name:44}{series.median_s:7.3f} s{min(series.seconds):8.3f}{max(series.seconds):8.3f}"
        f"{series.cpu_s:8.3f}{series.peak_mb:6.0f} MB"
    )


def _without_imports(row: Row) -> str:
    work = row.theirs.work_s
    if work is None:
        return ""
    return f"; {work / row.ours.median_s:.2f} without their imports ({work:.3f} s)"
