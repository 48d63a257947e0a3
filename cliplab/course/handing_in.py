"""Hand in what was answered: one small file that can be read by eye."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cliplab
from cliplab._core.arguments import checked
from cliplab._core.validation import user_path, wrong_value
from cliplab.course.events import entries_of, now
from cliplab.course.files import write_json
from cliplab.course.progress import PROGRESS

if TYPE_CHECKING:
    from cliplab.explorer.explorer import Explorer
    from cliplab.explorer.model.groups import NamedGroup

FORM = 1
MOST_NAME = 40
# So it can be the name of a file on every system.
NAME = re.compile(rf"[\w][\w .-]{{0,{MOST_NAME - 2}}}[\w]|[\w]")


@checked
def hand_in(
    name: str, *, explorer: Explorer | None = None, folder: str | os.PathLike[str] = "."
) -> Path:
    """Write what you have predicted and answered into one small file, to be handed in.

    It is JSON that you can read: predictions, answers with every try and its time, your seeds, how
    your images and maps were made, versions, your groups of images, and a random number by which
    a copy is known. There is nothing else in it about you or your machine. Open it before you hand
    it in.

    Parameters
    ----------
    name : str
        Who hands in: letters, digits, blanks, points and hyphens, at most 40. It may be invented.
    explorer : Explorer, optional
        Where you have named groups of images.
    folder : path-like, default="."
        Where the file is written. A file of the same name that is there is replaced.

    Returns
    -------
    pathlib.Path
        The file, ``hand-in-<name>-<lessons>.json``, such as ``hand-in-Ada-6.json``.

    Raises
    ------
    ValueError
        If the name is none, or nothing was begun yet.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import course, encode_colors, load_storybook, project
    >>> images = load_storybook(n_images=40)
    >>> embeddings = encode_colors(images)
    >>> projection = project(embeddings, "pca")
    >>> lesson = course.begin("6", images=images, embeddings=embeddings, projection=projection)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     course.hand_in("Ada", folder=folder).name
    'hand-in-Ada-6.json'
    """
    if not NAME.fullmatch(name):
        must = f"be 1 to {MOST_NAME} letters, digits, blanks, points or hyphens"
        raise ValueError(wrong_value("name", must, name))
    if not PROGRESS.beginnings:
        must = "have something to hand in: begin a lesson first"
        raise ValueError(wrong_value("name", must, name))
    lessons = "-".join(dict.fromkeys(each.lesson for each in PROGRESS.beginnings))
    path = user_path(folder) / f"hand-in-{name}-{lessons}.json"
    write_json(path, _content(name, () if explorer is None else explorer.state.groups))
    return path


def _content(name: str, groups: Iterable[NamedGroup]) -> dict[str, Any]:
    return {
        "hand_in": FORM,
        "name": name,
        "written": now(),
        "work": PROGRESS.work,
        "versions": {"cliplab": cliplab.__version__, "python": platform.python_version()},
        "lessons": entries_of(PROGRESS.beginnings),
        "events": entries_of(PROGRESS.events),
        "groups": [asdict(each) for each in groups],
    }
