from __future__ import annotations

import asyncio

import ipywidgets
import numpy as np
import pytest

from cliplab import Embeddings
from cliplab.course import KMeansStepper
from cliplab.explorer.style.theme import cluster_color


@pytest.fixture
def buttons(stepper, widgets_in):
    def find():
        on_screen = widgets_in(stepper._tool._screen, ipywidgets.Button)
        return {each.description: each for each in on_screen}

    return find


@pytest.fixture
def stepper(images, embeddings, projection):
    return KMeansStepper(images, embeddings, projection, n_clusters=4)


def _source(stepper, name):
    return stepper._plots.layout.select_one({"name": name}).data


def test_steps_go_forth_and_back_and_no_further_than_the_ends(stepper):
    stepper.back()
    assert [stage.phase for stage in stepper.stages] == ["start", "start"]
    stepper.step()
    stepper.step()
    assert [stage.phase for stage in stepper.stages] == ["move", "move"]
    stepper.back()
    assert [stage.phase for stage in stepper.stages] == ["assign", "assign"]
    stepper.run()
    ends = stepper.stages
    stepper.step()
    assert stepper.stages == ends
    stepper.restart()
    assert [stage.phase for stage in stepper.stages] == ["start", "start"]


def test_both_maps_show_their_clusters_and_the_images_of_their_centres(stepper, projection):
    stepper.run()
    rows = _source(stepper, "stepper images")
    for side, name in enumerate(("left", "right")):
        stage = stepper.stages[side]
        numbers = stepper._walk.numbers[side]
        np.testing.assert_array_equal(rows[name], numbers[stage.cluster_labels])
        centers = _source(stepper, f"{name} centers")
        places = projection.coordinates[list(stage.nearest_images)]
        np.testing.assert_allclose(np.transpose([centers["x"], centers["y"]]), places)
        assert centers["color"] == [cluster_color(int(number)) for number in numbers]
        assert all(uri.startswith("data:image/") for uri in centers["uri"])


def test_before_the_first_assignment_all_are_grey_and_no_curve_is_drawn(stepper):
    assert set(_source(stepper, "stepper images")["left"]) == {-1}
    assert stepper._plots.curve.title.text == "Inertia"
    stepper.step()
    assert list(_source(stepper, "left inertia")["y"]) == []
    stepper.step()
    assert list(_source(stepper, "left inertia")["y"]) == [stepper.stages[0].inertia]
    assert f"dots left {stepper.stages[0].inertia:.4g}" in stepper._plots.curve.title.text


def test_images_that_changed_are_outlined_but_not_when_all_did(stepper):
    outlined = stepper._plots._changed
    stepper.step()
    assert [each.indices for each in outlined] == [[], []]
    stepper.step()
    stepper.step()
    assert [tuple(each.indices) for each in outlined] == [stage.changed for stage in stepper.stages]


def test_another_start_has_other_centres_and_what_is_not_named_stays(stepper):
    before = stepper.stages
    stepper.restart(init="k-means++", random_states=(5, 6))
    assert len(stepper.stages[0].centers) == 4
    assert not np.array_equal(stepper.stages[0].centers, before[0].centers)
    stepper.restart(n_clusters=2)
    assert "Start 5" in stepper.sentence
    with pytest.raises(ValueError, match="`n_clusters` must be a whole number from 1 to 20"):
        stepper.restart(n_clusters=21)
    with pytest.raises(ValueError, match=r"`random_states` must be two .* Got \(1, 2, 3\) instead"):
        stepper.restart(random_states=(1, 2, 3))
    assert len(stepper.stages[0].centers) == 2


def test_where_nobody_watches_the_sentence_is_all(stepper, capsys):
    stepper._ipython_display_()
    assert capsys.readouterr().out == f"{stepper.sentence}\n"


def test_a_still_shows_both_runs(stepper):
    stepper.run()
    image = stepper._tool._copy._content.drawing()()
    assert image.data.startswith(b"\x89PNG")
    assert image.width > 800


def test_wrong_arguments_are_refused_in_words(images, embeddings, projection):
    with pytest.raises(TypeError, match="`images` must be an ImageSet"):
        KMeansStepper(embeddings, embeddings, projection)
    with pytest.raises(ValueError, match="`embeddings` must have one row for each of the 60"):
        KMeansStepper(images, embeddings[:9], projection)
    with pytest.raises(ValueError, match="`init` must be one of 'random', 'k-means"):
        KMeansStepper(images, embeddings, projection, init="best")
    with pytest.raises(ValueError, match="`random_state` must be a whole number from 0"):
        KMeansStepper(images, embeddings, projection, random_state=-1)


def test_images_that_are_all_alike_settle_at_once(images, projection):
    stepper = KMeansStepper(images, Embeddings(np.ones((60, 4))), projection, n_clusters=3)
    stepper.run()
    assert "with inertia 0 and 0" in stepper.sentence


def test_its_buttons_say_what_comes_next(in_kernel, stepper, buttons):
    async def story():
        stepper._ipython_display_()
        assert {"Back", "Assign images", "Run", "Start over"} <= buttons().keys()
        assert buttons()["Back"].disabled
        buttons()["Assign images"].click()
        assert not buttons()["Back"].disabled
        buttons()["Move centres"].click()
        assert [stage.phase for stage in stepper.stages] == ["move", "move"]
        stepper.run()
        assert buttons()["Settled"].disabled
        assert buttons()["Run"].disabled
        buttons()["Start over"].click()
        assert [stage.phase for stage in stepper.stages] == ["start", "start"]

    in_kernel(story)


def test_a_run_goes_on_by_itself_until_it_is_stopped(in_kernel, stepper, buttons, monkeypatch):
    monkeypatch.setattr("cliplab.course.screen.stepper._PAUSE", 0.001)

    async def story():
        stepper._ipython_display_()
        buttons()["Run"].click()
        buttons()["Stop"].click()
        stage = stepper.stages[0].phase
        await asyncio.sleep(0.02)
        assert stepper.stages[0].phase == stage == "assign"
        buttons()["Run"].click()
        while stepper._walk.position < stepper._walk.end:
            await asyncio.sleep(0.01)
        assert "Stop" not in buttons()

    in_kernel(story)


def test_a_new_choice_of_k_and_start_begins_anew(in_kernel, widgets_in, stepper):
    async def story():
        stepper._ipython_display_()
        (k,) = widgets_in(stepper._tool._screen, ipywidgets.BoundedIntText)
        stepper.run()
        k.value = 3
        assert len(stepper.stages[0].centers) == 3
        assert stepper.stages[0].phase == "start"
        stepper.restart(n_clusters=5)
        assert k.value == 5

    in_kernel(story)


def test_shown_again_it_leaves_the_place_where_it_was(in_kernel, stepper):
    async def story():
        stepper._ipython_display_()
        first = stepper._tool._hosted
        stepper._ipython_display_()
        assert first.comm is None
        assert stepper._tool._hosted.comm is not None
        stepper.step()

    in_kernel(story)
