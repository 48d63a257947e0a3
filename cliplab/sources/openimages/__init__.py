"""Open Images: photographs with credits and verified labels, at random or curated."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path

from cliplab._core.cache import cache_folder
from cliplab._core.validation import require_one_of
from cliplab.images.image_set import ImageSet
from cliplab.sources.http.connections import UnreachableError
from cliplab.sources.http.download import Downloader, Patience
from cliplab.sources.openimages.host import OpenImagesHost, open_images_host
from cliplab.sources.openimages.image_files import N_WORKERS
from cliplab.sources.openimages.mirror import fetch_from_mirror
from cliplab.sources.openimages.official import fetch_official
from cliplab.sources.openimages.sample import Sample, class_names
from cliplab.sources.openimages.sampling import PEOPLE

__all__ = ["PEOPLE", "OpenImagesHost", "fetch_open_images"]

_OFFLINE = (
    "Is there a network? If it wants you to log in, do that and run the cell again: what was "
    "fetched is kept. Without one, fetch_pack() opens pictures that ship with cliplab, and "
    "load_folder() takes yours."
)


def fetch_open_images(
    n_images: int = 1000,
    *,
    split: str = "validation",
    random_state: int = 0,
    classes: Sequence[str] | None = None,
    per_class: int | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    population: str = "verified",
    exclude_classes: Collection[str] = (),
    source: str | OpenImagesHost = "official",
    patience: Patience | None = None,
) -> ImageSet:
    """Fetch photographs of Open Images: a random sample, or a curated one.

    The sample is truly random and the same for everybody with the same arguments; that of 500 is
    the head of that of 1,000. A picture that cannot be had is replaced by the next in line and
    listed in `skipped`. What was fetched is kept: a call that was stopped goes on where it stood,
    and the same sample needs no network the second time. A thousand pictures are about 0.3 GB;
    the tables of the validation split, needed once, are 44 MB.

    Where the official host cannot be reached, a mirror on the Hub is used, and a warning says so.
    It gives another sample, drawn from parts of the collection, perhaps fewer pictures, and takes
    an estimated 1.2 GB for a thousand. It has no ids, authors, licences or absences and knows 600
    classes only; `population` has no meaning there. It is not used by itself where `classes` or
    `exclude_classes` are given.

    Parameters
    ----------
    n_images : int, default=1000
        How many pictures.
    split : {"validation", "test", "train"}, default="validation"
        Which part of Open Images: 41,620, 125,436 or 1,743,042 pictures. The tables of the test
        split are 140 MB. Those of the training split are 3.4 GB, and how much memory they take
        has never been tried.
    random_state : int, default=0
        The seed: another one is another sample.
    classes : sequence of str, optional
        Names of Open Images, in capitals or not. Take a curated sample instead: pictures in which
        people have seen exactly one of these classes, the same number of each. In a random
        sample nobody has chosen what is to be seen.
    per_class : int, optional
        How many pictures of each class; ``n_images // len(classes)`` when left out.
    cache_dir : path-like, optional
        Where pictures and tables are kept; the user's cache when left out.
    population : {"verified", "all"}, default="verified"
        What is drawn from: pictures with at least one class that people have seen in them, or
        all of the split; of both only those that are listed as CC BY 2.0.
    exclude_classes : collection of str, default=()
        Leave out pictures in which people have seen one of these; `cliplab.sources.PEOPLE` for a
        class that wants no photographs of persons. Labels can be missing, so look at the pictures
        before you show them.
    source : {"official", "hub"} or OpenImagesHost, default="official"
        The official host or the mirror on the Hub. A school's own copy is given by its addresses
        (`cliplab.sources.OpenImagesHost`), or for all calls by one address in the environment
        variable ``CLIPLAB_OPEN_IMAGES_MIRROR``.
    patience : Patience, optional
        How long to wait, and how often to try again (`cliplab.sources.Patience`).

    Returns
    -------
    ImageSet
        With ``labels_present`` and ``labels_absent``: what people have verified to be, and not to
        be, in each picture; of everything else nothing is known. `class_labels` hold one class a
        picture: the one asked for in a curated sample; in a random one, of those of its classes
        that at least 1 % of the sample have, the rarest. Credits, ``sha256`` of the file that is
        kept, and ``retrieved`` (UTC) are columns. `provenance` says how to draw the sample again.

    Raises
    ------
    ValueError
        If an argument is out of its range, or there are not as many pictures.
    ConnectionError
        If neither the official host nor the mirror can be reached.

    References
    ----------
    Kuznetsova, A. et al. (2020). The Open Images Dataset V4. International Journal of Computer
    Vision 128, 1956-1981. Pictures are listed as CC BY 2.0; annotations by Google LLC, CC BY 4.0.

    Examples
    --------
    >>> from cliplab import fetch_open_images
    >>> from cliplab.sources import PEOPLE
    >>> images = fetch_open_images(n_images=1000, exclude_classes=PEOPLE)  # doctest: +SKIP
    >>> curated = fetch_open_images(classes=["Cat", "Boat"], per_class=50)  # doctest: +SKIP
    """
    sample = Sample(
        n_images,
        split,
        random_state,
        None if classes is None else class_names("classes", classes),
        per_class,
        population,
        tuple(sorted(class_names("exclude_classes", exclude_classes))),
    )
    host = source if isinstance(source, OpenImagesHost) else open_images_host()
    if source is not host:
        require_one_of("source", source, ("official", "hub"))
    if source == "hub":
        return fetch_from_mirror(sample, cache_dir)
    try:
        downloader = Downloader(N_WORKERS, patience)
        return fetch_official(sample, host, _folder(cache_dir, host), downloader)
    except UnreachableError as error:
        return _instead(sample, cache_dir, error)
    except ConnectionError as error:
        raise ConnectionError(f"{error} {_OFFLINE}") from error


def _instead(
    sample: Sample, cache_dir: str | os.PathLike[str] | None, error: UnreachableError
) -> ImageSet:
    """Try the mirror where the official host does not answer, and say so."""
    unreachable = f"Open Images cannot be reached ({error})"
    if sample.classes is not None or sample.exclude_classes:
        # The mirror knows 600 classes only: persons that were to be left out could be in it.
        raise ConnectionError(
            f"{unreachable}, and its mirror cannot heed `classes` or `exclude_classes` as well. "
            f"{_OFFLINE}"
        ) from error
    warnings.warn(
        f"{unreachable}. A mirror on the Hugging Face Hub is tried instead: it has another sample, "
        "without authors and licences. Look at it, but do not publish it.",
        stacklevel=3,
    )
    try:
        return fetch_from_mirror(sample, cache_dir)
    except (OSError, ValueError) as second:
        raise ConnectionError(
            f"Neither Open Images nor its mirror on the Hugging Face Hub can be reached ({error}). "
            f"{_OFFLINE}"
        ) from second


def _folder(cache_dir: str | os.PathLike[str] | None, host: OpenImagesHost) -> Path:
    """Return where pictures of a host are kept; a copy may hold others, so it has its own."""
    folder = cache_folder() if cache_dir is None else Path(cache_dir).expanduser()
    if host.is_official:
        return folder / "open_images"
    name = hashlib.blake2b(repr(host).encode(), digest_size=6).hexdigest()
    return folder / f"open_images-{name}"
