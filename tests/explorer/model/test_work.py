"""What runs or was stopped is said, and what it will change is stale until it is there."""

import asyncio
import threading

import numpy as np
import pytest

from cliplab import Explorer, evidence_for_k, project
from cliplab.explorer.model.results import Results


@pytest.fixture
def gate(monkeypatch):
    """What is projected or clustered waits here, so that a test can look meanwhile."""
    gate = threading.Event()
    for name in ("compute_projection", "compute_sweep"):
        plain = getattr(Results, name)

        def waiting(*arguments, plain=plain):
            gate.wait(timeout=30)
            yield from plain(*arguments)

        monkeypatch.setattr(Results, name, waiting)
    return gate


async def _until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def test_a_map_that_is_asked_for_leaves_the_old_one_stale_until_it_is_there(
    in_kernel, images, embeddings, sweep, projection, gate
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        assert (session.work, session.stale) == ((), frozenset())
        explorer.state.projection = "pca"
        (work,) = session.work
        assert (work.name, work.sentence, work.share) == ("map", "Computing PCA …", None)
        assert session.stale == {"scatter"}
        session.stop("map")
        (work,) = session.work
        assert (work.sentence, work.is_stopped) == ("Computing PCA, stopped", True)
        assert session.stale == {"scatter"}
        gate.set()
        session.take_up("map")
        await _until(lambda: not session.work)
        assert explorer.projection.method == "pca"
        assert session.stale == frozenset()

    in_kernel(story)


def test_clusters_that_are_asked_for_leave_all_that_shows_the_old_ones_stale(
    in_kernel, images, embeddings, sweep, projection, gate
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        explorer.state.algorithm = "ward"
        assert [work.name for work in session.work] == ["sweep"]
        assert session.stale >= {"silhouettes", "elbow", "score", "clusters", "scatter"}
        session.stop("sweep")
        assert session.work[0].is_stopped
        # Who goes back to what is known asks for nothing any more.
        explorer.state.algorithm = "kmeans"
        assert (session.work, session.stale) == ((), frozenset())
        gate.set()

    in_kernel(story)


def test_a_stopped_map_is_not_computed_by_those_who_wait_for_it(
    in_kernel, images, embeddings, sweep, projection, gate
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        explorer.state.projection = explorer.state.space = "pca"
        session.stop("map")
        assert [(work.name, work.is_stopped) for work in session.work] == [("map", True)]
        assert "silhouettes" in session.stale
        gate.set()
        session.take_up("map")
        await _until(lambda: not session.stale)
        assert explorer.sweep.space == "pca"

    in_kernel(story)


def test_a_t_sne_that_is_taken_up_ends_as_one_that_was_never_stopped(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        explorer.state.random_state = 3
        await _until(lambda: explorer.projection is not projection)
        session.stop("map")
        (work,) = [each for each in session.work if each.name == "map"]
        assert work.is_stopped
        assert 0 < work.share < 1
        assert work.sentence.endswith(", stopped")
        assert not session.map_task.is_behind  # What there is, is what was asked for.
        session.take_up("map")
        await _until(lambda: not session.work)
        assert explorer.projection.parameters["share_done"] == 1
        whole = project(
            embeddings, perplexity=explorer.state.perplexity, random_state=3
        ).coordinates
        np.testing.assert_array_equal(explorer.projection.coordinates, whole)

    in_kernel(story)


def test_clusters_of_a_stopped_map_are_found_anew_once_it_has_gone_on(
    in_kernel, images, embeddings, sweep, projection, monkeypatch
):
    gate, plain = threading.Event(), Results.compute_sweep

    def waiting(*arguments):
        gate.wait(timeout=30)
        yield from plain(*arguments)

    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        explorer.state.random_state = 3
        await _until(lambda: explorer.projection is not projection)
        session.stop("map")
        monkeypatch.setattr(Results, "compute_sweep", waiting)
        explorer.state.space = "tsne"  # Begins on the map as it was stopped.
        session.take_up("map")
        await _until(lambda: explorer.projection.parameters["share_done"] == 1)
        gate.set()
        await _until(lambda: not session.work and not session.stale)
        assert session.data is explorer.projection

    in_kernel(story)


def test_what_has_failed_is_not_waited_for(
    in_kernel, images, embeddings, sweep, projection, monkeypatch
):
    def failing(*_):
        raise ValueError("no map today")
        yield

    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        monkeypatch.setattr(Results, "compute_projection", failing)
        explorer.state.projection = "pca"
        await _until(lambda: session.error)
        assert "no map today" in session.error
        assert (session.work, session.stale) == ((), frozenset())

    in_kernel(story)


@pytest.mark.slow
def test_evidence_that_is_taken_up_is_that_of_one_go(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        session = explorer._session
        explorer.state.page = "evidence"
        session.evidence_task.gather()
        await _until(lambda: session.evidence_progress > 0.1)
        session.stop("evidence")
        (work,) = session.work
        assert (work.place, work.is_stopped) == ("page", True)
        assert 0.1 < work.share < 1
        explorer.state.page = "images"
        assert session.work == ()  # It is said on its page.
        session.evidence_task.gather()
        await _until(lambda: explorer.evidence)
        whole = evidence_for_k(embeddings, sweep, on_progress=lambda _: None)
        np.testing.assert_array_equal(explorer.evidence.table, whole.table)

    in_kernel(story)
