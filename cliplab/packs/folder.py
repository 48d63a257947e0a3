"""The folder of a pack: written as a whole, and checked file by file when it is read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from cliplab._core.validation import wrong_value
from cliplab.embeddings.values import load_embeddings
from cliplab.packs import parts
from cliplab.packs.card import card
from cliplab.packs.pack import Pack

_FORMAT = "cliplab-pack-1"
_MANIFEST = "pack.json"
_IMAGES, _EMBEDDINGS = "images.parquet", "embeddings.safetensors"


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
    _require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f".{folder.name}.{os.urandom(8).hex()}.part")
    try:
        new.mkdir()
        _write_files(pack, new)
        written = _read_again(new, folder)
        _exchange(folder, new)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return written


def read_pack(folder: Path) -> Pack:
    """Read a pack, and check that it is complete.

    Raises
    ------
    FileNotFoundError
        If the folder has no pack.
    ValueError
        If the pack is damaged, or was written by a newer version of cliplab.
    """
    manifest = _read_manifest(folder)
    for name, digest in manifest["files"].items():
        # A pack comes from somebody else: it may name no file outside of its folder.
        is_inside = Path(name).name == name and (folder / name).is_file()
        if not is_inside or _digest(folder / name) != digest:
            raise ValueError(parts.damaged(folder, name))
    return Pack(
        parts.read_images(folder / _IMAGES, manifest["skipped"], manifest["provenance"]),
        load_embeddings(folder / _EMBEDDINGS),
        tuple(parts.read_projection(folder / name) for name in _checked(manifest, "projections")),
        tuple(parts.read_sweep(folder / name) for name in _checked(manifest, "sweeps")),
        manifest["title"],
    )


def _write_files(pack: Pack, folder: Path) -> None:
    parts.write_images(folder / _IMAGES, pack.images)
    pack.embeddings.save(folder / _EMBEDDINGS)
    projections = {f"projection-{i}.safetensors": each for i, each in enumerate(pack.projections)}
    sweeps = {f"sweep-{i}.safetensors": each for i, each in enumerate(pack.sweeps)}
    for name, projection in projections.items():
        parts.write_projection(folder / name, projection)
    for name, sweep in sweeps.items():
        parts.write_sweep(folder / name, sweep)
    pack.images.credits().save(folder)
    (folder / "README.md").write_text(card(pack), encoding="utf-8")
    manifest = {
        "format": _FORMAT,
        "title": pack.title,
        "provenance": dict(pack.images.provenance),
        "skipped": pack.images.skipped,
        "projections": list(projections),
        "sweeps": list(sweeps),
        "files": {
            file.name: _digest(file)
            for file in sorted(folder.iterdir())
            if file.name != "README.md"  # Its owner may edit it on the Hub.
        },
    }
    try:
        text = json.dumps(manifest, indent=1)
    except (TypeError, ValueError) as error:
        must = "have a provenance that JSON can hold"
        raise ValueError(wrong_value("images", must, manifest["provenance"])) from error
    (folder / _MANIFEST).write_text(text, encoding="utf-8")


def _read_again(written: Path, folder: Path) -> Pack:
    try:
        return read_pack(written)
    except (ValueError, TypeError, LookupError) as error:
        must = "be where a pack can be read again"
        raise ValueError(wrong_value("path", must, str(folder), f": {error}")) from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"`path` must be a folder written by `save_pack`. Got {str(folder)!r} instead, which "
            f"has no {_MANIFEST}."
        ) from error
    except ValueError as error:
        raise ValueError(parts.damaged(folder, _MANIFEST)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else manifest
        raise ValueError(
            f"`path` must be a pack of the format {_FORMAT!r}. Got {found!r} instead, which a "
            "newer version of cliplab may be able to read."
        )
    return manifest


def _checked(manifest: dict[str, Any], kind: str) -> list[str]:
    """Return the files of a kind whose content is checked."""
    return [name for name in manifest[kind] if name in manifest["files"]]


def _exchange(folder: Path, new: Path) -> None:
    """Replace a folder by a new one; after an error the old one is still there."""
    aside = new.with_suffix(".old")
    is_old = folder.exists()
    if is_old:
        folder.replace(aside)
    try:
        new.replace(folder)
    except OSError:
        if is_old:
            aside.replace(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _require_free(folder: Path) -> None:
    """Reject a folder with any file that is not part of a pack: it would be lost."""
    if not folder.exists():
        return
    others = {entry.name for entry in folder.iterdir()} if folder.is_dir() else {folder.name}
    # Without a readable manifest, no file is known to be part of a pack.
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        others -= {_MANIFEST, "README.md", *_read_manifest(folder)["files"]}
    if others:
        raise ValueError(
            f"`path` must be a new or empty folder, or a pack to replace. Got {str(folder)!r} "
            f"instead, which also has {min(others)!r}."
        )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
