"""The pack that ships is what this version draws, encodes, clusters and projects.

After a change to any of these: `python tools/make_pack.py storybook`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import PIL
import pytest
from sklearn.metrics import adjusted_rand_score

from cliplab import ClipEncoder, Pack, load_pack, load_storybook, project, sweep_clusters
from cliplab.packs.published import STORYBOOK_PACK
from cliplab.projection.divergence import kl_divergence
from cliplab.projection.tsne import StagedTSNE

pytestmark = pytest.mark.slow
# Pillow 10.4 and 11.0 draw 6 of 20 images by up to 4 levels otherwise, and 11.1 all by up to 41.
DRAWN_ALIKE_FROM = "11.2.1"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(STORYBOOK_PACK)


def test_its_images_are_those_that_the_package_draws(pack: Pack) -> None:
    images = load_storybook(n_images=1000)

    assert pack.images.image_ids.tolist() == images.image_ids.tolist()
    assert pack.images.class_labels.tolist() == images.class_labels.tolist()
    for row in range(0, 1000, 50):
        assert pack.images[row].tobytes() == images[row].tobytes(), (
            f"This Pillow, {PIL.__version__}, draws otherwise than {DRAWN_ALIKE_FROM} and later."
        )


def test_no_pillow_is_allowed_that_draws_otherwise() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert f"pillow>={DRAWN_ALIKE_FROM}" in project["project"]["dependencies"]


def test_its_vectors_are_those_that_the_package_s_encoder_makes(pack: Pack) -> None:
    encoder = ClipEncoder("storybook", device="cpu", precision="float32")

    embeddings = encoder.encode_images(pack.images, store=False)

    made, stored = dict(embeddings.provenance), dict(pack.embeddings.provenance)
    assert stored | {"open_clip": made["open_clip"]} == made
    np.testing.assert_allclose(pack.embeddings.vectors, embeddings.vectors, atol=1e-5)


@pytest.mark.parametrize("which", [0, 1])
def test_its_sweeps_are_those_of_its_vectors_and_of_its_map(pack: Pack, which: int) -> None:
    space = (pack.embeddings, pack.projection)[which]

    sweep = sweep_clusters(space, range(2, 21), random_state=0)

    stored = pack.sweeps[which]
    assert (stored.space, list(stored)) == (sweep.space, list(sweep))
    for k in sweep:
        assert adjusted_rand_score(stored[k].cluster_labels, sweep[k].cluster_labels) == 1
        assert stored[k].inertia == pytest.approx(sweep[k].inertia, rel=1e-6)
        assert stored[k].silhouette_score == pytest.approx(sweep[k].silhouette_score, abs=1e-5)


def test_its_map_is_a_t_sne_of_its_vectors_as_good_as_a_new_one(pack: Pack) -> None:
    """Another processor rounds otherwise, and in t-SNE that grows: the layouts are not compared."""
    true = StagedTSNE(pack.embeddings).affinities(pack.projection.parameters["perplexity"])

    new = project(pack.embeddings, "tsne", random_state=0)

    stored = pack.projection
    assert stored.kl_divergence == pytest.approx(kl_divergence(true, stored.coordinates), rel=1e-4)
    assert stored.kl_divergence == pytest.approx(new.kl_divergence, rel=0.02)
    assert dict(stored.parameters) == dict(new.parameters)


def test_its_plane_of_main_directions_is_that_of_its_vectors(pack: Pack) -> None:
    new = project(pack.embeddings, "pca")

    stored = pack.projections[1]
    assert dict(stored.parameters) == pytest.approx(dict(new.parameters), rel=1e-5)
    np.testing.assert_allclose(np.abs(stored.coordinates), np.abs(new.coordinates), atol=1e-4)


def test_it_is_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in STORYBOOK_PACK.iterdir()) < 12_000_000
