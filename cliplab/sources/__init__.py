"""Sources of images: Open Images, the Hub, a folder, or scenes that the package draws."""

from cliplab.sources.folder import load_folder
from cliplab.sources.http.download import Patience
from cliplab.sources.hub import fetch_hub_images
from cliplab.sources.openimages import PEOPLE, OpenImagesHost, fetch_open_images
from cliplab.sources.storybook import load_storybook

__all__ = [
    "PEOPLE",
    "OpenImagesHost",
    "Patience",
    "fetch_hub_images",
    "fetch_open_images",
    "load_folder",
    "load_storybook",
]
