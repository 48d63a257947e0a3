"""A Ray cluster: the one this process is connected to, or one on this machine for a while."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cliplab._core.device import n_cores
from cliplab._core.extras import require_extra

if TYPE_CHECKING:
    import ray.data

# Ray reads these when it starts. It reports no usage, and writes messages about lost processes only
# to its log files.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
# The size of a task's input, so that little has to be repeated when a worker is lost.
_MOST_BYTES_A_BLOCK = 2**24


@contextlib.contextmanager
def ray_cluster() -> Iterator[None]:
    """Use the cluster this process is connected to; else start one here, and stop it at the end.

    Raises
    ------
    ImportError
        If Ray is not installed.
    """
    require_extra("ray", '`engine` "ray"', 'take "local"')
    import ray
    import ray.data

    is_new = not ray.is_initialized()
    if is_new:
        start_here()
    try:
        with _quiet(), ray.data.DataContext.current(_settings()):
            yield
    finally:
        if is_new:
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
    """Start Ray on this machine, or connect a program that runs on a cluster to that cluster."""
    import ray

    # A cluster sets this variable for the programs that it runs.
    is_on_cluster = "RAY_ADDRESS" in os.environ
    here: dict[str, Any] = {"address": "local", "num_cpus": n_cores(), "include_dashboard": False}
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    ray.init(**({} if is_on_cluster else here), log_to_driver=False, logging_level="ERROR")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hide what Ray Data logs about its own parts, and warnings about its future versions."""
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
    """Return settings of Ray Data for this work; those of other work do not change."""
    import ray.data

    settings = ray.data.DataContext.get_current().copy()
    settings.enable_progress_bars = False
    settings.print_on_execution_start = False
    settings.target_max_block_size = _MOST_BYTES_A_BLOCK
    return settings
