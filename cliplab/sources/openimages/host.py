"""The addresses of the files of Open Images."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cliplab._core.addresses import split_login

# A school may have a copy, with the same paths below one address.
_MIRROR = "CLIPLAB_OPEN_IMAGES_MIRROR"

_METADATA = {
    "validation": "2018_04/validation/validation-images-with-rotation.csv",
    "test": "2018_04/test/test-images-with-rotation.csv",
    "train": "2018_04/train/train-images-boxable-with-rotation.csv",
}
_LABELS = {
    "validation": "v7/oidv7-val-annotations-human-imagelabels.csv",
    "test": "v7/oidv7-test-annotations-human-imagelabels.csv",
    "train": "v7/oidv7-train-annotations-human-imagelabels.csv",
}
SPLITS = tuple(_METADATA)


@dataclass(frozen=True, repr=False)
class OpenImagesHost:
    """The addresses of Open Images, or of a copy of it.

    A login in them, as in ``"https://name:password@example.org"``, is sent to the host, and shown
    nowhere.

    Attributes
    ----------
    images : str
        Below it is ``validation/0123456789abcdef.jpg``.
    annotations : str
        Below it are the official tables, under their official names.
    """

    images: str = "https://open-images-dataset.s3.amazonaws.com"
    annotations: str = "https://storage.googleapis.com/openimages"

    def __repr__(self) -> str:
        images, annotations = (split_login(each)[0] for each in (self.images, self.annotations))
        return f"OpenImagesHost(images={images!r}, annotations={annotations!r})"

    @property
    def shown(self) -> OpenImagesHost:
        """The same addresses without a login, for messages and credits."""
        return OpenImagesHost(split_login(self.images)[0], split_login(self.annotations)[0])

    @property
    def is_official(self) -> bool:
        """Whether these are the addresses that Google and CVDF publish."""
        return self == OpenImagesHost()

    def image(self, split: str, image_id: str) -> str:
        """Return the address of an image."""
        return f"{self.images}/{split}/{image_id}.jpg"

    def metadata(self, split: str) -> str:
        """Return the address of the table of images."""
        return f"{self.annotations}/{_METADATA[split]}"

    def labels(self, split: str) -> str:
        """Return the address of the table of labels that people have verified."""
        return f"{self.annotations}/{_LABELS[split]}"

    @property
    def class_names(self) -> str:
        """The address of the table of class names."""
        return f"{self.annotations}/v7/oidv7-class-descriptions.csv"


def open_images_host() -> OpenImagesHost:
    """Return the official addresses, or those in the environment variable of a mirror."""
    mirror = os.environ.get(_MIRROR, "").rstrip("/")
    return OpenImagesHost(mirror, mirror) if mirror else OpenImagesHost()
