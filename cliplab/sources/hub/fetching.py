"""A sample of a dataset on the Hub, downloaded and saved part by part."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cliplab._core.cache import read_sealed, warn_of_damage, write_sealed, writing
from cliplab._core.digests import sha256_of
from cliplab._core.hub_errors import uncounted
from cliplab._core.replacing import replace
from cliplab._core.validation import wrong_value
from cliplab.images.image_set import ImageSet
from cliplab.sources.hub.columns import Columns
from cliplab.sources.hub.plan import Plan, Request
from cliplab.sources.hub.row_groups import read_rows

_BUFFER_SIZE = 1000
# Images that are in memory at once before they are written.
_ROWS_AT_ONCE = 32
# The name of what is noted of a part ends so.
_NOTE = ".sealed"


def fetch_planned(request: Request, plan: Plan, folder: Path) -> ImageSet:
    """Download the parts of a plan that are not saved yet, and concatenate all parts.

    Raises
    ------
    ValueError
        If no image can be read, or there is no column of images.
    """
    import datasets
    from tqdm.auto import tqdm

    columns = Columns(request, datasets.Features.from_dict(plan.features))
    if plan.row_groups:
        rows = set(plan.rows)
        parts = {
            f"rows-{group.first_row:09}.arrow": read_rows(group, rows, columns.needed)
            for group in plan.row_groups
        }
    else:
        parts = {"stream.arrow": _streamed(request, plan)}
    tables, skipped = [], []
    for name, part_rows in tqdm(parts.items(), "Fetching images", unit="part", delay=1):
        part = folder / name
        note = _saved(part)
        if note is None:
            # The rows are generated, that is, read from the Hub, while they are written.
            note = _write_part(part, columns, part_rows, plan.license)
        tables.append(datasets.Dataset.from_file(str(part)))
        skipped += note["skipped"]
    table = datasets.concatenate_datasets([each for each in tables if len(each)] or tables)
    if len(table) == 0:
        flaw = skipped[0][1] if skipped else "missing"
        detail = f", a column of {request.name} whose first image is {flaw}"
        raise ValueError(
            wrong_value("image_column", "hold images that can be read", columns.image, detail)
        )
    order = {f"{request.split}-{row}": i for i, row in enumerate(plan.rows)}
    ids = table["image_id"][:]
    table = table.select(sorted(range(len(ids)), key=lambda i: order.get(ids[i], i)))
    provenance = {"source": "hub", **asdict(request), "commit": plan.commit}
    provenance |= {"population_size": plan.population_size, "is_uniform": plan.is_uniform}
    images = ImageSet(table, tuple(map(tuple, skipped)), provenance)
    if columns.class_column is not None:
        images = images.with_classes(columns.class_column)
    return images


def _saved(part: Path) -> dict[str, Any] | None:
    """Return what is noted of a part that is saved and not damaged."""
    note = read_sealed(part.with_suffix(_NOTE))
    if note is None or not part.is_file():
        return None
    content: dict[str, Any] = json.loads(note)
    if content["digest"] != sha256_of(part):
        warn_of_damage(str(part))
        return None
    return content


def _write_part(
    part: Path, columns: Columns, rows: Iterable[tuple[int, dict[str, Any]]], license_name: str
) -> dict[str, Any]:
    """Write a part row by row, and what is noted of it; it gets its name when it is whole."""
    import pyarrow as pa

    skipped: list[tuple[str, str]] = []

    def good_rows() -> Iterator[dict[str, Any]]:
        for number, raw in rows:
            try:
                yield columns.row(number, raw, license_name)
            except ValueError as error:  # One damaged image is skipped alone.
                skipped.append((columns.name(number), str(error)))

    with writing(part):
        part.parent.mkdir(parents=True, exist_ok=True)
    partial = part.with_name(f".{part.name}.{os.urandom(8).hex()}.part")
    images = good_rows()
    try:
        with contextlib.ExitStack() as opened:
            with writing(part):
                file = opened.enter_context(_closed_without_error(partial.open("wb")))
                stream = pa.ipc.new_stream(file, columns.table([]).schema)
                opened.enter_context(_closed_without_error(stream))
            while batch := list(itertools.islice(images, _ROWS_AT_ONCE)):
                with writing(part):
                    stream.write_table(columns.table(batch))
            with writing(part):  # The last bytes are written here.
                stream.close()
                file.close()
        note = {"skipped": skipped, "digest": sha256_of(partial)}
        write_sealed(part.with_suffix(_NOTE), json.dumps(note).encode())
        replace(partial, part)
        return note
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _closed_without_error(opened: Any) -> Iterator[Any]:
    """Close what an error has left open; on a full disk that would be another error, said worse."""
    try:
        yield opened
    finally:
        with contextlib.suppress(OSError, ValueError):  # The stream may find its file closed.
            opened.close()


def _streamed(request: Request, plan: Plan) -> Iterator[tuple[int, dict[str, Any]]]:
    import datasets

    warnings.warn(
        f"{request.name} has no parquet files: its images come from a shuffled stream, which is "
        "only roughly a uniform sample, and another one with other versions of `datasets`.",
        stacklevel=2,
    )
    with uncounted():
        stream = datasets.load_dataset(
            request.name, request.config, split=request.split, revision=plan.commit, streaming=True
        )
    stream = stream.decode(False)
    stream = stream.shuffle(seed=request.random_state, buffer_size=_BUFFER_SIZE)
    yield from enumerate(stream.take(request.n_images))
