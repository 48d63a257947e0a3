"""One image over HTTP, checked before it is saved."""

from __future__ import annotations

from cliplab._core.request_errors import NotAvailableError
from cliplab.images.decoding import MAX_BYTES, MAX_PIXELS, decode_image
from cliplab.sources.http.download import Downloader


def fetch_image(
    downloader: Downloader, url: str, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS
) -> bytes:
    """Download an image file, and decode it once to see that it can be read.

    Parameters
    ----------
    downloader : Downloader
        Sends the requests.
    url : str
        The address of the image.
    max_bytes, max_pixels : int
        A larger image is refused.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    NotAvailableError
        If the server refuses it, or it is not an image; the message is the reason in a few words.
    ConnectionError
        If all tries failed.
    """
    file = downloader.fetch(url, max_bytes)
    try:
        decode_image(file, max_pixels)
    except ValueError as error:
        raise NotAvailableError(str(error)) from error
    return file
