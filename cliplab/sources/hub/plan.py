"""Which rows of which files are in a sample, decided before any image is downloaded."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.cache import read_sealed, write_sealed
from cliplab._core.hub_errors import uncounted
from cliplab._core.validation import require_one_of, wrong_value
from cliplab.sources.hub.row_groups import RowGroup, draw_rows, find_row_groups

if TYPE_CHECKING:
    import datasets

_N_FIRST = 5


@dataclass(frozen=True)
class Request:
    """The arguments of `fetch_hub_images` that decide which images are in the sample."""

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
    """Which rows of which files of which commit are in a sample.

    Attributes
    ----------
    commit, license : str
        The version of the dataset, and the licence on its card.
    features : dict
        The types of its columns, as `datasets` writes them.
    row_groups : list of RowGroup
        Those that are read; empty where the images come from a stream.
    rows : list of int
        The images, in hash order.
    population_size : int
        How many images the dataset has; 0 where that is not known.
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
        """Save the plan."""
        write_sealed(path, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, path: Path) -> Plan | None:
        """Load a saved plan; None where there is none, or a damaged one."""
        saved = read_sealed(path)
        if saved is None:
            return None
        fields = json.loads(saved)
        fields["row_groups"] = [RowGroup(**each) for each in fields["row_groups"]]
        return cls(**fields)


def make_plan(request: Request) -> Plan:
    """Ask the Hub which files a dataset has, and draw a sample of its rows.

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
    require_one_of("split", request.split, map(str, files), where=f"for {request.name}")
    license_name = str(about.card_data.get("license") or "") if about.card_data else ""
    if not all(str(url).endswith(".parquet") for url in files[request.split]):
        features = builder.info.features or _first_features(builder, request.split)
        return Plan(str(about.sha), license_name, features.to_dict(), [], [], 0, False)
    row_groups, schema = find_row_groups(files[request.split])
    features = builder.info.features or datasets.Features.from_arrow_schema(schema)
    rows = draw_rows(row_groups, request.n_images, request.random_state, request.max_row_groups)
    row_set = set(rows)
    read = [group for group in row_groups if not row_set.isdisjoint(group.rows)]
    n_rows = sum(group.n_rows for group in row_groups)
    is_clustered = request.max_row_groups is not None and request.max_row_groups < len(row_groups)
    return Plan(str(about.sha), license_name, features.to_dict(), read, rows, n_rows, is_clustered)


def _builder(request: Request, commit: str) -> Any:
    import datasets

    try:
        with uncounted():
            return datasets.load_dataset_builder(request.name, request.config, revision=commit)
    except ValueError as error:
        names = re.search(r"BuilderConfig .* not found. Available: \[(.*)\]", str(error))
        if names is None:
            raise
        must = f"be one of {names[1]} for {request.name}"
        raise ValueError(wrong_value("config", must, request.config)) from error


def _first_features(builder: Any, split: str) -> datasets.Features:
    """Return the types of the columns, from the first rows of a stream."""
    import datasets

    stream = builder.as_streaming_dataset(split=split)
    # Archives and folders have types when they are opened, tables of text do not.
    return stream.features or datasets.Dataset.from_list(list(stream.take(_N_FIRST))).features
