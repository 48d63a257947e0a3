"""Open Images: photographs with credits and verified labels, at random or curated."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Collection, Sequence
from pathlib import Path

from cliplab._core.arguments import checked
from cliplab._core.cache import cache_folder
from cliplab._core.kinds import count
from cliplab._core.request_errors import UnreachableError
from cliplab._core.validation import require_one_of, user_path
from cliplab.images.image_set import ImageSet
from cliplab.sources.http.download import Downloader, Patience
from cliplab.sources.openimages.host import OpenImagesHost, open_images_host
from cliplab.sources.openimages.image_files import N_WORKERS
from cliplab.sources.openimages.mirror import fetch_from_mirror
from cliplab.sources.openimages.official import fetch_official
from cliplab.sources.openimages.sample import Sample, class_names
from cliplab.sources.openimages.sampling import PEOPLE

__all__ = ["PEOPLE", "OpenImagesHost", "fetch_open_images"]

_OFFLINE = (
    "Is there a network? If it asks you to log in, do that and run the cell again: what was "
    "downloaded is saved. Without one, fetch_pack() loads images that ship with cliplab, and "
    "load_folder() loads your own."
)


@checked(n_images=count(1), per_class=count(1))
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
    """Fetch a random or a curated sample of the photographs of Open Images.

    The sample is uniform, and the same for everybody with the same arguments; that of 500 is the
    head of that of 1,000. An image that cannot be downloaded is replaced by the next one and
    listed in `skipped`. Downloads are saved: a call that was stopped is resumed by the next one,
    and the same sample needs no network the second time. A thousand images take about 0.3 GB; the
    tables of the validation split, needed once, take 44 MB.

    Where the official host cannot be reached, a mirror on the Hub is used, with a warning. It
    gives another sample, drawn from parts of the collection, perhaps with fewer images, and
    downloads an estimated 1.2 GB for a thousand. It has no ids, authors, licences or absences and
    600 classes only; `population` has no effect. It is not used without being asked for where
    `classes` or `exclude_classes` are given.

    Parameters
    ----------
    n_images : int, default=1000
        How many images.
    split : {"validation", "test", "train"}, default="validation"
        Which part of Open Images: 41,620, 125,436 or 1,743,042 images. The tables of the test
        split are 140 MB. Those of the training split are 3.4 GB, and how much memory they take
        has never been tried.
    random_state : int, default=0
        The seed: another one is another sample.
    classes : sequence of str, optional
        Names of Open Images, in upper or lower case. The sample is then curated: images in which
        people have seen exactly one of these classes, the same number of each.
    per_class : int, optional
        How many images of each class; ``n_images // len(classes)`` when left out.
    cache_dir : path-like, optional
        Where images and tables are saved; the user's cache when left out.
    population : {"verified", "all"}, default="verified"
        What the sample is drawn from: images with at least one class that people have seen in
        them, or all of the split; of both only those that are listed as CC BY 2.0.
    exclude_classes : collection of str, default=()
        Leave out images in which people have seen one of these; `cliplab.sources.PEOPLE` for a
        course without photographs of persons. Labels can be missing, so look at the images
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
        be, in each image; of everything else nothing is known. `class_labels` hold one class an
        image: the one asked for in a curated sample; in a random one, of those of its classes
        that at least 1 % of the sample have, the rarest. Credits, ``sha256`` of the saved file
        and ``retrieved`` (UTC) are columns. `provenance` holds what is needed to draw the sample
        again.

    Raises
    ------
    ValueError
        If an argument is out of its range, or there are not as many images.
    ConnectionError
        If neither the official host nor the mirror can be reached.

    References
    ----------
    Kuznetsova, A. et al. (2020). The Open Images Dataset V4. International Journal of Computer
    Vision 128, 1956-1981. Images are listed as CC BY 2.0; annotations by Google LLC, CC BY 4.0.

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
        return _fetch_from_mirror_instead(sample, cache_dir, error)
    except ConnectionError as error:
        reason = str(error).rstrip(".")
        raise ConnectionError(f"Open Images cannot be fetched: {reason}. {_OFFLINE}") from error


def _fetch_from_mirror_instead(
    sample: Sample, cache_dir: str | os.PathLike[str] | None, error: UnreachableError
) -> ImageSet:
    """Fetch from the mirror, with a warning, where the official host does not answer."""
    unreachable = f"Open Images cannot be reached ({error})"
    if sample.classes is not None or sample.exclude_classes:
        # The mirror has 600 classes only: persons that were to be left out could be in it.
        raise ConnectionError(
            f"{unreachable}, and its mirror does not support `classes` and `exclude_classes`. "
            f"{_OFFLINE}"
        ) from error
    warnings.warn(
        f"{unreachable}. A mirror on the Hugging Face Hub is tried instead: it has another sample, "
        "without authors and licences: do not publish it.",
        stacklevel=3,
    )
    try:
        return fetch_from_mirror(sample, cache_dir)
    except (OSError, ValueError) as second_error:
        raise ConnectionError(
            f"Neither Open Images nor its mirror on the Hugging Face Hub can be reached ({error}). "
            f"{_OFFLINE}"
        ) from second_error


def _folder(cache_dir: str | os.PathLike[str] | None, host: OpenImagesHost) -> Path:
    """Return the folder for the images of a host; a copy, which may hold others, has its own."""
    folder = cache_folder() if cache_dir is None else user_path(cache_dir)
    if host.is_official:
        return folder / "open_images"
    name = hashlib.blake2b(repr(host).encode(), digest_size=6).hexdigest()
    return folder / f"open_images-{name}"
