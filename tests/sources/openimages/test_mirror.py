"""The mirror of Open Images on the Hub: tried when the official host is away, honest about it."""

from __future__ import annotations

import io

import datasets
import pytest
from loopback.open_images import jpeg
from loopback.server import nobody_there

from cliplab import fetch_open_images
from cliplab.sources import PEOPLE
from cliplab.sources.openimages import OpenImagesHost
from cliplab.sources.openimages.mirror import MIRROR


@pytest.fixture
def mirror(hub):
    """Forty images, every second one with a cat, every fifth with a person."""
    boxes = [
        [{"label": "Cat"}] * (row % 2 == 0) * 2 + [{"label": "Person"}] * (row % 5 == 0)
        for row in range(40)
    ]
    table = datasets.Dataset.from_dict(
        {"image": [jpeg(row, 0) for row in range(40)], "objects": boxes},
        features=datasets.Features(
            {"image": datasets.Image(), "objects": [{"label": datasets.Value("string")}]}
        ),
    )
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    return hub.add(f"datasets/{MIRROR}", {"data/validation-0.parquet": buffer.getvalue()})


@pytest.mark.slow
def test_the_provenance_of_a_sample_lists_what_the_mirror_lacks(mirror):
    images = fetch_open_images(12, source="hub")
    assert len(images) == 12
    assert images.class_names == ("Cat", "Person")
    assert images.provenance["lacks"] == "image ids, authors, licences, verified absences"
    assert images.provenance["host"] == MIRROR
    assert images.provenance["max_row_groups"] == 4
    for row, names in enumerate(images.to_pandas()["labels_present"]):
        number = int(images.image_ids[row].removeprefix("validation-"))
        assert ("Cat" in names) == (number % 2 == 0)


@pytest.mark.slow
def test_people_can_be_left_out_of_the_mirror_too(mirror):
    images = fetch_open_images(40, source="hub", exclude_classes=PEOPLE)
    assert len(images) == 32
    assert "Person" not in images.class_names


def test_the_mirror_cannot_be_curated(mirror):
    with pytest.raises(ValueError, match="`classes` must be left out with source='hub'"):
        fetch_open_images(source="hub", classes=["Cat", "Person"])


@pytest.mark.slow
def test_the_mirror_is_tried_where_the_official_host_does_not_answer(mirror, tmp_path):
    with nobody_there() as address:
        host = OpenImagesHost(address, address)
        with pytest.warns(UserWarning, match=r"cannot be reached .*A mirror .*without authors"):
            images = fetch_open_images(6, source=host, cache_dir=tmp_path)
    assert images.provenance["host"] == MIRROR


@pytest.mark.slow
def test_with_excluded_classes_the_mirror_is_used_only_on_request(mirror, tmp_path):
    assert len(fetch_open_images(40, source="hub", exclude_classes=["person"])) == 32
    with nobody_there() as address:
        host = OpenImagesHost(address, address)
        with pytest.raises(ConnectionError, match="does not support `classes`"):
            fetch_open_images(5, source=host, cache_dir=tmp_path, exclude_classes=PEOPLE)
