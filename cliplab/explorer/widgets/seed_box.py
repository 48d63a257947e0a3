"""A box for a whole number of any size."""

from __future__ import annotations

import ipywidgets
import traitlets


def _from_text(text: str, box: SeedBox) -> int:
    try:
        return int(text)
    except ValueError:  # What is no number is taken back.
        box.send_state("value")
        return int(box.value)


class SeedBox(ipywidgets.Text):  # type: ignore[misc]  # ipywidgets has no types.
    """A box for a seed. It travels as text: numbers in JavaScript are whole up to 2**53 only."""

    value = traitlets.Int(0).tag(
        sync=True, to_json=lambda value, _box: str(value), from_json=_from_text
    )

    def __init__(self, **traits: object) -> None:
        super().__init__(continuous_update=False, **traits)
