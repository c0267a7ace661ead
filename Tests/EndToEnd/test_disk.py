"""The disk: a run says before it begins what room and time it needs, stops cleanly where there is none, and goes on."""

import json
import re
import shutil
import subprocess
import unittest

from support import PIPELINES, PROGRAM, TestCase, identifiers, json_of, segprep

PIPELINE = PIPELINES / "brats20.yaml"


def on_small_disk(command, size, *, room, name, copy, here):
    """Runs a command that writes DISK/name on a disk of `size`, makes `room` and runs it again; what each said and left.

    What lies in DISK/name after that is copied to `copy`; `here` is an empty folder for what they say.
    """
    disk = here / "disk"
    disk.mkdir(parents=True)
    command = command.replace("DISK", str(disk))
    script = f"""
        mount -t tmpfs -o size={size} none "{disk}"
        {command} > first.out 2> first.err; echo $? > first.code
        find "{disk}" -type f -printf '%f\\n' > first.files
        mount -o remount,size={room} "{disk}"
        {command} > second.out 2> second.err; echo $? > second.code
        cp -r "{disk}/{name}" "{copy}"
    """
    subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], cwd=here, check=True, timeout=60)
    return {path.name: path.read_text() for path in here.iterdir() if path.is_file()}


def can_mount():
    """Whether a small disk can be made: a memory file system in a name space of our own."""
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return done.returncode == 0


class DiskTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        made = segprep("synth", "brats20", "--cases", 6, "--out", cls.raw, "--quiet")
        assert made.code == 0, made.err


@unittest.skipUnless(can_mount(), "no small disk can be mounted here")
class FullDiskTests(DiskTestCase):
    """A case takes 1.7 MB."""

    def on_small_disk(self, size, *, jobs=2):
        """Runs an ingest on a disk of `size`, then makes room and runs it again; both results, and the folder."""
        out = self.fresh("copy")
        ingest = f'"{PROGRAM}" ingest "{self.raw}" --pipeline "{PIPELINE}" --out DISK/prepared --quiet --jobs {jobs}'
        found = on_small_disk(ingest, size, room="60m", name="prepared", copy=out, here=self.fresh("here"))
        return found, out

    def test_stops_cleanly_says_how_much_is_missing_and_goes_on(self):
        undisturbed = self.ingest(self.raw, PIPELINE)
        for size, most in [("6m", 3), ("1m", 0)]:
            for jobs in [1, 2]:
                with self.subTest(size=size, jobs=jobs):
                    found, out = self.on_small_disk(size, jobs=jobs)
                    self.assertEqual((found["first.code"], found["first.out"]), ("2\n", ""))
                    warning, error = found["first.err"].splitlines()
                    self.assertRegex(
                        warning, "^warning: .*/prepared: the prepared cases may not fit on the disk, found .* free, "
                        r"expected 10\.5 MB; free .* MB, or choose another --out$")
                    kept = found["first.files"].split()
                    cases = [name for name in kept if name.endswith(".h5")]
                    self.assertLessEqual(len(cases), most)
                    self.assertEqual([name for name in kept if name.endswith(".tmp")], [])
                    self.assertRegex(
                        error, r"^segprep: .*/prepared: the disk or your quota is full, found [\d.]+ [kM]?B free, "
                        r"expected [\d.]+ MB for \d cases still to make; free some space and run the same command "
                        "again: cases that are made are kept$")
                    # Prepared, or found to have no enhancing tumour: the rest is still to be made.
                    left = int(re.search(r"for (\d) cases", error).group(1))
                    self.assertIn(left, [6 - len(cases), 5 - len(cases)])

                    self.assertEqual(found["second.code"], "0\n")
                    if cases:
                        self.assertIn(f"{len(cases)} kept as they were", found["second.out"])
                    self.assertEqual(
                        (out / "manifest.json").read_bytes(), (undisturbed / "manifest.json").read_bytes())
                    for name in identifiers(out):
                        case = f"cases/{name}.h5"
                        self.assertEqual((out / case).read_bytes(), (undisturbed / case).read_bytes())

    def test_no_room_for_the_manifest(self):
        """All cases fit, and nothing else: five of 1.67 MB with their previews."""
        for size in range(8260, 8500, 8):
            found, out = self.on_small_disk(f"{size}k")
            self.assertIn(found["first.code"], ["0\n", "2\n"])
            self.assertEqual(found["second.code"], "0\n")
            self.assertEqual(len(identifiers(out)), 5)
            if "for the manifest; free some space" in found["first.err"]:
                return
        self.fail("no size of the disk was the right one")


class ForecastTests(DiskTestCase):

    def dry_run(self, out, *options):
        return segprep("ingest", self.raw, "--pipeline", PIPELINE, "--out", out, "--dry-run", *options)

    def test_time_and_room_before_the_first_run(self):
        out = self.fresh("prepared")
        result = self.dry_run(out, "--jobs", 1)
        self.assertRegex(
            result.out, r"\nExpected: less than 1 s with --jobs 1 \(the rate of a 2-core AMD EPYC; yours may differ\); "
            r"10\.5 MB of the [\d.]+ [kMGT]B that are free on the disk\. Nothing was written\.\n$")
        self.assertFalse(out.exists())

    def test_time_is_the_last_runs_where_there_is_one(self):
        out = self.ingest(self.raw, PIPELINE, "--jobs", 2)
        making = json_of(out / "run_report.json")["making"]
        result = self.dry_run(out, "--force", "--json", "--jobs", 2)
        forecast = json.loads(result.out)
        self.assertEqual((forecast["time"]["basis"], forecast["time"]["jobs"]), ("rate of the last run here", 2))
        self.assertAlmostEqual(forecast["time"]["seconds"], making["seconds"], delta=0.25 * making["seconds"])
        # One of the six is left out, which headers do not tell.
        voxels = 80 * 80 * 52
        self.assertEqual(making["workload"], {"raw_bytes": 5 * voxels * 3, "prepared_bytes": 5 * voxels * 5})
        self.assertEqual(forecast["disk"]["needed_bytes"], 6 * (voxels * 5 + 88000))

        # A run that makes nothing leaves the rate as it was, and takes no time.
        self.ingest(self.raw, PIPELINE, out=out)
        self.assertEqual(json_of(out / "run_report.json")["making"], making)
        kept = ",".join(identifiers(out))
        self.assertNotIn("Expected:", self.dry_run(out, "--cases", kept).out)

    def test_damaged_report_is_no_error(self):
        out = self.ingest(self.raw, PIPELINE)
        for content in ["", "[]", '{"making": 3}', '{"making": {"seconds": 0, "threads": 0}}']:
            (out / "run_report.json").write_text(content)
            result = self.dry_run(out, "--force")
            self.assertEqual(result.code, 0, result.err)
            self.assertIn("the rate of a 2-core AMD EPYC", result.out)
