"""Open Images over a network that fails in every way, and with full disks and interrupts."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
import warnings

import numpy as np
import pytest
from loopback.misbehaviour import FAULTS
from loopback.open_images import LICENSE, QUICK, SmallOpenImages
from loopback.server import nobody_there
from PIL import Image

from cliplab import Embeddings, fetch_open_images, save_pack
from cliplab.sources.hash_sampling import hash_order
from cliplab.sources.openimages import OpenImagesHost
from cliplab.sources.openimages.host import open_images_host

_NOT_FINAL = tuple(fault for fault in FAULTS if fault not in ("403", "404", "410"))


def _in_hash_order(small):
    """The ids of the default population, in the order in which they are sampled."""
    ids = [n for n in small.ids if small.present[n] and small.licenses[n] == LICENSE]
    return hash_order(ids, 0)


def _n_requested(small):
    # The list is made at once: the server counts in threads of its own.
    requests = list(small.server.requests.items())
    return sum(n for path, n in requests if path.endswith(".jpg"))


@pytest.mark.slow
def test_a_sample_that_was_too_small_is_tried_again_at_the_next_call(small, fetch):
    licensed = [name for name in small.ids if small.licenses[name] == LICENSE]
    n_all, lost = len(licensed), f"{hash_order(licensed, 0)[3]}.jpg"
    small.server.fault = lambda path, times: "404" if path.endswith(lost) else None
    with pytest.raises(ValueError, match=rf"`n_images` must be at most {n_all - 1}"):
        fetch(n_all, population="all")
    small.server.fault = lambda path, times: None
    assert len(fetch(n_all, population="all")) == n_all


@pytest.mark.slow
def test_what_was_fetched_is_not_fetched_again(small, fetch):
    first = fetch(20)
    n_requested = small.server.requests.total()
    again, more = fetch(20), fetch(25)
    assert again.image_ids.tolist() == first.image_ids.tolist()
    assert again.to_pandas().equals(first.to_pandas())
    assert len(more) == 25
    assert small.server.requests.total() == n_requested + 5


@pytest.mark.slow
def test_after_a_network_failure_saved_images_are_not_downloaded_again(small, fetch):
    arrived, requested_again = set(), set()

    def cut(path, times):
        if not path.endswith(".jpg"):
            return None
        if len(arrived) >= 30:
            return "reset"
        arrived.add(path)
        return None

    def whole(path, times):
        if path.endswith(".jpg"):
            requested_again.add(path)

    small.server.fault = cut
    with pytest.raises(ConnectionError, match=r"After \d+ images, 20 in a row .* run the cell"):
        fetch(100)
    small.server.fault = whole
    images = fetch(100)
    assert len(images) == 100
    assert images.skipped == ()
    assert len(arrived) >= 30
    assert arrived.isdisjoint(requested_again)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*_NOT_FINAL, None])
def test_a_request_that_failed_for_a_moment_is_repeated_and_costs_no_image(small, fetch, fault):
    """Each image fails once; only a permanent refusal, or a wrong image, is final."""
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


@pytest.mark.slow
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
        ("corrupt", "damaged: |not an image"),
        ("html", "text instead of an image, perhaps a web page"),
    ],
)
@pytest.mark.filterwarnings("ignore:Some images could not be downloaded today")
def test_an_image_that_cannot_be_downloaded_is_replaced_by_the_next_and_listed(
    small, fetch, fault, reason
):
    ids = _in_hash_order(small)
    bad = {f"/validation/{name}.jpg" for name in ids[1:7:3]}
    small.server.fault = lambda path, times: fault if path in bad else None
    images = fetch(8)
    assert images.image_ids.tolist() == [name for i, name in enumerate(ids) if i not in (1, 4)][:8]
    assert [name for name, _ in images.skipped] == [ids[1], ids[4]]
    for _, words in images.skipped:
        assert re.search(reason, words), words
    tries = 1 if fault in ("403", "404", "410", "wrong length", "corrupt", "html") else 4
    assert [small.server.requests[path] for path in sorted(bad)] == [tries, tries]


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.filterwarnings("ignore:Some images could not be downloaded today")
def test_of_a_thousand_all_arrive_though_one_in_five_fails_for_good_in_every_way(tmp_path, proof):
    small = SmallOpenImages(1600)
    generator = random.Random(1)
    proof(1000, 1000, "images of 1,000 arrived, with 13 kinds of fault in one of five")
    fault_of = {name: generator.choice(FAULTS) for name in small.ids if generator.random() < 0.2}
    small.server.seconds = 0.4
    small.server.fault = lambda path, times: fault_of.get(path[-20:-4])
    with small.server:
        host = OpenImagesHost(small.server.address, small.server.address)
        patience = dataclasses.replace(QUICK, tries=2)
        images = fetch_open_images(
            1000, population="all", source=host, cache_dir=tmp_path, patience=patience
        )
    assert len(images) == 1000
    licensed = hash_order([n for n in small.ids if small.licenses[n] == LICENSE], 0)
    expected = [name for name in licensed if name not in fault_of][:1000]
    assert images.image_ids.tolist() == expected
    last = licensed.index(expected[-1])
    assert {name for name, _ in images.skipped} == {
        name for name in licensed[:last] if name in fault_of
    }


@pytest.mark.slow
def test_a_request_waits_as_long_as_the_server_asks(small, fetch):
    requested_at = {}

    def busy(path, times):
        requested_at.setdefault(path, []).append(time.monotonic())
        return "429" if ".jpg" in path and times == 1 else None

    small.server.fault, small.server.retry_after = busy, "1"
    fetch(3)
    waits = [times[1] - times[0] for path, times in requested_at.items() if ".jpg" in path]
    assert len(waits) == 3
    assert min(waits) >= 1.0


@pytest.mark.slow
def test_a_server_that_asks_for_too_long_a_wait_is_given_up(small, fetch):
    small.server.fault, small.server.retry_after = (
        (lambda path, times: "429" if ".jpg" in path else None),
        "3600",
    )
    with pytest.raises(ConnectionError, match=r"20 in a row .*HTTP 429"):
        fetch(30)
    assert max(small.server.requests[path] for path in small.server.requests if ".jpg" in path) == 1


@pytest.mark.slow
def test_a_network_that_asks_for_a_login_is_named_in_the_error(small, fetch):
    small.server.fault = lambda path, times: "html"
    with pytest.raises(ValueError, match=r"tables of Open Images .* are not as expected .*log"):
        fetch(10)
    small.server.fault = lambda path, times: None
    assert len(fetch(10)) == 10, "the wrong tables must not stay"
    small.server.fault = lambda path, times: "html"
    with pytest.raises(ConnectionError, match=r"web page.* if it asks you to log in"):
        fetch(60)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["truncated", "reset", "500", "timeout"])
def test_the_download_of_a_table_that_was_cut_off_is_resumed(small, fetch, fault):
    small.server.fault = lambda path, times: fault if ".csv" in path and times == 1 else None
    assert len(fetch(5)) == 5
    assert bool(small.server.ranges) == (fault == "truncated")


@pytest.mark.slow
def test_the_next_call_resumes_the_download_of_a_table_too(small, fetch, tmp_path):
    labels = "/v7/oidv7-val-annotations-human-imagelabels.csv"
    small.server.fault = lambda path, times: "truncated" if path == labels else None
    with pytest.raises(ConnectionError, match="cut off"):
        fetch(5)
    assert list((tmp_path / "cache").rglob("*.left"))
    small.server.fault = lambda path, times: None
    assert len(fetch(5)) == 5
    whole = next(path for path in small.tables if "rotation" in path)
    assert small.server.requests[whole] == 1
    assert not [*(tmp_path / "cache").rglob("*.part"), *(tmp_path / "cache").rglob("*.left")]
    assert not list((tmp_path / "cache").rglob("*.csv"))


def test_the_download_of_a_table_that_changes_starts_again(small, fetch):
    path = "/v7/oidv7-class-descriptions.csv"
    small.server.fault = lambda p, times: "truncated" if p == path and times == 1 else None
    whole = small.tables[path]
    small.tables[path] = whole + b"/m/0k4j,Car\r\n"
    small.server.changes[path] = {1: whole}
    assert len(fetch(5)) == 5


def test_a_table_with_a_wrong_checksum_is_downloaded_again(small, fetch):
    path = "/v7/oidv7-class-descriptions.csv"
    digest = base64.b64encode(hashlib.md5(small.tables[path]).digest()).decode()
    small.server.headers[path] = {"x-goog-hash": f"crc32c=AAAAAA==, md5={digest}"}
    small.server.fault = lambda p, times: "corrupt" if p == path and times == 1 else None
    assert len(fetch(5)) == 5
    assert small.server.requests[path] == 2


@pytest.mark.slow
def test_an_index_that_another_notebook_has_made_is_used(small, fetch, tmp_path):
    """It deleted the tables while the last one was being downloaded."""
    fetch(5, cache_dir=tmp_path / "theirs")
    index = next((tmp_path / "theirs").rglob("index-*.sealed"))

    def another_notebook_finishes(path, times):
        ours = tmp_path / "ours" / index.relative_to(tmp_path / "theirs").parent
        if path.endswith("class-descriptions.csv"):
            shutil.copy(index, ours)
            for table in ours.glob("*.csv"):
                table.unlink()

    small.server.fault = another_notebook_finishes
    assert len(fetch(5, cache_dir=tmp_path / "ours")) == 5


@pytest.mark.slow
def test_an_image_file_that_was_deleted_is_downloaded_again(small, fetch, tmp_path):
    first = fetch(10)
    n_requested = small.server.requests.total()
    next((tmp_path / "cache").rglob(f"{first.image_ids[4]}.jpg")).unlink()
    assert fetch(10).image_ids.tolist() == first.image_ids.tolist()
    assert small.server.requests.total() == n_requested + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "n_more", "reason"),
    [((2001, 2000), 0, "too large: 2001 × 2000 pixels"), ((8, 8), 12_000_000, "larger than 12 MB")],
)
def test_an_image_that_is_too_large_is_replaced(small, fetch, size, n_more, reason):
    ids = _in_hash_order(small)
    buffer, image = io.BytesIO(), small.image
    Image.new("RGB", size).save(buffer, "JPEG")
    large = buffer.getvalue() + bytes(n_more)
    small.image = lambda name: large if name == ids[2] else image(name)
    images = fetch(5, patience=dataclasses.replace(QUICK, whole=30))
    assert images.image_ids.tolist() == [*ids[:2], *ids[3:6]]
    assert images.skipped[0][0] == ids[2]
    assert reason in images.skipped[0][1]


@pytest.mark.slow
def test_on_a_full_disk_no_partial_image_is_saved(fetch):
    fetch(5)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        with pytest.raises(OSError, match="cannot be written: "):
            fetch(20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    images = fetch(20)
    assert all(image.size in ((48, 32), (32, 48)) for image in images)


@pytest.mark.slow
def test_after_a_sample_was_given_up_no_request_is_sent(small, fetch):
    """Downloads that wait for their next try must not go on in the background."""
    small.server.fault = lambda path, times: "429" if ".jpg" in path else None
    small.server.retry_after = "2"
    with pytest.raises(ConnectionError, match="20 in a row"):
        fetch(60, patience=dataclasses.replace(QUICK, tries=2))
    time.sleep(1)  # Until the server has counted the requests that were on their way.
    n_requested = small.server.requests.total()
    time.sleep(2.2)
    assert small.server.requests.total() == n_requested


def test_a_host_that_does_not_answer_is_an_error_with_alternatives(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with nobody_there() as address:
        host = OpenImagesHost(address, address)
        with pytest.raises(ConnectionError, match="mirror does not support `classes` and `excl"):
            fetch_open_images(source=host, cache_dir=tmp_path, classes=["Cat", "Boat"])
        warnings.filterwarnings("ignore", message="Open Images cannot be reached .*no connection")
        with pytest.raises(
            ConnectionError, match=r"Neither Open Images nor its mirror.*fetch_pack\(\)"
        ):
            fetch_open_images(5, source=host, cache_dir=tmp_path)


def test_an_image_host_that_does_not_answer_is_an_error_though_the_tables_are_saved(small, fetch):
    with nobody_there() as address:
        host = OpenImagesHost(address, small.server.address)
        with pytest.raises(ConnectionError, match=r"cannot be reached .*no connection"):
            fetch(source=host, classes=["Cat", "Boat"])


@pytest.mark.slow
def test_a_sample_with_a_skip_is_the_same_the_next_time_and_needs_no_network(small, fetch):
    ids = _in_hash_order(small)
    small.server.fault = lambda path, times: "404" if ids[2] in path else None
    first = fetch(10)
    assert [name for name, _ in first.skipped] == [ids[2]]
    n_requested = small.server.requests.total()
    again = fetch(10)
    assert again.image_ids.tolist() == first.image_ids.tolist()
    assert again.skipped == first.skipped
    assert small.server.requests.total() == n_requested


@pytest.mark.slow
def test_a_warning_says_that_chance_has_changed_a_sample_which_then_stays_the_same(small, fetch):
    ids = _in_hash_order(small)
    small.server.fault = lambda path, times: "503" if ids[2] in path else None
    with pytest.warns(UserWarning, match=r"computer may get others.* delete .*samples.*sealed"):
        first = fetch(10)
    small.server.fault = lambda path, times: None
    assert fetch(10).image_ids.tolist() == first.image_ids.tolist()


@pytest.mark.parametrize("status", ["403", "404"])
def test_a_filter_that_refuses_the_tables_is_named_in_the_error(small, fetch, status):
    small.server.fault = lambda path, times: status if ".csv" in path else None
    with pytest.raises(ConnectionError, match=rf"HTTP {status}.* a filter of this network"):
        fetch(5)


_FETCH = """
import signal, sys
# Whoever runs the tests in the background may have had it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from cliplab import Embeddings, fetch_open_images, save_pack
print("begun", flush=True)
try:
    fetch_open_images(60, cache_dir=sys.argv[1])
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.slow
def test_an_interrupt_ends_the_call_at_once_and_loses_nothing(small, fetch, tmp_path):
    n_quick, cache = 25, tmp_path / "cache"
    small.server.seconds = 60
    small.server.fault = lambda path, times: (
        "timeout" if ".jpg" in path and _n_requested(small) > n_quick else None
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
        message = process.stdout.readline()
        assert message == "Stopped. What was downloaded is saved: run the cell again to go on.\n"
        assert process.stdout.readline() == "stopped\n"
    finally:
        process.kill()
        process.communicate()
    n_requested = _n_requested(small)
    small.server.fault = lambda path, times: None
    assert len(fetch(60)) == 60
    assert _n_requested(small) - n_requested == 60 - n_quick


_DAMAGES = {
    "emptied": lambda file: b"",
    "cut": lambda file: file[: len(file) // 2],
    "zeroed": lambda file: bytes(len(file)),
    "a page": lambda file: b"<!DOCTYPE html><p>Log in",
    "one bit": lambda file: file[:-20] + bytes([file[-20] ^ 1]) + file[-19:],
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", _DAMAGES)
@pytest.mark.parametrize("pattern", ["*.jpg", "index-*.sealed", "samples/*.sealed"])
def test_what_is_damaged_in_the_cache_is_fetched_anew_once_with_a_warning(
    small, fetch, tmp_path, damage, pattern
):
    first = fetch(6)
    files = [first.file_bytes(row) for row in range(6)]
    path = next((tmp_path / "cache").rglob(pattern))
    path.write_bytes(_DAMAGES[damage](path.read_bytes()))
    n_requested = small.server.requests.total()
    with pytest.warns(UserWarning, match="^Damaged in the cache, and therefore fetched anew: "):
        again = fetch(6)
    assert again.image_ids.tolist() == first.image_ids.tolist()
    assert [again.file_bytes(row) for row in range(6)] == files
    n_new = {"*.jpg": 1, "index-*.sealed": 3, "samples/*.sealed": 0}[pattern]
    assert small.server.requests.total() == n_requested + n_new
    assert fetch(6).image_ids.tolist() == first.image_ids.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["emptied", "cut", "zeroed", "a page"])
def test_a_damaged_image_is_found_by_another_sample_too(fetch, tmp_path, damage):
    first = fetch(4)
    path = next((tmp_path / "cache").rglob(f"{first.image_ids[2]}.jpg"))
    path.write_bytes(_DAMAGES[damage](path.read_bytes()))
    with pytest.warns(UserWarning, match="fetched anew: 1 images, such as"):
        images = fetch(8)
    assert all(image.size in ((48, 32), (32, 48)) for image in images)


@pytest.mark.slow
def test_a_password_in_an_address_is_sent_and_stands_nowhere(small, tmp_path, monkeypatch, capfd):
    seen, answer = set(), small.server.answer

    def guarded(request):
        seen.add(request.headers.get("Authorization"))
        return answer(request)

    small.server.answer = guarded
    address = small.server.address.replace("//", "//ada:s3cret@")
    monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", address)
    ids = _in_hash_order(small)
    small.server.fault = lambda path, times: "503" if ids[2] in path else None
    with pytest.warns(UserWarning, match="could not be downloaded today") as warned:
        images = fetch_open_images(4, cache_dir=tmp_path / "cache", patience=QUICK)
    assert seen == {"Basic YWRhOnMzY3JldA=="}
    save_pack(tmp_path / "pack", images, Embeddings(np.eye(4)))
    small.server.fault = lambda path, times: "html"
    told = [str(each.message) for each in warned]
    for n_images in (3, 60):
        cache = tmp_path / ("cache" if n_images == 60 else "other")
        with pytest.raises((ValueError, ConnectionError), match=r"127\.0\.0\.1") as error:
            fetch_open_images(n_images, cache_dir=cache, patience=QUICK)
        told += traceback.format_exception(error.value)
    told += [repr(open_images_host()), repr(images.provenance), images.to_pandas().to_csv()]
    told += [str(each) for each in images.attribution] + list(capfd.readouterr())
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 10
    assert not any("s3cret" in text for text in told)
    assert not any(b"s3cret" in path.read_bytes() or "s3cret" in path.name for path in written)
