"""The screen follows the session: each part is drawn once for a change, and only if it shows it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from cliplab import Explorer
from cliplab.explorer import render as rendering

# What a change of each trait draws, beside the error line and the menu of colours.
DRAWN = {
    "n_clusters": {"clusters", "numbers", "colours", "turning", "page", "status"},
    "projection": {"map", "numbers", "turning", "map title"},
    "perplexity": {"map", "numbers", "turning", "map title"},
    "color_by": {"colours", "turning", "menu"},
    "selected": {"selection", "page"},
    "page": {"page"},
    "large_text": {"text size"},
    "opened": set(),
    "space": {
        "curves",
        "band",
        "ends of curves",
        "clusters",
        "numbers",
        "colours",
        "turning",
        "page",
        "status",
    },
    "algorithm": {
        "curves",
        "band",
        "ends of curves",
        "clusters",
        "numbers",
        "colours",
        "turning",
        "page",
        "status",
    },
}
VALUES = {
    "n_clusters": 5, "projection": "pca", "perplexity": 7.0, "color_by": "silhouette",
    "selected": (1, 2), "page": "method", "opened": 3, "space": "pca", "algorithm": "ward",
    "large_text": True,
}  # fmt: skip


def _counted(explorer):
    """Count how often each part of an Explorer's screen is drawn."""
    counts = Counter()

    def counted(part):
        def draw():
            counts[part.name] += 1
            part.draw()

        return part._replace(draw=draw)

    explorer._render.parts = tuple(counted(part) for part in explorer._render.parts)
    return counts


@pytest.fixture
def drawn(explorer):
    return _counted(explorer)


@pytest.mark.slow
@pytest.mark.parametrize("trait", DRAWN)
def test_a_change_draws_each_part_once_and_only_what_shows_it(explorer, drawn, trait):
    setattr(explorer.state, trait, VALUES[trait])
    assert set(drawn.values()) <= {1}
    assert set(drawn) == DRAWN[trait]


@pytest.mark.slow
@pytest.mark.parametrize("trait", ["n_clusters", "color_by", "selected", "page"])
def test_so_it_is_in_a_kernel_too_where_work_goes_on_in_the_background(
    images, embeddings, projection, sweep, in_kernel, trait
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        await asyncio.sleep(0.2)  # What the start has begun in the background is drawn.
        drawn = _counted(explorer)
        setattr(explorer.state, trait, VALUES[trait])
        await asyncio.sleep(0.2)
        # The gallery is made in the background: its page is drawn empty, and when it arrives.
        assert drawn.pop("page", 1) <= 2
        assert set(drawn.values()) <= {1}
        assert set(drawn) == DRAWN[trait] - {"page"}

    in_kernel(story)


@pytest.mark.slow
def test_neighbours_are_drawn_when_the_colours_ask_and_follow_the_map(explorer, drawn):
    explorer.state.color_by = "neighbors kept"
    assert set(drawn) == {"neighbours", "colours", "turning", "menu"}
    plots = explorer._board.plots
    assert {"neighbors_kept", "neighbor_counts"} <= set(plots.images.data)
    rows = plots.hover.neighbors.data["rows"]
    assert len(rows) == 10 * len(explorer.images)
    drawn.clear()
    explorer.state.projection = "pca"
    assert plots.torn.indices
    assert {"map", "neighbours", "colours"} <= set(drawn)
    assert plots.hover.neighbors.data["rows"] is rows
    explorer.state.color_by = "cluster"
    assert plots.torn.indices == []
    assert len(plots.hover.neighbors.data["rows"]) == 0


@pytest.mark.slow
def test_null_data_are_drawn_once_however_many_draws_there_are(explorer, drawn):
    explorer.state.null_data = "covariance"
    assert drawn["null data"] == drawn["null clusters"] == drawn["band"] == 1


@pytest.mark.slow
def test_every_part_shows_a_trait_that_there_is(explorer):
    session = explorer._session
    traits = set(session.trait_names())
    traits |= {f"state.{name}" for name in explorer.state.trait_names()}
    for part in explorer._render.parts:
        assert part.shows
        assert part.shows <= traits, part.name


@pytest.mark.slow
def test_nothing_is_set_by_drawing(explorer):
    changed = []
    explorer.state.observe(lambda change: changed.append(change["name"]))
    explorer._session.observe(lambda change: changed.append(change["name"]))
    explorer._render.draw_all()
    assert changed == []


def test_the_module_computes_nothing():
    names = set(vars(rendering))
    assert not names & {"np", "numpy", "sweep_clusters", "project", "Worker"}
