"""The card of a pack: the README that the Hub shows."""

from __future__ import annotations

from cliplab._core.html import render
from cliplab.packs.pack import Pack

_LICENSES = {"CC BY 2.0": "cc-by-2.0", "CC0 1.0": "cc0-1.0"}


def card(pack: Pack) -> str:
    """Return the README of a pack, with a license only if all images have the same."""
    licenses = {credit.license for credit in pack.images.attribution}
    is_known = len(licenses) == 1 and licenses <= _LICENSES.keys()
    return render(
        "packs/templates/card.md",
        pack=pack,
        license=_LICENSES[licenses.pop()] if is_known else "other",
        has_credits=any(credit.license for credit in pack.images.attribution),
    )
