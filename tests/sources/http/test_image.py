"""An image over HTTP, and how little a new source of images needs besides it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

import pytest
from loopback.open_images import QUICK, jpeg
from loopback.server import Answer, Server

from cliplab import ImageSet
from cliplab._core.request_errors import NotAvailableError
from cliplab._core.validation import require_count
from cliplab.images.columns import image_dataset
from cliplab.sources.hash_sampling import hash_order
from cliplab.sources.http.download import Downloader
from cliplab.sources.http.image import fetch_image


def test_a_file_that_is_not_an_image_is_refused_with_the_reason() -> None:
    with (
        Server(lambda request: Answer(b"<html>")) as server,
        pytest.raises(NotAvailableError, match="text instead of an image"),
    ):
        fetch_image(Downloader(patience=QUICK), server.address)


def _fetch_museum_images(manifest: str, n_images: int, *, random_state: int = 0) -> ImageSet:
    """A whole source: a sample of the images of an IIIF manifest."""
    require_count("n_images", n_images, least=1)
    downloader = Downloader(patience=QUICK)
    canvases = json.loads(downloader.fetch(manifest, 10**6))["items"]
    by_id = {canvas["id"]: canvas for canvas in canvases}
    columns = {name: [] for name in ("image", "image_id", "title", "license", "class_label")}
    skipped = []
    for image_id in hash_order(by_id, random_state):
        if len(columns["image"]) == n_images:
            break
        body = by_id[image_id]["items"][0]["items"][0]["body"]
        try:
            file = fetch_image(downloader, body["id"])
        except (NotAvailableError, ConnectionError) as error:
            skipped.append((image_id, str(error)))
            continue
        label = by_id[image_id]["label"]["en"][0]
        row = (file, image_id, label, by_id[image_id]["rights"], label.split()[0])
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    provenance = {"source": "museum", "manifest": manifest, "random_state": random_state}
    return ImageSet(image_dataset(columns), tuple(skipped), provenance)


@pytest.mark.slow
def test_a_source_of_a_museum_is_one_function() -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer | None:
        if request.path == "/manifest.json":
            return Answer(json.dumps({"items": canvases}).encode())
        number = int(request.path.removesuffix(".jpg").removeprefix("/"))
        return None if number == 3 else Answer(jpeg(number, 0))

    with Server(answer) as server:
        canvases = [
            {
                "id": f"canvas {number}",
                "label": {"en": [f"{'Vase' if number % 2 else 'Coin'} {number}"]},
                "rights": "CC0",
                "items": [{"items": [{"body": {"id": f"{server.address}/{number}.jpg"}}]}],
            }
            for number in range(9)
        ]
        images = _fetch_museum_images(f"{server.address}/manifest.json", 8)
        head = _fetch_museum_images(f"{server.address}/manifest.json", 4)

    assert (len(images), images.class_names) == (8, ("Coin", "Vase"))
    assert images.skipped == (("canvas 3", "HTTP 404 Not Found"),)
    assert head.image_ids.tolist() == images.image_ids[:4].tolist()
    assert str(images.attribution[0]) == f"“{images.to_pandas()['title'][0]}”, CC0"
    assert images[0].size == (48, 32)
