"""Images from a folder on disk, with subfolders as classes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cliplab._core.device import n_cores
from cliplab._core.validation import wrong_value
from cliplab.images.columns import image_dataset
from cliplab.images.decoding import decode_image, require_decodable_size
from cliplab.images.image_set import ImageSet

_MAX_WORKERS = 4


def load_folder(path: str | os.PathLike[str]) -> ImageSet:
    """Load every image below a folder; the names of its subfolders become the classes.

    The files are sorted by name and stay where they are. Each image is read from its file when
    it is needed, rotated upright and converted to RGB (of an animation the first frame;
    transparent pixels become white). Hidden files are left out.

    Parameters
    ----------
    path : str or path-like
        The folder. Images directly in it have no class; those anywhere below ``path/cats`` have
        the class ``"cats"``.

    Returns
    -------
    ImageSet
        `image_ids` are the paths relative to the folder. `skipped` lists the files that are not
        images, are damaged or empty, have more than 50 million pixels or 100 MB, or are links
        that lead out of the folder.

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

    folder = Path(os.path.realpath(Path(path).expanduser()))
    if not folder.is_dir():
        what = "a file" if folder.exists() else "nothing"
        detail = f", where there is {what} (looked for from {Path.cwd()})"
        raise FileNotFoundError(wrong_value("path", "be a folder", os.fspath(path), detail))
    files = _visible_files(folder)
    # Few at once: to decode a large image takes up to 1.2 GB.
    with ThreadPoolExecutor(min(_MAX_WORKERS, n_cores())) as pool:
        flaws = pool.map(lambda file: _flaw(file, folder), files)
        flaw_of = dict(zip(files, tqdm(flaws, "Checking images", len(files), delay=1), strict=True))
    images = [file for file in files if flaw_of[file] is None]
    skipped = [(_name(file, folder), flaw) for file, flaw in flaw_of.items() if flaw is not None]
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
    subfolders = [name.split("/")[0] if "/" in name else None for name in names]
    if any(subfolders):
        columns["class_label"] = subfolders
    table = image_dataset(columns)
    return ImageSet(table, tuple(skipped), {"source": "folder", "folder": folder.name})


def _visible_files(folder: Path) -> list[Path]:
    """Return every file and link below a folder that is not hidden, sorted by relative path."""
    entries = (entry for entry in folder.rglob("*") if entry.is_symlink() or not entry.is_dir())
    visible = [
        entry
        for entry in entries
        if not any(part.startswith(".") for part in entry.relative_to(folder).parts)
    ]
    return sorted(visible, key=lambda entry: entry.relative_to(folder).as_posix())


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
