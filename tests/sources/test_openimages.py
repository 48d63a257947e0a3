"""Which images a sample of Open Images has, and what is known about them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from loopback.open_images import LICENSE, QUICK

from cliplab import fetch_open_images
from cliplab.sources import PEOPLE
from cliplab.sources.hash_sampling import hash_order
from cliplab.sources.openimages import OpenImagesHost


def _n_requested(small):
    return sum(n for path, n in small.server.requests.items() if path.endswith(".jpg"))


@pytest.mark.slow
def test_a_sample_is_the_head_of_the_hash_order_with_every_column(small, fetch):
    images = fetch(30, population="all", random_state=7)
    licensed = [name for name in small.ids if small.licenses[name] == LICENSE]
    expected = hash_order(licensed, 7)[:30]
    assert images.image_ids.tolist() == expected
    table = images.to_pandas()
    for row, name in enumerate(expected):
        known = table.loc[row]
        assert known["author"] == small.authors[name]
        assert known["title"] == small.titles[name]
        assert known["url"] == f"https://example.org/photos/{name}"
        assert known["author_url"] == f"https://example.org/people/{name[:4]}"
        assert known["license_url"] == LICENSE
        assert sorted(known["labels_present"]) == sorted(small.names(small.present[name]))
        assert sorted(known["labels_absent"]) == sorted(small.names(small.absent[name]))
        assert known["sha256"] == hashlib.sha256(images.file_bytes(row)).hexdigest()
        age = datetime.now(UTC) - datetime.fromisoformat(known["retrieved"])
        assert 0 <= age.total_seconds() < 600


@pytest.mark.slow
def test_ids_that_look_like_numbers_and_names_that_look_missing_stay_text(small, fetch):
    images = fetch(299, population="all")
    table = images.to_pandas().set_index("image_id")
    assert {"0000000000000012", "00012e3456789012", "1234567890123456"} <= set(table.index)
    assert table.loc["0000000000000012", "author"] == "NA"
    assert table.loc["00012e3456789012", "author"] == "null"


@pytest.mark.slow
def test_titles_with_line_breaks_are_whole_also_in_a_table_that_is_read_in_blocks(small, fetch):
    small.titles = {name: f"{name}\n" * 1200 for name in small.ids}
    small.make_tables()
    images = fetch(10)
    titles = [credit.title for credit in images.attribution]
    assert titles == [small.titles[name] for name in images.image_ids]


@pytest.mark.slow
def test_where_people_disagree_nothing_is_known(small, fetch):
    table = fetch(299, population="all").to_pandas().set_index("image_id")
    disputed = table.loc[small.ids[0]]
    assert "Animal" not in [*disputed["labels_present"], *disputed["labels_absent"]]


@pytest.mark.slow
def test_a_small_sample_is_the_head_of_a_large_one_and_another_seed_is_another(fetch):
    large, small_one, other = fetch(60), fetch(25), fetch(60, random_state=1)
    assert large.image_ids[:25].tolist() == small_one.image_ids.tolist()
    assert len(set(large.image_ids) & set(other.image_ids)) < 40


@pytest.mark.slow
def test_the_population_can_be_verified_images_or_all(small, fetch):
    verified = fetch(20)
    assert verified.provenance["population_size"] == sum(
        bool(small.present[name]) for name in small.ids if small.licenses[name] == LICENSE
    )
    assert fetch(20, population="all").provenance["population_size"] == len(small.ids) - 1
    assert all(len(names) for names in verified.to_pandas()["labels_present"])
    unlicensed = next(name for name in small.ids if small.licenses[name] != LICENSE)
    assert unlicensed not in fetch(299, population="all").image_ids


@pytest.mark.slow
def test_images_of_people_can_be_left_out(fetch):
    images = fetch(150, exclude_classes=PEOPLE)
    shown = {name for names in images.to_pandas()["labels_present"] for name in names}
    assert "Person" not in shown
    assert images.provenance["exclude_classes"] == tuple(sorted(PEOPLE))
    some = {name for names in fetch(150).to_pandas()["labels_present"] for name in names}
    assert "Person" in some


@pytest.mark.slow
def test_a_curated_sample_is_balanced_and_each_image_has_exactly_one_of_the_classes(fetch):
    images = fetch(classes=["cat", "Boat", "Tree"], per_class=12)
    assert images.class_names == ("Boat", "Cat", "Tree")
    assert Counter(images.class_labels.tolist()) == {0: 12, 1: 12, 2: 12}
    for row, names in enumerate(images.to_pandas()["labels_present"]):
        label = images.class_names[images.class_labels[row]]
        assert {"Cat", "Boat", "Tree"} & set(names) == {label}
    head = Counter(images.class_labels[:9].tolist())
    assert head == {0: 3, 1: 3, 2: 3}


@pytest.mark.slow
def test_without_a_number_for_each_class_every_class_gets_the_same_number(fetch):
    assert len(fetch(31, classes=["Cat", "Boat"])) == 30


@pytest.mark.slow
def test_the_class_of_an_image_is_its_rarest_that_others_share(small, fetch):
    images = fetch(200)
    population = Counter(
        code
        for name in small.ids
        if small.licenses[name] == LICENSE and small.present[name]
        for code in small.present[name]
    )
    for row, name in enumerate(images.image_ids):
        rarest = min(small.present[name], key=lambda code: population[code])
        assert images.class_names[images.class_labels[row]] == small.names([rarest])[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n_images": 0}, r"`n_images` must be a whole number of at least 1\. Got 0"),
        ({"split": "dev"}, "`split` must be one of 'validation', 'test', 'train'"),
        ({"random_state": -1}, "`random_state` must be a whole number from 0 to"),
        ({"population": "some"}, "`population` must be one of 'verified', 'all'"),
        ({"source": "moon"}, "`source` must be one of 'official', 'hub'. Got 'moon'"),
        ({"per_class": 3}, "`per_class` must come with `classes`"),
        (
            {"classes": ["Cat", "Boat"], "per_class": 0},
            "`per_class` must be a whole number of at least 1. Got 0",
        ),
        ({"classes": "Cat"}, "`classes` must be a list of texts. Got 'Cat'"),
        ({"classes": ["Cat"]}, "`classes` must name at least 2 classes"),
        ({"classes": ["Cat", "Baot"]}, "`classes` must hold classes .*: 'Boat'.* Got 'Baot'"),
        ({"exclude_classes": ["Persn"]}, "`exclude_classes` must hold classes .*'Person'"),
        ({"n_images": 5000}, r"`n_images` must be at most \d+, the number of .*\. Got 5000"),
        ({"classes": ["Cat", "Boat"], "per_class": 150}, r"other: Cat \d+, Boat \d+\. Got 150"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused(fetch, arguments, words):
    with pytest.raises(ValueError, match=words):
        fetch(**arguments)


def test_too_large_a_sample_is_refused_before_any_image_is_downloaded(small, fetch):
    with pytest.raises(ValueError, match="`n_images` must be at most"):
        fetch(5000)
    assert _n_requested(small) == 0


@pytest.mark.slow
def test_images_of_two_copies_are_saved_in_two_folders(small, fetch):
    first = fetch(5)
    n_requested = _n_requested(small)
    address = small.server.address.replace("127.0.0.1", "localhost")
    other = fetch(5, source=OpenImagesHost(address, address))
    assert other.image_ids.tolist() == first.image_ids.tolist()
    assert _n_requested(small) == 2 * n_requested


def test_a_school_can_name_its_own_copy(small, tmp_path, monkeypatch):
    monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", small.server.address + "/")
    images = fetch_open_images(5, cache_dir=tmp_path, patience=QUICK)
    assert len(images) == 5
    assert images.provenance["host"] == small.server.address


def test_images_stay_on_disk_and_not_in_memory(fetch):
    images = fetch(10)
    assert images.dataset.data.nbytes < 20_000
    assert np.asarray(images[3]).shape[2] == 3


def test_an_id_that_would_lead_out_of_the_folder_is_refused(small, fetch):
    path = next(path for path in small.tables if "rotation" in path)
    small.tables[path] = small.tables[path].replace(small.ids[4].encode(), b"../../../../etc/x")
    with pytest.raises(ValueError, match=r"not as expected .*an image id is not 16 digits"):
        fetch(5)


@pytest.mark.slow
def test_numbers_of_numpy_are_saved_as_numbers(fetch):
    images = fetch(np.int64(9), random_state=np.int64(2))
    assert json.loads(json.dumps(dict(images.provenance)))["random_state"] == 2
    curated = fetch(classes=["Cat", "Boat"], per_class=np.int64(3))
    assert json.loads(json.dumps(dict(curated.provenance)))["per_class"] == 3
