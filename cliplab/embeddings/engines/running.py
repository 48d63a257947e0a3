"""Starts the engine of a given name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cliplab.embeddings.encoding import Engine
from cliplab.embeddings.engines.local import LocalEngine
from cliplab.embeddings.model import ClipModel

ENGINES = ("local", "ray")


@contextmanager
def running_engine(name: str, model: ClipModel) -> Iterator[Engine]:
    """Start an engine, and stop it at the end.

    Parameters
    ----------
    name : {"local", "ray"}
        Which engine.
    model : ClipModel
        What it encodes with.

    Yields
    ------
    Engine
        The engine.

    Raises
    ------
    ImportError
        If the engine is "ray" and Ray is not installed.
    """
    if name == "local":
        yield LocalEngine(model)
        return
    from cliplab.embeddings.engines.ray.encoding import ray_engine

    with ray_engine(model) as engine:
        yield engine
