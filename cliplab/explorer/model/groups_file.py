"""Groups as a file that can be read by eye, to be kept or handed in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.cache import write_whole
from cliplab._core.validation import require_file_name, wrong_value

if TYPE_CHECKING:
    from cliplab.explorer.model.groups import NamedGroup
    from cliplab.images.image_set import ImageSet


def save_groups(
    path: str | os.PathLike[str],
    images: ImageSet,
    groups: tuple[NamedGroup, ...],
    *,
    with_ids: bool,
) -> Path:
    """Write groups as a JSON file.

    Parameters
    ----------
    path : path-like
        Where; it ends in ``.json``. Its folder is made, and a file that is there is replaced.
    images : ImageSet
        The images that the groups are of.
    groups : tuple of NamedGroup
        At least one.
    with_ids : bool
        Whether the ids of the images are written beside their rows.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ValueError
        If the path ends in something else, or there is no group.
    OSError
        If it cannot be written; then a file that was there is as it was.
    """
    path = require_file_name(path, [".json"])
    if not groups:
        raise ValueError(wrong_value("groups", "hold a group to be saved", groups))
    content = {
        "n_images": len(images),
        "provenance": dict(images.provenance),
        "groups": [_described(each, images, with_ids) for each in groups],
    }
    # What is known of the images may hold dates and paths, which are written as text.
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    write_whole(path, f"{text}\n".encode())
    return path


def _described(group: NamedGroup, images: ImageSet, with_ids: bool) -> dict[str, Any]:
    described = {"name": group.name, "note": group.note, "rows": list(group.rows)}
    if with_ids:
        described["image_ids"] = images.image_ids[list(group.rows)].tolist()
    return described
