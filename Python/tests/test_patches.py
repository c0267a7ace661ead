"""Patches in any order, augmentation and NIfTI files on NumPy arrays."""

import concurrent.futures
import multiprocessing

import h5py
import numpy

from cut_shards import PythonCase, patch_set, scans

import segprep


class ShardsTests(PythonCase):

    def test_patches_are_what_h5py_reads(self):
        stored = self.stored()
        for options in [{"fold": 0}, {"fold": 1, "validation": True, "set": "grid"}, {"image": "float16"}]:
            shards = segprep.Shards(self.shards, **{"set": "train", **options})
            for patch in shards:
                image, label = stored[patch.file, patch.place]
                numpy.testing.assert_array_equal(patch.image, image.astype(options.get("image", "float32")))
                numpy.testing.assert_array_equal(patch.label, label)
                self.assertEqual(patch.class_counts, numpy.bincount(label.ravel(), minlength=3).tolist())
            self.assertEqual(len({(p.file, p.place) for p in shards}), len(shards))
            self.assertEqual(shards[-1].place, shards[len(shards) - 1].place)

    def test_margins(self):
        shards = segprep.Shards(self.shards, set="train", margin=True)
        plain = segprep.Shards(self.shards, set="train")
        self.assertEqual(shards.margin, (2, 3, 1))
        self.assertEqual(shards[5].image.shape, (1, 12, 18, 12))
        numpy.testing.assert_array_equal(shards[5].image[:, 2:-2, 3:-3, 1:-1], plain[5].image)
        numpy.testing.assert_allclose(shards[5].affine @ [1, 3, 2, 1], plain[5].affine @ [0, 0, 0, 1])

    def test_affines_are_the_cases(self):
        patch = segprep.Shards(self.shards, set="train")[3]
        with h5py.File(self.shards / patch.file) as file:
            affine = file["cases"][patch.case].attrs["affine"]
        numpy.testing.assert_allclose(patch.affine @ [0, 0, 0, 1], affine @ [*patch.origin[::-1], 1])

    def test_indices_and_refusals(self):
        shards = segprep.Shards(self.shards, set="train")
        for index in [len(shards), -len(shards) - 1]:
            with self.assertRaisesRegex(IndexError, "no such patch"):
                shards[index]
        with self.assertRaisesRegex(segprep.UsageError, "no such set, found other"):
            segprep.Shards(self.shards, set="other")
        shards.close()
        with self.assertRaisesRegex(segprep.UsageError, "no such set of shards"):
            shards[0]

    def test_a_fork_may_read(self):
        shards = segprep.Shards(self.shards, set="train")
        expected = float(shards[7].image.sum())
        fork = multiprocessing.get_context("fork")
        results = fork.SimpleQueue()
        process = fork.Process(target=lambda: results.put(float(shards[7].image.sum())))
        process.start()
        self.assertEqual(results.get(), expected)
        process.join(20)


class VariantsTests(PythonCase):

    def test_stored_versions_are_not_augmented_again(self):
        augment = {"preset": "miscnn"}
        pipeline = self.cut(
            [patch_set("varied", (8, 12, 10), per_case=3, variants=2)], folds={"count": 3}, augment=augment,
            shards={"compression": "deflate"})
        shards = self.shard(self.prepared, pipeline)
        stored = self.stored(shards)
        with segprep.ShardStream(shards, set="varied", fold=0, pipeline=pipeline, epochs=1) as stream:
            for batch in stream:
                for place, sample in enumerate(batch.samples):
                    numpy.testing.assert_array_equal(batch.image[place], stored[sample.file, sample.place][0])
                    self.assertIsNone(batch.drawn(place))
        patches = segprep.Shards(shards, set="varied")
        self.assertEqual({patch.variant for patch in patches}, {1, 2})
        self.assertTrue(all(patch.drawn is not None for patch in patches))
        with self.assertRaisesRegex(
                segprep.UsageError, "set varied holds augmented versions, found another augmentation of them"):
            segprep.ShardStream(shards, set="varied", fold=0, augment="nnunet")
        with self.assertRaisesRegex(
                segprep.UsageError, "set varied holds nothing but augmented versions, found no augmentation"):
            segprep.ShardStream(shards, set="varied", fold=0, augment="none")

    def test_a_cases_statistics_are_not_there(self):
        with self.assertRaisesRegex(segprep.DataError, "augment: statistics cannot be the case's in a stream"):
            segprep.ShardStream(self.shards, set="train", augment={"preset": "miscnn", "statistics": "case"})
        image, label = numpy.ones((1, 6, 6, 6), "float32"), numpy.zeros((6, 6, 6), "uint8")
        augmenter = segprep.Augmenter({"preset": "miscnn", "statistics": "case"}, shape=(6, 6, 6))
        with self.assertRaisesRegex(segprep.UsageError, "statistics is missing"):
            augmenter(image, label, seed=1)
        augmenter(image, label, seed=1, statistics=[[0, 2, 1, 0.5]])
        for wrong in [[2, 0, 1, 0.5], [0, numpy.nan, 1, 0.5], [0, 2, numpy.nan, 0.5], [0, 2, 1, -1], [0, 1e99, 1, 0.5]]:
            with self.assertRaisesRegex(segprep.UsageError, "augmentation: the statistics of channel 1 cannot be so"):
                augmenter(image, label, seed=1, statistics=[wrong])


class AugmentTests(PythonCase):

    def patch(self, kind="float32"):
        draw = numpy.random.RandomState(1)
        return draw.uniform(-1, 1, (2, 10, 12, 14)).astype(kind), draw.randint(0, 3, (10, 12, 14)).astype("uint8")

    def test_it_is_in_place_and_repeatable(self):
        for kind in ["float32", "float16"]:
            image, label = self.patch(kind)
            before, place = image.copy(), image.ctypes.data
            drawn = segprep.augment(image, label, "miscnn", seed=3, case="case_00001", patch=4)
            self.assertTrue(drawn)
            self.assertEqual(place, image.ctypes.data)
            self.assertFalse(numpy.array_equal(image, before))
            again, classes = self.patch(kind)
            augmenter = segprep.Augmenter("miscnn", shape=(10, 12, 14))
            self.assertEqual(augmenter(again, classes, seed=3, case="case_00001", patch=4), drawn)
            numpy.testing.assert_array_equal(again, image)
            numpy.testing.assert_array_equal(classes, label)
            other, _ = self.patch(kind)
            self.assertNotEqual(augmenter(other, seed=3, case="case_00001", patch=5), drawn)

    def test_threads_may_share_an_augmenter(self):
        augmenter = segprep.Augmenter("miscnn", shape=(10, 12, 14))

        def sample(patch):
            image, label = self.patch()
            augmenter(image, label, seed=2, patch=patch)
            return image.tobytes() + label.tobytes()

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.assertTrue(list(pool.map(sample, range(40))) == [sample(patch) for patch in range(40)])

    def test_a_list_is_carried_out(self):
        image, label = self.patch()
        before = image.copy(), label.copy()
        segprep.augment(image, label, [{"mirror": {"probability": 1}}, {"brightness_multiplicative": {
            "factor": {"lower": 2, "upper": 2}}}], seed=1)
        numpy.testing.assert_allclose(image, 2 * before[0][..., ::-1, ::-1, ::-1])
        numpy.testing.assert_array_equal(label, before[1][::-1, ::-1, ::-1])

    def test_a_stream_does_the_same(self):
        """From the stored patch with its margin, by the sample's address: the stream's own bytes."""
        stored = {(p.file, p.place): p for p in segprep.Shards(self.shards, set="train", margin=True)}
        augmenter = segprep.Augmenter(pipeline=self.pipeline_file, shape=(8, 12, 10), margin=(2, 3, 1))
        stream = segprep.ShardStream(self.shards, set="train", fold=0, pipeline=self.pipeline_file, epochs=1)
        for batch in stream:
            for place, sample in enumerate(batch.samples):
                patch = stored[sample.file, sample.place]
                out = numpy.empty((1, 8, 12, 10), "float32"), numpy.empty((8, 12, 10), "uint8")
                drawn = augmenter(
                    patch.image, patch.label, out=out, seed=5, case=sample.case, patch=sample.patch,
                    pad_values=[pad_of(self.shards, sample)])
                self.assertEqual(drawn, batch.drawn(place))
                numpy.testing.assert_array_equal(out[0], batch.image[place])
                numpy.testing.assert_array_equal(out[1], batch.label[place])

    def test_what_is_no_number_stays_none(self):
        for transforms in ["nnunet", "miscnn"]:
            for kind in ["float32", "float16"]:
                for value in [numpy.nan, numpy.inf, -numpy.inf]:
                    for seed in range(20):
                        image, label = self.patch(kind)
                        plain, classes = self.patch(kind)
                        image[0, 5, 6, 7] = value
                        drawn = segprep.augment(image, label, transforms, seed=seed)
                        self.assertEqual(segprep.augment(plain, classes, transforms, seed=seed), drawn)
                        numpy.testing.assert_array_equal(label, classes)
                        numpy.testing.assert_array_equal(image[1], plain[1])
                        self.assertFalse(numpy.isfinite(image[0]).all())

    def test_gamma_keeps_infinity(self):
        """With statistics of the whole case, which the patch's voxels do not change."""
        image, label = self.patch("float32")
        image[0, 3, 4, 5] = numpy.inf
        gamma = [{"gamma": {"exponent": {"lower": 0.7, "upper": 0.7}, "probability": 1}}]
        augmenter = segprep.Augmenter({"transforms": gamma, "statistics": "case"}, shape=image.shape[1:])
        augmenter(image, label, seed=1, statistics=[[-3, 3, 0, 1], [-3, 3, 0, 1]])
        self.assertEqual(image[0, 3, 4, 5], numpy.inf)
        self.assertEqual(numpy.isfinite(image).sum(), image.size - 1)

    def test_refusals(self):
        image, label = self.patch()
        augmenter = segprep.Augmenter("none", shape=(10, 12, 14))
        for message, arguments in [
            ("image: has another type, found float64", (image.astype(float), label)),
            ("image: is another array, found float32 of", (image[..., :-1].copy(), label)),
            ("image: cannot be used where it is", (image.transpose(0, 1, 2, 3)[:, ::-1], label)),
            ("label: is another array, found int64", (image, label.astype(int))),
        ]:
            with self.subTest(message=message), self.assertRaisesRegex(segprep.UsageError, message):
                augmenter(*arguments, seed=1)
        batch = numpy.stack([image, image])
        for augment in [augmenter, segprep.augment]:
            with self.assertRaisesRegex(segprep.UsageError, "image: has another shape, found 5 axes"):
                augment(batch, label, seed=1)
        with self.assertRaisesRegex(segprep.UsageError, "out image: is another array"):
            segprep.Augmenter("none", shape=(8, 10, 12), margin=(1, 1, 1))(image, label, seed=1)
        with self.assertRaisesRegex(segprep.UsageError, "unknown key"):
            segprep.Augmenter([{"turn": {}}], shape=(4, 4, 4))


class NIfTITests(PythonCase):

    def test_axes_are_turned(self):
        values = numpy.arange(5 * 6 * 7, dtype=numpy.int16).reshape(5, 6, 7)
        matrix = scans.affine("IPL", (3, 1, 2))
        volume = segprep.read_nifti(scans.write(self.fresh("scan.nii.gz"), scans.nifti(values, matrix)))
        # Slice, row, column of inferior, posterior, left: z, y, x backwards.
        numpy.testing.assert_array_equal(volume.array, values[::-1, ::-1, ::-1])
        self.assertEqual(volume.array.dtype, numpy.float32)
        numpy.testing.assert_allclose(volume.spacing, (3, 1, 2))
        numpy.testing.assert_allclose(volume.affine @ [6, 5, 4, 1], matrix @ [0, 0, 0, 1])

    def test_channels(self):
        values = numpy.arange(4 * 5 * 6 * 3, dtype=numpy.float32).reshape(4, 5, 6, 3)
        volume = segprep.read_nifti(
            scans.write(self.fresh("scan.nii"), scans.nifti(values, scans.affine("RAS", (1, 1, 1)))))
        numpy.testing.assert_array_equal(volume.array, values.transpose(3, 2, 1, 0))

    def test_refusals(self):
        with self.assertRaisesRegex(FileNotFoundError, "/no/such.nii: cannot open: No such file"):
            segprep.read_nifti("/no/such.nii")
        path = scans.write(self.fresh("scan.nii"), b"no scan at all" * 99)
        with self.assertRaisesRegex(segprep.DataError, "not a NIfTI|no NIfTI"):
            segprep.read_nifti(path)


def pad_of(shards, sample):
    with h5py.File(shards / sample.file) as file:
        return file["cases"][sample.case].attrs["pad_value"][0]
