"""The cluster: the one that we are connected to, or processes on this machine for a while."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cliplab._core.device import n_cores

if TYPE_CHECKING:
    import ray.data

# Read once, when Ray starts. It reports to nobody; and what its own parts say to each other about
# lost processes is for its log files, not for a notebook.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
# So much of a data set goes into one task: what is lost with a worker, and done again, is little.
_MOST_BYTES_A_BLOCK = 2**24


@contextlib.contextmanager
def ray_cluster() -> Iterator[None]:
    """Use the cluster that this process is connected to; else start one here, and end it again.

    Raises
    ------
    ImportError
        If Ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError(
            '`engine` "ray" needs Ray, which is not installed. Install it with: '
            'pip install "cliplab[ray]"'
        ) from error
    is_ours = not ray.is_initialized()
    if is_ours:
        start_here()
    try:
        with _quiet(), ray.data.DataContext.current(_settings()):
            yield
    finally:
        if is_ours:
            ray.shutdown()


def n_gpus() -> int:
    """Return how many GPUs the cluster has."""
    return _count("GPU")


def n_processors() -> int:
    """Return how many processor cores the cluster has."""
    return max(1, _count("CPU"))


def _count(kind: str) -> int:
    import ray

    return int(ray.cluster_resources().get(kind, 0))


def start_here() -> None:
    """Start Ray on this machine; but a program that was sent to a cluster is connected to that."""
    import ray

    # Clusters tell their programs where they are by this variable.
    is_sent = "RAY_ADDRESS" in os.environ
    here: dict[str, Any] = {"address": "local", "num_cpus": n_cores(), "include_dashboard": False}
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    ray.init(**({} if is_sent else here), log_to_driver=False, logging_level="ERROR")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Ray Data says of its own parts, and of what it will do otherwise."""
    logger = logging.getLogger("ray.data")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"ray\.")
            yield
    finally:
        logger.setLevel(before)


def _settings() -> ray.data.DataContext:
    """How Ray Data is to work for us; what the user has set for other work stays as it is."""
    import ray.data

    settings = ray.data.DataContext.get_current().copy()
    settings.enable_progress_bars = False
    settings.print_on_execution_start = False
    settings.target_max_block_size = _MOST_BYTES_A_BLOCK
    return settings
