"""Every control says what it does."""

import ipywidgets
import pytest

from cliplab import ClipEncoder, Explorer
from cliplab.explorer.widgets.tooltips import with_tooltip

_CONTROLS = (
    ipywidgets.Button, ipywidgets.Checkbox, ipywidgets.Dropdown, ipywidgets.IntSlider,
    ipywidgets.FloatSlider, ipywidgets.BoundedIntText, ipywidgets.Text, ipywidgets.Combobox,
)  # fmt: skip


def _all_in(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _all_in(child)


@pytest.mark.slow
def test_each_control_has_a_tooltip(images, embeddings, projection, sweep):
    explorer = Explorer(images, embeddings, projection, sweep, encoder=ClipEncoder("storybook"))
    controls = [each for each in _all_in(explorer._panel.widget) if isinstance(each, _CONTROLS)]
    assert len(controls) > 15
    silent = [each.description or each for each in controls if not each.tooltip]
    assert silent == []


def test_a_widget_of_an_older_version_keeps_it_under_another_name():
    class Older:
        description_tooltip = ""

        def has_trait(self, name):
            return name == "description_tooltip"

    assert with_tooltip(Older(), "why").description_tooltip == "why"
