"""The script of the page, as the kernel knows it: what it is told, and what it says."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab import Explorer
from cliplab.explorer.notebook.host import HostedModel


class FrontEnd:
    """A page that has opened: it keeps what the kernel tells it."""

    def __init__(self, explorer, monkeypatch):
        self.script, self.told = explorer._panel.script, []
        monkeypatch.setattr(
            self.script, "send", lambda message, buffers=(): self.told.append(message)
        )

    def says(self, **message):
        self.script._hear(self.script, message, [])

    @property
    def now(self):
        return [each for each in self.told if "now" in each][-1]


@pytest.fixture
def page(explorer, monkeypatch):
    page = FrontEnd(explorer, monkeypatch)
    page.says(ready=True, page="a")
    return page


def test_the_page_is_told_by_a_model_of_ipywidgets(explorer, monkeypatch):
    """That of anywidget is deaf where its script was late."""
    script, told = explorer._panel.script, []
    channel = script._channel
    assert script.channel == channel.model_id
    assert type(channel)._model_module.default_value == "@jupyter-widgets/base"
    monkeypatch.setattr(channel, "send", lambda *message: told.append(message))
    script.send({"now": 1}, [b"packed"])
    assert told == [({"now": 1}, [b"packed"])]
    script.close()
    assert channel.comm is None


def test_until_the_page_is_ready_nothing_is_said(explorer, monkeypatch):
    page = FrontEnd(explorer, monkeypatch)
    explorer.state.n_clusters = 7
    assert page.told == []


def test_a_page_that_is_ready_gets_every_k_once_and_what_is_chosen(explorer, page):
    views = [each["view"]["value"] for each in page.told if "view" in each]
    assert sorted(views) == list(explorer.sweep.parameter_values)
    assert views[0] == explorer.state.n_clusters
    assert page.now["now"]["value"] == 4
    (numbers,) = [each["numbers"] for each in page.told if "numbers" in each]
    assert [value for value, _ in numbers] == list(explorer.sweep.parameter_values)


def test_a_choice_of_the_page_reaches_the_state_and_is_answered_by_its_number(explorer, page):
    page.told.clear()
    page.says(choice=3, page="a", value=9)
    assert explorer.state.n_clusters == 9
    assert (page.now["answer"], page.now["page"], page.now["now"]["value"]) == (3, "a", 9)
    assert not [each for each in page.told if "view" in each]


def test_a_bar_that_is_opened_by_keyboard_is_opened(explorer, page):
    page.says(open=7)
    assert (explorer.state.opened, explorer.state.page) == (7, "silhouette")


def test_a_k_that_is_set_in_code_comes_the_same_way(explorer, page):
    explorer.state.n_clusters = 11
    assert page.now["now"]["value"] == 11


def test_a_k_that_there_is_not_changes_nothing_and_is_answered(explorer, page):
    page.says(choice=1, page="a", value=1000)
    assert explorer.state.n_clusters == 4
    assert (page.now["answer"], page.now["now"]["value"]) == (1, 4)


def test_of_choices_that_waited_the_last_is_taken(
    in_kernel, images, embeddings, projection, sweep, monkeypatch
):
    import asyncio

    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        page = FrontEnd(explorer, monkeypatch)
        seen = []
        explorer.state.observe(lambda change: seen.append(change["new"]), "n_clusters")
        page.says(ready=True, page="a")
        for number, value in enumerate((5, 6, 7, 8), start=1):
            page.says(choice=number, page="a", value=value)
        await asyncio.sleep(0.1)
        assert seen == [8]
        assert page.now["answer"] == 4

    in_kernel(story)


def test_new_clusters_are_new_views_and_a_new_map_new_places_of_numbers(explorer, page):
    before = page.now["now"]
    page.told.clear()
    explorer.state.algorithm = "ward"
    after = page.now["now"]
    assert after["sweep"] == before["sweep"] + 1
    assert len([each for each in page.told if "view" in each]) == len(explorer.sweep)
    page.told.clear()
    explorer.state.projection = "pca"
    assert page.now["now"]["map"] > after["map"]
    assert not [each for each in page.told if "view" in each]
    numbers = dict([each["numbers"] for each in page.told if "numbers" in each][-1])
    medians = numbers[explorer.state.n_clusters]["x"]
    own = explorer.projection.coordinates[explorer.clustering.cluster_labels == 0, 0]
    assert medians[0] == pytest.approx(np.median(own), abs=1e-5)


def test_a_page_that_is_loaded_again_gets_all_again(explorer, page):
    n_views = len([each for each in page.told if "view" in each])
    page.told.clear()
    page.says(ready=True, page="b")
    assert len([each for each in page.told if "view" in each]) == n_views


def test_plots_that_come_after_the_page_are_given_whole_to_the_next_page(
    explorer, page, monkeypatch
):
    given = []
    monkeypatch.setattr(HostedModel, "send_state", lambda self, key: given.append(key))
    explorer._panel.host()
    assert given == []  # They came with their state.
    page.says(ready=True, page="b")
    assert given == ["render_bundle"]


def test_what_the_page_paints_is_not_sent_by_bokeh(explorer, page, monkeypatch):
    sent = []
    explorer._panel.host()
    hosted = explorer._panel._hosted
    monkeypatch.setattr(
        type(hosted), "_document_patched", lambda self, event: sent.append(self._is_quiet)
    )
    explorer._board.layout.document.on_change_dispatch_to(hosted)
    explorer.state.n_clusters = 8
    assert sent
    assert all(sent)
    np.testing.assert_array_equal(
        explorer._board.plots.images.data["cluster_labels"], explorer.clustering.cluster_labels
    )
    sent.clear()
    explorer.state.color_by = "silhouette"
    assert not all(sent)
    sent.clear()
    explorer.state.n_clusters = 9
    assert all(sent)


def test_noise_and_the_smallest_size_take_the_place_of_k(explorer, page):
    explorer.state.algorithm = "hdbscan"
    now = page.now["now"]
    assert now["parameter_title"] == "min size"
    assert now["values"] == list(explorer.sweep.parameter_values)
    page.says(choice=1, page="a", value=now["values"][-1])
    assert explorer.state.min_cluster_size == now["values"][-1]
