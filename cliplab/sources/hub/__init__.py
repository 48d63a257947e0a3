"""A random sample of any dataset on the Hugging Face Hub, without downloading all of it."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from cliplab._core.arguments import checked
from cliplab._core.cache import cache_folder
from cliplab._core.hub_errors import hub_errors, require_name, require_repository
from cliplab._core.kinds import count
from cliplab._core.validation import user_path
from cliplab.images.image_set import ImageSet
from cliplab.sources.hub.fetching import fetch_planned
from cliplab.sources.hub.plan import Plan, Request, make_plan

__all__ = ["fetch_hub_images"]

_PLAN = "plan.sealed"


@checked(n_images=count(1), max_row_groups=count(1))
def fetch_hub_images(
    name: str,
    *,
    split: str = "train",
    n_images: int = 1000,
    image_column: str | None = None,
    label_column: str | None = None,
    random_state: int = 0,
    config: str | None = None,
    revision: str | None = None,
    max_row_groups: int | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
) -> ImageSet:
    """Fetch a random sample of the images of any dataset on the Hugging Face Hub.

    From a dataset in parquet files, only those parts (row groups) are read that hold images of
    the sample, which is uniform and the same for everybody. From any other dataset, the images
    come from a shuffled stream, which is only roughly uniform; a warning says so. Downloads are
    saved. Anybody can publish a dataset: look at the images before you show them, and at their
    licence.

    Parameters
    ----------
    name : str
        The dataset's name, ``"owner/name"``.
    split : str, default="train"
        Which part of it.
    n_images : int, default=1000
        How many images; all of them where there are fewer. One that cannot be read is listed in
        `skipped` and not replaced.
    image_column, label_column : str, optional
        Which columns hold the images and their classes; found by their kind when left out.
    random_state : int, default=0
        The seed.
    config : str, optional
        Which configuration, for datasets that have several.
    revision : str, optional
        Which version: a branch, tag or commit; when left out, the newest at the first call, and
        that same one at later calls.
    max_row_groups : int, optional
        Read at most so many row groups (blocks of some hundred rows), drawn at random, a large
        one more likely than a small one. That is less to download, and every image is still about
        as likely as any other. But the sample then holds neighbouring images of the dataset,
        which matters if it is sorted, and `provenance` no longer calls the sample uniform.
    cache_dir : path-like, optional
        Where the sample is saved; the user's cache when left out.

    Returns
    -------
    ImageSet
        With all columns of text and numbers; `provenance` has the commit. A ``ClassLabel``
        keeps its class names.

    Raises
    ------
    FileNotFoundError
        If the Hub has no such dataset.
    PermissionError
        If it is not public.
    ConnectionError
        If the Hub cannot be reached.
    ValueError
        If there is no such split or column, or no image that can be read.

    Examples
    --------
    >>> images = fetch_hub_images("uoft-cs/cifar10", split="test")  # doctest: +SKIP
    """
    require_name(name)
    request = Request(
        name,
        config,
        revision,
        split,
        int(n_images),
        int(random_state),
        max_row_groups,
        image_column,
        label_column,
    )
    folder = _folder(request, cache_dir)
    with hub_errors(f"the dataset {name}"):
        plan = Plan.read(folder / _PLAN)
        if plan is None:
            require_repository(f"datasets/{name}")
            plan = make_plan(request)
            plan.write(folder / _PLAN)
        return fetch_planned(request, plan, folder)


def _folder(request: Request, cache_dir: str | os.PathLike[str] | None) -> Path:
    """Return the folder of a sample: another one for every other argument."""
    folder = cache_folder() if cache_dir is None else user_path(cache_dir)
    key = hashlib.blake2b(repr(request).encode(), digest_size=8).hexdigest()
    return folder / "hub" / f"{re.sub('[^A-Za-z0-9.-]+', '-', request.name)}-{key}"
