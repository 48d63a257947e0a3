"""Any still: files that open, on white or transparent, whatever words and styles there are."""

from __future__ import annotations

import io
import subprocess
import sys
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from cliplab import show_elbow, show_projection
from cliplab.explorer.model.colors import all_alike
from cliplab.explorer.model.views import map_view
from cliplab.explorer.plots.stills.map_still import MapContent, map_still

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "costs $5 and $x^2$ & more",
    "<script>alert(1)</script>",
    r"\frac{1}{0} % _ ^ ~ # {",
    "\u202egnirts\u202c and \u05e9\u05dc\u05d5\u05dd",
    "one\ntwo\ttabs\x00 and \x07 bells",
    "$" * 7,
    "\ud800 alone",
    "犬と猫 🦊",
    "a very long name " * 40,
    "",
)


def _opened(png):
    return Image.open(io.BytesIO(png)).convert("RGBA")


@pytest.fixture
def still(sweep):
    return show_elbow(sweep).still


def test_a_png_is_white_or_transparent_in_its_corners(still):
    for is_transparent, corner in ((False, (255, 255, 255, 255)), (True, (255, 255, 255, 0))):
        image = _opened(still.to_bytes("png", transparent=is_transparent))
        assert image.size == (2 * still.width, 2 * still.height)
        last = (image.width - 1, image.height - 1)
        assert [image.getpixel(place) for place in ((0, 0), last)] == [corner, corner]
        # There is ink, the same on both.
        assert (0x76, 0x76, 0x76, 255) in {color for _, color in image.getcolors(1 << 24)}


def test_an_svg_is_xml_whose_paper_is_white_or_missing(still):
    for is_transparent in (False, True):
        root = ET.fromstring(still.to_bytes("svg", transparent=is_transparent))
        assert root.tag == f"{SVG}svg"
        paper = next(root.iter(f"{SVG}path")).get("style")
        assert ("fill: #ffffff" in paper) != is_transparent
        texts = [each.text for each in root.iter(f"{SVG}text")]
        assert "Inertia · no clear elbow" in texts


def test_the_same_figure_is_always_the_same_file(still):
    for kind in ("png", "svg"):
        assert still.to_bytes(kind) == still.to_bytes(kind)


def test_it_does_not_follow_the_style_of_other_figures_and_leaves_it_as_it_is(still):
    usual = still.to_bytes("svg")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "text.usetex": True}):
        assert still.to_bytes("svg") == usual
        assert mpl.rcParams["font.size"] == 30
    assert mpl.rcParams["text.parse_math"]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_drawn_as_they_are_and_signs_that_draw_nothing_are_left_out(
    projection, words
):
    names = ((words, "#0072b2"), ("other", "#9a9a9a"))
    coloring = all_alike(len(projection)) | {"legend": names}
    still = map_still(MapContent(map_view(projection), coloring, words))
    _opened(still.to_bytes("png"))
    root = ET.fromstring(still.to_bytes("svg"))
    texts = [each.text or "" for each in root.iter(f"{SVG}text")]
    assert "other" in texts
    drawn = "".join(texts)
    assert not {"\u202e", "\u202c", "\n", "\x00", "\x07", "\ud800"} & set(drawn)
    for sign in ("$5", "$x^2$", "<script>", r"\frac{1}{0}", "gnirts", "one two", "犬"):
        assert (sign in drawn) == (sign in words.replace("\n", " "))
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.slow
def test_a_figure_on_the_screen_loads_no_matplotlib():
    code = (
        "import sys, numpy as np; from cliplab import project, show_projection;"
        "show_projection(project(np.eye(5), 'pca')); print('matplotlib' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "False\n"


def test_very_many_points_are_one_image_inside_an_svg(projection):
    few = show_projection(projection).still
    assert not list(ET.fromstring(few.to_bytes("svg")).iter(f"{SVG}image"))
    many = np.random.default_rng(0).normal(size=(5000, 2))
    view = {"x": many[:, 0], "y": many[:, 1], "center": np.zeros(2), "reach": 5.0}
    file = map_still(MapContent(view, all_alike(5000), "many")).to_bytes("svg")
    assert len(list(ET.fromstring(file).iter(f"{SVG}image"))) == 1
    assert len(file) < 1_000_000
