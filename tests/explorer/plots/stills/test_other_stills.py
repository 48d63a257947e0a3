"""Curves, flow, evidence and the line between two clusters as stills."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cliplab import (
    compare_clusterings,
    evidence_for_k,
    show_elbow,
    show_evidence,
    show_transitions,
    show_valley,
    sweep_clusters,
    valley,
)
from cliplab.explorer.model.flow import flow_view
from cliplab.explorer.plots.stills.paper import short_number
from cliplab.explorer.style.theme import cluster_color


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


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (0.08, "0.08"), (-0.5, "-0.5"), (12.5, "12.5"), (640, "640"), (200_000, "200k"),
     (1_500_000, "1.5m"), (3e9, "3b")],
)  # fmt: skip
def test_numbers_beside_a_curve_are_short(number, text):
    assert short_number(number) == text


def test_ribbons_and_blocks_have_their_colours_and_names(sweep):
    moves = compare_clusterings(sweep[4], sweep[5])
    view = flow_view(moves)
    (axes,) = show_transitions(moves).still.figure().axes
    (ribbons,) = axes.collections
    assert len(ribbons.get_paths()) == len(view["ribbons"]["xs"])
    assert [to_hex(each) for each in ribbons.get_facecolors()] == view["ribbons"]["colors"]
    np.testing.assert_allclose(ribbons.get_facecolors()[:, 3], view["ribbons"]["alphas"])
    assert len(axes.patches) == 4 + 5
    assert [to_hex(each.get_facecolor()) for each in axes.patches[:4]] == [
        cluster_color(cluster) for cluster in range(4)
    ]
    heights = [each.get_height() for each in axes.patches]
    np.testing.assert_allclose(sum(heights[:4]), sum(heights[4:]))
    assert [text.get_text() for text in axes.texts] == [*"0123", *"01234"]
    assert axes.get_title("left") == view["title"]
    assert axes.get_ylim() == (1.02, -0.02)


@pytest.mark.slow
def test_each_measure_of_the_evidence_is_drawn_with_its_vote(embeddings):
    sweep = sweep_clusters(embeddings, range(2, 7))
    evidence = evidence_for_k(embeddings, sweep, n_references=3, n_starts=2)
    figure = show_evidence(evidence).still.figure()
    titles = {axes.get_title("left"): axes for axes in figure.axes}
    assert len(titles) == 6
    measures = ("gap", "silhouette_main", "stability", "fullness", "calinski_harabasz")
    for axes, name in zip(figure.axes, measures, strict=False):
        np.testing.assert_allclose(_curve(axes)[:, 1], evidence.table[name])
    dashed = [
        [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
        for axes in figure.axes
    ]
    votes = (evidence.votes["gap"], evidence.votes["silhouette"], None, evidence.votes["valleys"])
    assert dashed[:4] == [[] if vote is None else [vote] for vote in votes]


def test_two_clusters_are_drawn_along_the_line_with_the_sentence_below(images, embeddings, sweep):
    found = valley(embeddings, sweep[4], 2, 0)
    figure = show_valley(embeddings, sweep[4], 2, 0, images=images).still.figure()
    (axes,) = figure.axes
    (points,) = axes.collections
    assert len(points.get_offsets()) == len(found.rows)
    drawn = [to_hex(color) for color in points.get_facecolors()]
    order = np.argsort(found.rows)
    assert drawn == [cluster_color(label) for label in sweep[4].cluster_labels[found.rows[order]]]
    assert points.get_offsets()[:, 1].max() == found.histogram[0].max() - 0.5
    assert axes.get_xlim() == (-0.8, 1.8)
    assert " ".join(text.get_text() for text in figure.texts) == found.sentence
