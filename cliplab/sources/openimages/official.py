"""A sample from the official files, with credits and provenance."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cliplab._core.cache import warn_of_damage
from cliplab._core.validation import wrong_value
from cliplab.images.columns import image_dataset
from cliplab.images.image_set import ImageSet
from cliplab.sources.hash_sampling import hash_order
from cliplab.sources.http.download import Downloader
from cliplab.sources.openimages.host import OpenImagesHost
from cliplab.sources.openimages.image_files import FetchedFiles, ImageFetcher
from cliplab.sources.openimages.index import Index, load_index
from cliplab.sources.openimages.rotation import rotation_origin
from cliplab.sources.openimages.sample import Sample
from cliplab.sources.openimages.sampling import (
    LICENSE_URL,
    find_class_members,
    find_population,
    primary_labels,
)

CITATION = (
    "Open Images V7 (Kuznetsova et al., International Journal of Computer Vision 128, 2020). "
    "Images are listed as CC BY 2.0 by their authors; annotations by Google LLC, CC BY 4.0, "
    "here joined and filtered."
)
_CHANGES = {"table": "an EXIF orientation was added", "camera": "", "none": ""}


def fetch_official(
    sample: Sample, host: OpenImagesHost, folder: Path, downloader: Downloader
) -> ImageSet:
    """Fetch a sample from the official host, or a copy of it.

    Parameters
    ----------
    sample : Sample
        Which images.
    host : OpenImagesHost
        The addresses of images and tables.
    folder : pathlib.Path
        Where they are saved.
    downloader : Downloader
        Sends the requests.

    Returns
    -------
    ImageSet
        As many as were asked for.

    Raises
    ------
    ValueError
        If there are fewer.
    UnreachableError
        If the host does not answer at the start.
    ConnectionError
        If it no longer answers.
    """
    index = load_index(sample.split, host, folder, downloader)
    rows = find_population(index, sample.population, sample.exclude_classes)
    queues = _queues(index, rows, sample)
    _require_enough({name: len(queue) for name, queue in queues.items()}, sample.n_each)
    rotations = dict(zip(index.image_ids, index.table["rotation"].to_pylist(), strict=True))
    fetcher = ImageFetcher(host, sample.split, folder, downloader, rotations)
    record = folder / "samples" / f"{_key(sample, host)}.sealed"
    fetched, chosen = _fetch(queues, sample.n_each, fetcher, record)
    # Class after class in turn, so that the head of a curated sample is curated too.
    ids = [name for turn in zip(*chosen.values(), strict=True) for name in turn]
    known = index.rows(ids)
    class_of = {each: name for name, each_ids in chosen.items() for each in each_ids}
    labels = (
        _primary_labels(index, rows, known)
        if sample.classes is None
        else [class_of[each] for each in ids]
    )
    files = [fetched.files[each] for each in ids]
    images = [_row(*each, host, sample.split) for each in zip(known, files, labels, strict=True)]
    table = image_dataset({name: [image[name] for image in images] for name in images[0]})
    provenance = {
        "source": "open_images",
        **sample.provenance,
        "population_size": len(rows),
        "host": host.shown.images,
        "tables": index.files,
        "citation": CITATION,
    }
    return ImageSet(table, tuple(fetched.skipped), provenance)


def _fetch(
    queues: dict[str, list[str]], n_each: int, fetcher: ImageFetcher, record: Path
) -> tuple[FetchedFiles, dict[str, list[str]]]:
    """Download the images of a sample, or load them; return which images each class gets."""
    saved = fetcher.load(record)
    fetched = saved or fetcher.fetch(list(queues.values()), n_each)
    if fetcher.damaged:
        warn_of_damage(f"{len(fetcher.damaged)} images, such as {fetcher.damaged[0]}")
    chosen = {
        name: [each for each in queue if each in fetched.files][:n_each]
        for name, queue in queues.items()
    }
    _require_enough({name: len(ids) for name, ids in chosen.items()}, n_each)
    if saved is None:  # A sample that is too small is tried again the next time.
        fetched.save(record)
        if fetched.is_chance:
            warnings.warn(
                "Some images could not be downloaded today and were replaced, so that another "
                f"computer may get others; `skipped` lists them. To try again, delete {record}.",
                stacklevel=5,
            )
    return fetched, chosen


def _key(sample: Sample, host: OpenImagesHost) -> str:
    return hashlib.blake2b(repr((sample, host)).encode(), digest_size=8).hexdigest()


def _queues(index: Index, rows: Sequence[int], sample: Sample) -> dict[str, list[str]]:
    """Return for each class of the sample the ids to choose from, in hash order."""
    if sample.classes is None:
        ids = index.image_ids
        return {"": hash_order((ids[row] for row in rows), sample.random_state)}
    members = find_class_members(index, rows, sample.classes)
    return {name: hash_order(ids, sample.random_state) for name, ids in members.items()}


def _require_enough(counts: dict[str, int], n_each: int) -> None:
    """Refuse a sample that is too large, and report how large it can be."""
    if all(n >= n_each for n in counts.values()):
        return
    if list(counts) == [""]:
        must = f"be at most {counts['']}, the number of images that there are"
        raise ValueError(wrong_value("n_images", must, n_each))
    listed = ", ".join(f"{name} {n}" for name, n in counts.items())
    must = f"be at most the number of images with one of the classes and no other: {listed}"
    raise ValueError(wrong_value("per_class", must, n_each))


def _primary_labels(
    index: Index, rows: Sequence[int], known: Sequence[dict[str, Any]]
) -> list[str | None]:
    present = index.table["labels_present"].to_pylist()
    population = Counter(name for row in rows for name in present[row])
    return primary_labels([row["labels_present"] for row in known], population)


def _row(
    known: dict[str, Any], path: Path, label: str | None, host: OpenImagesHost, split: str
) -> dict[str, Any]:
    file = path.read_bytes()
    retrieved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return {
        "image": str(path),
        **{name: value for name, value in known.items() if name != "rotation"},
        "class_label": label,
        "license": "CC BY 2.0",
        "license_url": LICENSE_URL,
        "source_url": host.shown.image(split, known["image_id"]),
        "sha256": hashlib.sha256(file).hexdigest(),
        "retrieved": retrieved.isoformat(timespec="seconds"),
        "changes": _CHANGES[rotation_origin(file)],
    }
