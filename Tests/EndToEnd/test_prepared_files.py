"""What a folder of prepared data holds, read with h5py and json: section 4 of the design."""

import json
import re
import shutil

import h5py
import numpy

import reference
import scans
from support import PAPER_RESAMPLE, PIPELINES, TestCase, identifiers, json_of, make_phantoms



def text(file, name):
    """A text attribute: h5py gives bytes for texts of fixed length."""
    value = file.attrs[name]
    return value.decode() if isinstance(value, bytes) else value


def kfold(names, count, seed):
    """scikit-learn's KFold(count, shuffle=True, random_state=seed): nnU-Net's split."""
    names = sorted(names)
    order = numpy.arange(len(names))
    numpy.random.RandomState(seed).shuffle(order)
    splits = []
    for part in numpy.array_split(order, count):
        val = [names[index] for index in sorted(part)]
        splits.append({"train": [name for name in names if name not in val], "val": val})
    return splits


class CaseFileTests(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = make_phantoms(cls.folder / "raw", 6)
        cls.prepared = cls.folder / "prepared"

    def setUp(self):
        if not self.prepared.exists():
            self.ingest(self.raw, PIPELINES / "kits19.yaml", out=self.prepared)
        self.manifest = json_of(self.prepared / "manifest.json")

    def files(self):
        """Each case's entry in the manifest and its open file."""
        for case in self.manifest["cases"]:
            with h5py.File(self.prepared / case["file"], "r") as file:
                yield case, file

    def test_datasets(self):
        """float32 and uint8, contiguous, without filters; label absent where there is none."""
        for case, file in self.files():
            self.assertEqual(file["image"].dtype, numpy.dtype("<f4"))
            self.assertEqual(file["image"].shape, (1, *case["shape"]))
            self.assertEqual("label" in file, case["is_labelled"])
            if "label" in file:
                self.assertEqual(file["label"].dtype, numpy.dtype("u1"))
                self.assertEqual(file["label"].shape, tuple(case["shape"]))
            for dataset in file.values():
                self.assertIsNone(dataset.chunks)
                self.assertIsNone(dataset.compression)
                properties = dataset.id.get_create_plist()
                self.assertEqual(properties.get_nfilters(), 0)
                self.assertEqual(properties.get_layout(), h5py.h5d.CONTIGUOUS)
                # Voxels can be mapped straight from the file.
                mapped = numpy.memmap(file.filename, dataset.dtype, "r", dataset.id.get_offset(), dataset.shape)
                numpy.testing.assert_array_equal(mapped, dataset[()])

    def test_geometry_attributes(self):
        for case, file in self.files():
            raw, affine = reference.canonical(self.raw / "data" / case["case_identifier"] / "imaging.nii.gz")
            self.assertEqual(file.attrs["affine"].shape, (4, 4))
            self.assertEqual(file.attrs["affine"].dtype, numpy.float64)
            numpy.testing.assert_array_equal(file.attrs["affine"][3], (0, 0, 0, 1))
            voxel = numpy.linalg.norm(file.attrs["affine"][:3, :3], axis=0)[::-1]
            numpy.testing.assert_allclose(file.attrs["spacing_mm"], voxel, rtol=1e-12)
            numpy.testing.assert_allclose(case["spacing_mm"], voxel, rtol=1e-12)
            numpy.testing.assert_array_equal(file.attrs["source_shape"], raw.shape)
            numpy.testing.assert_allclose(
                file.attrs["source_spacing_mm"], numpy.linalg.norm(affine[:3, :3], axis=0)[::-1], rtol=1e-6)
            self.assertEqual(text(file, "source_orientation"), "IPL")

    def test_source_attributes(self):
        for case, file in self.files():
            source = json.loads(file.attrs["source"])
            self.assertEqual(source, case["source"])
            self.assertEqual(text(file, "case"), case["case_identifier"])
            self.assertEqual(text(file, "source_sha256"), case["source"]["images"][0]["sha256"])
            self.assertEqual("source_label_sha256" in file.attrs, case["is_labelled"])
            self.assertEqual(text(file, "ingest_digest"), self.manifest["ingest_digest"])
            self.assertEqual(text(file, "source_transform"), "sform")
            self.assertEqual(file.attrs["source_sform_code"], source["sform_code"])
            self.assertEqual(file.attrs["source_qform_code"], source["qform_code"])

    def test_statistics(self):
        """Statistics are those of the stored voxels (float32 against Double: within 1e-4), counts exactly."""
        for case, file in self.files():
            statistics = json.loads(file.attrs["statistics"])
            self.assertEqual(statistics, case["statistics"])
            voxels = file["image"][0].astype(float)
            channel = statistics["channels"][0]
            found = [channel[key] for key in ("minimum", "maximum", "mean", "std")]
            numpy.testing.assert_allclose(found, [voxels.min(), voxels.max(), voxels.mean(), voxels.std()], atol=1e-4)
            numpy.testing.assert_array_equal(file.attrs["pad_value"], [float(voxels.min())])
            self.assertEqual(statistics["nonfinite_replaced"], 0)
            if case["is_labelled"]:
                counts = numpy.bincount(file["label"][()].ravel(), minlength=3)
                self.assertEqual(statistics["class_voxels"], counts.tolist())
                raw = reference.load(self.raw / "data" / case["case_identifier"]).label
                self.assertEqual(statistics["raw_class_voxels"], numpy.bincount(raw.ravel(), minlength=3).tolist())

    def test_decisions(self):
        for case, file in self.files():
            decisions = json.loads(file.attrs["decisions"])
            self.assertEqual([entry["stage"] for entry in decisions], ["resample", "clip_hu", "zscore"])
            self.assertEqual(decisions[0]["shape"], case["shape"])
            self.assertEqual((decisions[1]["lower"], decisions[1]["upper"]), (-79, 304))
            # The z-score's numbers undo it: what was clipped comes back as the bounds.
            image = file["image"][0] * decisions[2]["std"][0] + decisions[2]["mean"][0]
            self.assertAlmostEqual(image.min(), -79, delta=0.01)
            self.assertAlmostEqual(image.max(), 304, delta=0.01)

    def test_manifest(self):
        self.assertEqual(self.manifest["format"], "segprep-prepared")
        self.assertEqual(self.manifest["channels"], ["ct"])
        self.assertEqual(self.manifest["classes"], ["background", "kidney", "tumour"])
        self.assertEqual(identifiers(self.prepared), [f"case_{number:05}" for number in range(6)])
        for digest in (self.manifest["ingest_digest"], self.manifest["folds_digest"]):
            self.assertRegex(digest, "^[0-9a-f]{64}$")

    def test_unlabelled_case(self):
        """case_00005 of the phantoms has no segmentation: prepared, without label, in no fold."""
        unlabelled = [case for case in self.manifest["cases"] if not case["is_labelled"]]
        self.assertEqual([case["case_identifier"] for case in unlabelled], ["case_00005"])
        self.assertIsNone(unlabelled[0].get("fold"))
        self.assertNotIn("case_00005", (self.prepared / "splits_final.json").read_text())
        with h5py.File(self.prepared / unlabelled[0]["file"], "r") as file:
            self.assertEqual(list(file), ["image"])

    def test_no_clock_in_case_files(self):
        """HDF5 keeps no times."""
        for _, file in self.files():
            for dataset in file.values():
                self.assertEqual(h5py.h5g.get_objinfo(dataset.id).mtime, 0)


class FoldTests(TestCase):
    """Folds, exclusion and datalists, over many tiny cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        matrix = scans.affine("IPL", (3, 1, 1))
        for number in range(23):
            label = scans.organs((7, 8, 9), number)
            if number % 4 == 0:
                label[label == 2] = 1
            image = scans.nifti(scans.tissue(label.shape, number).astype(numpy.float32), matrix)
            stored = None if number in (3, 17) else scans.nifti(label, matrix)
            scans.write_case(cls.raw / "data", f"case_{number:05}", image, stored)
        cls.unlabelled = {"case_00003", "case_00017"}
        cls.all = {f"case_{number:05}" for number in range(23)}

    def check_folds(self, prepared, expected_cases, count, seed=12345):
        """splits_final.json, datalist.json and the manifest's folds, all worked out from the labelled cases."""
        expected = kfold(expected_cases, count, seed)
        self.assertEqual(json_of(prepared / "splits_final.json"), expected)
        manifest = json_of(prepared / "manifest.json")
        self.assertEqual(manifest["folds"], count)
        folds = {name: index for index, split in enumerate(expected) for name in split["val"]}
        found = {case["case_identifier"]: case["fold"] for case in manifest["cases"] if case["is_labelled"]}
        self.assertEqual(found, folds)
        datalist = json_of(prepared / "datalist.json")
        file = "cases/{}.h5".format
        training = [{"image": file(name), "label": file(name), "fold": folds[name]} for name in sorted(folds)]
        self.assertEqual(datalist["training"], training)
        unlabelled = [case["case_identifier"] for case in manifest["cases"] if not case["is_labelled"]]
        self.assertEqual(datalist["testing"], [{"image": file(name)} for name in unlabelled])

    def test_nnunets_split(self):
        prepared = self.ingest(self.raw, self.pipeline([]))
        self.check_folds(prepared, self.all - self.unlabelled, 5)

    def test_other_counts_and_seeds(self):
        for count, seed in [(2, 0), (3, 1), (7, 4294967295), (21, 12345)]:
            prepared = self.ingest(self.raw, self.pipeline([], folds={"count": count, "seed": seed}))
            self.check_folds(prepared, self.all - self.unlabelled, count, seed)

    def test_fewer_cases_than_folds(self):
        prepared = self.ingest(self.raw, self.pipeline([]), "--cases", "case_00001,case_00002,case_00003")
        self.check_folds(prepared, {"case_00001", "case_00002"}, 2)
        self.assertRegex(" ".join(json_of(prepared / "manifest.json")["warnings"]), "2 labelled cases.*5 folds")

    def test_one_case(self):
        """One case is for training only: no folds, no split, and a warning."""
        prepared = self.ingest(self.raw, self.pipeline([]), "--cases", "case_00001")
        manifest = json_of(prepared / "manifest.json")
        self.assertEqual(manifest["folds"], 0)
        self.assertIsNone(manifest["cases"][0].get("fold"))
        self.assertRegex(" ".join(manifest["warnings"]), "1 labelled case .*training only")
        self.assertEqual(json_of(prepared / "splits_final.json"), [])
        file = "cases/case_00001.h5"
        expected = {"training": [{"image": file, "label": file}], "testing": []}
        self.assertEqual(json_of(prepared / "datalist.json"), expected)

    def test_exclusion(self):
        rules = [
            {"cases": [0, "case_00021"], "reason": "poor ground truth"},
            {"class_absent": "tumour", "reason": "nothing to segment"},
        ]
        prepared = self.ingest(self.raw, self.pipeline([], dataset={"exclude": rules, "unlabelled": "exclude"}))
        expected = {f"case_{number:05}": "nothing to segment" for number in range(0, 23, 4)}
        expected.update({"case_00000": "poor ground truth", "case_00021": "poor ground truth"})
        expected.update({name: "no label" for name in self.unlabelled})
        manifest = json_of(prepared / "manifest.json")
        self.assertEqual({entry["case_identifier"]: entry["reason"] for entry in manifest["excluded"]}, expected)
        self.check_folds(prepared, self.all - set(expected), 5)
        self.assertEqual({path.stem for path in (prepared / "cases").glob("*.h5")}, self.all - set(expected))

    def test_excluded_class_is_counted_before_the_stages(self):
        """A class that resampling loses is not absent; one that the label map removes is."""
        rules = [{"class_absent": "tumour", "reason": "none"}]
        coarse = [{"resample": {"spacing_mm": {"z": 30, "y": 30, "x": 30}}}]
        prepared = self.ingest(self.raw, self.pipeline(coarse, dataset={"exclude": rules}))
        self.assertEqual(identifiers(prepared, "excluded"), [f"case_{number:05}" for number in range(0, 23, 4)])
        cases = json_of(prepared / "manifest.json")["cases"]
        vanished = [case for case in cases if "tumour vanished" in str(case["warnings"])]
        self.assertTrue(vanished)
        for case in vanished:
            self.assertEqual(case["statistics"]["class_voxels"][2], 0)

    def test_some_cases_keep_the_others(self):
        pipeline, out = self.pipeline([]), self.fresh("prepared")
        self.ingest(self.raw, pipeline, "--cases", "case_00001,case_00002,case_00005,case_00003", out=out)
        before = (out / "cases" / "case_00001.h5").stat()
        self.ingest(self.raw, pipeline, "--cases", "case_00007,case_00002", out=out)
        after = (out / "cases" / "case_00001.h5").stat()
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))
        self.assertEqual(identifiers(out), [f"case_{number:05}" for number in (1, 2, 3, 5, 7)])
        self.check_folds(out, {f"case_{number:05}" for number in (1, 2, 5, 7)}, 4)

    def test_what_is_gone_stays_until_pruned(self):
        """Cases that the data set no longer has are reported and kept; --prune drops them."""
        data = self.fresh("raw")
        for number in range(4):
            shutil.copytree(self.raw / "data" / f"case_{number:05}", data / f"case_{number:05}")
        pipeline, out = self.pipeline([]), self.fresh("prepared")
        self.ingest(data, pipeline, out=out)
        shutil.rmtree(data / "case_00002")
        result, _ = self.run_ingest(data, pipeline, out=out)
        self.assertIn("raw files gone: case_00002: kept", result.out)
        self.assertEqual(len(identifiers(out)), 4)
        self.ingest(data, pipeline, "--prune", out=out)
        self.assertEqual(identifiers(out), ["case_00000", "case_00001", "case_00003"])
        self.assertNotIn("case_00002", (out / "splits_final.json").read_text() + (out / "datalist.json").read_text())

    def test_dry_run_writes_nothing(self):
        result, out = self.run_ingest(self.raw, self.pipeline([{"resample": PAPER_RESAMPLE}]), "--dry-run")
        self.assertEqual(result.code, 0, result.err)
        self.assertFalse(out.exists())
        prepared = self.ingest(self.raw, self.pipeline([{"resample": PAPER_RESAMPLE}]))
        for case in json_of(prepared / "manifest.json")["cases"]:
            shape = "x".join(map(str, case["shape"]))
            self.assertTrue(re.search(rf"{case['case_identifier']} .*\b{shape}\b", result.out), result.out)

    def test_dry_run_warns_of_rules_for_cases_that_are_not_there(self):
        rules = [{"cases": [1, 99, "case_0000l"], "reason": "poor"}]
        pipeline = self.pipeline([], dataset={"exclude": rules})
        for option in [(), ("--json",), ("--cases", "case_00002")]:
            result, _ = self.run_ingest(self.raw, pipeline, "--dry-run", *option)
            self.assertEqual(result.code, 0, result.err)
            self.assertRegex(result.err, "^warning: `exclude` names cases that are not there: 99, case_0000l; .*\n$")
        result, _ = self.run_ingest(self.raw, pipeline)
        self.assertNotIn("not there", result.err + result.out)
