import base64
import io
import json
import re
from html import unescape

import pytest
from PIL import Image

from cliplab import Explorer
from cliplab.explorer.saved_page import screen_copy
from cliplab.explorer.saved_page.screen_copy import content_of

# Each makes an Explorer of its own, which takes a second.
pytestmark = pytest.mark.slow


@pytest.fixture
def content(explorer):
    return content_of(explorer._session)


def _answers(page):
    (value,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    answers = json.loads(unescape(value))["answers"]
    return None if answers is None else json.loads(base64.b64decode(answers))


def test_the_sentence_says_what_can_be_seen(explorer, content):
    explorer.state.n_clusters = 6
    assert content.sentence().startswith("80 images in 6 clusters. Run this notebook")
    explorer.state.committed_k = 5
    assert "Committed to k = 5." in content.sentence()
    explorer.parts = ("map",)
    # These vectors are not CLIP's.
    assert content.sentence().startswith("80 images. Run this notebook")


def test_the_picture_has_the_parts_that_are_shown_when_it_is_asked_for(explorer, content):
    whole = content.drawing()
    explorer.parts = ("k", "map")
    alone = content.drawing()
    explorer.parts = ("pages",)
    assert content.drawing() is None
    widths = [Image.open(io.BytesIO(draw().data)).width for draw in (whole, alone)]
    assert widths[0] > 1.8 * widths[1]


def test_answers_are_in_the_page_once_they_may_be_seen(explorer, content):
    assert _answers(content.page()) is None
    explorer.state.committed_k = 5
    assert len(_answers(content.page())["hover"]["image_ids"]) == 80


def test_there_is_no_page_of_some_parts_or_of_too_many_images(explorer, content, monkeypatch):
    for parts in (("map",), ("k", "map"), ("k", "map", "silhouettes", "curves", "clusters")):
        explorer.parts = parts
        assert content.page() is None
    explorer.parts = "all"
    monkeypatch.setattr(screen_copy, "MOST_AT_ONCE", 79)
    assert content.page() is None


def test_where_nobody_watches_the_explorer_is_its_copy(
    images, embeddings, projection, sweep, capsys
):
    Explorer(images, embeddings, projection, sweep)._ipython_display_()
    assert (
        capsys.readouterr().out == "80 images in 4 clusters. Run this notebook to explore them.\n"
    )
