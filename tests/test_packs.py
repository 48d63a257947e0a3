from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import datasets
import numpy as np
import pytest
from loopback.server import nobody_there
from PIL import Image

from cliplab import (
    ClipEncoder,
    Embeddings,
    ImageSet,
    Pack,
    fetch_pack,
    load_pack,
    load_storybook,
    project,
    save_pack,
    sweep_clusters,
)
from cliplab.packs.address import PACK
from cliplab.packs.folder import write_pack
from cliplab.packs.published import STORYBOOK_PACK, publish_pack

PHOTOS = Path(__file__).parents[1] / ".." / "shared" / "photos"


@pytest.fixture(scope="module")
def lesson():
    images = load_storybook(n_images=40)
    embeddings = ClipEncoder("storybook").encode_images(images, store=False)
    projections = [project(embeddings, "tsne", perplexity=8), project(embeddings, "pca")]
    sweeps = [sweep_clusters(embeddings, range(2, 7)), sweep_clusters(projections[0], range(2, 7))]
    return images, embeddings, projections, sweeps


@pytest.fixture
def saved(lesson, tmp_path):
    return save_pack(tmp_path / "pack", *lesson, title="A test"), tmp_path / "pack"


def test_a_pack_is_loaded_as_it_was_saved(lesson, saved):
    images, embeddings, projections, sweeps = lesson
    pack = load_pack(saved[1])
    assert pack.title == "A test"
    assert pack.images.image_ids.tolist() == images.image_ids.tolist()
    assert pack.images.class_names == images.class_names
    assert pack.images.attribution == images.attribution
    assert pack.images.provenance == images.provenance
    np.testing.assert_array_equal(pack.embeddings.vectors, embeddings.vectors)
    assert pack.embeddings.provenance == embeddings.provenance
    for found, expected in zip(pack.projections, projections, strict=True):
        np.testing.assert_array_equal(found.coordinates, expected.coordinates)
        assert (found.method, found.kl_divergence) == (expected.method, expected.kl_divergence)
        assert found.parameters == expected.parameters
    for found, expected in zip(pack.sweeps, sweeps, strict=True):
        assert (found.space, found.n_clusters) == (expected.space, expected.n_clusters)
        for k in expected:
            for name in ("cluster_labels", "centers", "silhouettes"):
                np.testing.assert_array_equal(getattr(found[k], name), getattr(expected[k], name))
            assert found[k].inertia == expected[k].inertia


def test_sweeps_of_every_kind_are_loaded_with_their_settings(lesson, tmp_path):
    images, embeddings, *_ = lesson
    sweeps = [
        sweep_clusters(embeddings.centered(), range(2, 5), metric="cosine"),
        sweep_clusters(embeddings, algorithm="hdbscan", min_cluster_sizes=[3, 10]),
        sweep_clusters(project(embeddings, "pca", n_components=5), [3], algorithm="ward"),
    ]
    save_pack(tmp_path / "pack", images, embeddings, (), sweeps)
    for before, after in zip(sweeps, load_pack(tmp_path / "pack").sweeps, strict=True):
        assert (after.space, after.metric, after.algorithm) == (
            before.space,
            before.metric,
            before.algorithm,
        )
        assert (after.parameter, tuple(after)) == (before.parameter, tuple(before))
        for one, other in zip(before.clusterings, after.clusterings, strict=True):
            np.testing.assert_array_equal(other.cluster_labels, one.cluster_labels)
            np.testing.assert_array_equal(other.silhouettes, one.silhouettes)
            np.testing.assert_array_equal(other.centers, one.centers)


def test_thumbnails_are_small_and_the_credits_say_so(tmp_path):
    images = load_storybook(n_images=4)
    vectors = Embeddings(np.eye(4))
    unchanged = save_pack(tmp_path / "unchanged", images, vectors).images
    assert unchanged.file_bytes(0) == images.file_bytes(0)
    assert unchanged.credits().to_pandas()["changes"].tolist() == [""] * 4
    small = save_pack(tmp_path / "small", images, vectors, thumbnail_size=64).images
    assert {image.size for image in small} == {(64, 64)}
    assert set(small.credits().to_pandas()["changes"]) == {"reduced to 64 pixels at the most"}


def test_a_pack_has_the_credits_of_its_images(saved):
    assert {"ATTRIBUTION.csv", "ATTRIBUTION.html", "README.md"} <= {
        file.name for file in saved[1].iterdir()
    }
    assert "license: cc0-1.0" in (saved[1] / "README.md").read_text()


def test_a_pack_replaces_another_pack_but_no_other_folder(lesson, saved, tmp_path):
    images, embeddings, *_ = lesson
    save_pack(saved[1], images, embeddings, title="Another")
    again = load_pack(saved[1])
    assert (again.title, again.projection, again.sweep) == ("Another", None, None)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="`path` must be a new or empty folder, or a pack"):
        save_pack(tmp_path / "mine", images, embeddings)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine", "pack"]


def test_swapped_arguments_are_an_error(lesson, tmp_path):
    images, embeddings, projections, sweeps = lesson
    with pytest.raises(TypeError, match=r"`images` must be an ImageSet, .*\. Got Embeddings "):
        save_pack(tmp_path / "pack", embeddings, images)
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .*\. Got ndarray "):
        save_pack(tmp_path / "pack", images, embeddings.vectors)
    for one, other in ((sweeps, projections), (sweeps[0], projections[0])):
        with pytest.raises(TypeError, match=r"`projections` must be a .*\. Got ClusterSweep "):
            save_pack(tmp_path / "pack", images, embeddings, one, other)
    with pytest.raises(TypeError, match=r"`sweeps` must be a ClusterSweep, .*\. Got Clustering "):
        save_pack(tmp_path / "pack", images, embeddings, projections, sweeps[0][3])
    assert not (tmp_path / "pack").exists()


def test_parts_of_different_images_are_an_error(lesson, tmp_path):
    images, embeddings, projections, sweeps = lesson
    with pytest.raises(ValueError, match="`embeddings` must have one row for each of the 40"):
        save_pack(tmp_path / "pack", images, embeddings[:30])
    with pytest.raises(ValueError, match="`projections` must have one row for each of the 20"):
        save_pack(tmp_path / "pack", images[:20], embeddings[:20], projections)
    with pytest.raises(ValueError, match="`sweeps` must have one row for each of the 20"):
        save_pack(tmp_path / "pack", images[:20], embeddings[:20], sweeps=sweeps)
    with pytest.raises(ValueError, match="`thumbnail_size` must be from 32 to 1024 pixels"):
        save_pack(tmp_path / "pack", images, embeddings, thumbnail_size=9)
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize(
    "name", ["images.parquet", "embeddings.safetensors", "sweep-0.safetensors", "ATTRIBUTION.html"]
)
def test_a_damaged_or_missing_file_is_named(saved, name):
    file = saved[1] / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"{name} is missing or damaged. Fetch or save the pack again"
    ):
        load_pack(saved[1])
    file.unlink()
    with pytest.raises(ValueError, match=f"{name} is missing or damaged"):
        load_pack(saved[1])


def _change_manifest(folder, **changes):
    manifest = json.loads((folder / "pack.json").read_text())
    for name, change in changes.items():
        manifest[name] = change(manifest[name])
    (folder / "pack.json").write_text(json.dumps(manifest))


def test_a_pack_reads_no_file_outside_of_its_folder(saved, tmp_path):
    secret = tmp_path / "secret.safetensors"
    secret.write_bytes((saved[1] / "sweep-0.safetensors").read_bytes())
    _change_manifest(saved[1], sweeps=lambda names: ["../secret.safetensors"])
    assert load_pack(saved[1]).sweeps == ()
    digest = hashlib.sha256(secret.read_bytes()).hexdigest()
    _change_manifest(saved[1], files=lambda files: files | {"../secret.safetensors": digest})
    with pytest.raises(ValueError, match=r"\.\./secret\.safetensors is missing or damaged"):
        load_pack(saved[1])


def test_a_folder_without_a_valid_pack_is_an_error(saved, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a folder written by `save_pack`.* no pack\.json"):
        load_pack(tmp_path)
    (saved[1] / "pack.json").write_text('{"format": "cliplab-pack-9"}')
    with pytest.raises(ValueError, match="Got 'cliplab-pack-9' instead, which a newer version"):
        load_pack(saved[1])
    (saved[1] / "pack.json").write_text("{")
    with pytest.raises(ValueError, match=r"pack\.json is missing or damaged"):
        load_pack(saved[1])
    (saved[1] / "pack.json").write_text('["cliplab-pack-1"]')
    with pytest.raises(ValueError, match=r"`path` must be a pack of the format .* Got \["):
        load_pack(saved[1])


_LESSON = """
import sys
from cliplab import Explorer, fetch_pack
pack = fetch_pack()
explorer = Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)
for k in (3, 17, 9):
    explorer.state.n_clusters = k
    assert explorer.clustering.n_clusters == k
explorer.state.space = explorer.state.projection = "tsne"
explorer.state.selected = (1, 2, 3)
print(len(pack), sorted({"torch", "open_clip", "torchvision", "sklearn"} & set(sys.modules)))
"""


def test_a_lesson_from_a_pack_needs_no_torch():
    command = [sys.executable, "-W", "error", "-c", _LESSON]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split(maxsplit=1) == ["1000", "[]\n"]


def test_without_the_published_pack_that_of_the_storybook_is_loaded(hub, monkeypatch):
    pack = fetch_pack()
    assert pack.title == "The storybook"
    assert "not published yet" in pack.note or "is not on the Hub" in pack.note
    assert "the pack of the storybook" in pack._repr_html_()
    monkeypatch.setenv("CLIPLAB_PACK", "school/lesson")
    assert "The pack school/lesson is not on the Hub" in fetch_pack().note
    with nobody_there() as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        assert "cannot be reached" in fetch_pack().note


def test_a_named_pack_that_does_not_exist_is_an_error(hub):
    with pytest.raises(FileNotFoundError, match="The pack school/none is not on the Hub"):
        fetch_pack("school/none")


@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
def test_a_published_pack_is_fetched_once_and_then_loaded_without_a_network(
    saved, hub, monkeypatch
):
    monkeypatch.setenv("HF_TOKEN", "hf_for_the_small_hub")
    publish_pack(saved[1], "school/published")
    assert {"pack.json", "README.md", "ATTRIBUTION.csv"} <= set(
        hub.repositories["datasets/school/published"].files
    )
    monkeypatch.setenv("CLIPLAB_PACK", "school/published")
    pack = fetch_pack()
    assert (pack.title, pack.note) == ("A test", "")
    hub.server.asked.clear()
    with nobody_there() as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        np.testing.assert_array_equal(fetch_pack().embeddings.vectors, pack.embeddings.vectors)
    assert hub.server.asked.total() == 0


def test_an_incomplete_pack_is_not_published(saved, hub):
    (saved[1] / "images.parquet").unlink()
    with pytest.raises(ValueError, match=r"images\.parquet is missing"):
        publish_pack(saved[1], "school/half")
    assert not hub.repositories


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photographs are not here")
@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
def test_the_tool_makes_and_publishes_a_pack_of_photographs(hub, tmp_path, monkeypatch):
    """One command makes and publishes a pack, which lessons then load."""
    tool = Path(__file__).parents[1] / "tools" / "make_pack.py"
    command = [
        sys.executable, str(tool), "rehearsal", "--photos", str(PHOTOS),
        "--out", str(tmp_path / "pack"), "--publish", "school/rehearsal",
    ]  # fmt: skip
    environment = os.environ | {"HF_TOKEN": "hf_for_the_small_hub"}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "published as school/rehearsal" in result.stdout
    monkeypatch.setenv("CLIPLAB_PACK", "school/rehearsal")
    pack = fetch_pack()
    assert pack.title == "A rehearsal with an untrained network"
    assert pack.embeddings.vectors.shape[1] == 512
    assert max(max(image.size) for image in pack.images) <= 256
    assert PACK.count("/") == 1


def test_a_folder_with_other_files_is_not_replaced(lesson, saved, tmp_path):
    images, embeddings, *_ = lesson
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "pack.json").write_text("{}")
    (mine / "thesis.txt").write_text("years of work")
    (saved[1] / "notes.txt").write_text("what I want to ask them")
    for folder in (mine, saved[1]):
        with pytest.raises(ValueError, match=r"which also has '(notes|pack|thesis)"):
            save_pack(folder, images, embeddings)
    assert (mine / "thesis.txt").is_file()
    assert (saved[1] / "notes.txt").is_file()


def test_after_an_error_the_old_pack_is_still_there(lesson, saved, tmp_path, monkeypatch):
    replace = Path.replace

    def once(self, target):
        if target == saved[1] and self.suffix == ".part":
            raise OSError("no room")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", once)
    with pytest.raises(OSError, match="no room"):
        save_pack(saved[1], *lesson[:2], title="Another")
    assert load_pack(saved[1]).title == "A test"
    assert [file.name for file in tmp_path.iterdir()] == ["pack"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_pack_cannot_show_another_file_of_this_machine(lesson, tmp_path, is_there):
    images, embeddings, *_ = lesson
    private = tmp_path / "private.png"
    images[0].save(private)
    rows = {"image": [str(private) if is_there else None], "image_id": ["mine"]}
    kinds = {"image": datasets.Image(), "image_id": datasets.Value("string")}
    table = datasets.Dataset.from_dict(rows, features=datasets.Features(kinds))
    write_pack(Pack(ImageSet(table), embeddings[:1]), tmp_path / "pack")
    with pytest.raises(ValueError, match=r"images\.parquet is missing or damaged"):
        load_pack(tmp_path / "pack")


def test_after_any_answer_of_the_hub_a_pack_is_loaded(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as odd:
        address = f"http://127.0.0.1:{odd.getsockname()[1]}"

        def talk():
            for _ in range(3):
                with contextlib.suppress(OSError):
                    connection, _ = odd.accept()
                    connection.recv(1000)
                    connection.sendall(b"this is not HTTP\r\n\r\n")
                    connection.close()

        threading.Thread(target=talk, daemon=True).start()
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setenv("CLIPLAB_PACK", "school/lesson")
        assert fetch_pack().title == "The storybook"


@pytest.mark.parametrize("name", ["lesson", "https://huggingface.co/datasets/a/b", "a/b/c", ""])
def test_an_invalid_name_is_an_error_without_a_request(name):
    with pytest.raises(ValueError, match="`name` must be 'owner/name' as on the Hub"):
        fetch_pack(name)


def test_publishing_under_an_invalid_name_is_an_error(saved):
    with pytest.raises(ValueError, match="`name` must be 'owner/name' as on the Hub"):
        publish_pack(saved[1], "lesson")


def test_text_in_a_pack_is_escaped_in_html(lesson):
    images, embeddings, *_ = lesson
    hostile = "<img src=x onerror=alert(1)>"
    named = dataclasses.replace(embeddings[:2], model=hostile)
    page = Pack(images[:2], named, title=hostile, note=hostile)._repr_html_()
    assert hostile not in page
    assert page.count("&lt;img src=x") == 3


def _credited(licenses):
    rows = {"image": [Image.new("RGB", (8, 8), "navy")] * len(licenses), "license": licenses}
    rows["image_id"] = [str(i) for i in range(len(licenses))]
    table = datasets.Dataset.from_dict(rows).cast_column("image", datasets.Image())
    return ImageSet(table), Embeddings(np.eye(len(licenses)))


@pytest.mark.parametrize(
    ("licenses", "terms", "words"),
    [
        (["CC BY 2.0", "CC BY 2.0"], "cc-by-2.0", "are listed in `ATTRIBUTION.html`"),
        (["CC BY 2.0", "CC0 1.0"], "other", "are listed in `ATTRIBUTION.html`"),
        (["", ""], "other", "are not recorded. Show the images only where you are allowed to"),
    ],
)
def test_the_card_has_a_license_only_if_all_images_have_the_same(tmp_path, licenses, terms, words):
    save_pack(tmp_path / "pack", *_credited(licenses))
    card = (tmp_path / "pack" / "README.md").read_text()
    assert f"license: {terms}\n" in card
    assert words in card


def test_a_small_image_in_a_large_file_is_compressed_and_earlier_changes_are_listed(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    rows = {"image": [Image.fromarray(noise)], "image_id": ["noise"], "changes": ["cropped"]}
    table = datasets.Dataset.from_dict(rows).cast_column("image", datasets.Image())
    pack = save_pack(tmp_path / "pack", ImageSet(table), Embeddings([[1.0]]), thumbnail_size=64)
    assert len(pack.images.file_bytes(0)) < 64 * 64
    changes = pack.images.credits().to_pandas()["changes"]
    assert changes.tolist() == ["cropped; reduced to 64 pixels at the most"]


@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
@pytest.mark.parametrize("private", [True, False])
def test_a_pack_is_private_only_on_request(saved, hub, monkeypatch, private):
    monkeypatch.setenv("HF_TOKEN", "hf_for_the_small_hub")
    publish_pack(saved[1], "school/private", private=private)
    assert hub.repositories["datasets/school/private"].is_private == private
