"""How low the KL divergence ends, beside scikit-learn's: one function measures both.

`make proof` runs all of it; here two data sets.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE

from cliplab import load_pack
from cliplab.packs.published import STORYBOOK_PACK
from cliplab.projection.divergence import kl_divergence
from cliplab.projection.tsne import StagedTSNE

pytestmark = [pytest.mark.slow, pytest.mark.proof]
IN_FULL = bool(os.environ.get("CLIPLAB_PROOF"))
FOOD = Path(__file__).parents[3] / "shared" / "vectors" / "food.npz"
PERPLEXITY = 30


def _unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _food(n_images, is_centered=False):
    vectors = np.load(FOOD)["vectors"].astype(np.float64)
    vectors = _unit(vectors[np.random.default_rng(0).permutation(len(vectors))[:n_images]])
    return _unit(vectors - vectors.mean(axis=0)) if is_centered else vectors


def _noise(n_images, n_features):
    return np.random.default_rng(0).normal(size=(n_images, n_features))


SETS = {
    "the storybook": lambda: load_pack(STORYBOOK_PACK).embeddings.vectors,
    "scikit-learn's digits": lambda: load_digits().data,
    "noise, 500 x 64": lambda: _noise(500, 64),
    "noise, 1,000 x 512": lambda: _noise(1000, 512),
    "250 vectors, each twice": lambda: np.repeat(_noise(250, 16), 2, axis=0),
    "100 vectors, each five times": lambda: np.repeat(_noise(100, 16), 5, axis=0),
} | {
    f"{n_images:,} of food, {'centred' if is_centered else 'raw'}": (
        lambda n_images=n_images, is_centered=is_centered: _food(n_images, is_centered)
    )
    for n_images in (200, 500, 1000, 2000)
    for is_centered in (False, True)
}
IN_SHORT = ("noise, 500 x 64", "500 of food, raw")


@pytest.mark.parametrize("name", SETS if IN_FULL else IN_SHORT)
def test_the_divergence_ends_no_higher_than_scikit_learn_s(name, proof, record_property):
    """At most 0.3 % above its median, and in no run 1 %, or its own worst where that is more."""
    if "food" in name and not FOOD.exists():
        pytest.skip("../shared is absent")
    vectors = np.asarray(SETS[name](), dtype=np.float32)
    n_seeds = proof(2, 5, f"seeds each: {name}")
    ours, theirs = [], []
    for seed in range(n_seeds):
        stages = StagedTSNE(vectors, seed)
        *_, last = stages.frames(PERPLEXITY)
        # Its faster method goes wrong where points are equal: it reports a divergence below 0.
        method = "exact" if "each" in name else "barnes_hut"
        other = TSNE(perplexity=PERPLEXITY, method=method, random_state=seed, n_jobs=1)
        true = stages.affinities(PERPLEXITY)
        ours.append(kl_divergence(true, last.coordinates))
        theirs.append(kl_divergence(true, other.fit_transform(vectors)))
    middle = np.median(theirs)
    shares = np.array(ours) / middle
    record_property(
        "figure",
        f"{name}: {np.median(shares):.3f} of its median {middle:.3f}, at worst {shares.max():.3f}; "
        f"its own seeds {min(theirs) / middle:.3f} to {max(theirs) / middle:.3f}",
    )
    assert np.median(shares) <= 1.003
    assert max(ours) <= max(1.01 * middle, *theirs)
