"""Where pictures lie: parquet files or files of their own, on a disk, in a bucket, on the Hub."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.hub_errors import hub_errors

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.fs
    import ray.data

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
# Columns that name a picture, the best first.
_NAMES = ("image_id", "id", "__key__")
# Rows that are unpacked at once: few, for each may hold a large picture.
_ROWS_AT_ONCE = 16
# A task reads so many files at the most; they are still sent on one by one.
_MOST_FILES_A_TASK = 64


def open_address(address: str, num_cpus: float) -> ray.data.Dataset:
    """Return the pictures at an address; none is read before it is asked for.

    Parameters
    ----------
    address : str
        A folder, a file or a pattern with asterisks: on this machine, or with ``s3://``, ``gs://``
        or ``hf://datasets/`` before it. If there are parquet files, their column of images is read;
        else every file whose name is that of a picture.
    num_cpus : float
        How much of a processor one reader is reckoned to need.

    Returns
    -------
    ray.data.Dataset
        With ``name`` and ``file``, which is null where only the address of a picture is there.

    Raises
    ------
    FileNotFoundError
        If nothing is there.
    ValueError
        If what is there are no pictures, or the address is of a kind that is not read.
    ConnectionError
        If where it is cannot be reached.
    """
    import pyarrow as pa
    import ray.data

    if not address.strip():
        raise ValueError("`images` must be the address of pictures. Got '' instead.")
    folder, paths = _listed(address)
    tables = [path for path in paths if path.endswith(".parquet")]
    pictures = [path for path in paths if path.lower().endswith(_PICTURES)]
    if tables:
        _require_images(folder, tables[0])
    elif not pictures:
        raise ValueError(
            "`images` must be the address of parquet files or pictures. "
            f"Got {address!r} instead, where there are {len(paths):,} files and none of these."
        )
    step = 1 if tables else _MOST_FILES_A_TASK
    found = tables or pictures
    parts = [pa.table({"path": found[i : i + step]}) for i in range(0, len(found), step)]
    return ray.data.from_arrow(parts).map_batches(
        _rows_of_tables if tables else _files,
        fn_kwargs={"folder": folder},
        batch_size=None,
        batch_format="pyarrow",
        num_cpus=num_cpus,
    )


def _listed(address: str) -> tuple[str, list[str]]:
    """Return the folder of an address and every visible file there, as its file system has it."""
    from pyarrow.fs import FileSelector, FileType

    before, star, _ = address.partition("*")
    given = before.rpartition("/")[0] if star else before
    folder = given or ("/" if before.startswith("/") else ".")
    is_on_hub = address.startswith("hf://")
    with hub_errors(address) if is_on_hub else _reached(address):
        system, path = _opened(folder)
        found = system.get_file_info(path)
        if found.type == FileType.Directory:
            entries = system.get_file_info(FileSelector(path, recursive=True))
        else:
            entries = [found]
    paths = sorted(entry.path for entry in entries if entry.type == FileType.File)
    paths = [each for each in paths if "/." not in each.removeprefix(path)]
    if star:
        pattern = f"{escape(path.rstrip('/'))}/{address.removeprefix(given).removeprefix('/')}"
        paths = [each for each in paths if fnmatchcase(each, pattern)]
    if not paths:
        raise FileNotFoundError(
            "`images` must be an address where there are pictures. "
            f"Got {address!r} instead, where nothing is."
        )
    return folder, paths


@contextlib.contextmanager
def _reached(address: str) -> Iterator[None]:
    """Say in a sentence that there is no such kind of address, or no way there."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowInvalid as error:
        raise ValueError(
            "`images` must be an address on this machine, or begin with s3://, gs:// or "
            f"hf://datasets/. Got {address!r} instead."
        ) from error
    except PermissionError:
        raise
    except OSError as error:
        raise ConnectionError(
            f"`images` must be an address that can be reached. Got {address!r} instead, of which "
            f"this was said: {error}"
        ) from error


def _opened(folder: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """Return the file system of an address, and what that calls it."""
    from pyarrow.fs import FileSystem, LocalFileSystem

    if "://" in folder:
        system, path = FileSystem.from_uri(folder)
        return system, str(path)
    return LocalFileSystem(), str(Path(folder).expanduser().absolute())


def _files(paths: pa.Table, folder: str) -> Iterator[pa.Table]:
    system, _ = _opened(folder)
    for path in paths["path"].to_pylist():
        try:
            with system.open_input_stream(path) as stream:
                file = stream.read()
        except FileNotFoundError:  # It was there a moment ago: one picture less.
            file = None
        yield _table([path], [file])


def _rows_of_tables(paths: pa.Table, folder: str) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    system, _ = _opened(folder)
    for path in paths["path"].to_pylist():
        # With a buffer it is read as it is unpacked; without, a whole row group would be in memory.
        with (
            system.open_input_file(path) as opened,
            pq.ParquetFile(opened, buffer_size=2**20) as table,
        ):
            column = _image_column(table.schema_arrow)
            columns = [column, *(name for name in _NAMES if name in table.schema_arrow.names)][:2]
            row = 0
            for batch in table.iter_batches(_ROWS_AT_ONCE, columns=columns):
                cells = batch[column].to_pylist()
                names = batch[columns[1]].to_pylist() if len(columns) > 1 else cells
                named = [_name(name) or f"row {row + i} of {path}" for i, name in enumerate(names)]
                yield _table(named, [_file(cell) for cell in cells])
                row += batch.num_rows


def _table(names: Sequence[str], files: Sequence[bytes | None]) -> pa.Table:
    import pyarrow as pa

    return pa.table({"name": list(names), "file": pa.array(files, pa.large_binary())})


def _file(cell: dict[str, Any] | bytes | None) -> bytes | None:
    return cell.get("bytes") if isinstance(cell, dict) else cell


def _name(cell: Any) -> str:
    """Return what a column of names says, or else the path that `datasets` keeps with a file."""
    if isinstance(cell, dict):
        return cell.get("path") or ""
    return "" if cell is None or isinstance(cell, bytes) else str(cell)


def _require_images(folder: str, path: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path, filesystem=_opened(folder)[0])
    except pa.ArrowInvalid as error:
        raise ValueError(
            f"`images` must be the address of whole parquet files. Got {path!r} instead: {error}"
        ) from error
    _image_column(schema)


def _image_column(schema: pa.Schema) -> str:
    """Return the column called "image", else the first that is as `datasets` keeps images."""
    import pyarrow as pa

    def is_theirs(kind: pa.DataType) -> bool:
        return pa.types.is_struct(kind) and {"bytes", "path"} <= {each.name for each in kind}

    def holds_files(kind: pa.DataType) -> bool:
        return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or is_theirs(kind)

    named = [each.name for each in schema if each.name == "image" and holds_files(each.type)]
    found = [*named, *(each.name for each in schema if is_theirs(each.type))]
    if not found:
        raise ValueError(
            "`images` must be the address of tables with a column of images, which holds their "
            f"files. Got tables with {schema.names!r} instead."
        )
    return str(found[0])
