import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

from cliplab.projection import tsne
from cliplab.projection.affinities import joint_affinities
from cliplab.projection.divergence import kl_divergence
from cliplab.projection.engines.numpy_gradient import tiled_gradient
from cliplab.projection.initial_layout import spread_out
from cliplab.projection.tsne import StagedTSNE


def _mixture(seed, n_images=500, n_groups=20, n_features=128):
    """Groups on a sphere, as CLIP's vectors have them."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(n_groups, n_features))
    points = centers[random.integers(n_groups, size=n_images)]
    points = points + 0.8 * random.normal(size=points.shape)
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def _independent_kl(affinities, layout):
    """The definition, over all pairs, in double precision."""
    true = affinities.toarray()
    apart = layout[:, None].astype(np.float64) - layout[None]
    closeness = 1 / (1 + (apart**2).sum(axis=2))
    np.fill_diagonal(closeness, 0)
    shown = closeness / closeness.sum()
    pairs = true > 0
    return (true[pairs] * np.log(true[pairs] / shown[pairs])).sum()


@pytest.fixture(scope="module")
def stages():
    return StagedTSNE(_mixture(0))


@pytest.fixture(scope="module")
def frames(stages):
    return list(stages.frames(30))


@pytest.mark.slow
def test_the_end_is_as_good_as_scikit_learn_s_on_the_same_affinities():
    ratios = []
    for seed in range(5):
        points = _mixture(seed)
        stages = StagedTSNE(points, random_state=seed)
        *_, ours = stages.frames(30)
        theirs = TSNE(perplexity=30, init="pca", random_state=seed, n_jobs=1).fit_transform(points)
        affinities = stages.affinities(30)
        ratios.append(
            _independent_kl(affinities, ours.coordinates) / _independent_kl(affinities, theirs)
        )
    assert np.median(ratios) <= 1.01


@pytest.mark.slow
def test_the_reported_divergence_is_that_of_the_frame(stages, frames):
    for frame in (frames[3], frames[-1]):
        expected = _independent_kl(stages.affinities(30), frame.coordinates)
        assert frame.kl_divergence == pytest.approx(expected, rel=1e-4)
        assert kl_divergence(stages.affinities(30), frame.coordinates) == pytest.approx(
            expected, rel=1e-4
        )


def test_neighbours_stay_neighbours(stages, frames):
    assert trustworthiness(stages.vectors, frames[-1].coordinates, n_neighbors=12) > 0.98


def test_the_initial_layout_is_that_of_pca(stages):
    theirs = PCA(2).fit_transform(stages.vectors)
    for ours, expected in zip(stages.initial_layout.T, theirs.T, strict=True):
        assert abs(np.corrcoef(ours, expected)[0, 1]) > 0.97


def test_affinities_are_symmetric_and_sum_to_one(stages):
    affinities = stages.affinities(30)
    assert affinities.sum() == pytest.approx(1)
    assert abs(affinities - affinities.T).max() < 1e-12
    assert affinities.diagonal().max() == 0


def test_affinities_are_scikit_learn_s():
    from sklearn.manifold._t_sne import _joint_probabilities_nn
    from sklearn.neighbors import NearestNeighbors

    points = _mixture(1, n_images=200)
    neighbors = NearestNeighbors(n_neighbors=3 * 15 + 1).fit(points)
    graph = neighbors.kneighbors_graph(mode="distance")
    graph.data **= 2
    theirs = _joint_probabilities_nn(graph, 15, 0)
    distances = ((points[:, None].astype(np.float64) - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    ours = joint_affinities(distances, 15)
    assert abs(ours - theirs).sum() < 1e-3


def test_the_gradient_is_that_of_the_divergence(stages):
    affinities = stages.affinities(30)
    layout = (10 * np.random.default_rng(0).normal(size=(500, 2))).astype(np.float32)
    slope, _ = tiled_gradient(affinities)(layout, 1.0)
    step = 1e-3
    for row, column in ((0, 0), (7, 1), (499, 0)):
        up, down = layout.astype(np.float64), layout.astype(np.float64)
        up[row, column] += step
        down[row, column] -= step
        rise = _independent_kl(affinities, up) - _independent_kl(affinities, down)
        assert slope[row, column] == pytest.approx(rise / (2 * step), rel=0.02, abs=1e-6)


@pytest.mark.slow
def test_compiled_loops_compute_the_same_gradient(stages):
    pytest.importorskip("numba")
    from cliplab.projection.engines.numba_gradient import fused_gradient

    affinities = stages.affinities(30)
    layout = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    tiled, tiled_sum = tiled_gradient(affinities)(layout, 12.0)
    fused, fused_sum = fused_gradient(affinities)(layout, 12.0)
    np.testing.assert_allclose(fused, tiled, atol=1e-4 * abs(tiled).max())
    assert fused_sum == pytest.approx(tiled_sum, rel=1e-5)


@pytest.mark.slow
def test_two_projections_at_once_do_not_end_the_process():
    """Without TBB and OpenMP numba aborts when two threads are in its loops together."""
    pytest.importorskip("numba")
    script = """
import numpy as np
from concurrent.futures import ThreadPoolExecutor
from cliplab.projection.tsne import StagedTSNE
from cliplab.projection.engines.numba_gradient import fused_gradient
points = np.random.default_rng(0).normal(size=(900, 8)).astype(np.float32)
gradient = fused_gradient(StagedTSNE(points).affinities(20))
layout = points[:, :2].copy()
with ThreadPoolExecutor(4) as pool:
    print(len(list(pool.map(lambda _: gradient(layout, 1.0), range(400)))))
"""
    workqueue = os.environ | {"NUMBA_THREADING_LAYER": "workqueue", "NUMBA_NUM_THREADS": "2"}
    run = subprocess.run(
        [sys.executable, "-c", script], env=workqueue, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "400\n"), run.stderr


@pytest.mark.slow
def test_many_images_use_the_compiled_loops(monkeypatch, stages, frames):
    pytest.importorskip("numba")
    monkeypatch.setattr(tsne, "MOST_TILED", 100)
    assert "fused" in tsne._gradient_of(stages.affinities(30)).__qualname__
    *_, last = stages.frames(30)
    assert last.kl_divergence == pytest.approx(frames[-1].kl_divergence, rel=0.01)


@pytest.mark.slow
def test_very_many_images_use_open_tsne(monkeypatch, stages):
    pytest.importorskip("openTSNE")
    monkeypatch.setattr(tsne, "MOST_EXACT", 100)
    *_, last = stages.frames(30)
    assert trustworthiness(stages.vectors, last.coordinates, n_neighbors=12) > 0.97
    *_, warm = stages.frames(50, start=last.coordinates)
    assert warm.iteration < last.iteration


@pytest.mark.slow
def test_another_perplexity_starts_from_the_current_layout(stages, frames):
    warm = list(stages.frames(15, start=frames[-1].coordinates))
    *_, cold = stages.frames(15)
    assert warm[-1].iteration < cold.iteration / 2
    assert warm[-1].kl_divergence < 1.05 * cold.kl_divergence
    moved = np.corrcoef(warm[0].coordinates[:, 0], frames[-1].coordinates[:, 0])[0, 1]
    assert moved > 0.95


def test_the_divergence_falls_frame_by_frame_once_exaggeration_ends(frames):
    late = [f.kl_divergence for f in frames if f.iteration > 300]
    assert len(late) > 10
    assert (np.diff(late) < 1e-3).all()


def test_the_last_frame_says_that_it_is_done(frames):
    shares = [frame.share_done for frame in frames]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all(share < 1 for share in shares[:-1])


@pytest.mark.slow
def test_equal_seeds_give_equal_layouts_and_others_do_not(stages, frames):
    again = list(StagedTSNE(stages.vectors, 0).frames(30))[3]
    other = list(StagedTSNE(stages.vectors, 1).frames(30))[3]
    np.testing.assert_array_equal(again.coordinates, frames[3].coordinates)
    assert not np.allclose(other.coordinates, frames[3].coordinates)


def test_the_layout_of_equal_images_is_finite():
    points = np.repeat(_mixture(0, n_images=10), 5, axis=0)
    *_, last = StagedTSNE(points).frames(8)
    assert np.isfinite(last.coordinates).all()


def test_five_images_have_a_layout_too():
    *_, last = StagedTSNE(_mixture(0, n_images=5)).frames()
    assert last.coordinates.shape == (5, 2)


@pytest.mark.parametrize("perplexity", [1.9, 167])
def test_a_perplexity_out_of_range_is_an_error(stages, perplexity):
    message = rf"`perplexity` must be between 2 and 166.333 for 500 images. Got {perplexity}"
    with pytest.raises(ValueError, match=message):
        next(stages.frames(perplexity))


@pytest.mark.slow
@pytest.mark.parametrize("random_state", range(4))
def test_noise_without_groups_becomes_a_map_and_not_a_line(random_state: int) -> None:
    noise = np.random.default_rng(random_state).normal(size=(200, 16))
    *_, last = StagedTSNE(noise, random_state).frames()
    wide, narrow = np.linalg.svd(last.coordinates - last.coordinates.mean(axis=0))[1]
    assert narrow > 0.5 * wide
    theirs = TSNE(perplexity=30, init="pca", random_state=0).fit(noise).kl_divergence_
    assert last.kl_divergence < 1.05 * theirs


def test_an_axis_that_shrinks_to_zero_is_spread_and_kept_apart_from_the_other() -> None:
    line = np.linspace(-1, 1, 50, dtype=np.float32)
    wave = np.sin(7 * line).astype(np.float32)
    layout = np.column_stack([1e-4 * line, 1e-12 * (line + 0.1 * wave)])
    spread = spread_out(layout)
    np.testing.assert_array_equal(spread[:, 0], layout[:, 0])
    assert spread[:, 1].std() == pytest.approx(1e-6, rel=1e-3)
    assert abs(np.corrcoef(spread.T)[0, 1]) < 1e-3
    assert spread_out(spread * 10).tolist() == (spread * 10).tolist()
