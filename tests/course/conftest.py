"""A small lesson, for all tests of the course."""

from __future__ import annotations

import pytest

from cliplab import encode_colors, load_storybook, project


@pytest.fixture(scope="session")
def values():
    images = load_storybook(n_images=40)
    embeddings = encode_colors(images)
    projection = project(embeddings, "pca")
    return {"images": images, "embeddings": embeddings, "projection": projection}
