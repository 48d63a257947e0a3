"""The folder of a pack: written as a whole, and read from the bytes that were checked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from cliplab._core.cache import write_whole, writing
from cliplab._core.validation import because, wrong_value
from cliplab.embeddings.values import embeddings_from
from cliplab.packs import parts
from cliplab.packs.card import card
from cliplab.packs.manifest import (
    EMBEDDINGS,
    IMAGES,
    MANIFEST,
    Manifest,
    damaged,
    digest,
    manifest_from,
)
from cliplab.packs.pack import Pack
from cliplab.packs.versions import new_version, place_of

# So often a pack may be replaced while it is read.
_N_TRIES = 50


def write_pack(pack: Pack, folder: Path) -> Pack:
    """Write a pack; at any time the folder has the old pack or the new one, and no mixture.

    Returns
    -------
    Pack
        As it was read again: what cannot be read replaces nothing.

    Raises
    ------
    ValueError
        If the folder has other files, or the pack holds what no file can.
    OSError
        If the folder cannot be written.
    """
    with writing(folder), new_version(folder) as new:
        _require_free(folder)
        _write_files(pack, new)
        return _read_again(new, folder)


def read_pack(folder: Path) -> Pack:
    """Read a pack, and check that it is complete.

    Another process may replace it meanwhile: what is read is one version.

    Raises
    ------
    FileNotFoundError
        If the folder has no pack.
    ValueError
        If the pack is damaged, or was written by a newer version of cliplab.
    OSError
        If it may not be read.
    """
    for _ in range(_N_TRIES):
        place, version = _version_in(folder)
        try:
            return _pack_of(*_contents(place, folder), folder)
        except (OSError, ValueError):
            # Damaged, unless it was put aside, or another version is there by now.
            if (place, version) == _version_in(folder):
                raise
    must = "be a pack that no other process replaces all the time"
    raise OSError(wrong_value("path", must, str(folder), ". Try again"))


def _version_in(folder: Path) -> tuple[Path, tuple[int, int, int] | None]:
    """Return where the pack of a folder is, and what no other version has in common with it."""
    place = place_of(folder)
    try:
        found = (place / MANIFEST).stat()
    except (OSError, ValueError):
        return place, None
    return place, (found.st_ino, found.st_mtime_ns, found.st_size)


def _contents(place: Path, folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """Read the files of a pack, each once: what is checked is what is used."""
    try:
        manifest = manifest_from((place / MANIFEST).read_bytes(), folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        detail = f", which has no {MANIFEST}"
        must = "be a folder written by `save_pack`"
        raise FileNotFoundError(wrong_value("path", must, str(folder), detail)) from error
    except OSError as error:
        must = "be a folder that can be read"
        reason = f": {error.strerror}"
        raise type(error)(wrong_value("path", must, str(folder), reason)) from error
    contents = {}
    for name, expected in manifest.files.items():
        try:
            contents[name] = (place / name).read_bytes() if (place / name).is_file() else b""
        except OSError as error:
            raise ValueError(damaged(folder, name, f": {error.strerror}")) from error
        if digest(contents[name]) != expected:
            raise ValueError(damaged(folder, name))
    return manifest, contents


def _pack_of(manifest: Manifest, contents: dict[str, bytes], folder: Path) -> Pack:
    """Make a pack of its files. Their digests are right, but anybody can write such files."""
    with _named(folder, IMAGES):
        images = parts.images_from(contents[IMAGES], manifest.skipped, manifest.provenance)
    with _named(folder, EMBEDDINGS):
        embeddings = embeddings_from(contents[EMBEDDINGS], EMBEDDINGS)
    projections, sweeps = [], []
    for name in manifest.projections:
        with _named(folder, name):
            projections.append(parts.projection_from(contents[name]))
    for name in manifest.sweeps:
        with _named(folder, name):
            sweeps.append(parts.sweep_from(contents[name]))
    with _named(folder, "a file"):
        return Pack(images, embeddings, tuple(projections), tuple(sweeps), manifest.title)


@contextlib.contextmanager
def _named(folder: Path, name: str) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise  # Not the fault of the file.
    except Exception as error:  # Damaged files make libraries raise nearly anything.
        raise ValueError(damaged(folder, name, because(error))) from error


def _write_files(pack: Pack, folder: Path) -> None:
    projections = {f"projection-{i}.safetensors": each for i, each in enumerate(pack.projections)}
    sweeps = {f"sweep-{i}.safetensors": each for i, each in enumerate(pack.sweeps)}
    contents = {
        IMAGES: parts.file_of_images(pack.images),
        EMBEDDINGS: parts.file_of_embeddings(pack.embeddings),
        **{name: parts.file_of_projection(each) for name, each in projections.items()},
        **{name: parts.file_of_sweep(each) for name, each in sweeps.items()},
        **pack.images.credits().files(),
    }
    manifest = Manifest(
        title=pack.title,
        provenance=dict(pack.images.provenance),
        skipped=pack.images.skipped,
        projections=list(projections),
        sweeps=list(sweeps),
        files={name: digest(contents[name]) for name in sorted(contents)},
    )
    # The card has no digest: its owner may edit it on the Hub.
    texts = {"README.md": card(pack), MANIFEST: manifest.to_json()}
    contents |= {name: text.encode() for name, text in texts.items()}
    for name, content in contents.items():
        write_whole(folder / name, content)


def _read_again(written: Path, folder: Path) -> Pack:
    try:
        return read_pack(written)
    except (ValueError, TypeError, LookupError) as error:
        must = "be where a pack can be read again"
        raise ValueError(wrong_value("path", must, str(folder), because(error))) from error


def _require_free(folder: Path) -> None:
    """Reject a folder with any file that is not part of a pack: it would be lost."""
    if not folder.exists():
        return
    others = {entry.name for entry in folder.iterdir()} if folder.is_dir() else {folder.name}
    # Without a readable manifest, no file is known to be part of a pack.
    with contextlib.suppress(OSError, ValueError):
        manifest = manifest_from((folder / MANIFEST).read_bytes(), folder)
        others -= {MANIFEST, "README.md", *manifest.files}
    if others:
        raise ValueError(
            f"`path` must be a new or empty folder, or a pack to replace. Got {str(folder)!r} "
            f"instead, which also has {min(others)!r}."
        )
