"""Argument checks, and the one sentence in which all of them report a wrong value."""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

# A sentence shows so many characters of a value.
_MOST_SHOWN = 400
# What each class is called, and where an instance comes from.
KINDS = {
    "AnotherSample": "AnotherSample, from course.another_sample",
    "ClipEncoder": "a ClipEncoder, for example ClipEncoder('storybook')",
    "ClusterSweep": "a ClusterSweep, from sweep_clusters or, of one alone, "
    "ClusterSweep((clustering,))",
    "ClusterTransitions": "ClusterTransitions, from compare_clusterings",
    "Clustering": "a Clustering, such as sweep[5]",
    "Embeddings": "Embeddings, from encode_images, Embeddings(array) or stored[::100]",
    "Evidence": "Evidence, from evidence_for_k",
    "ImageSet": "an ImageSet, from load_storybook or load_folder",
    "Projection": "a Projection, from project",
    "StoredEmbeddings": "StoredEmbeddings, for example StoredEmbeddings(folder)",
}


def wrong_value(name: str, must: str, value: object, detail: str = "") -> str:
    """Return the sentence that reports a wrong value of an argument.

    Parameters
    ----------
    name : str
        The argument.
    must : str
        What it must be, have or hold.
    value : object
        What was given: the value, or its class where that is what is wrong.
    detail : str, default=""
        More about the value, with its own punctuation in front.

    Returns
    -------
    str
        The message of an error.

    Examples
    --------
    >>> wrong_value("n_clusters", "be several whole numbers", 5, ": write [5]")
    '`n_clusters` must be several whole numbers. Got 5 instead: write [5].'
    """
    given = value.__name__ if isinstance(value, type) else shown(value)
    return f"`{name}` must {must}. Got {given} instead{detail}."


def shown(value: object) -> str:
    """Return a value as a sentence shows it: its beginning, if it is long."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def because(error: Exception) -> str:
    """Return what an error says, to be put behind a value in the sentence of another error."""
    return f": {str(error).rstrip('.')}"


def require_count(
    name: str, value: Any, least: int, most: int | None = None, most_is: str = ""
) -> None:
    """Refuse what is not a whole number in a range.

    Parameters
    ----------
    name : str
        The argument that is checked.
    value : object
        What was given.
    least : int
        The smallest number that is allowed.
    most : int, optional
        The largest number that is allowed.
    most_is : str, default=""
        What the largest number is.

    Raises
    ------
    ValueError
        If it is not a whole number, or out of the range.

    Examples
    --------
    >>> require_count("row", 40, 0, 39, "the last image")
    Traceback (most recent call last):
    ValueError: `row` must be a whole number from 0 to 39, the last image. Got 40 instead.
    """
    if not is_count(value, least, most):
        meaning = f", {most_is}" if most_is else ""
        raise ValueError(wrong_value(name, f"be {count_words(least, most)}{meaning}", value))


def is_count(value: Any, least: int, most: int | None = None) -> bool:
    """Say whether a value is a whole number in a range."""
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return is_whole and value >= least and (most is None or bool(value <= most))


def count_words(least: int, most: int | None = None) -> str:
    """Return the words for a whole number in a range."""
    return "a whole number " + (
        f"of at least {least}" if most is None else f"from {least} to {most}"
    )


def require_number(name: str, value: Any, least: float, most: float) -> None:
    """Refuse what is not a number in a range.

    Parameters
    ----------
    name : str
        The argument that is checked.
    value : object
        What was given.
    least, most : float
        The smallest and the largest number that are allowed.

    Raises
    ------
    ValueError
        If it is not a number, or out of the range.

    Examples
    --------
    >>> require_number("imbalance", 2, 0, 1)
    Traceback (most recent call last):
    ValueError: `imbalance` must be a number from 0 to 1. Got 2 instead.
    """
    if not is_number(value, least, most):
        raise ValueError(wrong_value(name, f"be {number_words(least, most)}", value))


def is_number(value: Any, least: float, most: float) -> bool:
    """Say whether a value is a number in a range; NaN is in none."""
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    # Compared as Python's float, for numpy's own answer is not a bool.
    return is_real and least <= float(value) <= most


def number_words(least: float, most: float) -> str:
    """Return the words for a number in a range."""
    return f"a number from {least:g} to {most:g}"


def require_one_of(name: str, value: Any, allowed: Iterable[str], where: str = "") -> None:
    """Refuse what is not one of some names.

    Parameters
    ----------
    name : str
        The argument that is checked.
    value : object
        What was given.
    allowed : iterable of str
        The names.
    where : str, default=""
        Where these are the names, for example ``"for HDBSCAN"``.

    Raises
    ------
    ValueError
        If it is none of them.

    Examples
    --------
    >>> require_one_of("engine", "Ray", ("local", "ray"))
    Traceback (most recent call last):
    ValueError: `engine` must be one of 'local', 'ray'. Got 'Ray' instead.
    """
    names = list(allowed)
    if not isinstance(value, str) or value not in names:
        listed = ", ".join(map(repr, names))
        raise ValueError(wrong_value(name, f"be one of {listed} {where}".rstrip(), value))


def require_kind(name: str, value: object, *kinds: type) -> None:
    """Refuse what is of another class: most often two arguments were swapped.

    Parameters
    ----------
    name : str
        The argument that is checked.
    value : object
        What was given.
    *kinds : type
        The package's own classes that are allowed.

    Raises
    ------
    TypeError
        If it is an instance of none of them.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> require_kind("clustering", "photos", Clustering)
    Traceback (most recent call last):
    TypeError: `clustering` must be a Clustering, such as sweep[5]. Got str instead.
    """
    if not isinstance(value, kinds):
        allowed = ", or ".join(KINDS[kind.__name__] for kind in kinds)
        raise TypeError(wrong_value(name, f"be {allowed}", type(value)))


def require_rows(name: str, n_rows: int, n_images: int) -> None:
    """Refuse what does not have one row an image: row *i* of everything belongs to image *i*.

    Parameters
    ----------
    name : str
        The argument that is checked.
    n_rows, n_images : int
        How many rows it has, and how many images there are.

    Raises
    ------
    ValueError
        If they differ.

    Examples
    --------
    >>> require_rows("embeddings", 30, 40)
    Traceback (most recent call last):
    ValueError: `embeddings` must have one row for each of the 40 images. Got 30 instead.
    """
    if n_rows != n_images:
        raise ValueError(
            wrong_value(name, f"have one row for each of the {n_images} images", n_rows)
        )


def user_path(path: str | os.PathLike[str]) -> Path:
    """Return a path with the user's home folder in the place of ``~``.

    Raises
    ------
    OSError
        If it begins with ``~``, and the user has no home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise OSError(
            f"The folder {os.fspath(path)!r} cannot be found: this user has no home folder. Write "
            "the path in full, or set the environment variables HOME, and CLIPLAB_CACHE for what "
            "is downloaded and stored."
        ) from error


def require_file_name(path: str | os.PathLike[str], endings: Sequence[str]) -> Path:
    """Return the path of a file to be written, if its end says what is to be written there.

    Parameters
    ----------
    path : path-like
        The path.
    endings : sequence of str
        The ends that its name may have, such as ``".png"``.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    IsADirectoryError
        If a folder is there.
    ValueError
        If its name ends in something else.
    """
    path = user_path(path)
    try:
        is_folder = path.is_dir()
    except OSError:  # Whoever writes there will say why that cannot be.
        is_folder = False
    if is_folder:
        raise IsADirectoryError(wrong_value("path", "be a file", str(path), ", a folder"))
    if path.suffix not in endings:
        *others, last = endings
        ends = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(wrong_value("path", f"end in {ends}", str(path)))
    return path
