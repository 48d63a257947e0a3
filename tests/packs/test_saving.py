from __future__ import annotations

import json
import subprocess
import sys

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab import (
    Embeddings,
    ImageSet,
    Projection,
    load_pack,
    load_storybook,
    project,
    save_pack,
    sweep_clusters,
)


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_a_small_image_in_a_large_file_is_compressed_and_earlier_changes_are_listed(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    rows = {"image": [Image.fromarray(noise)], "image_id": ["noise"], "changes": ["cropped"]}
    table = datasets.Dataset.from_dict(rows).cast_column("image", datasets.Image())
    pack = save_pack(tmp_path / "pack", ImageSet(table), Embeddings([[1.0]]), thumbnail_size=64)
    assert len(pack.images.file_bytes(0)) < 64 * 64
    changes = pack.images.credits().to_pandas()["changes"]
    assert changes.tolist() == ["cropped; reduced to 64 pixels at the most"]


def test_a_pack_has_the_credits_of_its_images(saved):
    assert {"ATTRIBUTION.csv", "ATTRIBUTION.html", "README.md"} <= {
        file.name for file in saved[1].iterdir()
    }
    assert "license: cc0-1.0" in (saved[1] / "README.md").read_text()


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
    with pytest.raises(ValueError, match="`thumbnail_size` must be a whole number from 32 to 1024"):
        save_pack(tmp_path / "pack", images, embeddings, thumbnail_size=9)
    assert not (tmp_path / "pack").exists()


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


@pytest.mark.slow
def test_a_lesson_from_a_pack_needs_no_torch():
    of_ipywidgets = "ignore:Deprecated in traitlets:DeprecationWarning"  # 8.0, of itself.
    command = [sys.executable, "-W", "error", "-W", of_ipywidgets, "-c", _LESSON]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split(maxsplit=1) == ["1000", "[]\n"]


def test_what_cannot_be_read_again_replaces_nothing(lesson, saved):
    images, embeddings, projections, sweeps = lesson
    before = {file.name: file.read_bytes() for file in saved[1].iterdir()}
    unwritable = ImageSet(images.dataset, provenance={"seed": object()})
    with pytest.raises(ValueError, match=r"`images` must have a provenance .*\. Got"):
        save_pack(saved[1], unwritable, embeddings, projections, sweeps)
    broken = Projection(projections[0].coordinates, "tsne")  # By the hand of somebody.
    object.__setattr__(broken, "coordinates", np.full((40, 2), np.nan, np.float32))
    with pytest.raises(ValueError, match=r"`path` must be where a pack can be read again\. Got"):
        save_pack(saved[1], images, embeddings, broken, sweeps)
    assert {file.name: file.read_bytes() for file in saved[1].iterdir()} == before
    assert [path.name for path in saved[1].parent.iterdir()] == ["pack"]


@pytest.mark.parametrize("seed", [np.int64(50_000_000), np.uint8(7), 2**63 - 1])
def test_a_pack_with_any_seed_can_be_opened_again(lesson, tmp_path, seed):
    images, embeddings, *_ = lesson
    sweep = sweep_clusters(embeddings, [2, 3], random_state=seed)
    projection = project(embeddings, "pca", random_state=seed)
    save_pack(tmp_path / "pack", images, embeddings, projection, sweep)
    assert load_pack(tmp_path / "pack").sweep.random_state == int(seed)


@pytest.mark.parametrize(
    "provenance", [{"counts": {9: 1, 10: 2}}, {"counts": {1: "a", "b": 2, None: 3}}, {"x": (1, 2)}]
)
def test_a_pack_with_a_provenance_that_json_turns_into_another_can_be_opened(
    lesson, tmp_path, provenance
):
    images, embeddings, *_ = lesson
    save_pack(tmp_path / "pack", ImageSet(images.dataset, provenance=provenance), embeddings)
    found = load_pack(tmp_path / "pack").images.provenance
    assert found == json.loads(json.dumps(provenance))
