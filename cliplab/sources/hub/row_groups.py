"""Random rows of parquet files on the Hub, read without downloading whole files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cliplab._core.worker_threads import WorkerThreads
from cliplab.sources.hash_sampling import first_in_hash_order, hash_order

if TYPE_CHECKING:
    import pyarrow as pa

_N_WORKERS = 8
# Rows that are unpacked at once: few, for each may hold a large image.
_BATCH_SIZE = 16


@dataclass(frozen=True)
class RowGroup:
    """A part of a parquet file that can be read by itself.

    Attributes
    ----------
    url : str
        The file.
    number : int
        Which of its row groups.
    first_row, n_rows : int
        Its place among the rows of all files.
    """

    url: str
    number: int
    first_row: int
    n_rows: int

    @property
    def rows(self) -> range:
        """Its rows, counted over all files."""
        return range(self.first_row, self.first_row + self.n_rows)


def find_row_groups(urls: Sequence[str]) -> tuple[list[RowGroup], pa.Schema]:
    """Return the row groups of parquet files, from the footers of the files.

    Parameters
    ----------
    urls : sequence of str
        The files, in order.

    Returns
    -------
    row_groups : list of RowGroup
        Of all files.
    schema : pyarrow.Schema
        Of the first file.
    """
    with WorkerThreads(_N_WORKERS) as pool:
        footers = list(pool.map(_footer, urls))
    row_groups, first_row = [], 0
    for url, (sizes, _) in zip(urls, footers, strict=True):
        for number, n_rows in enumerate(sizes):
            row_groups.append(RowGroup(url, number, first_row, n_rows))
            first_row += n_rows
    return row_groups, footers[0][1]


def draw_rows(
    row_groups: Sequence[RowGroup], n_rows: int, random_state: int, max_row_groups: int | None
) -> list[int]:
    """Draw random rows from all row groups, or from a random sample of row groups.

    Parameters
    ----------
    row_groups : sequence of RowGroup
        All of them.
    n_rows : int
        How many rows; fewer where there are fewer.
    random_state : int
        The seed.
    max_row_groups : int or None
        From at most how many row groups.

    Returns
    -------
    list of int
        Rows, counted over all files, in hash order.
    """
    if max_row_groups is not None and max_row_groups < len(row_groups):
        # A row group with twice the rows is drawn twice as often: its first row decides.
        seed = random_state + 1
        firsts = {group: first_in_hash_order(_rows([group]), seed, 1)[0] for group in row_groups}
        chosen = set(hash_order(firsts.values(), seed)[:max_row_groups])
        row_groups = [group for group, row in firsts.items() if row in chosen]
    return [int(row) for row in first_in_hash_order(_rows(row_groups), random_state, n_rows)]


def read_rows(
    row_group: RowGroup, rows: set[int], columns: Sequence[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield some rows of one row group with their numbers.

    Parameters
    ----------
    row_group : RowGroup
        What is read.
    rows : set of int
        Which rows, counted over all files; rows of other row groups are ignored.
    columns : sequence of str
        Which columns are read.
    """
    import pyarrow.parquet as pq

    with open_on_hub(row_group.url) as file:
        parquet = pq.ParquetFile(file)
        row = row_group.first_row
        for batch in parquet.iter_batches(
            _BATCH_SIZE, row_groups=[row_group.number], columns=list(columns)
        ):
            for i in range(batch.num_rows):
                if row + i in rows:
                    yield row + i, batch.slice(i, 1).to_pylist()[0]
            row += batch.num_rows


def _rows(row_groups: Sequence[RowGroup]) -> Iterator[str]:
    return (str(row) for group in row_groups for row in group.rows)


def _footer(url: str) -> tuple[list[int], pa.Schema]:
    import pyarrow.parquet as pq

    with open_on_hub(url) as file:
        parquet = pq.ParquetFile(file)
        about = parquet.metadata
        sizes = [about.row_group(number).num_rows for number in range(about.num_row_groups)]
        return sizes, parquet.schema_arrow


def open_on_hub(url: str) -> Any:
    """Open a file on the Hub, of which only the parts that are read are downloaded."""
    from huggingface_hub import HfFileSystem

    # By default it reads 5 MB ahead, which would be most of the next row groups.
    return HfFileSystem().open(url, "rb", block_size=2**18)
