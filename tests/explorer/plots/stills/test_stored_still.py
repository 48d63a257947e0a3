import io

import numpy as np
from PIL import Image

from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.plots.stills.stored_still import stored_still_of

POINTS = np.random.default_rng(0).random((400, 3))


def _draw(figure):
    figure.add_axes((0, 0, 1, 1)).scatter(POINTS[:, 0], POINTS[:, 1], c=POINTS[:, 2], alpha=0.8)


def test_it_looks_the_same_and_takes_less_than_half_of_the_bytes():
    still = Still(300, 200, _draw)
    small, large = stored_still_of(still)(), still.to_bytes()
    assert len(small.data) < 0.5 * len(large)
    assert small.width == 300
    pixels = [
        np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)
        for data in (small.data, large)
    ]
    assert pixels[0].shape == pixels[1].shape
    assert np.abs(pixels[0] - pixels[1]).mean() < 4
    assert (pixels[0] == 255).all(axis=2).mean() > 0.2  # White stays white.
    assert stored_still_of(still)().data == small.data
