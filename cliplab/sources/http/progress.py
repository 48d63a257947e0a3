"""A bar that shows how much of a file has been downloaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def byte_progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar where a download takes more than a second.

    Parameters
    ----------
    name : str
        What is downloaded.

    Yields
    ------
    callable
        For `Downloader.fetch_file`: takes the number of bytes so far and in all, 0 for unknown.
    """
    from tqdm.auto import tqdm

    with tqdm(desc=name, unit="B", unit_scale=True, delay=1) as bar:

        def show(n_bytes: int, n_total: int) -> None:
            bar.total = n_total or None
            bar.update(n_bytes - bar.n)

        yield show
