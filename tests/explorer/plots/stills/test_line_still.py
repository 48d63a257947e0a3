"""The images of two clusters along the line between them, as a still."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex

from cliplab import show_valley, valley
from cliplab.explorer.style.theme import cluster_color


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
