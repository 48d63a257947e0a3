"""The evidence for each k as a still."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab import evidence_for_k, show_evidence, sweep_clusters


@pytest.mark.slow
def test_each_measure_of_the_evidence_is_drawn_with_its_vote(embeddings):
    sweep = sweep_clusters(embeddings, range(2, 7))
    evidence = evidence_for_k(embeddings, sweep, n_references=3, n_starts=2)
    figure = show_evidence(evidence).still.figure()
    titles = {axes.get_title("left"): axes for axes in figure.axes}
    assert len(titles) == 6
    measures = ("gap", "silhouette_main", "stability", "fullness", "calinski_harabasz")
    for axes, name in zip(figure.axes, measures, strict=False):
        np.testing.assert_allclose(axes.lines[0].get_ydata(), evidence.table[name])
    dashed = [
        [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
        for axes in figure.axes
    ]
    votes = (evidence.votes["gap"], evidence.votes["silhouette"], None, evidence.votes["valleys"])
    assert dashed[:4] == [[] if vote is None else [vote] for vote in votes]
