from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from loopback.open_images import LICENSE, QUICK, SmallOpenImages, jpeg
from loopback.server import FAULTS, nobody_there

from cliplab import fetch_open_images
from cliplab.pictures import decode_picture
from cliplab.sources import PEOPLE
from cliplab.sources.lots import by_lot
from cliplab.sources.openimages import OpenImagesHost
from cliplab.sources.openimages.rotation import turn_upright, turned_by

_NOT_FINAL = tuple(fault for fault in FAULTS if fault not in ("403", "404", "410"))


def _asked_for_pictures(small):
    return sum(n for path, n in small.server.asked.items() if path.endswith(".jpg"))


def test_a_sample_is_what_the_lots_say_and_has_all_that_is_known(small, fetch):
    images = fetch(30, population="all", random_state=7)
    licensed = [name for name in small.ids if small.licenses[name] == LICENSE]
    expected = by_lot(licensed, 7)[:30]
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


def test_ids_that_look_like_numbers_and_names_that_look_like_nothing_stay_text(small, fetch):
    images = fetch(299, population="all")
    table = images.to_pandas().set_index("image_id")
    assert {"0000000000000012", "00012e3456789012", "1234567890123456"} <= set(table.index)
    assert table.loc["0000000000000012", "author"] == "NA"
    assert table.loc["00012e3456789012", "author"] == "null"


def test_where_people_disagree_nothing_is_known(small, fetch):
    table = fetch(299, population="all").to_pandas().set_index("image_id")
    disputed = table.loc[small.ids[0]]
    assert "Animal" not in [*disputed["labels_present"], *disputed["labels_absent"]]


def test_a_small_sample_is_the_head_of_a_large_one_and_another_seed_is_another(fetch):
    large, small_one, other = fetch(60), fetch(25), fetch(60, random_state=1)
    assert large.image_ids[:25].tolist() == small_one.image_ids.tolist()
    assert len(set(large.image_ids) & set(other.image_ids)) < 40


def test_the_population_is_what_was_asked_for(small, fetch):
    verified = fetch(20)
    assert verified.provenance["population_size"] == sum(
        bool(small.present[name]) for name in small.ids if small.licenses[name] == LICENSE
    )
    assert fetch(20, population="all").provenance["population_size"] == len(small.ids) - 1
    assert all(len(names) for names in verified.to_pandas()["labels_present"])
    unlicensed = next(name for name in small.ids if small.licenses[name] != LICENSE)
    assert unlicensed not in fetch(299, population="all").image_ids


def test_pictures_of_people_can_be_left_out(fetch):
    images = fetch(150, exclude_classes=PEOPLE)
    shown = {name for names in images.to_pandas()["labels_present"] for name in names}
    assert "Person" not in shown
    assert images.provenance["exclude_classes"] == tuple(sorted(PEOPLE))
    some = {name for names in fetch(150).to_pandas()["labels_present"] for name in names}
    assert "Person" in some


def test_a_curated_sample_is_balanced_and_each_picture_has_exactly_one_of_the_classes(fetch):
    images = fetch(classes=["cat", "Boat", "Tree"], per_class=12)
    assert images.class_names == ("Boat", "Cat", "Tree")
    assert Counter(images.class_labels.tolist()) == {0: 12, 1: 12, 2: 12}
    for row, names in enumerate(images.to_pandas()["labels_present"]):
        label = images.class_names[images.class_labels[row]]
        assert {"Cat", "Boat", "Tree"} & set(names) == {label}
    head = Counter(images.class_labels[:9].tolist())
    assert head == {0: 3, 1: 3, 2: 3}


def test_without_a_number_for_each_class_the_images_are_shared_out(fetch):
    assert len(fetch(31, classes=["Cat", "Boat"])) == 30


def test_the_class_of_a_picture_is_its_rarest_that_others_share(small, fetch):
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
    ("asked", "words"),
    [
        ({"n_images": 0}, r"`n_images` must be a whole number of at least 1\. Got 0"),
        ({"split": "dev"}, "`split` must be one of 'validation', 'test', 'train'"),
        ({"random_state": -1}, "`random_state` must be a whole number of at least 0"),
        ({"population": "some"}, "`population` must be one of 'verified', 'all'"),
        ({"source": "moon"}, "`source` must be 'official' or 'hub'. Got 'moon'"),
        ({"per_class": 3}, "`per_class` must come with `classes`"),
        ({"classes": "Cat"}, "`classes` must be a list of class names. Got 'Cat'"),
        ({"classes": ["Cat"]}, "`classes` must name at least 2 classes"),
        ({"classes": ["Cat", "Baot"]}, "`classes` must hold classes .*: 'Boat'.* Got 'Baot'"),
        ({"exclude_classes": ["Persn"]}, "`exclude_classes` must hold classes .*'Person'"),
        ({"n_images": 5000}, r"`n_images` must be at most \d+, for so many there are. Got 5000"),
        ({"classes": ["Cat", "Boat"], "per_class": 150}, r"others: Cat \d+, Boat \d+\. Got 150"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(fetch, asked, words):
    with pytest.raises(ValueError, match=words):
        fetch(**asked)


def test_a_sample_that_was_too_small_one_day_is_tried_again_the_next(small, fetch):
    licensed = [name for name in small.ids if small.licenses[name] == LICENSE]
    n_all, lost = len(licensed), f"{by_lot(licensed, 0)[3]}.jpg"
    small.server.fault = lambda path, times: "404" if path.endswith(lost) else None
    with pytest.raises(ValueError, match=rf"`n_images` must be at most {n_all - 1}"):
        fetch(n_all, population="all")
    small.server.fault = lambda path, times: None
    assert len(fetch(n_all, population="all")) == n_all


def test_what_was_fetched_is_not_fetched_again(small, fetch):
    first = fetch(20)
    n_asked = small.server.asked.total()
    again, more = fetch(20), fetch(25)
    assert again.image_ids.tolist() == first.image_ids.tolist()
    assert again.to_pandas().equals(first.to_pandas())
    assert len(more) == 25
    assert small.server.asked.total() == n_asked + 5


def test_a_network_that_goes_and_comes_again_loses_nothing(small, fetch):
    came, asked_again = set(), set()

    def cut(path, times):
        if not path.endswith(".jpg"):
            return None
        if len(came) >= 30:
            return "reset"
        came.add(path)
        return None

    def whole(path, times):
        if path.endswith(".jpg"):
            asked_again.add(path)

    small.server.fault = cut
    with pytest.raises(ConnectionError, match=r"After \d+ pictures, 20 in a row .* run the cell"):
        fetch(100)
    small.server.fault = whole
    images = fetch(100)
    assert len(images) == 100
    assert images.skipped == ()
    assert len(came) >= 30
    assert came.isdisjoint(asked_again)


@pytest.mark.parametrize("fault", [*_NOT_FINAL, None])
def test_what_passes_is_asked_for_again_and_costs_no_picture(small, fetch, fault):
    """Each picture fails once; only what a server says for good, or a wrong picture, is final."""
    small.server.seconds = 1.0 if fault == "timeout" else 0.3
    small.server.fault = lambda path, times: fault if ".jpg" in path and times == 1 else None
    is_final = fault in ("corrupt", "html", "wrong length")
    if is_final:
        with pytest.raises(ConnectionError, match="20 in a row"):
            fetch(30)
        return
    images = fetch(12)
    assert len(images) == 12
    assert images.skipped == ()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("403", "HTTP 403"),
        ("404", "HTTP 404"),
        ("410", "HTTP 410"),
        ("429", "HTTP 429"),
        ("500", "HTTP 500"),
        ("503", "HTTP 503"),
        ("timeout", "no answer in time"),
        ("reset", "the connection was closed"),
        ("slow", "slower than 0.6 s"),
        ("truncated", "the answer was cut off"),
        ("wrong length", "damaged: "),
        ("corrupt", "damaged: |not a picture"),
        ("html", "text instead of a picture, perhaps a web page"),
    ],
)
@pytest.mark.filterwarnings("ignore:Some pictures could not be had today")
def test_a_picture_that_cannot_be_had_is_replaced_by_the_next_and_listed(
    small, fetch, fault, reason
):
    lots = by_lot([n for n in small.ids if small.present[n] and small.licenses[n] == LICENSE], 0)
    bad = {f"/validation/{name}.jpg" for name in lots[1:7:3]}
    small.server.fault = lambda path, times: fault if path in bad else None
    images = fetch(8)
    assert images.image_ids.tolist() == [name for i, name in enumerate(lots) if i not in (1, 4)][:8]
    assert [name for name, _ in images.skipped] == [lots[1], lots[4]]
    for _, words in images.skipped:
        assert re.search(reason, words), words
    tries = 1 if fault in ("403", "404", "410", "wrong length", "corrupt", "html") else 4
    assert [small.server.asked[path] for path in sorted(bad)] == [tries, tries]


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore:Some pictures could not be had today")
def test_of_a_thousand_all_arrive_though_one_in_five_fails_for_good_in_every_way(tmp_path, proof):
    small = SmallOpenImages(1600)
    lots = random.Random(1)
    proof(1000, 1000, "pictures of 1,000 arrived, with 13 kinds of fault in one of five")
    fault_of = {name: lots.choice(FAULTS) for name in small.ids if lots.random() < 0.2}
    small.server.seconds = 0.4
    small.server.fault = lambda path, times: fault_of.get(path[-20:-4])
    with small.server:
        host = OpenImagesHost(small.server.address, small.server.address)
        patience = dataclasses.replace(QUICK, tries=2)
        images = fetch_open_images(
            1000, population="all", source=host, cache_dir=tmp_path, patience=patience
        )
    assert len(images) == 1000
    licensed = by_lot([n for n in small.ids if small.licenses[n] == LICENSE], 0)
    expected = [name for name in licensed if name not in fault_of][:1000]
    assert images.image_ids.tolist() == expected
    last = licensed.index(expected[-1])
    assert {name for name, _ in images.skipped} == {
        name for name in licensed[:last] if name in fault_of
    }


def test_a_server_that_asks_to_wait_is_given_the_time(small, fetch):
    asked_at = {}

    def busy(path, times):
        asked_at.setdefault(path, []).append(time.monotonic())
        return "429" if ".jpg" in path and times == 1 else None

    small.server.fault, small.server.retry_after = busy, "1"
    fetch(3)
    waits = [times[1] - times[0] for path, times in asked_at.items() if ".jpg" in path]
    assert len(waits) == 3
    assert min(waits) >= 1.0


def test_a_server_that_asks_for_more_time_than_a_class_has_is_left(small, fetch):
    small.server.fault, small.server.retry_after = (
        (lambda path, times: "429" if ".jpg" in path else None),
        "3600",
    )
    with pytest.raises(ConnectionError, match=r"20 in a row .*HTTP 429"):
        fetch(30)
    assert max(small.server.asked[path] for path in small.server.asked if ".jpg" in path) == 1


def test_a_network_that_wants_a_login_is_said_to(small, fetch):
    small.server.fault = lambda path, times: "html"
    with pytest.raises(
        ValueError, match=r"tables of Open Images .* are not what is expected .*log"
    ):
        fetch(10)
    small.server.fault = lambda path, times: None
    assert len(fetch(10)) == 10, "the wrong tables must not stay"
    small.server.fault = lambda path, times: "html"
    with pytest.raises(ConnectionError, match=r"web page.* if it wants you to log in"):
        fetch(60)


@pytest.mark.parametrize("fault", ["truncated", "reset", "500", "timeout"])
def test_a_table_that_breaks_off_is_gone_on_with_where_it_stood(small, fetch, fault):
    small.server.fault = lambda path, times: fault if ".csv" in path and times == 1 else None
    assert len(fetch(5)) == 5
    assert bool(small.server.ranges) == (fault == "truncated")


def test_a_table_is_gone_on_with_by_the_next_call_too(small, fetch, tmp_path):
    labels = "/v7/oidv7-val-annotations-human-imagelabels.csv"
    small.server.fault = lambda path, times: "truncated" if path == labels else None
    with pytest.raises(ConnectionError, match="cut off"):
        fetch(5)
    assert list((tmp_path / "cache").rglob("*.left"))
    small.server.fault = lambda path, times: None
    assert len(fetch(5)) == 5
    assert not [*(tmp_path / "cache").rglob("*.part"), *(tmp_path / "cache").rglob("*.left")]
    assert not list((tmp_path / "cache").rglob("*.csv"))


def test_a_table_that_changes_meanwhile_is_begun_anew(small, fetch):
    path = "/v7/oidv7-class-descriptions.csv"
    small.server.fault = lambda p, times: "truncated" if p == path and times == 1 else None
    whole = small.tables[path]
    small.tables[path] = whole + b"/m/0k4j,Car\r\n"
    small.server.changes[path] = {1: whole}
    assert len(fetch(5)) == 5


def test_a_table_that_is_not_what_its_checksum_says_is_fetched_again(small, fetch):
    path = "/v7/oidv7-class-descriptions.csv"
    digest = base64.b64encode(hashlib.md5(small.tables[path]).digest()).decode()
    small.server.headers[path] = {"x-goog-hash": f"crc32c=AAAAAA==, md5={digest}"}
    small.server.fault = lambda p, times: "corrupt" if p == path and times == 1 else None
    assert len(fetch(5)) == 5
    assert small.server.asked[path] == 2


@pytest.mark.parametrize(
    ("degrees", "orientation", "size", "by"),
    [
        (0.0, 0, (48, 32), "nothing"),
        (90.0, 0, (32, 48), "table"),
        (90.0, 6, (32, 48), "camera"),
        (0.0, 3, (48, 32), "camera"),
        (float("nan"), 0, (48, 32), "nothing"),
    ],
)
def test_a_picture_is_turned_by_its_notes_or_by_the_table_and_never_by_both(
    degrees, orientation, size, by
):
    file = turn_upright(jpeg(100, orientation), degrees)
    picture = decode_picture(file)
    assert picture.size == size
    assert turned_by(file) == by
    if by == "table":  # Dark was on the left; a quarter against the clock brings it to the bottom.
        assert picture.getpixel((16, 44))[1] < 60 < picture.getpixel((16, 4))[1]
        assert turn_upright(file, degrees) == file
    if by == "camera" and orientation == 6:  # A quarter with the clock: dark is at the top.
        assert picture.getpixel((16, 4))[1] < 60


def test_how_a_picture_was_turned_is_written_down(small, fetch):
    small.exif = dict.fromkeys(small.ids[10:20], 6)
    images = fetch(299, population="all")
    changes = images.to_pandas().set_index("image_id")["changes"]
    for row, name in enumerate(images.image_ids):
        turned = small.rotations[name] == "90.0" and name not in small.exif
        assert bool(changes[name]) == turned
        assert images[row].size == ((32, 48) if turned or name in small.exif else (48, 32))


def test_nobody_there_is_said_within_seconds_and_with_what_to_do_instead(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with nobody_there() as address:
        host = OpenImagesHost(address, address)
        with pytest.raises(ConnectionError, match="its mirror cannot heed `classes` or `excl"):
            fetch_open_images(source=host, cache_dir=tmp_path, classes=["Cat", "Boat"])
        warnings.filterwarnings("ignore", message="Open Images cannot be reached .*no connection")
        with pytest.raises(
            ConnectionError, match=r"Neither Open Images nor its mirror.*fetch_pack\(\)"
        ):
            fetch_open_images(5, source=host, cache_dir=tmp_path)


def test_a_school_can_name_its_own_copy(small, tmp_path, monkeypatch):
    monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", small.server.address + "/")
    images = fetch_open_images(5, cache_dir=tmp_path, patience=QUICK)
    assert len(images) == 5
    assert images.provenance["host"] == small.server.address


def test_pictures_stay_on_disk_and_not_in_memory(fetch):
    images = fetch(10)
    assert images.dataset.data.nbytes < 20_000
    assert np.asarray(images[3]).shape[2] == 3


def test_a_sample_with_a_skip_is_the_same_the_next_time_and_needs_no_network(small, fetch):
    lots = by_lot([n for n in small.ids if small.present[n] and small.licenses[n] == LICENSE], 0)
    small.server.fault = lambda path, times: "404" if lots[2] in path else None
    first = fetch(10)
    assert [name for name, _ in first.skipped] == [lots[2]]
    n_asked = small.server.asked.total()
    again = fetch(10)
    assert again.image_ids.tolist() == first.image_ids.tolist()
    assert again.skipped == first.skipped
    assert small.server.asked.total() == n_asked


def test_that_chance_has_changed_a_sample_is_said_and_it_stays_as_it_is(small, fetch):
    lots = by_lot([n for n in small.ids if small.present[n] and small.licenses[n] == LICENSE], 0)
    small.server.fault = lambda path, times: "503" if lots[2] in path else None
    with pytest.warns(UserWarning, match=r"others may get others.* delete .*samples.*json"):
        first = fetch(10)
    small.server.fault = lambda path, times: None
    assert fetch(10).image_ids.tolist() == first.image_ids.tolist()


@pytest.mark.parametrize("status", ["403", "404"])
def test_a_filter_that_refuses_the_tables_is_said_to(small, fetch, status):
    small.server.fault = lambda path, times: status if ".csv" in path else None
    with pytest.raises(ConnectionError, match=rf"HTTP {status}.* a filter of this network"):
        fetch(5)


def test_an_id_that_would_lead_out_of_the_folder_is_refused(small, fetch):
    path = next(path for path in small.tables if "rotation" in path)
    small.tables[path] = small.tables[path].replace(small.ids[4].encode(), b"../../../../etc/x")
    with pytest.raises(ValueError, match=r"not what is expected .*an image id is not 16 digits"):
        fetch(5)


def test_another_split_says_how_many_there_are(fetch):
    assert fetch(np.int64(3), random_state=np.int64(2)).provenance["n_images"] == 3


_FETCH = """
import sys
from cliplab import fetch_open_images
print("begun", flush=True)
try:
    fetch_open_images(60, cache_dir=sys.argv[1])
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def test_who_stops_it_is_free_at_once_and_loses_nothing(small, fetch, tmp_path):
    n_quick, cache = 25, tmp_path / "cache"
    small.server.seconds = 60
    small.server.fault = lambda path, times: (
        "timeout" if ".jpg" in path and _asked_for_pictures(small) > n_quick else None
    )
    environment = os.environ | {"CLIPLAB_OPEN_IMAGES_MIRROR": small.server.address}
    process = subprocess.Popen(
        [sys.executable, "-c", _FETCH, str(cache)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "begun\n"
        while len(list(cache.rglob("*.jpg"))) < n_quick:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        told = process.stdout.readline()
        assert told == "Stopped. What was fetched is kept: run the cell again to go on.\n"
        assert process.stdout.readline() == "stopped\n"
    finally:
        process.kill()
        process.communicate()
    n_asked = _asked_for_pictures(small)
    small.server.fault = lambda path, times: None
    assert len(fetch(60)) == 60
    assert _asked_for_pictures(small) - n_asked == 60 - n_quick
