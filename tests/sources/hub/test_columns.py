"""What becomes of the columns of a stranger's dataset, whatever they hold."""

from __future__ import annotations

import itertools

import datasets
import pytest
from loopback.hub import parquet
from loopback.open_images import jpeg

from cliplab import fetch_hub_images

_NUMBERS = itertools.count()
_TEXT = datasets.Value("string")


@pytest.fixture
def fetch(hub):
    """Fetch all of a dataset of three images with more columns, by its rows in their order."""

    def fetch(columns, kinds, **arguments):
        name = f"school/columns-{next(_NUMBERS)}"
        columns = {"photo": [jpeg(shade, 0) for shade in (0, 90, 180)]} | columns
        features = datasets.Features({"photo": datasets.Image()} | kinds)
        table = datasets.Dataset.from_dict(columns, features=features)
        card = b"---\nlicense: mit\n---\n"
        hub.add(f"datasets/{name}", {"README.md": card, "train.parquet": parquet(table)})
        images = fetch_hub_images(name, **arguments)
        return images[sorted(range(len(images)), key=images.image_ids.tolist().__getitem__)]

    return fetch


@pytest.mark.slow
def test_other_images_and_raw_bytes_are_left_out(fetch):
    images = fetch(
        {"mask": [jpeg(0, 0)] * 3, "blob": [b"x"] * 3, "word": ["a", "b", "c"]},
        {"mask": datasets.Image(), "blob": datasets.Value("binary"), "word": _TEXT},
    )
    assert set(images.dataset.column_names) == {"image", "image_id", "word", "license"}
    assert images.factor("word") == ["a", "b", "c"]


@pytest.mark.slow
def test_a_column_named_like_a_credit_that_holds_something_else_is_renamed(fetch):
    images = fetch(
        {"license": [1, 2, 3], "author": ["Ada", "Bo", "Cy"], "class_label": ["x", "y", "z"]},
        {"license": datasets.Value("int64"), "author": _TEXT, "class_label": _TEXT},
    )
    assert [(each.author, each.license) for each in images.attribution] == [
        ("Ada", "mit"),
        ("Bo", "mit"),
        ("Cy", "mit"),
    ]
    assert images.factor("hub_license") == [1, 2, 3]
    assert images.factor("hub_class_label") == ["x", "y", "z"]
    assert images.class_names == ()


@pytest.mark.slow
def test_the_licence_of_an_image_goes_before_that_of_the_dataset(fetch):
    images = fetch({"license": ["CC0", "", "CC BY 2.0"]}, {"license": _TEXT})
    assert [each.license for each in images.attribution] == ["CC0", "", "CC BY 2.0"]


@pytest.mark.slow
def test_images_without_a_class_are_not_in_the_first_class(fetch):
    kinds = {"kind": datasets.ClassLabel(names=["cat", "dog"])}
    images = fetch({"kind": [1, -1, None]}, kinds)
    assert images.class_labels.tolist() == [1, -1, -1]


@pytest.mark.slow
def test_of_two_columns_of_classes_none_is_chosen(fetch):
    kind, place = (datasets.ClassLabel(names=names) for names in (["cat", "dog"], ["sea", "land"]))
    columns, kinds = {"kind": [0, 1, 0], "place": [1, 1, 0]}, {"kind": kind, "place": place}
    assert fetch(columns, kinds).class_names == ()
    chosen = fetch(columns, kinds, label_column="place")
    assert chosen.class_names == ("sea", "land")
    assert chosen.class_labels.tolist() == [1, 1, 0]


@pytest.mark.slow
def test_raw_bytes_are_not_classes(fetch):
    with pytest.raises(ValueError, match=r"`label_column` must be .* one value.* Got 'blob'"):
        fetch({"blob": [b"x"] * 3}, {"blob": datasets.Value("binary")}, label_column="blob")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://example.org/1.jpg", "not in the dataset itself, which has only its address"),
        (__file__, "not in the dataset itself, which has only its address"),
        ("hf://datasets/school/nothing/1.jpg", "a file that the Hub does not have"),
    ],
)
def test_an_image_that_is_only_an_address_is_read_from_the_hub_only(fetch, address, reason):
    """A dataset of somebody else could name any file of this machine as its image."""
    kinds = {"photograph": {"bytes": datasets.Value("binary"), "path": _TEXT}}
    columns = {"photograph": [{"bytes": None, "path": address}] * 3}
    with pytest.raises(ValueError, match=f"images that can be read. Got 'photograph'.*{reason}"):
        fetch(columns, kinds, image_column="photograph")


@pytest.mark.slow
def test_a_column_without_any_image_is_refused_with_the_reason(fetch):
    with pytest.raises(ValueError, match=r"hold images that can be read. Got 'word' .* address"):
        fetch({"word": ["a", "b", "c"]}, {"word": _TEXT}, image_column="word")


@pytest.mark.slow
def test_classes_can_be_words_whatever_their_column_is_called(fetch):
    images = fetch({"image_id": ["a", "b", "a"]}, {"image_id": _TEXT}, label_column="image_id")
    assert images.class_names == ("a", "b")
    assert images.image_ids.tolist() == ["train-0", "train-1", "train-2"]
