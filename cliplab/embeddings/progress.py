"""The progress bar of work that goes through images."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm.auto import tqdm

# Work that takes less shows no bar, which would only flicker.
_SECONDS_BEFORE_PROGRESS = 2


def image_progress(label: str, n_images: int | None = None) -> tqdm[None]:
    """Return a progress bar that counts images; close it, or use it in a ``with``.

    Parameters
    ----------
    label : str
        What is being done.
    n_images : int, optional
        How many images there are, where this is known.
    """
    from tqdm.auto import tqdm

    return tqdm(desc=label, total=n_images, delay=_SECONDS_BEFORE_PROGRESS, unit="image")
