"""Real photographs go through the whole line; skipped where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cliplab import ClipEncoder, Explorer, load_folder, project, sweep_clusters

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"

pytestmark = pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the folder shared/photos")


@pytest.fixture(scope="module")
def photographs():
    return load_folder(PHOTOS)


@pytest.mark.parametrize(
    ("model", "n_features"),
    [(("storybook",), 128), (("ViT-B-32", None), 512)],
    ids=str,
)
def test_the_whole_line_ends_in_an_explorer(photographs, model, n_features):
    embeddings = ClipEncoder(*model, device="cpu").encode_images(photographs)
    assert embeddings.vectors.shape == (len(photographs), n_features)
    # Different photographs have different vectors, even in a network that has learned nothing.
    similarity = embeddings.vectors @ embeddings.vectors.T - 2 * np.eye(len(photographs))
    assert similarity.max() < 1 - 1e-6

    sweep = sweep_clusters(embeddings, range(2, 9))
    explorer = Explorer(photographs, embeddings, project(embeddings), sweep)
    explorer.state.n_clusters = 5
    explorer.state.selected = [0, 3]
    gallery = explorer._panel.gallery.images.value
    assert gallery.count("role='img'") == 2
    assert photographs.image_ids[3] in gallery
