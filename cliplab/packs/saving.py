"""Save a pack to a folder, and load it from there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from cliplab._core.arguments import checked
from cliplab._core.kinds import count
from cliplab._core.validation import user_path
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.images.thumbnails import reduced_file
from cliplab.packs.folder import read_pack, write_pack
from cliplab.packs.pack import Pack
from cliplab.projection.values import Projection


@checked(thumbnail_size=count(32, 1024))
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
    """Save images, embeddings, projections and sweeps as a pack in one folder.

    Parameters
    ----------
    path : path-like
        The folder. A folder with a pack is replaced; any other must be new or empty.
    images : ImageSet
        The images; the pack has thumbnails of them.
    embeddings : Embeddings
        Their embeddings.
    projections : Projection or sequence of Projection, default=()
        Projections of the images; the Explorer starts with the first.
    sweeps : ClusterSweep or sequence of ClusterSweep, default=()
        Sweeps of the images; the Explorer starts with the first.
    title : str, default="A lesson pack"
        The title of the pack.
    thumbnail_size : int, default=256
        The longer side of a thumbnail in pixels, from 32 to 1024. Smaller images are not changed.

    Returns
    -------
    Pack
        The pack, as `load_pack` returns it.

    Raises
    ------
    ValueError
        If the parts have different numbers of images, the folder has other files, or the pack holds
        what no file can. It is read again before an earlier pack is replaced.
    TypeError
        If arguments are swapped or of another kind.
    OSError
        If the folder cannot be written. An earlier pack there is not changed.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import ClipEncoder, load_storybook, project
    >>> images = load_storybook(n_images=20)
    >>> embeddings = ClipEncoder("storybook").encode_images(images)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_pack(f"{folder}/pack", images, embeddings, project(embeddings, "pca"))
    Pack 'A lesson pack' of 20 images, embedded by storybook
    """
    all_projections = (projections,) if isinstance(projections, Projection) else tuple(projections)
    all_sweeps = (sweeps,) if isinstance(sweeps, ClusterSweep) else tuple(sweeps)
    pack = Pack(images, embeddings, all_projections, all_sweeps, title)
    pack = replace(pack, images=_with_thumbnails(images, thumbnail_size))
    return write_pack(pack, user_path(path))


@checked
def load_pack(path: str | os.PathLike[str]) -> Pack:
    """Load a pack that `save_pack` has saved, in seconds and without torch.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    Pack
        Images, embeddings, projections and sweeps.

    Raises
    ------
    FileNotFoundError
        If the folder has no pack.
    ValueError
        If the pack is damaged, or was saved by a newer version of cliplab.

    Examples
    --------
    >>> from cliplab import Explorer
    >>> pack = load_pack("open-images-1000")  # doctest: +SKIP
    >>> Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)  # doctest: +SKIP
    """
    return read_pack(user_path(path))


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
