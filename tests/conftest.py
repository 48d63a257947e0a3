"""For all tests: one thread, and no network."""

from __future__ import annotations

import os
import socket

# Before numpy and torch are imported. The matrices here are small: a second thread would cost more
# than it brings, and results would depend on the machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_connect = socket.socket.connect


def _connect_here_only(self, address):
    """Refuse every address but this machine's: the whole lesson runs without a network."""
    by_network = self.family in (socket.AF_INET, socket.AF_INET6)
    if by_network and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"a test asked for {address[0]}; tests run without a network")
    return _connect(self, address)


def pytest_configure(config):
    socket.socket.connect = _connect_here_only


def pytest_collection_modifyitems(items):
    # Playwright keeps an event loop running on the main thread until the last browser test is
    # done; tests that run a loop of their own have to come before.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_unconfigure(config):
    socket.socket.connect = _connect
