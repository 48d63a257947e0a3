"""Open Images from a mirror on the Hub, for where the official host cannot be reached."""

from __future__ import annotations

import os
from collections import Counter

from cliplab._core.validation import wrong_value
from cliplab.images.columns import with_column
from cliplab.images.image_set import ImageSet
from cliplab.sources.hub import fetch_hub_images
from cliplab.sources.openimages.official import CITATION
from cliplab.sources.openimages.sample import Sample
from cliplab.sources.openimages.sampling import primary_labels

# Of the mirrors that hold the images themselves, by far the fewest bytes an image.
MIRROR = "vikhyatk/openimages-bbox"
# An estimated 30 MB each, for 100 images of 0.3 MB: a thousand without fetching all 12 GB.
_ROW_GROUPS_EACH = 25


def fetch_from_mirror(sample: Sample, cache_dir: str | os.PathLike[str] | None) -> ImageSet:
    """Fetch a random sample from the mirror.

    It has no ids, no authors, no licences and no verified absences. Its classes are those of
    bounding boxes, out of 600.

    Parameters
    ----------
    sample : Sample
        How many images of which split; not curated.
    cache_dir : path-like or None
        Where the sample is saved.

    Returns
    -------
    ImageSet
        Fewer images than asked for where some are excluded or cannot be read.

    Raises
    ------
    ValueError
        If the sample is to be curated.
    ConnectionError
        If the Hub cannot be reached.
    """
    if sample.classes is not None:
        must = "be left out with source='hub': the mirror has no verified classes"
        raise ValueError(wrong_value("classes", must, list(sample.classes)))
    images = fetch_hub_images(
        MIRROR,
        split=sample.split,
        n_images=sample.n_images,
        random_state=sample.random_state,
        max_row_groups=max(4, sample.n_images // _ROW_GROUPS_EACH),
        cache_dir=cache_dir,
    )
    boxes = images.dataset["objects"][:]
    present = [sorted({box["label"] for box in each}) for each in boxes]
    excluded = {name.casefold() for name in sample.exclude_classes}
    rows = [
        row
        for row, names in enumerate(present)
        if excluded.isdisjoint(name.casefold() for name in names)
    ]
    present = [present[row] for row in rows]
    table = images.dataset.select(rows).remove_columns("objects")
    table = with_column(table, "labels_present", present)
    labels = primary_labels(present, Counter(name for names in present for name in names))
    table = with_column(table, "primary_label", [name or "" for name in labels])
    provenance = {**images.provenance, **sample.provenance, "source": "open_images", "host": MIRROR}
    provenance["population"] = "part of the mirror"
    lacks = "image ids, authors, licences, verified absences"
    found = ImageSet(table, images.skipped, provenance | {"lacks": lacks, "citation": CITATION})
    return found.with_classes("primary_label")
