import asyncio

import ipywidgets
import numpy as np
import pytest

from cliplab import Embeddings, Projection, load_storybook


@pytest.fixture(autouse=True)
def _closed_widgets():
    """Close what a test has shown: ipywidgets holds every widget until then, and its data."""
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture(scope="session")
def widgets_in():
    """Find all widgets of a kind that a widget holds."""

    def find(widget, kind):
        held = [each for child in getattr(widget, "children", ()) for each in find(child, kind)]
        return [widget, *held] if isinstance(widget, kind) else held

    return find


@pytest.fixture(scope="session")
def images():
    return load_storybook(n_images=60)


@pytest.fixture(scope="session")
def embeddings():
    random = np.random.default_rng(0)
    return Embeddings(np.eye(16)[random.integers(0, 6, 60)] + 0.2 * random.normal(size=(60, 16)))


@pytest.fixture(scope="session")
def projection():
    return Projection(np.random.default_rng(1).normal(size=(60, 2)))


@pytest.fixture
def in_kernel(monkeypatch):
    """Run a test as a cell of a notebook runs: inside a loop, with somebody who watches."""
    monkeypatch.setenv("CLIPLAB_FRONT_END", "jupyter")
    return lambda story: asyncio.run(asyncio.wait_for(story(), timeout=60))
