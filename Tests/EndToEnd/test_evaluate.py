"""`segprep evaluate` and `segprep compare` against SciPy and NumPy, on files that nibabel wrote."""

import csv
import itertools
import json
import math

import numpy
from scipy import ndimage, stats

import scans
from bad_cases import EXTENTS, MATRIX, STAGES, SetOfCases, image, label
from support import json_of, segprep

MEASURES = ["dice", "precision", "recall", "hd95_mm", "assd_mm"]
NAMES = {1: "kidney", 2: "tumour"}
LABELS = "kidney=1,tumour=2"


def surface(mask):
    return mask & ~ndimage.binary_erosion(mask, ndimage.generate_binary_structure(3, 1))


def expected_scores(prediction, truth, value, spacing):
    """One class, worked out as plainly as can be."""
    a, b = prediction == value, truth == value
    both = int((a & b).sum())
    ratio = lambda part, whole: part / whole if whole else math.nan
    overlap = [ratio(2 * both, a.sum() + b.sum()), ratio(both, a.sum()), ratio(both, b.sum())]
    if not a.any() and not b.any():
        return overlap + [math.nan, math.nan]
    if not a.any() or not b.any():
        return overlap + [math.inf, math.inf]
    there = ndimage.distance_transform_edt(~surface(b), sampling=spacing)[surface(a)]
    back = ndimage.distance_transform_edt(~surface(a), sampling=spacing)[surface(b)]
    hausdorff = max(numpy.percentile(there, 95), numpy.percentile(back, 95))
    return overlap + [hausdorff, numpy.concatenate([there, back]).mean()]


def read_scores(path):
    with open(path, newline="") as file:
        return {(row["case"], row["class"]): [float(row[name]) for name in MEASURES] for row in csv.DictReader(file)}


def write_scores(path, values, missed=()):
    """A run whose Dice scores are given by case; the other measures follow, distances infinite where it missed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(["case", "class", *MEASURES])]
    far = [math.inf if i in missed else 1 for i in range(len(values))]
    lines += [f"case_{i:05},kidney,{v!r},{v!r},{v!r},{10 * v * far[i]!r},{v * far[i]!r}" for i, v in enumerate(values)]
    path.write_text("\n".join(lines) + "\n")
    return path


class EvaluateTests(SetOfCases):

    def organs(self, folder, count, seed, **options):
        """Files CASE.nii.gz of random organs; returns the voxels by case."""
        voxels = {}
        for number in range(count):
            extents = (9 + number, 11, 13)
            voxels[f"case_{number:05}"] = scans.organs(extents, seed + number)
            scans.write(
                folder / f"case_{number:05}.nii.gz", scans.nifti(voxels[f"case_{number:05}"], MATRIX, **options))
        return voxels

    def assert_scores(self, found, predictions, truths, spacing=(3, 0.9, 0.9)):
        self.assertEqual(len(found), 2 * len(truths))
        for (name, truth), (value, class_name) in itertools.product(truths.items(), NAMES.items()):
            expected = expected_scores(predictions[name], truth, value, spacing)
            numpy.testing.assert_allclose(found[name, class_name], expected, rtol=1e-6, err_msg=f"{name} {class_name}")

    def test_equals_scipy(self):
        folder = self.fresh()
        predictions = self.organs(folder / "pred", 3, 1)
        truths = self.organs(folder / "truth", 3, 11)
        outputs = []
        for jobs in ("1", "3"):
            out = folder / f"scores{jobs}.csv"
            result = segprep(
                "evaluate", folder / "pred", folder / "truth", "--labels", LABELS, "--out", out, "--jobs", jobs)
            self.assertEqual((result.code, result.err), (0, ""))
            outputs.append(out.read_bytes())
        self.assertEqual(outputs[0], outputs[1])
        found = read_scores(out)
        self.assert_scores(found, predictions, truths)
        for name in NAMES.values():
            dice = [scores[0] for (_, class_name), scores in found.items() if class_name == name]
            half = stats.t.ppf(0.975, len(dice) - 1) * stats.sem(dice)
            mean = numpy.mean(dice)
            self.assertIn(f"{mean:.3f} [{mean - half:.3f}, {mean + half:.3f}]", result.out)

    def test_absent_classes(self):
        """Neither, missed, invented: as the help says, in no mean, and counted."""
        folder = self.fresh()
        empty = numpy.zeros(EXTENTS, numpy.uint8)
        some = empty.copy()
        some[3:5, 4:7, 2:6] = 1
        pairs = {"a": (empty, empty), "b": (empty, some), "c": (some, empty), "d": (some, some)}
        for name, (prediction, truth) in pairs.items():
            scans.write(folder / "pred" / f"{name}.nii", scans.nifti(prediction, MATRIX))
            scans.write(folder / "truth" / f"{name}.nii.gz", scans.nifti(truth, MATRIX))
        result = segprep("evaluate", folder / "pred", folder / "truth", "--labels", "kidney=1", "--json")
        self.assertEqual(result.code, 0, result.err)
        content = json.loads(result.out)
        scores = {row["case_identifier"]: [row["scores"][name] for name in MEASURES] for row in content["cases"]}
        self.assertEqual(scores["a"], [None] * 5)
        self.assertEqual(scores["b"], [0, None, 0, None, None])
        self.assertEqual(scores["c"], [0, 0, None, None, None])
        self.assertEqual(scores["d"], [1, 1, 1, 0, 0])
        means = {row["measure"]: (row["mean"], row["cases"], row["left_out"]) for row in content["means"]}
        self.assertEqual(means["hd95_mm"], (0, 1, 3))
        self.assertAlmostEqual(means["dice"][0], 1 / 3)

    def test_another_order_of_axes_is_the_same_grid(self):
        folder = self.fresh()
        truth = scans.organs(EXTENTS, 5)
        prediction = scans.organs(EXTENTS, 6)
        scans.write(folder / "truth.nii.gz", scans.nifti(truth, MATRIX))
        turned = numpy.ascontiguousarray(prediction.transpose(2, 0, 1)[:, ::-1])
        matrix = MATRIX[:, [2, 0, 1, 3]].copy()
        matrix[:3, 3] += matrix[:3, 1] * (EXTENTS[0] - 1)
        matrix[:, 1] *= -1
        scans.write(folder / "pred.nii.gz", scans.nifti(turned, matrix))
        out = folder / "scores.csv"
        result = segprep(
            "evaluate", folder / "pred.nii.gz", folder / "truth.nii.gz", "--labels", LABELS, "--out", out, "--quiet")
        self.assertEqual((result.code, result.out), (0, ""), result.err)
        self.assertIn("its axes were turned", result.err)
        self.assert_scores(read_scores(out), {"truth": prediction}, {"truth": truth})

    def test_what_cannot_be_scored_is_reported(self):
        """A missing prediction, one on another grid, one with foreign values; the rest is scored."""
        folder = self.fresh()
        truths = self.organs(folder / "truth", 5, 3)
        predictions = self.organs(folder / "pred", 4, 7)
        moved = MATRIX.copy()
        moved[0, 3] += 5
        scans.write(folder / "pred" / "case_00001.nii.gz", scans.nifti(predictions["case_00001"], moved))
        scans.write(folder / "pred" / "case_00002.nii.gz", scans.nifti(predictions["case_00002"] + 1, MATRIX))
        (folder / "pred" / "case_00003.nii.gz").write_bytes(b"\x1f\x8b")
        scans.write(folder / "pred" / "other.nii.gz", scans.nifti(predictions["case_00002"], MATRIX))
        out = folder / "scores.csv"
        result = segprep("evaluate", folder / "pred", folder / "truth", "--labels", LABELS, "--out", out)
        self.assertEqual(result.code, 1)
        lines = result.err.splitlines()
        self.assertEqual(len(lines), 5, result.err)
        self.assertRegex(lines[0], "^segprep: case_00001: case_00001.nii.gz and .* lie on different grids, .*5 mm apart")
        self.assertRegex(lines[1], "^segprep: case_00002: .*values that are no classes, found 3 .*expected only 0, 1, 2")
        self.assertRegex(lines[2], "^segprep: case_00003: .*case_00003.nii.gz: ")
        self.assertRegex(lines[3], "^segprep: case_00004: no prediction, found nothing in .*pred, expected case_00004")
        self.assertRegex(lines[4], "predictions without a truth: other$")
        self.assert_scores(read_scores(out), predictions, {"case_00000": truths["case_00000"]})
        result = segprep(
            "evaluate", folder / "pred", folder / "truth", "--labels", LABELS, "--cases", "case_00003,case_00004")
        self.assertEqual(result.code, 2, result.err)

    def test_against_a_raw_data_set_and_prepared_cases(self):
        """A raw label goes through the pipeline's label_map; prepared labels lie on the prepared grid."""
        raw = self.data_set()
        scans.write_case(raw, "case_00001", image(1), label(1))
        dataset = {"label_map": {"0": 0, "1": 1, "2": 1}, "labels": {"background": 0, "kidney": 1}}
        pipeline = self.pipeline([{"zscore": {"over": "volume"}}], dataset=dataset)
        prepared = self.ingest(raw, pipeline)
        folder = self.fresh()
        for number in range(2):
            kidney = (scans.organs(EXTENTS, number) > 0).astype(numpy.uint8)
            scans.write(folder / f"case_0000{number}.nii.gz", scans.nifti(kidney, MATRIX))
        for truth, options in [(raw, ["--pipeline", pipeline]), (prepared, []), (prepared, ["--pipeline", pipeline])]:
            out = self.fresh("scores.csv")
            result = segprep("evaluate", folder, truth, "--out", out, *options)
            self.assertEqual(result.code, 0, result.err)
            found = read_scores(out)
            self.assertEqual(found, {(f"case_0000{n}", "kidney"): [1, 1, 1, 0, 0] for n in range(2)})
        folds = {entry["case_identifier"]: entry["fold"] for entry in json_of(prepared / "manifest.json")["cases"]}
        result = segprep("evaluate", folder, prepared, "--fold", "0", "--out", out)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual({name for name, _ in read_scores(out)}, {name for name, fold in folds.items() if fold == 0})
        other = self.ingest(raw, self.pipeline(STAGES))
        result = segprep("evaluate", folder, other)
        self.assertEqual(result.code, 2)
        self.assertRegex(
            result.err, r"case_00000: .*case_00000.nii.gz: lies on another grid than .*case_00000.h5, found 9x11x13 voxels")

    def test_no_case_to_score(self):
        """Only unlabelled cases, all of them or those of the fold: said in one line, also with --quiet."""
        folder, raw = self.fresh(), self.fresh("raw")
        self.organs(folder / "pred", 1, 1)
        scans.write_case(raw, "case_00000", image(0))
        prepared = self.ingest(raw, self.pipeline([{"zscore": {"over": "volume"}}]))
        result = segprep("evaluate", folder / "pred", prepared, "--quiet")
        self.assertEqual((result.code, len(result.err.splitlines())), (2, 1), result.err)
        self.assertRegex(result.err, "prepared: no case to score there, found 1 prepared, none of them with a label")

    def test_prepared_labels_that_are_not_scored(self):
        """Names for fewer values than a prepared truth has."""
        folder, raw = self.fresh(), self.fresh("raw")
        scans.write_case(raw, "case_00000", image(0), label(0))
        prepared = self.ingest(raw, self.pipeline([{"zscore": {"over": "volume"}}]))
        kidney = (scans.organs(EXTENTS, 0) > 0).astype(numpy.uint8)
        file = scans.write(folder / "case_00000.nii.gz", scans.nifti(kidney, MATRIX))
        result = segprep("evaluate", file, prepared / "cases" / "case_00000.h5", "--labels", "kidney=1")
        self.assertEqual((result.code, len(result.err.splitlines())), (2, 1), result.err)
        self.assertIn("case_00000.h5: values that are no classes, found 2, expected only 0, 1", result.err)

    def test_why_raw_labels_were_not_found(self):
        folder = self.fresh()
        self.organs(folder / "pred", 1, 1)
        pipeline = self.pipeline(STAGES, dataset={"layout": "nnunet", "channels": ["CT"]})
        result = segprep("evaluate", folder / "pred", folder, "--pipeline", pipeline)
        self.assertEqual(result.code, 2)
        self.assertRegex(result.err, "^segprep: .*dataset.json")

    def test_wrong_usage(self):
        folder = self.fresh()
        self.organs(folder / "pred", 1, 1)
        one = folder / "pred" / "case_00000.nii.gz"
        for arguments, code, message in [
            ([one, one], 64, "the classes' names are not known"),
            ([one, folder / "pred", "--labels", LABELS], 64, "one segmentation cannot be held against"),
            ([folder / "none", one, "--labels", LABELS], 2, "no segmentations there, found nothing"),
            ([folder, one, "--labels", LABELS], 2, "no segmentations there, found pred, expected CASE.nii.gz"),
            ([one, one, "--labels", LABELS, "--fold", "0"], 64, "has no folds"),
            ([one, one, "--labels", "kidney"], 64, "labels"),
            ([one, one, "--labels", "a=1,b=1"], 64, "labels"),
            ([one, one, "--labels", "a=1,a=2"], 64, "labels"),
            ([folder / "pred", folder / "pred", "--labels", LABELS, "--cases", "case_00009"], 64, "no such case"),
            ([folder / "pred", folder / "pred", "--labels", LABELS, "--cases", ","], 64, "names no case"),
        ]:
            result = segprep("evaluate", *arguments)
            self.assertEqual(result.code, code, result.err)
            self.assertIn(message, result.err)


class CompareTests(SetOfCases):

    def rows(self, text, title):
        """The cells of a table below a title."""
        lines = text.split(f"## {title}", 1)[1].splitlines()[4:]
        return [[cell.strip() for cell in line.strip("|").split("|")]
                for line in itertools.takewhile(lambda line: line.startswith("|"), lines)]

    def test_equals_scipy(self):
        draw = numpy.random.RandomState(3)
        for count in (6, 30, 60):
            folder = self.fresh("runs")
            samples = [draw.uniform(size=count) for _ in range(3)]
            samples[1][: count // 3] = samples[0][: count // 3]
            samples.append(numpy.clip(samples[2] + draw.normal(0.05, 0.1, count), 0, 1))
            runs = [write_scores(folder / f"run{i}" / "scores.csv", sample.tolist()).parent
                    for i, sample in enumerate(samples)]
            result = segprep("compare", *runs)
            self.assertEqual((result.code, result.err), (0, ""))
            rows = self.rows(result.out, "kidney: dice")
            pairs = list(itertools.combinations(range(4), 2))
            self.assertEqual([row[0] for row in rows], [f"run{a} - run{b}" for a, b in pairs])
            tests = []
            for (a, b), row in zip(pairs, rows):
                x, y = samples[a], samples[b]
                rank_sum = stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic").pvalue
                if (a, b) != (0, 1) and len(set(x) | set(y)) == 2 * count:
                    self.assertAlmostEqual(rank_sum, stats.ranksums(x, y).pvalue, places=12)
                difference = x - y
                is_plain = (difference != 0).all() and len(set(abs(difference))) == count
                signed = stats.wilcoxon(x, y, method="exact" if is_plain and count <= 50 else "approx").pvalue
                tests.append((rank_sum, signed))
                self.assert_probability(row[3], rank_sum)
                self.assert_probability(row[5], signed)
                self.assertAlmostEqual(float(row[2]), difference.mean(), delta=6e-5)
            for column, values in [(4, [t[0] for t in tests]), (6, [t[1] for t in tests])]:
                for row, adjusted in zip(rows, holm(values)):
                    self.assert_probability(row[column], adjusted)

    def test_cases_that_one_run_misses_are_in_neither_test(self):
        """As the column `cases` counts them; SciPy is given the pairs that are finite."""
        draw = numpy.random.RandomState(5)
        values = [draw.uniform(0.1, 1, size=20) for _ in range(2)]
        missed = sorted(range(20), key=lambda i: values[0][i])[-6:]
        folder = self.fresh("runs")
        runs = [write_scores(folder / f"run{i}.csv", values[i].tolist(), missed if i else ()) for i in range(2)]
        result = segprep("compare", *runs, "--measure", "hd95_mm")
        self.assertEqual((result.code, result.err), (0, ""))
        row = self.rows(result.out, "kidney: hd95_mm")[0]
        x, y = (numpy.array([10 * v[i] for i in range(20) if i not in missed]) for v in values)
        self.assertEqual(row[1], "14")
        self.assertAlmostEqual(float(row[2]), (x - y).mean(), delta=6e-5)
        self.assert_probability(row[3], stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic").pvalue)
        self.assert_probability(row[5], stats.wilcoxon(x, y, method="exact").pvalue)

    def assert_probability(self, text, expected):
        self.assertAlmostEqual(float(text), expected, delta=max(5.1e-5 if "e" not in text else 0, 0.06 * expected))

    def test_refusals(self):
        folder = self.fresh("runs")
        a = write_scores(folder / "a" / "scores.csv", [0.1, 0.2]).parent
        b = write_scores(folder / "b" / "scores.csv", [0.1, 0.2, 0.3]).parent
        holed = write_scores(folder / "holed.csv", [0.1, 0.2])
        holed.write_text(holed.read_text().replace("case_00001,kidney", "case_00001,tumour"))
        for arguments, code, message in [
            ([a], 64, "a comparison needs several runs, found 1"),
            ([a, b], 2, "b: other cases than a, found 1 more (case_00002) and none fewer"),
            ([holed, a], 2, "holed: lacks scores, found 2 lines, expected 4"),
            ([a, a], 64, "the run is there twice"),
            ([a, folder], 2, "no run with scores, found no scores.csv in the folder"),
            ([a, folder / "c.csv"], 2, "c.csv: cannot open"),
            ([a, b, "--measure", "iou"], 64, "measure"),
        ]:
            result = segprep("compare", *arguments)
            self.assertEqual(result.code, code, result.err)
            self.assertIn(message, result.err)

    def test_out(self):
        folder = self.fresh("runs")
        runs = [write_scores(folder / name, [0.1, 0.2]) for name in ("a.csv", "b.csv")]
        result = segprep("compare", *runs, "--measure", "hd95_mm", "--out", folder / "tables.md")
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))
        self.assertIn("## kidney: hd95_mm, pairs of runs", (folder / "tables.md").read_text())


def holm(values):
    """Step down: the smallest counts all tests, the next one fewer."""
    adjusted, largest = [0.0] * len(values), 0.0
    for place, index in enumerate(numpy.argsort(values, kind="stable")):
        largest = max(largest, min(1, (len(values) - place) * values[index]))
        adjusted[index] = largest
    return adjusted
