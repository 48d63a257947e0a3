"""Encodes images on this machine, by threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from cliplab._core.device import n_cores
from cliplab._core.worker_threads import WorkerThreads
from cliplab.embeddings.inputs import InputImages
from cliplab.embeddings.model import ClipModel
from cliplab.images.decoding import alone_if_large

if TYPE_CHECKING:
    import torch

_MAX_THREADS_OF_A_GPU = 16
Item = TypeVar("Item")
Result = TypeVar("Result")


class LocalEngine:
    """Encodes by one thread for each core; each works on an image, or a batch, by itself.

    Parameters
    ----------
    model : ClipModel
        The model that all threads share.
    """

    def __init__(self, model: ClipModel) -> None:
        self._model = model
        self.device = model.device

    def encode(
        self, images: InputImages, rows: Iterable[tuple[int, bytes | None]], size: int
    ) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """Yield rows and their vectors, batch by batch in the order of the rows."""
        import torch

        def prepare(item: tuple[int, bytes | None]) -> tuple[int, torch.Tensor]:
            row, file = item
            with alone_if_large(file):
                return row, self._model.prepare(images.decode(row, file))

        def encode(
            batch: list[tuple[int, torch.Tensor]],
        ) -> tuple[list[int], NDArray[np.float32]]:
            prepared = [tensor for _, tensor in batch]
            return [row for row, _ in batch], self._model.encode_batch(prepared, size)

        n_threads = n_cores() if self.device == "cpu" else min(_MAX_THREADS_OF_A_GPU, n_cores())
        # torch uses one thread in each of these, so that they never wait for one another.
        pool = WorkerThreads(n_threads, partial(torch.set_num_threads, 1))
        try:
            prepared = _in_order(pool, prepare, rows, ahead=max(2 * size, 4 * n_threads))
            with _ending_between_layers(self._model.network, pool):
                yield from _in_order(pool, encode, _batches(prepared, size), ahead=n_threads)
        finally:
            pool.shutdown(cancel_futures=True)  # An interrupted run does not wait for the rest.


@contextmanager
def _ending_between_layers(network: torch.nn.Module, pool: WorkerThreads) -> Iterator[None]:
    """Let an interrupted run end after a layer; a batch of a large network takes many seconds."""
    from torch.nn import ModuleList, Sequential

    lists = [each for each in network.modules() if isinstance(each, ModuleList | Sequential)]
    hooks = [
        layer.register_forward_pre_hook(lambda *_: pool.require_wanted())
        for layers in lists
        for layer in layers
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _in_order(
    pool: WorkerThreads,
    work: Callable[[Item], Result],
    items: Iterable[Item],
    ahead: int,
) -> Iterator[Result]:
    """Yield the result for each item in order, while the pool works on some items ahead."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
