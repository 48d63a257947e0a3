"""The lines around the plots say what is there, also where there is nothing to measure."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cliplab import Embeddings, Projection, load_storybook, sweep_clusters
from cliplab.explorer.model.options import find_options
from cliplab.explorer.model.sentences import map_title, status_line

VECTORS = np.random.default_rng(0).normal(size=(12, 4))


@pytest.fixture
def status():
    images, embeddings = load_storybook(n_images=12), Embeddings(VECTORS, "storybook")
    sweep, projection = sweep_clusters(embeddings), Projection(VECTORS[:, :2], "tsne")
    options = find_options(
        images, embeddings, projection, sweep, hides_classes=False, reads_words=False
    )

    def say(sizes):
        chosen = {"algorithm": "hdbscan", "min_cluster_sizes": sizes} if sizes else {}
        found = sweep_clusters(embeddings, **chosen)
        return status_line(options, found.clusterings[0], embeddings.space, None)

    return say


def test_the_mean_is_said_with_where_it_was_measured(status):
    assert " · mean silhouette there 0." in status(None)


def test_where_all_are_noise_it_says_that_nothing_can_be_measured(status):
    said = status([12])
    assert said.startswith("0 clusters of 12 images by HDBSCAN, 12 noise, found in ")
    assert said.endswith(" · no silhouette can be measured")


@pytest.mark.parametrize(
    ("perplexity", "said"), [(30, "30"), (59 / 3, "19.67"), (3333, "3333"), (2.5, "2.5")]
)
def test_of_a_perplexity_four_digits_are_enough(perplexity, said):
    projection = Projection(VECTORS[:, :2], "tsne", parameters={"perplexity": perplexity})
    options = SimpleNamespace(projections={"tsne": "t-SNE"})
    assert map_title(options, projection, is_running=False) == f"t-SNE · perplexity {said}"
