from __future__ import annotations

import pytest

from cliplab import ClipEncoder, load_storybook, project, save_pack, sweep_clusters


@pytest.fixture(scope="module")
def lesson():
    images = load_storybook(n_images=40)
    embeddings = ClipEncoder("storybook").encode_images(images, store=False)
    projections = [project(embeddings, "tsne", perplexity=8), project(embeddings, "pca")]
    sweeps = [sweep_clusters(embeddings, range(2, 7)), sweep_clusters(projections[0], range(2, 7))]
    return images, embeddings, projections, sweeps


@pytest.fixture
def saved(lesson, tmp_path):
    return save_pack(tmp_path / "pack", *lesson, title="A test"), tmp_path / "pack"
