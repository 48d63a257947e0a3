"""The style of matplotlib's plots in a lesson: as readable as cliplab's own on either page."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from cliplab.explorer.style.theme import CATEGORY_COLORS, NEUTRAL

STYLE = "cliplab.course.any_page"


@pytest.fixture
def drawn():
    """Draw a histogram in the style, as a notebook does."""
    with plt.style.context(STYLE):
        figure, axis = plt.subplots()
        axis.hist([0, 1, 1, 2], label="pairs")
        axis.legend()
        axis.set(xlabel="cosine")
        file = io.BytesIO()
        figure.savefig(file, facecolor=figure.get_facecolor())
        plt.close(figure)
    return np.asarray(Image.open(file).convert("RGBA"))


def test_nothing_is_painted_behind_a_plot(drawn):
    assert (drawn[..., 3] == 0).mean() > 0.3
    opaque = drawn[drawn[..., 3] == 255][:, :3]
    assert opaque.max(axis=1).min() > 80  # No ink is lost on a dark page,
    assert opaque.min(axis=1).max() < 175  # and none on a white one.


def test_ink_and_colours_are_those_of_the_other_plots():
    with plt.style.context(STYLE):
        settings = dict(mpl.rcParams)
    inks = [settings[name] for name in ("text.color", "axes.labelcolor", "xtick.color")]
    assert inks == [NEUTRAL] * 3
    colors = settings["axes.prop_cycle"].by_key()["color"]
    assert colors == list(CATEGORY_COLORS[: len(colors)])
