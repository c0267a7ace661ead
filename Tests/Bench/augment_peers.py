"""The peers' transforms on the patch that `segprep bench augment` uses, one thread; prints milliseconds as JSON, under
the names that segprep gives its rows.

usage: augment_peers.py batchgenerators | batchgeneratorsv2 MARGIN

MARGIN: voxels on each side that one row's source has beyond the patch.
"""

import json
import math
import statistics
import sys
import time

import numpy as np

SHAPE = (80, 160, 160)
RUNS = 5
ANGLE = (-math.radians(15), math.radians(15))
BENDING = "elastic + rotation + scale, order 1"


def patch(margin: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noise, and a ball as its label: (batch, channel, z, y, x)."""
    shape = [n + 2 * margin for n in SHAPE]
    image = np.random.default_rng(0).random((1, 1, *shape), np.float32)
    axes = np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij")
    return image, (sum(axis**2 for axis in axes) < 0.3).astype(np.float32)[None, None]


def timed(call) -> float:
    call()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def batchgenerators(margin: int) -> dict[str, float]:
    from batchgenerators.augmentations import color_augmentations as color
    from batchgenerators.augmentations import noise_augmentations as noise
    from batchgenerators.augmentations.resample_augmentations import augment_linear_downsampling_scipy
    from batchgenerators.augmentations.spatial_transformations import augment_mirroring, augment_spatial

    image, label = patch()

    def spatial(order: int, elastic: bool, around: int = 0) -> float:
        source = patch(around)
        return timed(lambda: augment_spatial(
            *source, SHAPE, do_elastic_deform=elastic, alpha=(300, 900), sigma=(9, 13), angle_x=ANGLE, angle_y=ANGLE,
            angle_z=ANGLE, scale=(0.85, 1.25), order_data=order, order_seg=0, border_mode_data="constant",
            random_crop=False))

    def value(function, *arguments, **keywords) -> float:
        return timed(lambda: function(image[0].copy(), *arguments, **keywords))

    return {
        BENDING: spatial(1, True),
        f"{BENDING}, margin {margin}": spatial(1, True, margin),
        "elastic + rotation + scale, order 3": spatial(3, True),
        "rotation + scale, order 1": spatial(1, False),
        "rotation + scale, order 3": spatial(3, False),
        "mirror": timed(lambda: augment_mirroring(image[0].copy(), label[0].copy())),
        "contrast": value(color.augment_contrast),
        "brightness, multiplicative": value(color.augment_brightness_multiplicative),
        "brightness, additive": value(color.augment_brightness_additive, 0, 0.1),
        "gamma": value(color.augment_gamma, (0.7, 1.5), per_channel=True),
        "gamma, retain_stats": value(color.augment_gamma, (0.7, 1.5), per_channel=True, retain_stats=True),
        "gaussian noise": value(noise.augment_gaussian_noise, (0.05, 0.1)),
        "gaussian blur, sigma 0.5 to 1": value(noise.augment_gaussian_blur, (0.5, 1)),
        "simulated low resolution": value(
            augment_linear_downsampling_scipy, (0.5, 1), order_downsample=0, order_upsample=1),
    }


def batchgeneratorsv2(margin: int) -> dict[str, float]:
    import torch
    from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
    from batchgeneratorsv2.transforms.intensity.contrast import ContrastTransform
    from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
    from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
    from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
    from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
    from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
    from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform

    torch.set_num_threads(1)

    def run(transform, around: int = 0) -> float:
        image, label = (torch.from_numpy(array[0]) for array in patch(around))
        label = label.to(torch.int16)
        return timed(lambda: transform(image=image.clone(), segmentation=label))

    def spatial(elastic: float, around: int = 0) -> float:
        return run(SpatialTransform(
            SHAPE, 0, False, p_elastic_deform=elastic, p_rotation=1, p_scaling=1, rotation=ANGLE,
            scaling=(0.85, 1.25)), around)

    factors = (0.75, 1.25)
    return {
        BENDING: spatial(1),
        f"{BENDING}, margin {margin}": spatial(1, margin),
        "rotation + scale, order 1": spatial(0),
        "mirror": run(MirrorTransform((0, 1, 2))),
        "contrast": run(ContrastTransform(factors, True, False)),
        "brightness, multiplicative": run(MultiplicativeBrightnessTransform(factors, False)),
        "gamma": run(GammaTransform((0.7, 1.5), 0, False, 1, p_retain_stats=0)),
        "gamma, retain_stats": run(GammaTransform((0.7, 1.5), 0, False, 1, p_retain_stats=1)),
        "gaussian noise": run(GaussianNoiseTransform()),
        "gaussian blur, sigma 0.5 to 1": run(GaussianBlurTransform((0.5, 1.0))),
        "simulated low resolution": run(SimulateLowResolutionTransform((0.5, 1), False, True, None)),
    }


if __name__ == "__main__":
    peers = {each.__name__: each for each in (batchgenerators, batchgeneratorsv2)}
    print(json.dumps(peers[sys.argv[1]](int(sys.argv[2]))))
