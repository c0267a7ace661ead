"""BraTS20's layout: several channels per case, held against nibabel and NumPy, made cases first, then real ones."""

import unittest

import nibabel
import numpy

import reference
import scans
from support import PIPELINES, SHARED_DATA, PreparedCase, TestCase, identifiers, json_of, segprep

# i, j, k along L, P, S, as BraTS lies on disk, in a brain that leaves a border of zeros.
EXTENTS = (22, 26, 18)
MATRIX = scans.affine("LPS", (1, 1, 1), origin=(0, 239, 0))
CHANNELS = ["flair", "t1", "t1ce", "t2"]
STRUCTURES = {"background": 0, "necrotic_core": 1, "oedema": 2, "enhancing_tumour": 3}
# How each channel is stored: BraTS20 is not uniformly int16, and some T2 go below 0.
KINDS = {"flair": numpy.int16, "t1": numpy.float32, "t1ce": numpy.int16, "t2": numpy.float32}
LOWEST = {"flair": 1, "t1": 0.25, "t1ce": 1, "t2": -40.5}


def brain(number, channel):
    """A channel: a box of tissue, a little larger in one channel than in the others, in zeros."""
    seed = 10 * number + CHANNELS.index(channel)
    voxels = scans.tissue(EXTENTS, seed, lower=LOWEST[channel], upper=900 + 10 * seed)
    inside = numpy.zeros(EXTENTS, bool)
    inside[3:19, 4 if channel == "t2" else 5:22, 2:15 + number % 2] = True
    return numpy.where(inside, voxels, 0).astype(KINDS[channel])


def tumour(number, values=(1, 2, 4)):
    """BraTS's values in and around a tumour."""
    organs = scans.organs(EXTENTS, 100 + number)
    label = numpy.zeros(EXTENTS, numpy.int16)
    label[6:16, 7:20, 4:12] = numpy.array([0, values[1], values[2]])[organs[6:16, 7:20, 4:12]]
    label[9:12, 10:14, 6:9] = values[0]
    return label


def identifier(number):
    return f"BraTS20_Training_{number:03}"


def write_case(folder, number, *, label=True, ending=".nii.gz", channels=CHANNELS, values=(1, 2, 4), **matrices):
    """Writes a made case; `t1=matrix` puts a channel on another grid. Returns its folder."""
    name = identifier(number)
    for channel in channels:
        scans.write(
            folder / name / f"{name}_{channel}{ending}",
            scans.nifti(brain(number, channel), matrices.get(channel, MATRIX), qform=1))
    if label:
        matrix = matrices.get("seg", MATRIX)
        scans.write(folder / name / f"{name}_seg{ending}", scans.nifti(tumour(number, values), matrix, qform=1))
    return folder / name


def expected(number):
    """Four channels and label of brats20-4channel.yaml, by hand: box, z-score over nonzero, map; order z, y, x."""
    image = numpy.stack([brain(number, channel).astype(float)[::-1, ::-1].T for channel in CHANNELS])
    raw = tumour(number)[::-1, ::-1].T
    inside = numpy.argwhere((image != 0).any(axis=0))
    box = tuple(slice(low, high + 1) for low, high in zip(inside.min(axis=0), inside.max(axis=0)))
    image, raw = image[(slice(None), *box)].copy(), raw[box]
    for channel in image:
        brain_voxels = channel[channel != 0]
        channel[channel != 0] = (brain_voxels - brain_voxels.mean()) / brain_voxels.std()
    label = numpy.select([raw == 1, raw == 2, raw == 4], [1, 2, 3], 0)
    # The last voxel of the first two axes is the first from the left and the front.
    first = numpy.array([EXTENTS[0] - 1 - box[2].start, EXTENTS[1] - 1 - box[1].start, box[0].start, 1])
    return image, label, (MATRIX @ first)[:3]


class BraTSTestCase(TestCase):

    def brats(self, stages, channels, **dataset):
        return self.pipeline(stages, dataset={
            "layout": "brats20", "channels": channels, "labels": STRUCTURES,
            "label_map": {0: 0, 1: 1, 2: 2, 4: 3}, **dataset,
        })

    def assert_near(self, found, expected):
        self.assertEqual(found.shape, expected.shape)
        self.assertLessEqual(numpy.abs(found - expected).max(), 1e-5 * numpy.ptp(expected))


class FourChannelTests(BraTSTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        for number in range(1, 7):
            write_case(
                cls.raw / "MICCAI_BraTS2020_TrainingData", number, ending=".nii" if number == 2 else ".nii.gz",
                label=number != 6)

    def test_equals_numpy(self):
        prepared = self.ingest(self.raw, PIPELINES / "brats20-4channel.yaml")
        manifest = json_of(prepared / "manifest.json")
        self.assertEqual(manifest["channels"], CHANNELS)
        self.assertEqual(manifest["folds"], 5)
        self.assertEqual(identifiers(prepared), [identifier(number) for number in range(1, 7)])
        for number, entry in enumerate(manifest["cases"], 1):
            with self.subTest(case=number):
                case = PreparedCase.read(prepared / entry["file"])
                image, label, first = expected(number)
                for found, wanted in zip(case.image, image, strict=True):
                    self.assert_near(found, wanted)
                    numpy.testing.assert_array_equal(found == 0, wanted == 0)
                numpy.testing.assert_allclose(case.attributes["affine"][:3, 3], first, atol=1e-5)
                self.assertEqual(entry["shape"], list(image.shape[1:]))
                numpy.testing.assert_array_equal(case.attributes["pad_value"], case.image.min(axis=(1, 2, 3)))
                for found, wanted in zip(entry["statistics"]["channels"], case.image, strict=True):
                    self.assertEqual((found["minimum"], found["maximum"]), (wanted.min(), wanted.max()))
                    self.assertAlmostEqual(found["mean"], wanted.mean(dtype=float), places=5)
                    self.assertAlmostEqual(found["std"], wanted.std(dtype=float), places=5)
                names = [file["name"].split("_")[-1].split(".")[0] for file in entry["source"]["images"]]
                self.assertEqual(names, CHANNELS)
                if number == 6:
                    self.assertIsNone(case.label)
                    self.assertIsNone(entry.get("fold"))
                else:
                    numpy.testing.assert_array_equal(case.label, label)
                    self.assertEqual(entry["statistics"]["class_voxels"], list(numpy.bincount(label.ravel())))

    def test_bytes_do_not_depend_on_the_jobs(self):
        stages = [
            {"resample": {"spacing_mm": {"z": 1.3, "y": 0.8, "x": 1.1}}}, {"crop": {"to": "nonzero"}},
            {"zscore": {"over": "nonzero"}}, {"pad": {"shape": {"z": 30, "y": 40, "x": 20}}},
        ]
        pipeline = self.brats(stages, CHANNELS)
        hashes = []
        for jobs in (1, 2, 5):
            out = self.ingest(self.raw, pipeline, "--jobs", jobs)
            hashes.append([case["sha256"] for case in json_of(out / "manifest.json")["cases"]])
        self.assertEqual(hashes[0], hashes[1])
        self.assertEqual(hashes[0], hashes[2])

    def test_channels_are_resampled_each_by_itself(self):
        """In the pipeline's order, whichever it is: each equals SciPy's of its own file."""
        channels = ["t2", "t1ce", "flair"]
        stages = [{"resample": {"spacing_mm": {"z": 1.3, "y": 0.8, "x": 1.1}}}, {"zscore": {"over": "volume"}}]
        prepared = self.ingest(self.raw, self.brats(stages, channels), "--cases", identifier(1))
        case = PreparedCase.read(prepared / "cases" / f"{identifier(1)}.h5")
        for found, channel in zip(case.image, channels, strict=True):
            path = self.raw / "MICCAI_BraTS2020_TrainingData" / identifier(1) / f"{identifier(1)}_{channel}.nii.gz"
            image, affine = reference.canonical(path)
            self.assert_near(found, reference.prepare(reference.Volume(image, None, affine), stages).image)

    def test_means_over_the_data_set_are_the_channels_own(self):
        prepared = self.ingest(self.raw, self.brats([{"zscore": {"over": "dataset"}}], ["t1", "t2"]))
        images = [numpy.stack([brain(number, name).astype(float) for name in ["t1", "t2"]]) for number in range(1, 6)]
        tumours = [tumour(number) > 0 for number in range(1, 6)]
        for channel in range(2):
            parts = [image[channel][inside] for image, inside in zip(images, tumours)]
            mean = numpy.mean([part.mean() for part in parts])
            std = numpy.sqrt(numpy.mean([((part - mean)**2).mean() for part in parts]))
            for number in range(1, 7):
                found = PreparedCase.read(prepared / "cases" / f"{identifier(number)}.h5").image[channel]
                raw = brain(number, ["t1", "t2"][channel]).astype(float)[::-1, ::-1].T
                self.assert_near(found, (raw - mean) / std)

    def test_export_names_the_channels(self):
        prepared = self.ingest(self.raw, self.brats([], ["t1ce", "t1"]), "--cases", identifier(3))
        out = self.fresh("exported")
        self.assertEqual(segprep("export", prepared, "--out", out).code, 0)
        names = ["imaging_t1.nii.gz", "imaging_t1ce.nii.gz", "segmentation.nii.gz"]
        self.assertEqual(sorted(path.name for path in (out / identifier(3)).iterdir()), names)
        for channel in ["t1", "t1ce"]:
            found = nibabel.load(out / identifier(3) / f"imaging_{channel}.nii.gz")
            numpy.testing.assert_array_equal(found.get_fdata()[::-1, ::-1], brain(3, channel))

    def test_what_is_there_is_shown(self):
        prepared = self.ingest(self.raw, PIPELINES / "brats20-4channel.yaml", "--cases", identifier(1))
        text = segprep("inspect", prepared)
        self.assertEqual((text.code, text.err), (0, ""))
        self.assertIn("channels flair, t1, t1ce, t2", text.out)
        self.assertEqual(segprep("inspect", prepared / "cases" / f"{identifier(1)}.h5").code, 0)


class PaperTests(BraTSTestCase):

    def test_enhancing_tumour_against_the_rest(self):
        raw = self.fresh("raw")
        write_case(raw, 1, channels=["t1ce"])
        write_case(raw, 2, channels=["t1ce"], values=(1, 2, 2))
        write_case(raw, 3, channels=["t1ce"], label=False)
        write_case(raw, 4, channels=["t1ce", "t2"])
        prepared = self.ingest(raw, PIPELINES / "brats20.yaml")
        manifest = json_of(prepared / "manifest.json")
        self.assertEqual(identifiers(prepared), [identifier(1), identifier(3), identifier(4)])
        reason = "no enhancing tumour: left out in the Mixed Focal loss paper"
        self.assertEqual(manifest["excluded"], [{"case_identifier": identifier(2), "reason": reason}])
        case = PreparedCase.read(prepared / "cases" / f"{identifier(1)}.h5")
        image = brain(1, "t1ce").astype(float)[::-1, ::-1].T
        self.assert_near(case.image[0], (image - image.mean()) / image.std())
        numpy.testing.assert_array_equal(case.label, tumour(1)[::-1, ::-1].T == 4)
        splits = json_of(prepared / "splits_final.json")
        self.assertEqual(sorted(split["val"][0] for split in splits), [identifier(1), identifier(4)])

    def test_misnamed_segmentation(self):
        """Warned about when it is made and when it is kept, and the same in the manifest."""
        raw = self.fresh("raw")
        folder = write_case(raw, 355, channels=["t1ce"], ending=".nii")
        (folder / f"{identifier(355)}_seg.nii").rename(folder / "W39_1998.09.19_Segm.nii")
        pipeline = PIPELINES / "brats20.yaml"
        note = f"{identifier(355)}_seg.nii.gz is missing; W39_1998.09.19_Segm.nii is taken for the segmentation: " \
               "it lies on the images' grid and holds label values alone"
        dry = segprep("ingest", raw, "--pipeline", pipeline, "--out", self.fresh(), "--dry-run")
        self.assertIn(f"warning: {identifier(355)}: {note}\n", dry.out)
        result, out = self.run_ingest(raw, pipeline)
        self.assertEqual(result.code, 0, result.err)
        self.assertIn(f"warning: {identifier(355)}: {note}\n", result.out)
        manifest = (out / "manifest.json").read_bytes()
        self.assertEqual(json_of(out / "manifest.json")["cases"][0]["warnings"], [note])
        case = PreparedCase.read(out / "cases" / f"{identifier(355)}.h5")
        numpy.testing.assert_array_equal(case.label, tumour(355)[::-1, ::-1].T == 4)
        self.ingest(raw, pipeline, out=out)
        self.assertEqual((out / "manifest.json").read_bytes(), manifest)
        # Without a manifest, as a killed run leaves it.
        (out / "manifest.json").unlink()
        self.ingest(raw, pipeline, out=out)
        self.assertEqual((out / "manifest.json").read_bytes(), manifest)

        (folder / "W39_1998.09.19_Segm.nii").rename(folder / f"{identifier(355)}_seg.nii")
        result, _ = self.run_ingest(raw, pipeline, out=out)
        self.assertIn(f"made anew: {identifier(355)}: its files are others\n", result.out)
        self.assertEqual(json_of(out / "manifest.json")["cases"][0]["warnings"], [])


class MissingSegmentationTests(BraTSTestCase):
    """Found by what is in the files, or not at all."""

    def setUp(self):
        self.raw = self.fresh("raw")
        self.case = write_case(self.raw, 7, label=False)

    def put(self, name, voxels, matrix=MATRIX):
        scans.write(self.case / name, scans.nifti(voxels, matrix))

    def ingested(self, pipeline, code=0):
        result, out = self.run_ingest(self.raw, pipeline)
        self.assertEqual(result.code, code, result.out + result.err)
        manifest = json_of(out / "manifest.json")
        return manifest["failed"] if code else manifest["cases"]

    def test_name_does_not_matter(self):
        self.put("x.nii.gz", tumour(7).astype(numpy.float32))
        self.put("native.nii.gz", brain(7, "t1"))
        self.put("half.nii.gz", tumour(7)[::2])
        self.put("empty.nii.gz", tumour(7) * 0)
        (self.case / "broken.nii.gz").write_bytes(b"no NIfTI")
        (self.case / "link.nii").symlink_to("/nowhere")
        for pipeline in (PIPELINES / "brats20.yaml", PIPELINES / "brats20-4channel.yaml"):
            case, = self.ingested(pipeline)
            self.assertTrue(case["is_labelled"])
            self.assertEqual(case["source"]["label"]["name"], f"{identifier(7)}/x.nii.gz")
            self.assertRegex(case["warnings"][0], "_seg.nii.gz is missing; x.nii.gz is taken for the segmentation: ")

    def test_reasons_against_each_file(self):
        shifted = numpy.array(MATRIX)
        shifted[0, 3] += 1
        self.put("moved_seg.nii.gz", tumour(7), shifted)
        self.put("native.nii.gz", brain(7, "t1"))
        self.put("empty.nii.gz", tumour(7) * 0)
        self.put("three.nii.gz", tumour(7, values=(1, 3, 4)))
        (self.case / "broken.nii.gz").write_bytes(b"no NIfTI")
        case, = self.ingested(PIPELINES / "brats20-4channel.yaml")
        self.assertFalse(case["is_labelled"])
        self.assertEqual(case["warnings"], [
            f"{identifier(7)}_seg.nii.gz is missing, and no other file is the segmentation: broken.nii.gz cannot be read, "
            "empty.nii.gz holds background alone, moved_seg.nii.gz lies on another grid, native.nii.gz holds values that "
            "are no label's, three.nii.gz holds values that are no label's; the case counts as unlabelled"])

    def test_of_several_the_name_decides_or_nobody(self):
        self.put("mask.nii.gz", (tumour(7) > 0).astype(numpy.uint8))
        self.put("Segm.nii.gz", tumour(7))
        case, = self.ingested(PIPELINES / "brats20-4channel.yaml")
        self.assertEqual(case["source"]["label"]["name"], f"{identifier(7)}/Segm.nii.gz")
        (self.case / "Segm.nii.gz").rename(self.case / "other.nii.gz")
        write_case(self.raw, 8)
        failed, = self.ingested(PIPELINES / "brats20-4channel.yaml", code=1)
        self.assertEqual(
            failed["reason"], f"{identifier(7)}_seg.nii.gz is missing, found mask.nii.gz, other.nii.gz, which could each "
            "be it, expected one segmentation; give the right one that name")


class TableTests(BraTSTestCase):
    """The challenge's CSV files: grades and survival."""

    HEADER = "Grade,BraTS_2017_subject_ID,BraTS_2018_subject_ID,TCGA_TCIA_subject_ID,BraTS_2019_subject_ID," \
             "BraTS_2020_subject_ID\n"

    def setUp(self):
        self.raw = self.fresh("raw")
        self.cases = self.raw / "MICCAI_BraTS2020_TrainingData"
        for number in range(1, 8):
            write_case(self.cases, number, channels=["t1ce"])
        write_case(self.cases, 9, channels=["t1ce"], label=False)

    def grades(self, numbers):
        return self.HEADER + "".join(
            f"{'LGG' if number in (2, 4) else 'HGG'},NA,NA,NA,NA,{identifier(number)}\n" for number in numbers)

    def by_grade(self):
        return self.pipeline(
            [], dataset={
                "layout": "brats20", "channels": ["t1ce"], "labels": STRUCTURES, "label_map": {0: 0, 1: 1, 2: 2, 4: 3}},
            folds={"count": 2, "scheme": "stratified", "by": "grade"})

    def test_folds_are_stratified_by_the_grade(self):
        (self.cases / "name_mapping.csv").write_text(self.grades(range(1, 8)))
        (self.raw / "survival_info.csv").write_text(
            "Brats20ID,Age,Survival_days,Extent_of_Resection\n"
            f"{identifier(1)},60.4630137,289,GTR\n{identifier(3)},71,ALIVE (361 days later),NA\n")
        prepared = self.ingest(self.raw, self.by_grade())
        cases = json_of(prepared / "manifest.json")["cases"]
        self.assertEqual(cases[0]["attributes"], {
            "grade": "HGG", "age": "60.4630137", "survival_days": "289", "extent_of_resection": "GTR"})
        self.assertEqual(
            cases[2]["attributes"], {"grade": "HGG", "age": "71", "survival_days": "ALIVE (361 days later)"})
        self.assertEqual(cases[1]["attributes"], {"grade": "LGG"})
        self.assertNotIn("attributes", cases[7])
        folds = {case["case_identifier"]: case.get("fold") for case in cases}
        self.assertEqual({folds[identifier(2)], folds[identifier(4)]}, {0, 1})
        high = [folds[identifier(number)] for number in (1, 3, 5, 6, 7)]
        self.assertEqual(sorted([high.count(0), high.count(1)]), [2, 3])

        # A table decides folds and no case: nothing is redone when it changes.
        files = {path.name: path.read_bytes() for path in (prepared / "cases").iterdir()}
        (self.cases / "name_mapping.csv").write_text(self.grades(range(1, 8)).replace("HGG", "high"))
        result, _ = self.run_ingest(self.raw, self.by_grade(), out=prepared)
        self.assertIn("0 prepared, 8 kept as they were", result.out)
        self.assertEqual({path.name: path.read_bytes() for path in (prepared / "cases").iterdir()}, files)
        self.assertEqual(json_of(prepared / "manifest.json")["cases"][0]["attributes"]["grade"], "high")
        # A run over one case knows the others' grades too.
        (self.cases / "name_mapping.csv").write_text(self.grades(range(1, 8)))
        self.ingest(self.raw, self.by_grade(), "--cases", identifier(9), out=prepared)
        self.assertEqual(json_of(prepared / "manifest.json")["cases"], cases)

    def test_tables_that_are_missing_are_missed_by_their_folds_alone(self):
        self.ingest(self.raw, PIPELINES / "brats20.yaml")
        result, out = self.run_ingest(self.raw, self.by_grade())
        self.assertEqual(result.code, 64)
        self.assertFalse(out.exists())
        self.assertRegex(
            result.err, "^segprep: name_mapping.csv: 7 labelled cases have no grade, found nothing on "
            f"{identifier(1)}, .*, expected a line for each in name_mapping.csv, beside the cases' folders; add them, ")
        (self.cases / "name_mapping.csv").write_text(self.grades(range(1, 7)))
        result, _ = self.run_ingest(self.raw, self.by_grade())
        self.assertEqual(result.code, 64)
        self.assertIn(f"a labelled case has no grade, found nothing on {identifier(7)}, ", result.err)

    def test_tables_that_are_none_are_refused(self):
        path = self.cases / "name_mapping.csv"
        for text, message in [
            ("", "name_mapping.csv: holds nothing, found no line, expected a header line and a line for each case"),
            ("Grade;BraTS_2020_subject_ID\n", "name_mapping.csv:1: there is no column `BraTS_2020_subject_ID`, "
             "found Grade;BraTS_2020_subject_ID, expected `BraTS_2020_subject_ID` among the names of the header line; "
             "separate the fields by commas"),
            (self.HEADER + "HGG,NA\n", "name_mapping.csv:2: the line does not fit the header, found 2 fields, expected 6"),
            (self.grades([1]) + self.grades([2]).splitlines()[1].replace(identifier(2), identifier(1)) + "\n",
             f"name_mapping.csv:3: {identifier(1)} has two values of `Grade`, found HGG before and LGG here, expected one"),
        ]:
            with self.subTest(text=text):
                path.write_text(text)
                result, out = self.run_ingest(self.raw, PIPELINES / "brats20.yaml")
                self.assertEqual(result.code, 2)
                self.assertEqual(result.err, f"segprep: {self.cases}/{message}\n")
                self.assertFalse(out.exists())


class BadCaseTests(BraTSTestCase):

    def reasons(self, raw, pipeline):
        result, out = self.run_ingest(raw, pipeline)
        self.assertEqual(result.code, 1, result.out + result.err)
        self.assert_nothing_half_written(out)
        return {entry["case_identifier"]: entry["reason"] for entry in json_of(out / "manifest.json")["failed"]}

    def test_channels_on_other_grids(self):
        raw = self.fresh("raw")
        shifted = numpy.array(MATRIX)
        shifted[0, 3] += 1
        flipped = scans.affine("RPS", (1, 1, 1), origin=(0, 239, 0))
        write_case(raw, 1)
        write_case(raw, 2, t1ce=shifted)
        write_case(raw, 3, t2=flipped)
        write_case(raw, 4, seg=shifted)
        folder = write_case(raw, 5)
        scans.write(folder / f"{identifier(5)}_t1.nii.gz", scans.nifti(brain(5, "t1")[:-1], MATRIX))
        reasons = self.reasons(raw, PIPELINES / "brats20-4channel.yaml")
        self.assertEqual(sorted(reasons), [identifier(number) for number in (2, 3, 4, 5)])
        for number, name in [(2, "t1ce"), (3, "t2"), (4, "seg")]:
            both = f"{identifier(number)}_flair.nii.gz and {identifier(number)}_{name}.nii.gz"
            self.assertRegex(reasons[identifier(number)], f"^{both} lie on different grids, found .*, expected at most")
        self.assertRegex(reasons[identifier(5)], r"_t1.nii.gz have different shapes, found 22x26x18 and 21x26x18")

    def test_channels_that_lack_what_a_stage_needs(self):
        """The message names the channel."""
        raw = self.fresh("raw")
        write_case(raw, 1)
        folder = write_case(raw, 2)
        blank = scans.nifti(numpy.zeros(EXTENTS, numpy.int16), MATRIX)
        scans.write(folder / f"{identifier(2)}_t1.nii.gz", blank)
        folder = write_case(raw, 3)
        voxels = brain(3, "t2")
        voxels[8, 9, 7:9] = numpy.nan
        scans.write(folder / f"{identifier(3)}_t2.nii.gz", scans.nifti(voxels, MATRIX))
        reasons = self.reasons(raw, PIPELINES / "brats20-4channel.yaml")
        self.assertRegex(reasons[identifier(2)], "^channel t1: zscore: no nonzero voxels, found 0")
        self.assertRegex(reasons[identifier(3)], r"^channel t2: 2 of 10296 voxels are NaN or infinite")
        self.assertEqual(len(reasons), 2)

    def test_files_that_are_missing_or_there_twice(self):
        raw = self.fresh("raw")
        write_case(raw, 1)
        folder = write_case(raw, 2, ending=".nii", channels=["flair", "t1ce"])
        scans.write(folder / f"{identifier(2)}_t1ce.nii.gz", scans.nifti(brain(2, "t1ce"), MATRIX))
        reasons = self.reasons(raw, PIPELINES / "brats20-4channel.yaml")
        name = identifier(2)
        self.assertEqual(reasons, {name: (
            f"found both {name}_t1ce.nii.gz and {name}_t1ce.nii, expected one of them; remove the other; "
            f"{name}_t1.nii.gz and {name}_t2.nii.gz are missing, found {name}_flair.nii, {name}_seg.nii, "
            f"{name}_t1ce.nii, {name}_t1ce.nii.gz; download the case again, or leave the channel out of `channels`")})

    def test_foreign_label_values(self):
        raw = self.fresh("raw")
        write_case(raw, 1)
        write_case(raw, 2, values=(1, 3, 4))
        reasons = self.reasons(raw, PIPELINES / "brats20-4channel.yaml")
        self.assertRegex(
            reasons[identifier(2)], "label values outside the label map, found 3 .*expected only 0, 1, 2, 4")


@unittest.skipUnless((SHARED_DATA / "brats_expert").is_dir(), f"no real cases at {SHARED_DATA / 'brats_expert'}")
class ExpertCaseTests(BraTSTestCase):
    """Real cases; their labels are BraTS 2015's, which has a 3 too (the non-enhancing core)."""

    def test_real_cases_overlay_their_originals(self):
        raw = SHARED_DATA / "brats_expert"
        pipeline = self.brats([], ["t1ce", "flair"], label_map={0: 0, 1: 1, 2: 2, 3: 1, 4: 3})
        prepared = self.ingest(raw, pipeline)
        exported = self.fresh("exported")
        self.assertEqual(segprep("export", prepared, "--out", exported).code, 0)
        self.assertEqual(identifiers(prepared), sorted(path.name for path in raw.glob("BraTS20_*")))
        for name in identifiers(prepared):
            with self.subTest(case=name):
                case = PreparedCase.read(prepared / "cases" / f"{name}.h5")
                label, _ = reference.canonical(raw / name / f"{name}_seg.nii.gz")
                numpy.testing.assert_array_equal(case.label, numpy.choose(label.astype(int), [0, 1, 2, 1, 3]))
                for found, channel in zip(case.image, ["t1ce", "flair"], strict=True):
                    path = raw / name / f"{name}_{channel}.nii.gz"
                    self.assert_near(found, reference.canonical(path)[0])
                    self.assert_overlays(exported / name / f"imaging_{channel}.nii.gz", path)
                self.assert_overlays(exported / name / "segmentation.nii.gz", raw / name / f"{name}_seg.nii.gz")

    def assert_overlays(self, exported, original):
        """Every corner's centre lies where the original's does, axes sorted."""
        found, wanted = nibabel.load(exported), nibabel.as_closest_canonical(nibabel.load(original))
        self.assertEqual(found.shape, wanted.shape)
        corners = numpy.stack(numpy.meshgrid(*[(0, n - 1) for n in wanted.shape]), -1).reshape(-1, 3)
        distances = nibabel.affines.apply_affine(found.affine, corners)
        distances -= nibabel.affines.apply_affine(wanted.affine, corners)
        self.assertLess(numpy.linalg.norm(distances, axis=1).max(), 0.01)

    def test_brain_in_zeros(self):
        """As the challenge's own images are: these are shifted, their background is not 0. Cropped, z-scored over the
        brain, and resampled: a real case's planes come in several stretches of the filter."""
        channels = ["flair", "t1ce"]
        name = sorted(path.name for path in (SHARED_DATA / "brats_expert").glob("BraTS20_*"))[0]
        raw = self.fresh("raw")
        for channel in channels:
            file = nibabel.load(SHARED_DATA / "brats_expert" / name / f"{name}_{channel}.nii.gz")
            voxels = file.get_fdata(dtype=numpy.float32)
            scans.write(raw / name / f"{name}_{channel}.nii", scans.nifti(voxels - voxels[0, 0, 0], file.affine))
        images = {channel: reference.canonical(raw / name / f"{name}_{channel}.nii") for channel in channels}

        case = self.prepared_case(raw, [{"crop": {"to": "nonzero"}}, {"zscore": {"over": "nonzero"}}], channels)
        inside = numpy.argwhere((images["flair"][0] != 0) | (images["t1ce"][0] != 0))
        box = tuple(slice(low, high + 1) for low, high in zip(inside.min(axis=0), inside.max(axis=0)))
        self.assertLess(case.image[0].size, 0.5 * images["flair"][0].size)
        for found, (image, _) in zip(case.image, images.values(), strict=True):
            brain_voxels = image[image != 0]
            scaled = (image - brain_voxels.mean()) / brain_voxels.std()
            self.assert_near(found, numpy.where(image == 0, 0, scaled)[box])

        stages = [{"resample": {"spacing_mm": {"z": 1.5, "y": 2, "x": 2}}}]
        case = self.prepared_case(raw, stages, channels)
        for found, (image, affine) in zip(case.image, images.values(), strict=True):
            self.assert_near(found, reference.prepare(reference.Volume(image, None, affine), stages).image)

    def prepared_case(self, raw, stages, channels):
        """The one case of a data set."""
        prepared = self.ingest(raw, self.brats(stages, channels))
        name, = identifiers(prepared)
        return PreparedCase.read(prepared / "cases" / f"{name}.h5")


@unittest.skipUnless((SHARED_DATA / "brats20").is_dir(), f"no real cases at {SHARED_DATA / 'brats20'}")
class GenuineCaseTests(BraTSTestCase):

    def test_genuine_file(self):
        """The challenge's own header: scl_slope 0, an extension, the first voxel at byte 2880."""
        raw = SHARED_DATA / "brats20"
        prepared = self.ingest(raw, PIPELINES / "brats20.yaml")
        for name in identifiers(prepared):
            case = PreparedCase.read(prepared / "cases" / f"{name}.h5")
            image, affine = reference.canonical(raw / name / f"{name}_t1ce.nii.gz")
            self.assert_near(case.image[0], (image - image.mean()) / image.std())
            numpy.testing.assert_allclose(case.attributes["affine"], affine, atol=0.01)
        # The other channels were not published beside it.
        result, _ = self.run_ingest(raw, PIPELINES / "brats20-4channel.yaml")
        self.assertEqual(result.code, 2)
        self.assertRegex(result.out + result.err, "_flair.nii.gz, .*_t1.nii.gz and .*_t2.nii.gz are missing, found")


class PhantomTests(BraTSTestCase):
    """What `synth brats20` makes goes through both of the project's own pipelines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.raw = cls.folder / "raw"
        made = segprep("synth", "brats20", "--cases", 6, "--copy", "kaggle", "--out", cls.raw)
        assert made.code == 0, made.err
        cls.lines = made.out.splitlines()

    def test_one_line_a_case(self):
        self.assertEqual(len(self.lines), 6)
        (line,) = [line for line in self.lines if identifier(5) in line]
        self.assertRegex(line, r"80x80x52 LGG, no enhancing tumour \(\d of 6\)$")

    def test_the_papers_pipeline(self):
        """Case 5 has no enhancing tumour and is left out; case 6's segmentation is found under another name."""
        result, prepared = self.run_ingest(self.raw, PIPELINES / "brats20.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(identifiers(prepared), [identifier(number) for number in [1, 2, 3, 4, 6]])
        (excluded,) = json_of(prepared / "manifest.json")["excluded"]
        self.assertEqual(excluded["case_identifier"], identifier(5))
        self.assertRegex(excluded["reason"], "^no enhancing tumour")
        self.assertEqual(len(result.lines_naming("W39_1998.09.19_Segm.nii is taken for the segmentation")), 1)

    def test_four_channels(self):
        prepared = self.ingest(self.raw, PIPELINES / "brats20-4channel.yaml")
        for entry in json_of(prepared / "manifest.json")["cases"]:
            case = PreparedCase.read(prepared / entry["file"])
            counts = numpy.bincount(case.label.ravel(), minlength=4)
            self.assertEqual(counts[3] == 0, entry["case_identifier"] == identifier(5), counts)
            self.assertGreater(counts[2], 100)
            for channel in case.image:
                brain_voxels = channel[channel != 0]
                self.assertAlmostEqual(brain_voxels.mean(), 0, places=4)
                self.assertAlmostEqual(brain_voxels.std(), 1, places=4)

    def test_tables(self):
        tables = self.raw / "MICCAI_BraTS2020_TrainingData"
        names = (tables / "name_mapping.csv").read_text().splitlines()
        self.assertTrue(names[0].startswith("Grade,BraTS_2017_subject_ID,"))
        self.assertEqual([line.split(",")[-1] for line in names[1:]], [identifier(number) for number in range(1, 7)])
        self.assertIn("Brats20ID,Age,Survival_days,Extent_of_Resection\n", (tables / "survival_info.csv").read_text())

    def test_same_bytes_for_any_jobs(self):
        again = self.fresh("raw")
        options = ["--cases", 6, "--copy", "kaggle", "--jobs", 1, "--quiet"]
        self.assertEqual(segprep("synth", "brats20", *options, "--out", again).code, 0)
        for path in self.raw.rglob("*.*"):
            self.assertEqual(path.read_bytes(), (again / path.relative_to(self.raw)).read_bytes(), path.name)
