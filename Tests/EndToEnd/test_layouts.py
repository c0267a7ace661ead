"""Layouts that any data set can have: nnU-Net's, the Decathlon's and patterns, held against nibabel voxel by voxel."""

import json
import shutil

import nibabel
import numpy

import reference
import scans
from support import PreparedCase, TestCase, identifiers, json_of, segprep

# More planes than wait for each other while a case is read.
EXTENTS = (14, 18, 41)
MATRIX = scans.affine("LPS", (0.8, 0.8, 2.5))
ORGANS = {"background": 0, "kidney": 1, "tumour": 2}
# Each as it is stored: channels of one case need not be of one type.
KINDS = [numpy.int16, numpy.float32, numpy.uint8, numpy.int16]
LIMITS = [(-300, 500), (0, 1), (0, 255), (0, 3000)]


def channel(case, number):
    """A channel's voxels, different in every case and channel."""
    lower, upper = LIMITS[number]
    return scans.tissue(EXTENTS, 10 * case + number, lower=lower, upper=upper).astype(KINDS[number])


def label(case):
    return scans.nifti(scans.organs(EXTENTS, 500 + case), MATRIX)


class LayoutTestCase(TestCase):

    def layout(self, name, channels, *, stages=(), **dataset):
        content = {"layout": name, "channels": channels, "labels": ORGANS, **dataset}
        return self.pipeline(list(stages), dataset=content, folds={"count": 2})

    def describe(self, raw, **content):
        raw.mkdir(parents=True, exist_ok=True)
        (raw / "dataset.json").write_text(json.dumps(content))

    def assert_is(self, prepared, identifier, images, label=None):
        """Without stages a prepared case is its raw files: `images` are arrays as nibabel gives them, or files."""
        case = PreparedCase.read(prepared / "cases" / f"{identifier}.h5")
        self.assertEqual(len(case.image), len(images))
        for found, image in zip(case.image, images):
            numpy.testing.assert_array_equal(found, numpy.float32(image)[::-1, ::-1].T)
        if label is None:
            self.assertIsNone(case.label)
        else:
            voxels, affine = reference.canonical(label)
            numpy.testing.assert_array_equal(case.label, voxels)
            numpy.testing.assert_allclose(case.attributes["affine"], affine, atol=1e-5)

    def refused(self, raw, pipeline, code=2):
        """The one line of a run that could not begin, without where its folders lie."""
        result, out = self.run_ingest(raw, pipeline)
        self.assertEqual(result.code, code, result.out + result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        self.assertFalse(out.exists())
        dry = segprep("ingest", raw, "--pipeline", pipeline, "--out", out, "--dry-run")
        self.assertEqual((dry.code, dry.err), (code, result.err))
        return result.err.strip().replace(f"{raw}/", "").replace(str(raw), "RAW")


class UnlistedLabelTests(LayoutTestCase):

    def test_labels_in_a_folder_without_permission(self):
        """Cases whose labels cannot be looked for must not count as unlabelled."""
        for layout, images, labels, patterns in [
                ("nnunet", "imagesTr", "labelsTr", {}),
                ("pairs", "scans", "masks", {"images": ["scans/{case}_0000.nii.gz"], "label": "masks/{case}.nii.gz"})]:
            raw = self.fresh("raw")
            self.describe(raw, channel_names={"0": "CT"}, labels=ORGANS, numTraining=1, file_ending=".nii.gz")
            scans.write(raw / images / "p_0000.nii.gz", scans.nifti(channel(0, 0), MATRIX))
            scans.write(raw / labels / "p.nii.gz", label(0))
            pipeline = self.layout(layout, ["CT"], **patterns)
            nobody = self.nobody(raw.parent, pipeline.parent)
            (raw / labels).chmod(0o311)
            out = self.fresh("prepared")
            out.parent.chmod(0o777)
            result, _ = self.run_ingest(raw, pipeline, out=out, before=nobody)
            self.assertEqual((result.code, len(result.err.splitlines())), (2, 1), result.err)
            self.assertIn(
                f"{raw}/{labels}: cannot list: Permission denied, found a folder, expected one that can be read; "
                "look at its permissions and its disk", result.err)
            # What can be listed and not entered is a problem of the case.
            (raw / labels).chmod(0o744)
            result, _ = self.run_ingest(raw, pipeline, out=out, before=nobody)
            self.assertEqual(result.code, 2, result.err)
            self.assertIn(f"FAILED: p: {labels}/p.nii.gz is not a file, found", result.out)


class NnUNetTests(LayoutTestCase):

    def make(self, names=("FLAIR", "T1", "CT")):
        """Three training cases, one of them without label, and a test case."""
        raw = self.fresh("Dataset007_Organs")
        self.describe(
            raw, channel_names={str(number): name for number, name in enumerate(names)}, labels=ORGANS, numTraining=3,
            file_ending=".nii.gz")
        for case, folder in enumerate(["imagesTr", "imagesTr", "imagesTr", "imagesTs"]):
            for number in range(len(names)):
                scans.write(
                    raw / folder / f"case_{case}_{number:04}.nii.gz", scans.nifti(channel(case, number), MATRIX))
        for case in (0, 1):
            scans.write(raw / "labelsTr" / f"case_{case}.nii.gz", label(case))
        (raw / "imagesTr" / "._case_0_0000.nii.gz").write_bytes(b"litter of a Mac")
        return raw

    def test_equals_nibabel(self):
        raw = self.make()
        result, prepared = self.run_ingest(raw, self.layout("nnunet", ["CT", "FLAIR"]))
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(identifiers(prepared), ["case_0", "case_1", "case_2", "case_3"])
        for case in range(4):
            segmentation = raw / "labelsTr" / f"case_{case}.nii.gz" if case < 2 else None
            self.assert_is(prepared, f"case_{case}", [channel(case, 2), channel(case, 0)], segmentation)
        manifest = json_of(prepared / "manifest.json")
        self.assertEqual(manifest["channels"], ["CT", "FLAIR"])
        self.assertEqual([entry.get("fold") is None for entry in manifest["cases"]], [False, False, True, True])
        names = [file["name"] for file in manifest["cases"][3]["source"]["images"]]
        self.assertEqual(names, ["imagesTs/case_3_0002.nii.gz", "imagesTs/case_3_0000.nii.gz"])
        note = "labelsTr: no label of case_2, found in imagesTr: it counts as unlabelled"
        self.assertIn(note, manifest["warnings"])
        self.assertIn(f"warning: {note}\n", result.out)
        # Nothing is redone, and the manifest says the same.
        before = (prepared / "manifest.json").read_bytes()
        result, _ = self.run_ingest(raw, self.layout("nnunet", ["CT", "FLAIR"]), out=prepared)
        self.assertIn("0 prepared, 4 kept as they were", result.out)
        self.assertEqual((prepared / "manifest.json").read_bytes(), before)
        # A channel that changes its name is another file.
        self.describe(
            raw, channel_names={"0": "CT", "1": "T1", "2": "FLAIR"}, labels=ORGANS, numTraining=3,
            file_ending=".nii.gz")
        result, _ = self.run_ingest(raw, self.layout("nnunet", ["CT", "FLAIR"]), out=prepared)
        self.assertIn("made anew: case_0, case_1, case_2, case_3: its files are others", result.out)
        self.assert_is(prepared, "case_3", [channel(3, 0), channel(3, 2)])

    def test_export_of_channels_that_no_file_can_be_called(self):
        raw = self.make(names=["T1/post", "T1"])
        prepared = self.ingest(raw, self.layout("nnunet", ["T1", "T1/post"]), "--cases", "case_0")
        out = self.fresh()
        self.assertEqual(segprep("export", prepared, "--out", out, "--quiet").code, 0)
        for name, number in (("T1", 1), ("channel1", 0)):
            found = nibabel.load(out / "case_0" / f"imaging_{name}.nii.gz").get_fdata()
            numpy.testing.assert_array_equal(found[::-1, ::-1], channel(0, number))

    def test_bad_cases_do_not_stop_the_others(self):
        raw = self.make()
        (raw / "imagesTr" / "case_1_0002.nii.gz").unlink()
        scans.write(raw / "labelsTr" / "case_9.nii.gz", label(9))
        result, prepared = self.run_ingest(raw, self.layout("nnunet", ["CT", "FLAIR"]))
        self.assertEqual(result.code, 1)
        self.assertEqual(identifiers(prepared), ["case_0", "case_2", "case_3"])
        reasons = {entry["case_identifier"]: entry["reason"] for entry in json_of(prepared / "manifest.json")["failed"]}
        self.assertEqual(reasons, {
            "case_1": "imagesTr/case_1_0002.nii.gz (CT) is missing, found case_1_0000.nii.gz, case_1_0001.nii.gz; "
                      "copy the case again, or leave the channel out of `channels`",
            "case_9": "its label has no image, found labelsTr/case_9.nii.gz, expected imagesTr/case_9_0000.nii.gz; "
                      "copy the images again, or remove the label",
        })
        self.assertIn("numTraining is 3, found 4 training cases", result.out)

    def test_refusals(self):
        raw = self.make()
        self.assertEqual(
            self.refused(raw, self.layout("nnunet", ["ct"])),
            "segprep: dataset.json: there is no channel ct, which the pipeline wants, found FLAIR, T1, CT, "
            "expected it among them; did you mean CT?")
        self.assertEqual(
            self.refused(raw, self.layout("nnunet", ["CT"], labels={"background": 0, "tumour": 1, "kidney": 2})),
            "segprep: dataset.json: `labels` and the pipeline disagree on kidney, found 1 here, which the pipeline takes "
            "for tumour, expected 1 to become kidney; mend `labels` or `label_map` in the pipeline, or give the class "
            "another name")
        self.assertEqual(
            self.refused(raw, self.layout("msd", ["CT"])),
            "segprep: dataset.json: lists no files, found no `training`, expected "
            "[{\"image\": path, \"label\": path}, ...]; nnU-Net's folders are read by `layout: nnunet`")
        self.assertEqual(
            self.refused(raw.parent, self.layout("nnunet", ["CT"])),
            "segprep: RAW: is no data set, found Dataset007_Organs, expected dataset.json among them; "
            "there is one in Dataset007_Organs")
        shutil.copy(raw / "imagesTr" / "case_0_0002.nii.gz", raw / "imagesTs" / "case_0_0002.nii.gz")
        self.assertEqual(
            self.refused(raw, self.layout("nnunet", ["CT"])),
            "segprep: RAW: cases of one name in imagesTr or labelsTr and in imagesTs, found case_0, "
            "expected each in one of them; rename or remove one of the two")


class DecathlonTests(LayoutTestCase):
    NAMES = ["FLAIR", "T1w", "t1gd", "T2w"]

    def stack(self, case, numbers=range(4)):
        """The 4-D array of a case: one type, as NIfTI has it."""
        return numpy.stack([channel(case, number).astype(numpy.float32) for number in numbers], axis=3)

    def make(self, cases=3, ending=".nii.gz"):
        raw = self.fresh("Task07_Organs")
        for case in range(cases):
            folder = "imagesTs" if case == cases - 1 else "imagesTr"
            scans.write(raw / folder / f"ORGAN_{case:03}{ending}", scans.nifti(self.stack(case), MATRIX))
            if folder == "imagesTr":
                scans.write(raw / "labelsTr" / f"ORGAN_{case:03}{ending}", label(case))
        self.list_cases(raw, cases, ending)
        return raw

    def list_cases(self, raw, cases, ending, names=NAMES):
        training = [
            {"image": f"./imagesTr/ORGAN_{case:03}{ending}", "label": f"./labelsTr/ORGAN_{case:03}{ending}"}
            for case in range(cases - 1)
        ]
        self.describe(
            raw, modality={str(number): name for number, name in enumerate(names)},
            labels={str(value): name for name, value in ORGANS.items()}, numTraining=cases - 1, training=training,
            test=[f"./imagesTs/ORGAN_{cases - 1:03}{ending}"])

    def test_volumes_are_channels(self):
        """In the pipeline's order and not in the file's, compressed and plain; the file is hashed once."""
        for ending in (".nii.gz", ".nii"):
            for channels in (["t1gd", "FLAIR"], ["T2w"], ["T2w", "t1gd", "T1w", "FLAIR"]):
                with self.subTest(ending=ending, channels=channels):
                    raw = self.make(ending=ending)
                    prepared = self.ingest(raw, self.layout("msd", channels))
                    manifest = json_of(prepared / "manifest.json")
                    self.assertEqual(manifest["warnings"], [])
                    numbers = [self.NAMES.index(name) for name in channels]
                    for case in range(3):
                        name = f"ORGAN_{case:03}"
                        path = raw / ("imagesTs" if case == 2 else "imagesTr") / f"{name}{ending}"
                        image = nibabel.load(path).get_fdata()
                        segmentation = raw / "labelsTr" / f"{name}{ending}" if case < 2 else None
                        self.assert_is(prepared, name, [image[..., number] for number in numbers], segmentation)
                        images = manifest["cases"][case]["source"]["images"]
                        self.assertEqual([file["volume"] for file in images], numbers)
                        self.assertEqual(len({file["sha256"] for file in images}), 1)
                    result, _ = self.run_ingest(raw, self.layout("msd", channels), out=prepared)
                    self.assertIn("0 prepared, 3 kept as they were", result.out)

    def test_bytes_do_not_depend_on_the_jobs(self):
        raw = self.make()
        stages = [
            {"resample": {"spacing_mm": {"z": 2, "y": 1.1, "x": 0.9}}}, {"zscore": {"over": "foreground"}},
        ]
        pipeline = self.layout("msd", ["T2w", "FLAIR", "t1gd"], stages=stages, unlabelled="exclude")
        hashes = []
        for jobs in (1, 2, 5):
            out = self.ingest(raw, pipeline, "--jobs", jobs)
            hashes.append([case["sha256"] for case in json_of(out / "manifest.json")["cases"]])
        self.assertEqual(hashes[0], hashes[1])
        self.assertEqual(hashes[0], hashes[2])
        # Each channel equals SciPy's of its own volume.
        image = nibabel.load(raw / "imagesTr" / "ORGAN_000.nii.gz").get_fdata()
        segmentation, affine = reference.canonical(raw / "labelsTr" / "ORGAN_000.nii.gz")
        case = PreparedCase.read(out / "cases" / "ORGAN_000.h5")
        for found, number in zip(case.image, (3, 0, 2), strict=True):
            voxels = image[::-1, ::-1, :, number].T
            wanted = reference.prepare(reference.Volume(voxels, segmentation.astype(numpy.uint8), affine), stages).image
            self.assertLessEqual(numpy.abs(found - wanted).max(), 1e-5 * numpy.ptp(wanted))

    def test_one_channel_is_the_file(self):
        raw = self.make(cases=2)
        for folder, case in (("imagesTr", 0), ("imagesTs", 1)):
            scans.write(raw / folder / f"ORGAN_{case:03}.nii.gz", scans.nifti(channel(case, 0), MATRIX))
        self.list_cases(raw, 2, ".nii.gz", names=["CT"])
        prepared = self.ingest(raw, self.layout("msd", ["CT"]))
        self.assert_is(prepared, "ORGAN_000", [channel(0, 0)], raw / "labelsTr" / "ORGAN_000.nii.gz")
        self.assert_is(prepared, "ORGAN_001", [channel(1, 0)])

    def test_means_over_the_data_set_are_the_channels_own(self):
        raw = self.make()
        prepared = self.ingest(raw, self.layout("msd", ["T2w", "FLAIR"], stages=[{"zscore": {"over": "dataset"}}]))
        inside = [scans.organs(EXTENTS, 500 + case) > 0 for case in range(2)]
        for place, number in enumerate((3, 0)):
            images = [self.stack(case)[..., number].astype(float) for case in range(3)]
            parts = [image[mask] for image, mask in zip(images, inside)]
            mean = numpy.mean([part.mean() for part in parts])
            std = numpy.sqrt(numpy.mean([((part - mean) ** 2).mean() for part in parts]))
            for case, image in enumerate(images):
                found = PreparedCase.read(prepared / "cases" / f"ORGAN_{case:03}.h5").image[place]
                wanted = ((image - mean) / std)[::-1, ::-1].T
                self.assertLessEqual(numpy.abs(found - wanted).max(), 1e-5 * numpy.ptp(wanted))

    def test_other_order_in_the_description_is_noticed(self):
        raw = self.make()
        pipeline = self.layout("msd", ["FLAIR"])
        prepared = self.ingest(raw, pipeline)
        self.list_cases(raw, 3, ".nii.gz", names=self.NAMES[::-1])
        result, _ = self.run_ingest(raw, pipeline, out=prepared)
        self.assertIn("made anew: ORGAN_000, ORGAN_001, ORGAN_002: its files are others", result.out)
        self.assert_is(prepared, "ORGAN_002", [channel(2, 3)])

    def test_files_that_do_not_hold_the_channels(self):
        raw = self.make(cases=5)
        scans.write(raw / "imagesTr" / "ORGAN_001.nii.gz", scans.nifti(self.stack(1, range(3)), MATRIX))
        scans.write(raw / "imagesTr" / "ORGAN_002.nii.gz", scans.nifti(channel(2, 0), MATRIX))
        path = raw / "imagesTr" / "ORGAN_003.nii.gz"
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        result, prepared = self.run_ingest(raw, self.layout("msd", ["FLAIR"]))
        self.assertEqual(result.code, 1)
        reasons = {entry["case_identifier"]: entry["reason"] for entry in json_of(prepared / "manifest.json")["failed"]}
        expected = "expected a fourth dimension of 4, one volume for each channel in dataset.json; " \
                   "mend dataset.json, or find the right file"
        self.assertEqual(
            reasons["ORGAN_001"], f"ORGAN_001.nii.gz: does not hold the channels, found 14x18x41x3, {expected}")
        self.assertEqual(
            reasons["ORGAN_002"], f"ORGAN_002.nii.gz: does not hold the channels, found 14x18x41, {expected}")
        # The volume that is wanted is whole, the file is not.
        self.assertRegex(reasons["ORGAN_003"], "^ORGAN_003.nii.gz: the gzip stream ends early")
        self.assertEqual(identifiers(prepared), ["ORGAN_000", "ORGAN_004"])
        dry = segprep("ingest", raw, "--pipeline", self.layout("msd", ["FLAIR"]), "--out", self.fresh(), "--dry-run")
        self.assertIn("will fail: ORGAN_001.nii.gz: does not hold the channels", dry.out)

    def test_channels_of_a_4d_file_want_a_layout_that_says_so(self):
        raw = self.fresh("raw")
        scans.write(raw / "a.nii.gz", scans.nifti(self.stack(0), MATRIX))
        result, _ = self.run_ingest(raw, self.layout("pairs", ["ct"], images=["{case}.nii.gz"]))
        self.assertEqual(result.code, 2)
        self.assertIn("unusable dimensions, found 14x18x41x4, expected three dimensions", result.out + result.err)


class PairsTests(LayoutTestCase):

    def test_equals_nibabel(self):
        raw = self.fresh("raw")
        for case in range(3):
            scans.write(raw / "scans" / f"p{case}" / f"p{case}_ct.nii.gz", scans.nifti(channel(case, 0), MATRIX))
            scans.write(raw / "scans" / f"p{case}" / "2021_pet.nii", scans.nifti(channel(case, 1), MATRIX))
        for case in range(2):
            scans.write(raw / "masks" / f"p{case}.nii.gz", label(case))
        pipeline = self.layout(
            "pairs", ["pet", "ct"], images=["scans/{case}/*_pet.nii", "scans/{case}/{case}_ct.nii.gz"],
            label="masks/{case}.nii.gz")
        prepared = self.ingest(raw, pipeline)
        self.assertEqual(identifiers(prepared), ["p0", "p1", "p2"])
        for case in range(3):
            segmentation = raw / "masks" / f"p{case}.nii.gz" if case < 2 else None
            self.assert_is(prepared, f"p{case}", [channel(case, 1), channel(case, 0)], segmentation)
        # Files that have one name in every case are still told apart.
        names = {file for file in json_of(prepared / "run_report.json")["inputs"] if file.endswith("_pet.nii")}
        self.assertEqual(names, {f"scans/p{case}/2021_pet.nii" for case in range(3)})
        result, _ = self.run_ingest(raw, pipeline, out=prepared)
        self.assertIn("0 prepared, 3 kept as they were", result.out)
        plan = segprep("plan", pipeline)
        self.assertIn(
            "pairs: scans/{case}/*_pet.nii and scans/{case}/{case}_ct.nii.gz, labels masks/{case}.nii.gz", plan.out)

    def test_folder_of_one_case_without_permission(self):
        """The others are prepared; what was prepared of the case before stays."""
        raw = self.fresh("raw")
        for case in range(3):
            for file in ["t1", "t2"]:
                scans.write(raw / f"p{case}" / f"{file}.nii.gz", scans.nifti(channel(case, 0), MATRIX))
            scans.write(raw / f"p{case}" / "seg.nii.gz", label(case))
        # As at the root of a file system.
        (raw / "lost+found").mkdir(mode=0)
        pipeline = self.layout(
            "pairs", ["t1", "t2"], images=["{case}/t1.nii.gz", "{case}/t2.nii.gz"], label="{case}/seg.nii.gz")
        any_folder = self.layout("pairs", ["t1"], images=["*/{case}.nii.gz"])
        nobody = self.nobody(raw.parent, pipeline.parent, any_folder.parent)
        (raw / "p1").chmod(0)
        out = self.fresh("prepared")
        out.parent.chmod(0o777)
        reason = (
            "p1: cannot list: Permission denied, found a folder, expected one that can be read; look at its permissions "
            "and its disk")
        for fate in ["", "; what was prepared of it earlier stays"]:
            self.ingest(raw, pipeline, out=out, code=1, before=nobody)
            manifest = json_of(out / "manifest.json")
            self.assertEqual(manifest["failed"], [{"case_identifier": "p1", "reason": reason + fate}])
            self.assertEqual(identifiers(out), ["p0", "p1", "p2"] if fate else ["p0", "p2"])
            (raw / "p1").chmod(0o755)
            self.ingest(raw, pipeline, out=out, before=nobody)
            self.assertEqual(identifiers(out), ["p0", "p1", "p2"])
            (raw / "p1").chmod(0)
        # Of which case the files in it are cannot be told.
        result, _ = self.run_ingest(raw, any_folder, before=nobody)
        self.assertEqual(result.code, 2, result.err)
        self.assertIn(f"{raw}/p1: cannot list: Permission denied", result.err)

    def test_both_halves_of_a_pair_decide(self):
        for ending in ["hdr", "img"]:
            raw = self.fresh("raw")
            raw.mkdir()
            for case in range(2):
                nibabel.save(nibabel.Nifti1Pair(channel(case, 0), MATRIX), raw / f"p{case}.img")
            pipeline = self.layout("pairs", ["ct"], images=["{case}." + ending])
            prepared = self.ingest(raw, pipeline)
            # The headers are alike to the byte, the scans are not.
            self.assertEqual((raw / "p0.hdr").read_bytes(), (raw / "p1.hdr").read_bytes())
            self.assertNotIn("same image", " ".join(json_of(prepared / "manifest.json")["warnings"]))
            (raw / "p1.img").write_bytes(channel(7, 0).tobytes(order="F"))
            result, _ = self.run_ingest(raw, pipeline, out=prepared)
            self.assertIn("1 prepared, 1 kept as they were", result.out)
            self.assert_is(prepared, "p1", [channel(7, 0)])
            self.assertEqual(json_of(prepared / "run_report.json")["cases"][1]["cause"], "p1.img changed")

    def test_patterns_count_in_the_digest(self):
        raw = self.fresh("raw")
        scans.write(raw / "a_ct.nii.gz", scans.nifti(channel(0, 0), MATRIX))
        scans.write(raw / "a_pet.nii.gz", scans.nifti(channel(0, 1), MATRIX))
        prepared = self.ingest(raw, self.layout("pairs", ["x"], images=["{case}_ct.nii.gz"]))
        result, _ = self.run_ingest(raw, self.layout("pairs", ["x"], images=["{case}_pet.nii.gz"]), out=prepared)
        self.assertEqual(result.code, 73)
        self.assertIn("holds cases of another pipeline", result.err)

    def test_refusals(self):
        raw = self.fresh("raw")
        scans.write(raw / "a_ct_1.nii.gz", scans.nifti(channel(0, 0), MATRIX))
        self.assertEqual(
            self.refused(raw, self.layout("pairs", ["ct"], images=["scans/{case}.nii.gz"])),
            "segprep: RAW: no file there fits the patterns, found a_ct_1.nii.gz, expected scans/{case}.nii.gz; "
            "patterns begin at this folder")
        self.assertEqual(
            self.refused(raw, self.layout("pairs", ["ct"], images=["{case}_*.nii.gz"])),
            "segprep: a_ct_1.nii.gz: the pattern {case}_*.nii.gz leaves open what the case is called, found a, a_ct, "
            "expected one way to read it; write more of the name into the pattern")
        message = self.refused(raw, self.layout("pairs", ["ct"], images=["../{case}.nii.gz"]), code=64)
        self.assertIn("leaves the data set's folder", message)
