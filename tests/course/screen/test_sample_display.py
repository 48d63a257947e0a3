from __future__ import annotations

import numpy as np
import pytest

from cliplab.course import another_sample, show_another_sample


@pytest.fixture(scope="module")
def found(images, embeddings):
    return another_sample(images, embeddings, n_clusters=5)


def test_a_bar_is_as_long_as_the_overlap_the_longest_on_top(found):
    data = show_another_sample(found).figure.select_one({"name": "overlaps"}).data

    assert data["overlap"].tolist() == sorted(found.overlaps, reverse=True)
    order = [int(number) for number in data["number"]]
    np.testing.assert_array_equal(found.overlaps[order], data["overlap"])


def test_images_of_your_cluster_are_on_the_left_and_of_its_match_on_the_right(found):
    data = show_another_sample(found).figure.select_one({"name": "typical images"}).data

    assert len(data["uri"]) == 5 * 2 * 2
    assert all(uri.startswith("data:image/") for uri in data["uri"])
    assert sum(x < 0 for x in data["x"]) == sum(x > 1 for x in data["x"]) == 10


def test_it_says_how_many_come_back_and_is_saved_as_an_image(found, tmp_path):
    display = show_another_sample(found)
    display.save(tmp_path / "back.png")

    assert display.sentence == found.sentence
    assert (tmp_path / "back.png").read_bytes().startswith(b"\x89PNG")


def test_something_else_is_refused(found):
    with pytest.raises(TypeError, match="`found` must be AnotherSample, from course"):
        show_another_sample(found.clustering)
