"""What a learner has done belongs to one test alone, and a small lesson to all of them."""

from __future__ import annotations

import pytest

from cliplab import encode_colors, load_storybook, project
from cliplab.course.progress import PROGRESS, Progress


@pytest.fixture(autouse=True)
def no_progress():
    vars(PROGRESS).update(vars(Progress()))


@pytest.fixture(scope="session")
def values():
    images = load_storybook(n_images=40)
    embeddings = encode_colors(images)
    projection = project(embeddings, "pca")
    return {"images": images, "embeddings": embeddings, "projection": projection}
