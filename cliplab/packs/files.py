"""The files of a pack: parquet and safetensors, and one that says which they are."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.values import Clustering, ClusterSweep
from cliplab.embeddings.values import load_embeddings
from cliplab.images.image_set import ImageSet
from cliplab.packs.pack import Pack
from cliplab.projection.projecting import Projection

_FORMAT = "cliplab-pack-1"
_ABOUT = "pack.json"
_IMAGES, _VECTORS = "images.parquet", "embeddings.safetensors"
# What everybody sees who finds a pack on the Hub.
_CARD = """---
license: {license}
configs:
- config_name: default
  data_files: images.parquet
---
# {title}

A lesson pack of cliplab: {n_images} thumbnails, their vectors by {model}, projections and
clusterings. `cliplab.load_pack` opens its folder, `cliplab.fetch_pack` the Hub's copy.

{credits}
"""
_CREDITED = (
    "Who made the pictures, and on what terms they may be shown, stands in `ATTRIBUTION.html`."
)
_UNCREDITED = "The authors of the pictures are not recorded. Show them only where you may."


def write_pack(pack: Pack, folder: Path) -> None:
    """Write a pack; the folder holds the old one or the new one, and never half of one.

    Raises
    ------
    ValueError
        If the folder holds something else.
    OSError
        If it cannot be written.
    """
    _require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.{os.urandom(8).hex()}.part")
    try:
        fresh.mkdir()
        _write_files(pack, fresh)
        _exchange(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_pack(folder: Path) -> Pack:
    """Read a pack, and see that it is whole.

    Raises
    ------
    FileNotFoundError
        If there is no pack.
    ValueError
        If it is damaged, or of a newer version of cliplab.
    """
    about = _read_about(folder)
    for name, digest in about["files"].items():
        # A pack is a stranger's: its files are those beside it, and no others.
        if Path(name).name != name or not (folder / name).is_file():
            raise ValueError(_damaged(folder, name))
        if _digest(folder / name) != digest:
            raise ValueError(_damaged(folder, name))
    return Pack(
        _read_images(folder / _IMAGES, about),
        load_embeddings(folder / _VECTORS),
        tuple(_read_projection(folder / name) for name in _listed(about, "projections")),
        tuple(_read_sweep(folder / name) for name in _listed(about, "sweeps")),
        about["title"],
    )


def _write_files(pack: Pack, folder: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pack.images.dataset.data.table, folder / _IMAGES, row_group_size=100)
    pack.embeddings.save(folder / _VECTORS)
    drawn = {f"projection-{i}.safetensors": each for i, each in enumerate(pack.projections)}
    swept = {f"sweep-{i}.safetensors": each for i, each in enumerate(pack.sweeps)}
    for name, projection in drawn.items():
        _write_projection(folder / name, projection)
    for name, sweep in swept.items():
        _write_sweep(folder / name, sweep)
    pack.images.credits().save(folder)
    (folder / "README.md").write_text(_card(pack), encoding="utf-8")
    about = {
        "format": _FORMAT,
        "title": pack.title,
        "provenance": dict(pack.images.provenance),
        "skipped": pack.images.skipped,
        "projections": list(drawn),
        "sweeps": list(swept),
        "files": {
            file.name: _digest(file)
            for file in sorted(folder.iterdir())
            if file.name != "README.md"  # The Hub's owner may want to add to it.
        },
    }
    (folder / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


def _card(pack: Pack) -> str:
    licenses = {credit.license for credit in pack.images.attribution}
    known = {"CC BY 2.0": "cc-by-2.0", "CC0 1.0": "cc0-1.0"}
    terms = known.get(next(iter(licenses)), "other") if len(licenses) == 1 else "other"
    return _CARD.format(
        license=terms,
        title=pack.title,
        n_images=len(pack),
        model=pack.embeddings.model,
        credits=_CREDITED if licenses - {""} else _UNCREDITED,
    )


def _read_about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / _ABOUT).read_bytes())
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"`path` must be a folder that `save_pack` has written. Got {str(folder)!r} instead, "
            f"which has no {_ABOUT}."
        ) from error
    except ValueError as error:
        raise ValueError(_damaged(folder, _ABOUT)) from error
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        found = about.get("format") if isinstance(about, dict) else about
        raise ValueError(
            f"`path` must be a pack of the form {_FORMAT!r}. Got {found!r} instead: a newer "
            "cliplab can perhaps read it."
        )
    return about


def _listed(about: dict[str, Any], kind: str) -> list[str]:
    """Return the files of a kind, out of those whose content was checked."""
    return [name for name in about[kind] if name in about["files"]]


def _read_images(file: Path, about: dict[str, Any]) -> ImageSet:
    import datasets
    import pyarrow.parquet as pq

    table = datasets.Dataset(datasets.table.InMemoryTable(pq.read_table(file)))
    # A stranger's pack could name any file of this machine as its picture.
    pictures = table.cast_column("image", datasets.Image(decode=False))["image"][:]
    if any(picture is None or picture["bytes"] is None for picture in pictures):
        raise ValueError(_damaged(file.parent, file.name))
    skipped = tuple((name, reason) for name, reason in about["skipped"])
    return ImageSet(table, skipped, about["provenance"])


def _write_tensors(file: Path, tensors: dict[str, NDArray[Any]], told: dict[str, str]) -> None:
    import safetensors.numpy

    # safetensors writes the memory of an array as it lies, whatever order its rows lie in.
    rows = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    file.write_bytes(safetensors.numpy.save(rows, metadata=told))


def _write_projection(file: Path, projection: Projection) -> None:
    told = {
        "method": projection.method,
        "kl_divergence": json.dumps(projection.kl_divergence),
        "parameters": json.dumps(dict(projection.parameters)),
    }
    _write_tensors(file, {"coordinates": projection.coordinates}, told)


def _read_projection(file: Path) -> Projection:
    import safetensors

    with safetensors.safe_open(file, "numpy") as opened:
        told = opened.metadata()
        return Projection(
            opened.get_tensor("coordinates"),
            told["method"],
            json.loads(told["kl_divergence"]),
            json.loads(told["parameters"]),
        )


def _write_sweep(file: Path, sweep: ClusterSweep) -> None:
    tensors: dict[str, NDArray[Any]] = {"inertias": sweep.inertias}
    for value, clustering in sweep.items():
        tensors[f"labels-{value}"] = clustering.cluster_labels.astype(np.int32)
        tensors[f"centers-{value}"] = clustering.centers
        tensors[f"silhouettes-{value}"] = clustering.silhouettes
    told = {
        "space": sweep.space,
        "metric": sweep.metric,
        "algorithm": sweep.algorithm,
        "random_state": str(sweep.random_state),
        "parameter": sweep.parameter,
        sweep.parameter: json.dumps(sweep.parameter_values),
    }
    _write_tensors(file, tensors, told)


def _read_sweep(file: Path) -> ClusterSweep:
    import safetensors

    with safetensors.safe_open(file, "numpy") as opened:
        told = opened.metadata()
        # The first packs did not say how, because there was only one way.
        parameter = told.get("parameter", "n_clusters")
        values = tuple(json.loads(told[parameter]))
        clusterings = tuple(
            Clustering(
                opened.get_tensor(f"labels-{value}"),
                opened.get_tensor(f"centers-{value}"),
                float(inertia),
                opened.get_tensor(f"silhouettes-{value}"),
                told["space"],
                told.get("metric", "euclidean"),
                told.get("algorithm", "kmeans"),
            )
            for value, inertia in zip(values, opened.get_tensor("inertias"), strict=True)
        )
        return ClusterSweep(clusterings, int(told["random_state"]), parameter, values)


def _exchange(folder: Path, fresh: Path) -> None:
    """Put a new folder in the place of an old one, which stays until the new one is there."""
    aside = fresh.with_suffix(".old")
    is_old = folder.exists()
    if is_old:
        folder.replace(aside)
    try:
        fresh.replace(folder)
    except OSError:
        if is_old:
            aside.replace(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _require_free(folder: Path) -> None:
    """Refuse a folder that holds anything but a pack: it would be lost."""
    if not folder.exists():
        return
    others = {entry.name for entry in folder.iterdir()} if folder.is_dir() else {folder.name}
    # Where it is no pack, all that it holds is somebody's.
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        others -= {_ABOUT, "README.md", *_read_about(folder)["files"]}
    if others:
        raise ValueError(
            f"`path` must be a new or empty folder, or a pack to replace. Got {str(folder)!r} "
            f"instead, which also holds {min(others)!r}."
        )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _damaged(folder: Path, name: str) -> str:
    return (
        f"`path` must be a whole pack. Got {str(folder)!r} instead, where {name} is missing or "
        "damaged. Fetch or make it again."
    )
