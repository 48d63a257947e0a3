from __future__ import annotations

import io
import itertools
import json
import resource
import tarfile

import datasets
import numpy as np
import pytest
from loopback.hub import parquet
from loopback.open_images import jpeg
from PIL import Image
from scipy.stats import chi2

from cliplab import fetch_hub_images
from cliplab.sources.hash_sampling import hash_order
from cliplab.sources.hub.row_groups import RowGroup, draw_rows

_N = 120
_NUMBERS = itertools.count()


def _table(n_images=_N, bad=()):
    """Images whose shade is their row, with classes, in the order of the rows."""
    return datasets.Dataset.from_dict(
        {
            "photo": [b"no" if row in bad else jpeg(row % 251, 0) for row in range(n_images)],
            "kind": [row % 3 for row in range(n_images)],
            "word": [f"row {row}" for row in range(n_images)],
            "image_id": ["theirs"] * n_images,
        },
        features=datasets.Features({
            "photo": datasets.Image(),
            "kind": datasets.ClassLabel(names=["cat", "dog", "boat"]),
            "word": datasets.Value("string"),
            "image_id": datasets.Value("string"),
        }),
    )  # fmt: skip


def _noisy(n_images):
    """Images in large files."""
    rng = np.random.default_rng(0)
    noise = [Image.fromarray(rng.integers(0, 256, (96, 96, 3), np.uint8)) for _ in range(n_images)]
    return datasets.Dataset.from_dict({"image": noise}).cast_column("image", datasets.Image())


@pytest.fixture
def pets(hub):
    """A dataset of two parquet files, under a name that no other test has used."""
    name = f"school/pets-{next(_NUMBERS)}"
    table = _table()
    half = _N // 2
    hub.add(f"datasets/{name}", {
        "README.md": b"---\nlicense: cc-by-4.0\n---\n# Pets\n",
        "data/train-00000-of-00002.parquet": parquet(table.select(range(half))),
        "data/train-00001-of-00002.parquet": parquet(table.select(range(half, _N))),
        "data/test-00000-of-00001.parquet": parquet(table.select(range(9))),
    })  # fmt: skip
    return name


@pytest.mark.slow
def test_a_sample_is_the_head_of_the_hash_order_with_every_column(hub, pets):
    images = fetch_hub_images(pets, n_images=12, random_state=3)
    rows = [int(row) for row in hash_order(map(str, range(_N)), 3)[:12]]
    assert images.image_ids.tolist() == [f"train-{row}" for row in rows]
    assert images.class_names == ("cat", "dog", "boat")
    assert images.class_labels.tolist() == [row % 3 for row in rows]
    assert images.factor("word") == [f"row {row}" for row in rows]
    assert images.factor("hub_image_id") == ["theirs"] * 12
    assert [images.file_bytes(i) for i in range(12)] == [jpeg(row % 251, 0) for row in rows]
    provenance = images.provenance
    assert provenance["commit"] == hub.repositories[f"datasets/{pets}"].commit
    assert (provenance["population_size"], provenance["is_uniform"]) == (_N, True)
    assert images.attribution[0].license == "cc-by-4.0"


@pytest.mark.slow
def test_only_the_row_groups_with_an_image_of_the_sample_are_read(hub, pets):
    name, content = f"{pets}-large", parquet(_noisy(400), rows_a_group=10)
    hub.add(f"datasets/{name}", {"train.parquet": content})
    assert len(fetch_hub_images(name, n_images=2)) == 2
    sent = sum(n for path, n in hub.server.n_bytes.items() if path.endswith(".parquet"))
    assert sent < len(content) / 3


@pytest.mark.slow
def test_a_saved_sample_needs_no_network(hub, pets):
    first = fetch_hub_images(pets, n_images=8)
    hub.forget()
    again = fetch_hub_images(pets, n_images=8)
    assert again.to_pandas().equals(first.to_pandas())
    assert hub.server.requests.total() == 0


@pytest.mark.slow
def test_another_seed_is_another_sample_and_numbers_of_numpy_are_the_same(hub, pets):
    first, other = (fetch_hub_images(pets, n_images=30, random_state=seed) for seed in (0, 1))
    assert first.image_ids.tolist() != other.image_ids.tolist()
    hub.server.requests.clear()
    again = fetch_hub_images(pets, n_images=np.int64(30), random_state=np.int64(1))
    assert again.image_ids.tolist() == other.image_ids.tolist()
    assert hub.server.requests.total() == 0
    few = fetch_hub_images(pets, n_images=5, max_row_groups=np.int64(2))
    assert json.loads(json.dumps(dict(few.provenance)))["max_row_groups"] == 2


@pytest.mark.slow
def test_a_large_row_group_is_read_whole(hub, pets):
    name = f"{pets}-whole"
    hub.add(f"datasets/{name}", {"train.parquet": parquet(_table(100), rows_a_group=100)})
    assert len(fetch_hub_images(name, n_images=1000)) == 100


@pytest.mark.slow
def test_a_part_gets_its_name_when_it_is_whole(hub, pets, empty_cache):
    name, seen = f"{pets}-one", []
    hub.add(f"datasets/{name}", {"train.parquet": parquet(_noisy(40), rows_a_group=40)})
    first = fetch_hub_images(name, n_images=1)
    hub.server.fault = lambda path, times: seen.extend(empty_cache.rglob("rows-*")) or "reset"
    for part in empty_cache.rglob("rows-*"):
        part.unlink()
    with pytest.raises(ConnectionError, match="run the cell again"):
        fetch_hub_images(name, n_images=1)
    assert seen == []
    assert not list(empty_cache.rglob("*.part"))
    hub.server.fault = lambda path, times: None
    assert fetch_hub_images(name, n_images=1).image_ids.tolist() == first.image_ids.tolist()


@pytest.mark.slow
def test_a_full_disk_is_named_in_a_sentence_also_by_the_last_bytes(hub, pets, empty_cache):
    name = f"{pets}-full"
    hub.add(f"datasets/{name}", {"train.parquet": parquet(_noisy(4), rows_a_group=40)})
    fetch_hub_images(name, n_images=4)
    (part,) = empty_cache.rglob("rows-*.arrow")
    n_bytes = part.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (0, 100, n_bytes // 2, n_bytes - 1):
        part.unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            with pytest.raises(OSError, match=r"arrow' cannot be written: .*\. Make room"):
                fetch_hub_images(name, n_images=4)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(empty_cache.rglob("*.part"))


@pytest.mark.slow
def test_fewer_row_groups_are_less_to_read_and_as_many_images(pets):
    images = fetch_hub_images(pets, n_images=20, max_row_groups=3)
    groups = {int(name.removeprefix("train-")) // 10 for name in images.image_ids}
    assert len(images) == 20
    assert len(groups) <= 3
    assert not images.provenance["is_uniform"]


def test_every_image_is_as_likely_as_any_other_also_with_few_row_groups():
    counts = np.zeros(_N)
    row_groups = [RowGroup("", number, 10 * number, 10) for number in range(12)]
    for seed in range(300):
        counts[draw_rows(row_groups, 20, seed, None)] += 1
    assert ((counts - 50) ** 2 / (50 * 5 / 6)).sum() < chi2.ppf(0.999, df=_N - 1)


def test_from_few_row_groups_a_row_of_a_short_one_is_about_as_likely():
    row_groups = [RowGroup("", 0, 0, 60), RowGroup("", 1, 60, 60), RowGroup("", 2, 120, 12)]
    counts = np.zeros(132)
    for seed in range(600):
        counts[draw_rows(row_groups, 6, seed, 1)] += 1
    large, short = counts[:120].mean(), counts[120:].mean()
    assert 0.5 < short / large < 2


@pytest.mark.slow
def test_one_damaged_image_is_skipped_alone(hub, pets):
    name = f"{pets}-bad"
    hub.add(f"datasets/{name}", {"train.parquet": parquet(_table(30, bad=(4, 7)))})
    images = fetch_hub_images(name, n_images=30)
    assert len(images) == 28
    assert images.skipped == (
        ("train-4", "not an image that Pillow can read"),
        ("train-7", "not an image that Pillow can read"),
    )


@pytest.mark.slow
def test_a_column_of_text_can_be_the_class(pets):
    images = fetch_hub_images(pets, split="test", n_images=9, label_column="word")
    assert len(images.class_names) == 9
    assert images.factor("kind")[0] in ("cat", "dog", "boat")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:school.* has no parquet files")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_dataset_of_single_files_comes_from_a_stream(hub, pets, monkeypatch):
    monkeypatch.setattr(datasets.config, "SLEEP_TIME_ON_THREADS_SHUTDOWN", 0, raising=False)
    name = f"{pets}-files"
    files = {f"{kind}/{i}.jpg": jpeg(i, 0) for kind in ("cat", "dog") for i in range(6)}
    hub.add(f"datasets/{name}", files)
    images = fetch_hub_images(name, n_images=7)
    assert len(images) == 7
    assert images.class_names == ("cat", "dog")
    assert not images.provenance["is_uniform"]


def _tar(n_images):
    """An archive as webdataset makes them, whose first file is not an image."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for i in range(n_images):
            words = json.dumps({"word": f"row {i}"}).encode()
            image = jpeg(i, 0) if i else b"no"
            for name, content in (("jpg", image), ("cls", b"%d" % (i % 2)), ("json", words)):
                about = tarfile.TarInfo(f"{i:03}.{name}")
                about.size = len(content)
                archive.addfile(about, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:school.* has no parquet files")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_dataset_of_archives_has_the_columns_that_are_in_them(hub, pets, monkeypatch):
    monkeypatch.setattr(datasets.config, "SLEEP_TIME_ON_THREADS_SHUTDOWN", 0, raising=False)
    name = f"{pets}-tar"
    hub.add(f"datasets/{name}", {"train-0.tar": _tar(12)})
    images = fetch_hub_images(name, n_images=12, label_column="cls")
    rows = [int(row["word"].removeprefix("row ")) for row in images.dataset["json"][:]]
    assert sorted(rows) == list(range(1, 12)) != rows
    assert [images.file_bytes(i) for i in range(11)] == [jpeg(row, 0) for row in rows]
    assert images.class_names == ("0", "1")
    assert images.class_labels.tolist() == [row % 2 for row in rows]
    assert [reason for _, reason in images.skipped] == ["not an image that Pillow can read"]


def test_a_dataset_of_files_of_two_kinds_is_refused_with_the_message_of_datasets(hub, pets):
    name = f"{pets}-mixed"
    hub.add(f"datasets/{name}", {"train.csv": b"word\ncat\n", "test.jsonl": b'{"word": "cat"}\n'})
    with pytest.raises(ValueError, match="same data file format"):
        fetch_hub_images(name)


@pytest.mark.slow
def test_a_table_without_images_is_refused_with_the_columns_that_it_has(hub, pets):
    name = f"{pets}-csv"
    hub.add(f"datasets/{name}", {"train.csv": b"address,word\nhttps://example.org/1.jpg,cat\n"})
    with pytest.raises(ValueError, match=r"`image_column` must be .*'address', 'word'.* Got None"):
        fetch_hub_images(name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n_images": 0}, "`n_images` must be a whole number of at least 1"),
        ({"random_state": -1}, "`random_state` must be a whole number from 0"),
        ({"max_row_groups": 0}, "`max_row_groups` must be a whole number of at least 1"),
        ({"split": "dev"}, "`split` must be one of .*'train'.* Got 'dev'"),
        ({"image_column": "drawing"}, "`image_column` must be a column of .*'photo'"),
        ({"label_column": "species"}, "`label_column` must be a column of .*'kind'"),
        ({"label_column": "photo"}, "`label_column` must be .* one value an image.* Got 'photo'"),
    ],
)
def test_what_does_not_exist_is_refused(pets, arguments, words):
    with pytest.raises(ValueError, match=words):
        fetch_hub_images(pets, **arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("401", PermissionError, "The Hub refuses the dataset .* set a valid HF_TOKEN"),
        ("403", PermissionError, "The Hub refuses the dataset .* some networks also block"),
        ("429", ConnectionError, "asks us to wait .* whole class shares.* HF_TOKEN"),
        ("500", ConnectionError, "has a problem .* Try again later"),
        ("503", ConnectionError, "has a problem .* Try again later"),
        ("reset", ConnectionError, "cannot be reached for the dataset .* run the cell again"),
        ("timeout", ConnectionError, "cannot be reached for the dataset .* run the cell again"),
    ],
)
@pytest.mark.parametrize("where", ["api", "parquet"])
def test_a_failure_of_the_hub_is_an_error_in_one_sentence(
    hub, pets, fault, kind, words, where, monkeypatch
):
    hub.server.seconds = 0.3
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    # The Hub's library waits for half a minute between its tries.
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.server.fault = lambda path, times: fault if where in path else None
    with pytest.raises(kind, match=words):
        fetch_hub_images(pets, n_images=5)
    hub.server.fault = lambda path, times: None
    assert len(fetch_hub_images(pets, n_images=5)) == 5


@pytest.mark.parametrize("name", ["cifar10", "https://huggingface.co/datasets/a/b"])
def test_what_cannot_be_the_name_of_a_dataset_is_refused(name):
    with pytest.raises(ValueError, match="`name` must be 'owner/name' as on the Hub"):
        fetch_hub_images(name)


@pytest.mark.slow
def test_a_missing_or_private_or_damaged_dataset_is_an_error_in_one_sentence(hub, pets):
    with pytest.raises(FileNotFoundError, match="is not on the Hub, or is private"):
        fetch_hub_images("school/nothing")
    hub.add("datasets/school/secret", {}, is_gated=True)
    with pytest.raises(PermissionError, match="only for those whom its owner admits"):
        fetch_hub_images("school/secret")
    hub.add("datasets/school/empty", {"README.md": b"# Nothing\n"})
    with pytest.raises(ValueError, match="has no files that can be read"):
        fetch_hub_images("school/empty")
    hub.add("datasets/school/program", {"program.py": b"import os\n", "x.zip": b""})
    with pytest.raises(ValueError, match="comes with a program of its own, and cliplab never runs"):
        fetch_hub_images("school/program")
    hub.add("datasets/school/damaged", {"train.parquet": b"PAR1" + b"\0" * 100})
    with pytest.raises(ValueError, match="is damaged, or its server cannot send parts"):
        fetch_hub_images("school/damaged")


def test_without_a_network_there_is_an_error_at_once(pets, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConnectionError, match=r"cannot be reached .*HF_HUB_OFFLINE is set"):
        fetch_hub_images(pets)


@pytest.mark.slow
def test_a_server_that_cannot_send_ranges_is_named_in_the_error(hub, pets, monkeypatch):
    name = f"{pets}-whole"
    hub.add(f"datasets/{name}", {"train.parquet": parquet(_noisy(60), rows_a_group=10)})
    monkeypatch.setattr(hub.server, "sends_ranges", False)
    with pytest.raises(ConnectionError, match=r"does not send .* \(more than the part of a file"):
        fetch_hub_images(name, n_images=5)


def test_a_configuration_that_does_not_exist_is_refused_with_a_list_of_all(pets):
    with pytest.raises(ValueError, match=r"`config` must be one of 'default'.* Got 'large'"):
        fetch_hub_images(pets, config="large")


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", bytes(500)])
@pytest.mark.parametrize("pattern", ["plan.sealed", "rows-*.arrow", "rows-*.sealed"])
def test_what_is_damaged_in_the_cache_is_fetched_anew_once_with_a_warning(
    pets, empty_cache, pattern, content
):
    first = fetch_hub_images(pets, n_images=8)
    path = next(empty_cache.rglob(pattern))
    path.unlink()  # The first sample still reads the old file.
    path.write_bytes(content)
    with pytest.warns(UserWarning, match="^Damaged in the cache, and therefore fetched anew: "):
        again = fetch_hub_images(pets, n_images=8)
    assert again.to_pandas().equals(first.to_pandas())
    assert [again.file_bytes(row) for row in range(8)] == [first.file_bytes(i) for i in range(8)]
    fetch_hub_images(pets, n_images=8)


@pytest.mark.slow
def test_no_host_counts_what_is_downloaded(pets, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_UPDATE_DOWNLOAD_COUNTS", True)
    asked = []
    monkeypatch.setattr("datasets.load.increase_load_count", _counting(asked))
    fetch_hub_images(pets, n_images=3)
    assert asked
    assert not any(asked)
    assert datasets.config.HF_UPDATE_DOWNLOAD_COUNTS


def _counting(asked):
    return lambda name: asked.append(datasets.config.HF_UPDATE_DOWNLOAD_COUNTS)
