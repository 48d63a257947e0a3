import asyncio
import faulthandler
from collections.abc import Callable, Coroutine
from typing import Any

import ipywidgets
import numpy as np
import pytest

from cliplab import Embeddings, Explorer, load_storybook, project, sweep_clusters
from cliplab.explorer.model import commitments, hints
from cliplab.explorer.model.options import find_options, first_state
from cliplab.explorer.model.session import ExplorerSession
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.widgets.pages import page_contents

# A story takes seconds; on a machine that does much else at the time it once took a minute.
_MOST_SECONDS = 300


@pytest.fixture(autouse=True)
def _closed_widgets():
    """Close what a test has shown: ipywidgets holds every widget until then, and its data."""
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture(scope="session")
def images():
    return load_storybook(n_images=80)


@pytest.fixture(scope="session")
def embeddings(images):
    """Vectors that know the object and the place of each picture, and little else."""
    table = images.to_pandas()
    kinds = np.eye(32)[table["object"].astype("category").cat.codes]
    places = np.eye(32)[16 + table["place"].astype("category").cat.codes]
    noise = np.random.default_rng(0).normal(scale=0.05, size=kinds.shape)
    return Embeddings(kinds + 0.8 * places + noise)


@pytest.fixture(scope="session")
def sweep(embeddings):
    return sweep_clusters(embeddings, range(2, 13))


@pytest.fixture(scope="session")
def projection(embeddings):
    return project(embeddings, "tsne", perplexity=10)


@pytest.fixture
def explorer(images, embeddings, sweep, projection):
    return Explorer(images, embeddings, projection, sweep)


@pytest.fixture
def make_session(images, embeddings, projection, sweep):
    """Make a session of some images: all that an Explorer computes, without a screen."""

    def make(images=images, embeddings=embeddings, sweep=sweep, hides_classes=True):
        options = find_options(
            images, embeddings, projection, sweep, hides_classes=hides_classes, reads_words=False
        )
        pages = page_contents(has_encoder=False)
        state = first_state(options, len(images), projection, sweep, list(pages))
        given = images, embeddings, None
        return ExplorerSession(given, projection, sweep, state, options, pages, EventLoop())

    return make


@pytest.fixture
def in_kernel(monkeypatch) -> Callable[[Callable[[], Coroutine[Any, Any, None]]], None]:
    """Run a test as a cell of a notebook runs: inside a loop, with somebody who watches."""
    monkeypatch.setenv("CLIPLAB_FRONT_END", "jupyter")

    def run(story):
        try:
            asyncio.run(asyncio.wait_for(story(), _MOST_SECONDS))
        except TimeoutError:
            faulthandler.dump_traceback()  # What each thread is waiting for.
            raise

    return run


@pytest.fixture(autouse=True)
def _no_commitments():
    """Forget what a test has committed to: the kernel remembers, and one process has many tests."""
    yield
    commitments._committed.clear()
    hints.remember(False)
