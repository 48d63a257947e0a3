"""The curves over k as stills."""

from __future__ import annotations

import numpy as np

from cliplab import show_elbow


def _curve(axes):
    return axes.lines[0].get_xydata()


def test_inertia_and_mean_silhouette_are_drawn_over_every_k(sweep):
    elbow, score = show_elbow(sweep).still.figure().axes
    for axes, values in ((elbow, sweep.inertias), (score, sweep.silhouette_scores)):
        np.testing.assert_allclose(_curve(axes), np.column_stack([range(2, 13), values]))
        low, high = axes.get_ylim()
        assert low < min(values) < max(values) < high
        assert axes.get_xlabel() == "k · embedding"
    assert elbow.get_title("left") == "Inertia · no clear elbow"
    assert score.get_title("left") == "Mean silhouette"
