"""The palettes are literals, and those that they are said to be."""

from __future__ import annotations

import subprocess
import sys

from bokeh.palettes import Cividis256, interp_palette

from cliplab.explorer.style.palettes import DIVERGING, SEQUENTIAL


def test_orange_goes_over_grey_to_blue_in_even_steps():
    assert interp_palette(("#d55e00", "#b9b4ae", "#0072b2"), 101) == DIVERGING


def test_amounts_have_the_brighter_colours_of_cividis():
    assert Cividis256[40:] == SEQUENTIAL


def test_the_style_of_the_screen_loads_neither_bokeh_nor_ipywidgets():
    code = (
        "import sys, cliplab.explorer.style.theme, cliplab.explorer.model.hover_fields\n"
        "print(*{'bokeh', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
