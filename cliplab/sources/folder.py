"""Images from a folder on disk, with subfolders as classes or as splits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cliplab._core.arguments import checked
from cliplab._core.device import n_cores
from cliplab._core.validation import user_path, wrong_value
from cliplab._core.worker_threads import WorkerThreads
from cliplab.images.columns import image_dataset
from cliplab.images.decoding import decode_image, require_decodable_size
from cliplab.images.image_set import ImageSet

_MAX_WORKERS = 4
# Folders by these names are parts of a data set, and say nothing of what an image shows.
_SPLITS = {"dev", "test", "testing", "train", "training", "val", "valid", "validation"}


@checked
def load_folder(path: str | os.PathLike[str]) -> ImageSet:
    """Load every image below a folder; the names of its subfolders become the classes.

    Where all subfolders are splits, such as ``train`` and ``test``, the folders inside them are the
    classes, and the splits become a column ``split``. A folder that holds nothing but one folder
    of folders, as an unpacked archive does, is entered first.

    The files are sorted by name and stay where they are. Each image is read from its file when
    it is needed, rotated upright and converted to RGB (of an animation the first frame;
    transparent pixels become white). Hidden files are left out.

    Parameters
    ----------
    path : str or path-like
        The folder. Images directly in it have no class; those anywhere below ``path/cats`` have
        the class ``"cats"``, and so have those below ``path/train/cats``.

    Returns
    -------
    ImageSet
        `image_ids` are the paths relative to the folder. `skipped` lists the files that are not
        images, are damaged or empty, have more than 50 million pixels or 100 MB, or are links
        that lead out of the folder, and folders that may not be read. ``provenance["classes"]``
        says what was taken as the classes.

    Raises
    ------
    FileNotFoundError
        If `path` is not a folder.
    ValueError
        If it holds no image that can be read.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (8, 8), "navy").save(f"{folder}/night.png")
    ...     images = load_folder(folder)
    >>> images.image_ids.tolist()
    ['night.png']
    """
    from tqdm.auto import tqdm

    folder = _require_folder(path)
    files, closed = _visible_files(folder)
    # Few at once: to decode a large image takes up to 1.2 GB.
    with WorkerThreads(min(_MAX_WORKERS, n_cores())) as pool:
        flaws = pool.map(lambda file: _flaw(file, folder), files)
        flaw_of = dict(zip(files, tqdm(flaws, "Checking images", len(files), delay=1), strict=True))
    images = [file for file in files if flaw_of[file] is None]
    skipped = [(_name(file, folder), flaw) for file, flaw in flaw_of.items() if flaw is not None]
    skipped += [(_name(each, folder), "a folder that may not be read") for each in closed]
    if not images:
        reasons = "; ".join(f"{name}, {reason}" for name, reason in skipped[:3])
        found = f"{len(skipped)} files were skipped: {reasons}" if skipped else "there are no files"
        must = "be a folder with at least one image that can be read"
        raise ValueError(wrong_value("path", must, os.fspath(path), f", where {found}"))

    names = [_name(file, folder) for file in images]
    columns: dict[str, list[Any]] = {
        "image": [str(file) for file in images],
        "image_id": names,
        "title": [file.name for file in images],
    }
    known, classes = _classes_and_splits([name.split("/")[:-1] for name in names])
    provenance = {"source": "folder", "folder": folder.name, "classes": classes}
    return ImageSet(image_dataset(columns | known), tuple(skipped), provenance)


def _require_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder of the images: the one that is named, or the one that it packs."""
    if not os.fspath(path):
        raise ValueError(wrong_value("path", "be a folder", path, " ('.' is the present one)"))
    folder = Path(os.path.realpath(user_path(path)))
    if not folder.is_dir():
        what = "a file" if folder.exists() else "nothing"
        detail = f", where there is {what} (looked for from {Path.cwd()})"
        raise FileNotFoundError(wrong_value("path", "be a folder", os.fspath(path), detail))
    try:
        while (inside := _only_folder(folder)) and any(each.is_dir() for each in _visible(inside)):
            folder = inside
    except PermissionError as error:
        must = "be a folder that you may read"
        raise PermissionError(wrong_value("path", must, os.fspath(path))) from error
    return folder


def _only_folder(folder: Path) -> Path | None:
    """Return the folder that is all that a folder holds, if that is so."""
    inside = _visible(folder)
    is_only = len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink()
    return inside[0] if is_only else None


def _visible(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if not _is_hidden(each.name)]


def _is_hidden(name: str) -> bool:
    # What macOS puts into an archive is hidden on its own system.
    return name.startswith(".") or name == "__MACOSX"


def _visible_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the files and links below a folder, sorted by relative path, and closed folders."""
    files, closed = [], []
    walk = os.walk(folder, onerror=lambda error: closed.append(Path(error.filename)))
    for place, folders, names in walk:
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        folders[:] = [name for name in folders if not _is_hidden(name) and name not in links]
        files += [Path(place) / name for name in [*names, *links] if not _is_hidden(name)]
    return sorted(files, key=lambda file: file.relative_to(folder).as_posix()), closed


def _classes_and_splits(folders: list[list[str]]) -> tuple[dict[str, list[Any]], str]:
    """Return the columns that the folders of the images give, and what the classes are in words."""
    outer = [names[0] if names else None for names in folders]
    if all(name is not None and name.lower() in _SPLITS for name in outer):
        inner = [names[1] if len(names) > 1 else None for names in folders]
        splits = ", ".join(sorted(set(map(str, outer))))
        if any(inner):
            return {"split": outer, "class_label": inner}, f"the folders inside {splits}"
        return {"split": outer}, f"none: {splits} are splits"
    return ({"class_label": outer}, "the subfolders") if any(outer) else ({}, "none")


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix().encode(errors="replace").decode()


def _flaw(file: Path, folder: Path) -> str | None:
    """Return why a file cannot be one of the images; None for a good one."""
    if not Path(os.path.realpath(file)).is_relative_to(folder):
        return "a link that leads out of the folder"
    if not file.is_file():
        return "not a file"
    try:
        str(file).encode()
        # Decoded as it is later, so that what passes here does not fail then.
        decode_image(_read(file))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except UnicodeEncodeError:
        return "a name that is not UTF-8: rename the file"
    except ValueError as error:
        return str(error)
    return None


def _read(file: Path) -> bytes:
    require_decodable_size(file.stat().st_size)
    return file.read_bytes()
