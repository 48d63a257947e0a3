"""A sample of a dataset on the Hub: planned once, fetched part by part, kept."""

from __future__ import annotations

import itertools
import json
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab.cache import write_whole
from cliplab.images import ImageSet
from cliplab.pictures import decode_picture
from cliplab.sources.hub.columns import (
    class_label,
    find_image_column,
    find_label_column,
    find_other_columns,
)
from cliplab.sources.hub.row_groups import RowGroup, draw_rows, find_row_groups, opened, read_rows

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

_BUFFER_SIZE = 1000
# Pictures that are in memory at once before they are written.
_ROWS_AT_ONCE = 32


@dataclass(frozen=True)
class Request:
    """The arguments of `fetch_hub_images` that decide which images it takes."""

    name: str
    config: str | None
    revision: str | None
    split: str
    n_images: int
    random_state: int
    max_row_groups: int | None
    image_column: str | None
    label_column: str | None


@dataclass(frozen=True)
class Plan:
    """Which rows of which files of which commit, decided before any image is fetched.

    Attributes
    ----------
    commit, license : str
        The version of the dataset, and what its card says of the licence.
    features : dict
        What its columns are, as `datasets` writes it.
    row_groups : list of RowGroup
        Those that are read; empty where the images come from a stream.
    rows : list of int
        The images, in the order of their lots.
    population_size : int
        How many images there are; 0 where nobody knows.
    is_clustered : bool
        Whether they were drawn from some row groups only.
    """

    commit: str
    license: str
    features: dict[str, Any]
    row_groups: list[RowGroup]
    rows: list[int]
    population_size: int
    is_clustered: bool

    @property
    def is_uniform(self) -> bool:
        """Whether every sample of this size was as likely as any other."""
        return bool(self.row_groups) and not self.is_clustered

    def write(self, path: Path) -> None:
        """Keep the plan."""
        write_whole(path, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read a plan that was kept."""
        told = json.loads(path.read_bytes())
        told["row_groups"] = [RowGroup(**each) for each in told["row_groups"]]
        return cls(**told)


def make_plan(request: Request) -> Plan:
    """Ask the Hub what there is, and draw lots.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    import datasets
    import huggingface_hub

    about = huggingface_hub.HfApi().dataset_info(request.name, revision=request.revision)
    builder = _builder(request, str(about.sha))
    files = builder.config.data_files or {}
    if request.split not in files:
        names = ", ".join(repr(str(each)) for each in files)
        raise ValueError(
            f"`split` must be one of {names} for {request.name}. Got {request.split!r} instead."
        )
    license_name = str(about.card_data.get("license") or "") if about.card_data else ""
    if not all(str(url).endswith(".parquet") for url in files[request.split]):
        features = builder.info.features or _peeked(builder, request.split)
        return Plan(str(about.sha), license_name, features.to_dict(), [], [], 0, False)
    row_groups, schema = find_row_groups(files[request.split])
    features = builder.info.features or datasets.Features.from_arrow_schema(schema)
    rows = draw_rows(row_groups, request.n_images, request.random_state, request.max_row_groups)
    chosen = set(rows)
    read = [group for group in row_groups if chosen & _span(group)]
    n_rows = sum(group.n_rows for group in row_groups)
    is_clustered = request.max_row_groups is not None and request.max_row_groups < len(row_groups)
    return Plan(str(about.sha), license_name, features.to_dict(), read, rows, n_rows, is_clustered)


def _builder(request: Request, commit: str) -> Any:
    import datasets

    try:
        return datasets.load_dataset_builder(request.name, request.config, revision=commit)
    except ValueError as error:
        names = re.search(r"BuilderConfig .* not found. Available: \[(.*)\]", str(error))
        if names is None:
            raise
        raise ValueError(
            f"`config` must be one of {names[1]} for {request.name}. "
            f"Got {request.config!r} instead."
        ) from error


def fetch_planned(request: Request, plan: Plan, folder: Path) -> ImageSet:
    """Fetch what is planned and not there yet, part by part, and put the parts together.

    Raises
    ------
    ValueError
        If no image can be read, or there is no column of images.
    """
    import datasets
    from tqdm.auto import tqdm

    features = datasets.Features.from_dict(plan.features)
    shape = _Shape(request, features)
    if plan.row_groups:
        drawn = set(plan.rows)
        parts = {
            f"rows-{group.first_row:09}.arrow": read_rows(
                group, drawn & _span(group), shape.columns
            )
            for group in plan.row_groups
        }
    else:
        parts = {"stream.arrow": _streamed(request, plan)}
    tables, skipped = [], []
    for name, rows in tqdm(parts.items(), "Fetching images", unit="part", delay=1):
        part = folder / name
        if not part.is_file():
            _write_part(part, shape, rows, plan.license)  # Only now is anything read from the Hub.
        tables.append(datasets.Dataset.from_file(str(part)))
        skipped += json.loads(part.with_suffix(".json").read_bytes())
    table = datasets.concatenate_datasets([each for each in tables if len(each)] or tables)
    if len(table) == 0:
        raise ValueError(
            f"`image_column` must hold images that can be read. Got {shape.image!r} of "
            f"{request.name} instead, whose first is {skipped[0][1] if skipped else 'missing'}."
        )
    order = {f"{request.split}-{row}": place for place, row in enumerate(plan.rows)}
    ids = table["image_id"][:]
    table = table.select(sorted(range(len(ids)), key=lambda i: order.get(ids[i], i)))
    told = {"source": "hub", **asdict(request), "commit": plan.commit}
    told |= {"population_size": plan.population_size, "is_uniform": plan.is_uniform}
    images = ImageSet(table, tuple(map(tuple, skipped)), told)
    if shape.label is not None and class_label(features, shape.label) is None:
        images = images.with_classes(shape.others[shape.label])
    return images


class _Shape:
    """What becomes of each column."""

    def __init__(self, request: Request, features: datasets.Features) -> None:
        import datasets

        self.request = request
        self.image = find_image_column(features, request.image_column, request.name)
        self.label = find_label_column(features, request.label_column, request.name)
        classes = class_label(features, self.label)
        taken = [self.image, self.label if classes else None]
        self.others = find_other_columns(features, taken)
        self.columns = [each for each in (*taken, *self.others) if each]
        kinds = {"image": datasets.Image(), "image_id": datasets.Value("string")}
        if classes:
            kinds["class_label"] = classes
        kinds |= {name: features[column] for column, name in self.others.items()}
        self.has_license = "license" in kinds
        if not self.has_license:
            kinds["license"] = datasets.Value("string")
        self.features = datasets.Features(kinds)

    def row(self, number: int, raw: dict[str, Any], license_name: str) -> dict[str, Any]:
        """Return one row as an ImageSet has it; a bad picture raises ValueError."""
        data = _file_of(raw[self.image])
        decode_picture(data)
        row: dict[str, Any] = {"image": {"bytes": data, "path": None}}
        row["image_id"] = self.name(number)
        if self.label is not None and "class_label" in self.features:
            code = raw[self.label]
            is_known = code is not None and 0 <= code < len(self.features["class_label"].names)
            row["class_label"] = code if is_known else -1
        if not self.has_license:
            row["license"] = license_name
        return row | {name: raw[column] for column, name in self.others.items()}

    def table(self, rows: list[dict[str, Any]]) -> pa.Table:
        """Return rows as a table of pyarrow, which knows what its columns are."""
        import datasets

        columns = {name: [row[name] for row in rows] for name in self.features}
        return datasets.Dataset.from_dict(columns, features=self.features).data.table

    def name(self, number: int) -> str:
        """Name an image by its place, for names in the dataset may repeat."""
        return f"{self.request.split}-{number}"


def _write_part(
    part: Path, shape: _Shape, rows: Iterable[tuple[int, dict[str, Any]]], license_name: str
) -> None:
    """Write a part as its rows come; it has its name only when it is whole."""
    import pyarrow as pa

    skipped: list[tuple[str, str]] = []

    def good_rows() -> Iterator[dict[str, Any]]:
        for number, raw in rows:
            try:
                yield shape.row(number, raw, license_name)
            except ValueError as error:  # One bad picture costs one picture.
                skipped.append((shape.name(number), str(error)))

    part.parent.mkdir(parents=True, exist_ok=True)
    fresh = part.with_name(f".{part.name}.{os.urandom(8).hex()}.part")
    kept = good_rows()
    try:
        with fresh.open("wb") as file, pa.ipc.new_stream(file, shape.table([]).schema) as stream:
            while some := list(itertools.islice(kept, _ROWS_AT_ONCE)):
                stream.write_table(shape.table(some))
        write_whole(part.with_suffix(".json"), json.dumps(skipped).encode())
        fresh.replace(part)
    finally:
        fresh.unlink(missing_ok=True)


def _streamed(request: Request, plan: Plan) -> Iterator[tuple[int, dict[str, Any]]]:
    import datasets

    warnings.warn(
        f"{request.name} is not made of parquet files: its images come from a shuffled stream, "
        "which is only roughly a uniform sample, and another one in other versions of `datasets`.",
        stacklevel=2,
    )
    stream = datasets.load_dataset(
        request.name, request.config, split=request.split, revision=plan.commit, streaming=True
    )
    stream = stream.decode(False)
    stream = stream.shuffle(seed=request.random_state, buffer_size=_BUFFER_SIZE)
    yield from enumerate(stream.take(request.n_images))


def _file_of(cell: Any) -> bytes:
    """Return the file in a cell, or that which it names on the Hub."""
    data, path = (cell.get("bytes"), cell.get("path")) if isinstance(cell, dict) else (cell, None)
    if isinstance(data, bytes):
        return data
    if isinstance(path, str) and path.startswith("hf://"):
        try:
            with opened(path) as file:
                return bytes(file.read())
        except FileNotFoundError as error:
            raise ValueError("a file that the Hub does not have") from error
    raise ValueError("not in the dataset itself, which has only its address")


def _span(group: RowGroup) -> set[int]:
    return set(range(group.first_row, group.first_row + group.n_rows))


def _peeked(builder: Any, split: str) -> datasets.Features:
    """Find out what the columns are by looking at the beginning of a stream."""
    return builder.as_streaming_dataset(split=split)._resolve_features().features
