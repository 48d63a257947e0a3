import subprocess
import sys

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA

from cliplab import Embeddings, Projection, project


@pytest.fixture(scope="module")
def embeddings():
    points, _ = make_blobs(n_samples=120, n_features=16, centers=4, random_state=0)
    return Embeddings(points)


def test_pca_is_scikit_learn_s(embeddings):
    ours = project(embeddings, "pca", n_components=3)
    theirs = PCA(3, svd_solver="full").fit_transform(embeddings.vectors.astype(np.float64))
    np.testing.assert_allclose(ours.coordinates, theirs, atol=1e-5)
    assert ours.coordinates.shape == (120, 3)
    assert 0 < ours.parameters["explained_variance"] <= 1


def test_t_sne_is_the_default_and_tells_its_divergence(embeddings):
    projection = project(embeddings)
    assert projection.method == "tsne"
    assert projection.coordinates.shape == (120, 2)
    assert projection.kl_divergence > 0
    assert projection.parameters["perplexity"] == 30


def test_its_divergence_says_which_maps_it_compares(embeddings):
    assert "KL divergence" in repr(project(embeddings))
    assert repr(project(embeddings)).endswith("(to compare at perplexity 30 only)")
    assert "perplexity" not in repr(project(embeddings, "pca"))


def test_few_images_lower_the_default_perplexity(embeddings):
    assert project(embeddings[:31]).parameters["perplexity"] == 10


@pytest.mark.slow
def test_umap_separates_what_is_separate(embeddings):
    pytest.importorskip("umap")
    projection = project(embeddings, "umap", random_state=3)
    labels = KMeans(4, n_init=10, random_state=0).fit_predict(projection.coordinates)
    truth = KMeans(4, n_init=10, random_state=0).fit_predict(embeddings)
    from sklearn.metrics import adjusted_rand_score

    assert adjusted_rand_score(truth, labels) > 0.95
    again = project(embeddings, "umap", random_state=3)
    np.testing.assert_array_equal(again.coordinates, projection.coordinates)


def test_frames_can_be_watched_and_the_run_stopped(embeddings):
    seen = []

    def watch(frame):
        seen.append(frame.parameters["iteration"])
        return len(seen) < 4

    projection = project(embeddings, on_frame=watch)
    assert len(seen) == 4
    assert projection.parameters["iteration"] == seen[-1]
    assert projection.parameters["share_done"] < 1


def test_it_is_given_to_scikit_learn_as_it_is(embeddings):
    projection = project(embeddings, "pca")
    assert KMeans(3, n_init=1).fit(projection).labels_.shape == (120,)


def test_coordinates_cannot_be_written_to(embeddings):
    with pytest.raises(ValueError, match="read-only"):
        project(embeddings, "pca").coordinates[0, 0] = 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "mds"}, r"`method` must be one of \('pca', 'tsne', 'umap'\). Got 'mds'"),
        ({"method": "pca", "n_components": 17}, "`n_components` must be from 1 to 16. Got 17"),
        ({"n_components": 3}, "`n_components` must be 2 for t-SNE. Got 3"),
        ({"perplexity": 60}, "`perplexity` must be between 2 and 39.6667 for 120 images. Got 60"),
    ],
)
def test_bad_arguments_are_an_error(embeddings, arguments, message):
    with pytest.raises(ValueError, match=message):
        project(embeddings, **arguments)


def test_too_few_images_are_an_error():
    with pytest.raises(ValueError, match=r"at least 4 images. Got an array of shape \(3, 5\)"):
        project(np.ones((3, 5)))


def test_coordinates_must_be_finite():
    with pytest.raises(ValueError, match="`coordinates` must be finite numbers"):
        Projection([[0.0, np.nan]])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "call", "extra"),
    [
        ("umap", "project(points, 'umap')", "umap"),
        ("openTSNE", "list(large_frames(points, 5, 0, None))", "large"),
    ],
)
def test_a_missing_extra_names_the_command_that_brings_it(module, call, extra):
    script = f"""
import sys
sys.modules[{module!r}] = None
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == {module!r} else found(name)
import numpy as np
from cliplab.projection.projecting import project
from cliplab.projection.engines.opentsne import large_frames
points = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
try:
    {call}
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert f'pip install "cliplab[{extra}]"' in run.stdout


@pytest.mark.slow
def test_a_t_sne_of_a_lesson_s_size_loads_neither_torch_nor_numba():
    script = """
import sys
import numpy as np
from cliplab.projection.projecting import project
project(np.random.default_rng(0).normal(size=(300, 8)), on_frame=lambda frame: False)
print(bool({"torch", "numba"} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
