"""`segprep verify` as a user runs it: what is whole, what is damaged, and what is neither."""

import json
import shutil

import support


class VerifyPrepared(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = support.make_phantoms(cls.folder / "raw", 3)

    def prepared(self):
        if not hasattr(type(self), "whole"):
            type(self).whole = self.ingest(self.raw, self.pipeline([{"zscore": {"over": "volume"}}]))
        copy = self.fresh("prepared")
        shutil.copytree(self.whole, copy)
        return copy

    def test_whole(self):
        prepared = self.prepared()
        result = support.segprep("verify", prepared, "--quiet")
        self.assertEqual((result.code, result.err), (0, ""), result.out)
        self.assertRegex(result.out, rf"^{prepared}: whole: 3 files, [\d.]+ MB\n$")
        report = json.loads(support.segprep("verify", prepared, "--json").out)
        self.assertEqual((report["files"], report["damages"]), (3, []))

    def test_damage(self):
        prepared = self.prepared()
        path = prepared / "cases" / "case_00001.h5"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
        (prepared / "cases" / "case_00002.h5").unlink()
        for jobs in (1, 2):
            result = support.segprep("verify", prepared, "--jobs", jobs)
            self.assertEqual(result.code, 2)
            lines = result.out.splitlines()
            self.assertEqual(len(lines), 3, result.out)
            self.assertRegex(
                lines[0], "^cases/case_00001.h5: case_00001: has other bytes than were written, found sha256 [0-9a-f]{64}, "
                "expected [0-9a-f]{64}$")
            self.assertRegex(lines[1], "^cases/case_00002.h5: case_00002: is missing, found no file, expected [0-9]+ bytes$")
            self.assertRegex(lines[2], ": 2 damaged files, of 3 files, .*; run `segprep ingest` again")
        report = json.loads(support.segprep("verify", prepared, "--json").out)
        self.assertEqual([damage["case_identifier"] for damage in report["damages"]], ["case_00001", "case_00002"])

    def test_ingest_makes_it_whole_again(self):
        prepared = self.prepared()
        (prepared / "cases" / "case_00002.h5").unlink()
        self.ingest(self.raw, self.pipeline([{"zscore": {"over": "volume"}}]), out=prepared)
        self.assertEqual(support.segprep("verify", prepared).code, 0)

    def test_other_folders(self):
        empty = self.fresh("empty")
        empty.mkdir()
        for folder, found in ((empty, "no manifest.json that can be read"), (empty / "none", "no manifest.json")):
            result = support.segprep("verify", folder)
            self.assertEqual((result.code, result.out), (2, ""))
            self.assertIn(f"{folder}: nothing that can be verified, found {found}", result.err)
        (empty / "manifest.json").write_text('{"format": "other", "format_version": 1}')
        self.assertIn('found a manifest of format "other"', support.segprep("verify", empty).err)
        (empty / "manifest.json").write_text('{"format": "segprep-shards", "format_version": 2}')
        self.assertIn("of another version, found 2, expected 1", support.segprep("verify", empty).err)
        self.assertEqual(support.segprep("verify").code, 64)
        self.assertEqual(support.segprep("verify", empty, "--jobs", 0).code, 64)
