"""The images at an address: in parquet files or in files of their own, on a disk or elsewhere."""

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

_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
# Columns with the name of an image, the best first.
_NAMES = ("image_id", "id", "__key__")
# Rows that are read at once: few, because each may have a large image.
_ROWS_AT_ONCE = 16
# A task reads at most so many files, and sends them on one by one.
_MAX_FILES_A_TASK = 64


def open_address(address: str, num_cpus: float) -> ray.data.Dataset:
    """Return the images at an address; each is read only when it is needed.

    Parameters
    ----------
    address : str
        A folder, a file or a pattern with asterisks: on this machine, or with ``s3://``, ``gs://``
        or ``hf://datasets/`` before it. If there are parquet files, their column of images is read;
        else every file with the suffix of an image.
    num_cpus : float
        The share of a processor core that one reader needs.

    Returns
    -------
    ray.data.Dataset
        With ``name`` and ``file``, which is null if a table has only the address of an image.

    Raises
    ------
    FileNotFoundError
        If nothing is there.
    ValueError
        If there are files but no images, or the kind of address is not supported.
    ConnectionError
        If the address cannot be reached.
    """
    import pyarrow as pa
    import ray.data

    if not address.strip():
        raise ValueError("`images` must be the address of images. Got '' instead.")
    folder, paths = _listed(address)
    tables = [path for path in paths if path.endswith(".parquet")]
    images = [path for path in paths if path.lower().endswith(_IMAGE_SUFFIXES)]
    if tables:
        _require_images(folder, tables[0])
    elif not images:
        raise ValueError(
            "`images` must be the address of parquet files or images. "
            f"Got {address!r} instead, where there are {len(paths):,} other files."
        )
    step = 1 if tables else _MAX_FILES_A_TASK
    found = tables or images
    parts = [pa.table({"path": found[i : i + step]}) for i in range(0, len(found), step)]
    return ray.data.from_arrow(parts).map_batches(
        _rows_of_tables if tables else _files,
        fn_kwargs={"folder": folder},
        batch_size=None,
        batch_format="pyarrow",
        num_cpus=num_cpus,
    )


def _listed(address: str) -> tuple[str, list[str]]:
    """Return the folder of an address and the paths of all files there that are not hidden."""
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
            "`images` must be an address where there are images. "
            f"Got {address!r} instead, where there are no files."
        )
    return folder, paths


@contextlib.contextmanager
def _reached(address: str) -> Iterator[None]:
    """Report in a sentence that this kind of address is not supported, or cannot be reached."""
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
            f"`images` must be an address that can be reached. Got {address!r} instead: {error}"
        ) from error


def _opened(folder: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """Return the file system of an address, and the path there."""
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
        except FileNotFoundError:  # It was removed in the meantime.
            file = None
        yield _table([path], [file])


def _rows_of_tables(paths: pa.Table, folder: str) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    system, _ = _opened(folder)
    for path in paths["path"].to_pylist():
        # Without a buffer a whole row group would be in memory.
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
    """Return the name in a column of names, or else the path that `datasets` saves with a file."""
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
            "`images` must be the address of undamaged parquet files. "
            f"Got {path!r} instead: {error}"
        ) from error
    _image_column(schema)


def _image_column(schema: pa.Schema) -> str:
    """Return the column called "image", else the first that has the type of `datasets.Image`."""
    import pyarrow as pa

    def is_image_type(kind: pa.DataType) -> bool:
        return pa.types.is_struct(kind) and {"bytes", "path"} <= {each.name for each in kind}

    def holds_files(kind: pa.DataType) -> bool:
        return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or is_image_type(kind)

    named = [each.name for each in schema if each.name == "image" and holds_files(each.type)]
    found = [*named, *(each.name for each in schema if is_image_type(each.type))]
    if not found:
        raise ValueError(
            "`images` must be the address of tables with a column of images, which has their "
            f"files. Got tables with {schema.names!r} instead."
        )
    return str(found[0])
