"""The page My groups: from a selection to the table of groups and clusters."""

import html
import json

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from cliplab import NamedGroup
from cliplab.explorer.model.groups import group_labels

pytestmark = pytest.mark.slow


@pytest.fixture
def page(explorer):
    explorer.state.page = "groups"
    return explorer._panel.pages["groups"]


def _keep(explorer, page, rows, name, note=""):
    explorer.state.selected = rows
    page._name.value, page._note.value = name, note
    page._keep.click()


def _buttons(page):
    return [(line.children[0].description, line.children[1]) for line in page._list.children]


def test_a_selection_is_named_kept_selected_again_cleared_and_removed(explorer, page):
    assert page._keep.disabled
    assert page._undo.disabled
    assert "Select images, for example with the lasso" in page._said.value
    explorer.state.selected = range(20)
    assert not page._keep.disabled
    assert "20 images selected: name them" in page._said.value
    _keep(explorer, page, range(20), "cats", "asleep")
    assert explorer.state.groups == (NamedGroup(range(20), "cats", "asleep"),)
    assert (page._name.value, page._note.value) == ("", "")
    _keep(explorer, page, range(15, 40), "dogs")
    assert "5 images came out of “cats”." in page._said.value
    cats, dogs = page._lines[:2]
    assert "asleep" in cats._words.value
    assert "15 images" in cats._words.value
    assert [each for each, _ in _buttons(page)] == ["Select", "Clear"]
    cats.select.click()
    assert explorer.state.selected == tuple(range(15))
    assert [each for each, _ in _buttons(page)] == ["Clear", "Select"]
    cats.select.click()
    assert explorer.state.selected == ()
    dogs.remove.click()
    assert [group.name for group in explorer.state.groups] == ["cats"]
    assert len(page._list.children) == 1
    page._undo.click()
    assert [group.name for group in explorer.state.groups] == ["cats", "dogs"]
    assert explorer.state.page == "groups"


def test_a_name_that_is_refused_stays_in_its_box_and_the_panel_says_why(explorer, page):
    _keep(explorer, page, [1], "x" * 41)
    assert page._name.value == "x" * 41
    assert "`name` must have 1 to 40 characters" in html.unescape(
        explorer._panel.controls.error.value
    )
    assert explorer.state.groups == ()


def test_the_table_follows_k_and_groups_that_are_set_in_code(explorer, page):
    assert page._compared.value == ""
    explorer.state.groups = [NamedGroup(range(30), "first"), NamedGroup(range(30, 60), "next")]
    labels = group_labels(explorer.state.groups, 80)
    for k in (4, 9):
        explorer.state.n_clusters = k
        clusters = explorer.clustering.cluster_labels
        score = adjusted_mutual_info_score(labels[:60], clusters[:60])
        assert f"the {k} clusters on the screen by AMI {score:.2f} (95 %" in page._compared.value
        assert "60 of 80 images are in your 2 groups" in page._compared.value
        for rows in (slice(30), slice(30, 60)):
            for n in np.unique(clusters[rows], return_counts=True)[1]:
                assert f"{n / 30:.2f}" + f'">{n}</td>' in page._compared.value
    assert "each group are: the darker" in page._compared.value


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_names_and_notes_are_text_wherever_they_are_shown(explorer, page, name):
    _keep(explorer, page, range(30), name, f"note {name}")
    _keep(explorer, page, range(25, 60), f"2 {name}")
    explorer.state.color_by = "my groups"
    legend = explorer._panel.controls._legend.value
    shown = [page._said.value, page._lines[0]._words.value, page._compared.value, legend]
    for text in shown:
        assert "<script" not in text
        assert "<img" not in text
        assert name in html.unescape(text)


def test_groups_whose_names_look_like_formulas_can_be_drawn_and_saved(explorer, tmp_path):
    explorer.state.groups = [NamedGroup([1, 2], "$\\frac{"), NamedGroup([3], "_none")]
    explorer.state.color_by = "my groups"
    explorer.save(tmp_path / "map.svg")
    explorer.save_groups(tmp_path / "groups.json")
    saved = json.loads((tmp_path / "groups.json").read_text(encoding="utf-8"))
    assert [group["name"] for group in saved["groups"]] == ["$\\frac{", "_none"]
    assert all("image_ids" not in group for group in saved["groups"])
    explorer.state.committed_k = 4
    explorer.save_groups(tmp_path / "groups.json")
    saved = json.loads((tmp_path / "groups.json").read_text(encoding="utf-8"))
    assert saved["groups"][1]["image_ids"] == [explorer.images.image_ids[3]]
    explorer.reset()
    assert explorer.state.groups == ()
    assert explorer.state.color_by == "cluster"
