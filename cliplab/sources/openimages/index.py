"""What is known about every image of a split, made once from the official tables."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.addresses import split_login
from cliplab._core.cache import read_sealed, warn_of_damage, write_sealed
from cliplab._core.digests import sha256_of
from cliplab._core.request_errors import NotAvailableError
from cliplab.sources.http.download import Downloader
from cliplab.sources.http.progress import byte_progress
from cliplab.sources.openimages.host import OpenImagesHost

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = {
    "ImageID": "image_id",
    "License": "license_url",
    "AuthorProfileURL": "author_url",
    "Author": "author",
    "Title": "title",
    "OriginalLandingURL": "url",
    "Rotation": "rotation",
}
_PROVENANCE = b"cliplab"
# Some times as much as the largest of the tables has.
_MAX_BYTES = {"validation": 200_000_000, "test": 600_000_000, "train": 12_000_000_000}


@dataclass(frozen=True, eq=False)
class Index:
    """One row an image: ids, credits, rotation and the labels that people have verified.

    Attributes
    ----------
    table : pyarrow.Table
        Columns ``image_id``, ``license_url``, ``author_url``, ``author``, ``title``, ``url``,
        ``rotation``, ``labels_present`` and ``labels_absent``.
    files : dict
        The sha256 of each official table.
    """

    table: pa.Table
    files: dict[str, str]

    @property
    def image_ids(self) -> list[str]:
        """The id of every image."""
        ids: list[str] = self.table["image_id"].to_pylist()
        return ids

    def rows(self, image_ids: list[str]) -> list[dict[str, Any]]:
        """Return what is known about some images, in this order."""
        import pyarrow.compute as pc

        indices = pc.index_in(np.array(image_ids, dtype=object), value_set=self.table["image_id"])
        rows: list[dict[str, Any]] = self.table.take(indices).to_pylist()
        return rows


def load_index(split: str, host: OpenImagesHost, folder: Path, downloader: Downloader) -> Index:
    """Read the index of a split; where there is none yet, make it from the official tables.

    Parameters
    ----------
    split : {"validation", "test", "train"}
        Which part of Open Images.
    host : OpenImagesHost
        The addresses of the tables.
    folder : pathlib.Path
        Where the index is saved.
    downloader : Downloader
        Sends the requests.

    Returns
    -------
    Index
        All of the split.

    Raises
    ------
    ConnectionError
        If the tables cannot be downloaded; the next call resumes the download.
    ValueError
        If they do not have the expected content.
    """
    path = folder / f"index-{split}.sealed"
    saved = read_sealed(path)
    if saved is None:
        downloader.require_answer(host.annotations)
        saved = _make(split, host, folder, downloader, path)
    return _read(saved)


def _make(
    split: str, host: OpenImagesHost, folder: Path, downloader: Downloader, path: Path
) -> bytes:
    """Make the index from the official tables, save it, and delete these."""
    import pyarrow.parquet as pq

    addresses = (host.metadata(split), host.labels(split), host.class_names)
    are_old = any(_table_file(address, folder).is_file() for address in addresses)
    files = [_download(address, folder, downloader, _MAX_BYTES[split]) for address in addresses]
    try:
        table = _joined(*files)
        provenance = {"files": {file.name: sha256_of(file) for file in files}, "retrieved": now()}
    except FileNotFoundError:
        # Another notebook has made the index and deleted them.
        if (saved := read_sealed(path)) is None:
            raise
        return saved
    except (ValueError, KeyError) as error:  # pyarrow's own errors are kinds of these.
        for file in files:
            file.unlink(missing_ok=True)
        if are_old:  # An earlier call has left one that is damaged by now.
            warn_of_damage(f"tables of Open Images in {folder}")
            return _make(split, host, folder, downloader, path)
        raise ValueError(
            f"The tables of Open Images at {host.shown.annotations} are not as expected "
            f"({error}). If this network asks you to log in, do that and run the cell again."
        ) from error
    table = table.replace_schema_metadata({_PROVENANCE: json.dumps(provenance)})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_sealed(path, buffer.getvalue())
    for file in files:
        file.unlink(missing_ok=True)
    return buffer.getvalue()


def _read(saved: bytes) -> Index:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(saved))
    return Index(table, json.loads(table.schema.metadata[_PROVENANCE])["files"])


def now() -> str:
    """Return the time in UTC as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _table_file(address: str, folder: Path) -> Path:
    return folder / address.rsplit("/", 1)[-1]


def _download(address: str, folder: Path, downloader: Downloader, max_bytes: int) -> Path:
    path = _table_file(address, folder)
    if path.is_file():
        return path
    try:
        with byte_progress(path.name) as show:
            downloader.fetch_file(address, path, show, max_bytes)
    except NotAvailableError as error:
        raise ConnectionError(
            f"{split_login(address)[0]} is refused ({error}): a filter of this network may block "
            "it."
        ) from error
    return path


def _joined(metadata: Path, labels: Path, class_names: Path) -> pa.Table:
    """Join images and labels, row by row."""
    import pyarrow as pa

    blocks = list(_blocks(metadata, list(_COLUMNS)))
    images = pa.Table.from_batches(blocks).rename_columns(list(_COLUMNS.values()))
    # An id becomes a file name.
    if not all(map(re.compile("[0-9a-f]{16}").fullmatch, images["image_id"].to_pylist())):
        raise ValueError("an image id is not 16 digits")
    degrees = pa.array([float(text or "nan") for text in images["rotation"].to_pylist()])
    images = images.set_column(images.schema.get_field_index("rotation"), "rotation", degrees)
    present, absent = _verified(labels, images["image_id"], *_names(class_names))
    return images.append_column("labels_present", present).append_column("labels_absent", absent)


def _blocks(file: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Read a table block by block, all of it as text: an id such as 00012e34 is no number."""
    import pyarrow as pa
    from pyarrow import csv

    text = csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        include_columns=columns,
        strings_can_be_null=False,
    )
    # Titles have line breaks in them.
    quoted = csv.ParseOptions(newlines_in_values=True)
    wide = csv.ReadOptions(block_size=4 << 20)
    with csv.open_csv(file, read_options=wide, parse_options=quoted, convert_options=text) as rows:
        yield from rows


def _names(file: Path) -> tuple[pa.Array, pa.Array]:
    """Return the codes of all classes and their names."""
    import pyarrow as pa

    table = pa.Table.from_batches(list(_blocks(file, ["LabelName", "DisplayName"])))
    return table["LabelName"].combine_chunks(), table["DisplayName"].combine_chunks()


def _verified(
    file: Path, image_ids: pa.ChunkedArray, codes: pa.Array, names: pa.Array
) -> tuple[pa.Array, pa.Array]:
    """Return for each image the names of the classes that are in it, and that are not."""
    import pyarrow.compute as pc

    found: dict[float, list[NDArray[np.int64]]] = {1.0: [], 0.0: []}
    for block in _blocks(file, ["ImageID", "LabelName", "Confidence"]):
        image = pc.index_in(block["ImageID"], value_set=image_ids)
        name = pc.index_in(block["LabelName"], value_set=codes)
        known = pc.and_(pc.is_valid(image), pc.is_valid(name)).to_numpy(zero_copy_only=False)
        keys = pc.add(pc.multiply(pc.cast(image, "int64"), len(codes)), name)
        # Some rows have 1.0 and 0.0, others 1 and 0.
        confidence = pc.cast(block["Confidence"], "float64").to_numpy(zero_copy_only=False)
        for value, parts in found.items():
            chosen = known & (confidence == value)
            parts.append(keys.to_numpy(zero_copy_only=False)[chosen].astype(np.int64))
    present, absent = (np.unique(np.concatenate(parts)) for parts in found.values())
    # Where people disagree nothing is known.
    return (
        _lists(np.setdiff1d(present, absent), len(image_ids), names),
        _lists(np.setdiff1d(absent, present), len(image_ids), names),
    )


def _lists(keys: NDArray[np.int64], n_images: int, names: pa.Array) -> pa.Array:
    """Turn sorted pairs of (image, class), one number each, into a list of names an image."""
    import pyarrow as pa

    images, classes = np.divmod(keys, len(names))
    ends = np.searchsorted(images, np.arange(n_images + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), names.take(pa.array(classes)))
