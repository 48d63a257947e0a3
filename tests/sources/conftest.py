from __future__ import annotations

import pytest
from loopback.open_images import QUICK, SmallOpenImages

from cliplab.sources.openimages import OpenImagesHost, fetch_open_images


@pytest.fixture
def small():
    """A small Open Images with a server of its own."""
    small = SmallOpenImages()
    with small.server:
        yield small


@pytest.fixture
def fetch(small, tmp_path):
    """Fetch from the small Open Images into a folder of the test."""
    host = OpenImagesHost(small.server.address, small.server.address)

    def fetch(n_images=20, **arguments):
        arguments = {"cache_dir": tmp_path / "cache", "source": host, "patience": QUICK} | arguments
        return fetch_open_images(n_images, **arguments)

    return fetch
