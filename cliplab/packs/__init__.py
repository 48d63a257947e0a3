"""Lesson packs: thumbnails, vectors, projections, sweeps and credits in one folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cliplab.clustering.values import ClusterSweep
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.images.thumbnails import reduced_file
from cliplab.packs.files import read_pack, write_pack
from cliplab.packs.pack import Pack
from cliplab.packs.published import fetch_pack, publish_pack
from cliplab.projection.projecting import Projection

__all__ = ["Pack", "fetch_pack", "load_pack", "publish_pack", "save_pack"]


def save_pack(
    path: str | os.PathLike[str],
    images: ImageSet,
    embeddings: Embeddings,
    projections: Projection | Sequence[Projection] = (),
    sweeps: ClusterSweep | Sequence[ClusterSweep] = (),
    *,
    title: str = "A lesson pack",
    thumbnail_size: int = 256,
) -> Pack:
    """Write a lesson into one folder, for those who are to open it without computing it.

    Parameters
    ----------
    path : path-like
        The folder. One that holds a pack already is replaced; any other must not be there, or
        be empty.
    images : ImageSet
        They are kept as thumbnails.
    embeddings : Embeddings
        Their vectors.
    projections : Projection or sequence of Projection, default=()
        Pictures of them; the first is shown first.
    sweeps : ClusterSweep or sequence of ClusterSweep, default=()
        Clusterings; the first is shown first.
    title : str
        What the pack is called.
    thumbnail_size : int, default=256
        Pixels of a thumbnail's longer side, from 32 to 1024. Images that are smaller stay as they
        are.

    Returns
    -------
    Pack
        What was written.

    Raises
    ------
    ValueError
        If the parts do not belong together, or the folder holds something else.
    TypeError
        If arguments are swapped, or of another kind.
    OSError
        If it cannot be written; what was there before stays.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import ClipEncoder, load_storybook, project
    >>> images = load_storybook(n_images=20)
    >>> embeddings = ClipEncoder("storybook").encode_images(images)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_pack(f"{folder}/pack", images, embeddings, project(embeddings, "pca"))
    A lesson pack: 20 images, vectors of storybook
    """
    if not 32 <= thumbnail_size <= 1024:
        raise ValueError(
            f"`thumbnail_size` must be from 32 to 1024 pixels. Got {thumbnail_size!r} instead."
        )
    # Anything else than several is taken for one: the pack refuses what is no part of it.
    drawn = tuple(projections) if isinstance(projections, Sequence) else (projections,)
    swept = tuple(sweeps) if isinstance(sweeps, Sequence) else (sweeps,)
    whole = Pack(images, embeddings, drawn, swept, title)
    pack = replace(whole, images=_with_thumbnails(images, thumbnail_size))
    write_pack(pack, Path(path).expanduser())
    return pack


def load_pack(path: str | os.PathLike[str]) -> Pack:
    """Open a lesson that `save_pack` has written, in seconds and without torch.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    Pack
        Images, vectors, projections and sweeps.

    Raises
    ------
    FileNotFoundError
        If there is no pack.
    ValueError
        If it is damaged, or of a newer version of cliplab.

    Examples
    --------
    >>> from cliplab import Explorer
    >>> pack = load_pack("open-images-1000")  # doctest: +SKIP
    >>> Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)  # doctest: +SKIP
    """
    return read_pack(Path(path).expanduser())


def _with_thumbnails(images: ImageSet, size: int) -> ImageSet:
    """Return the same images with thumbnails in place of large ones, noted in ``changes``."""
    import datasets
    from tqdm.auto import tqdm

    rows = tqdm(range(len(images)), "Making thumbnails", delay=1)
    reduced = [reduced_file(images, row, size) for row in rows]
    table = images.dataset
    columns = {name: table[name][:] for name in table.column_names if name != "image"}
    earlier = columns.get("changes", [""] * len(images))
    change = f"reduced to {size} pixels at the most"
    columns["changes"] = [
        "; ".join(filter(None, (before, change if file else "")))
        for before, file in zip(earlier, reduced, strict=True)
    ]
    columns["image"] = [
        {"bytes": file or images.file_bytes(row), "path": None} for row, file in enumerate(reduced)
    ]
    kinds = dict(table.features) | {"image": datasets.Image(), "changes": datasets.Value("string")}
    small = datasets.Dataset.from_dict(columns, features=datasets.Features(kinds))
    return ImageSet(small, images.skipped, images.provenance)
