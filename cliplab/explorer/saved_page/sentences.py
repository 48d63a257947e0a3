"""What the page says beside what comes from the views. The script fills the gaps in."""

from __future__ import annotations

from typing import Any

from cliplab._core.html import render
from cliplab._core.language import say, words
from cliplab.explorer.model.options import map_images_titles
from cliplab.explorer.widgets.pages import PAGES
from cliplab.explorer.widgets.pages.silhouette import VERDICTS
from cliplab.explorer.widgets.pages.words import names_heads

_OF_A_BAR = ("own", "a", "b", "nearest", "sum", "none")


def page_words() -> dict[str, Any]:
    """Return what the page says, with gaps that its script fills in."""
    parts = {page.name: (page.title, page.about) for page in PAGES}
    parts["words"] = (parts["words"][0], words("saved_page.words_help"))
    parts["answers"] = parts["reveal"]
    bar = {name: words(f"silhouette.{name}") for name in _OF_A_BAR}
    lists = {name: words(f"silhouette.n_{name}") for name in ("negative", "borderline")}
    verdicts = tuple(words(f"silhouette.{name}") for name in VERDICTS)
    return {
        **words("saved_page"),
        "parts": parts
        | {
            "words": (parts["words"][0], words("saved_page.words_help")),
            "answers": parts["reveal"],
        },
        "show": words("controls.show"),
        "map_images": map_images_titles(),
        "color_by": words("controls.color_by"),
        "colors": {name: words(f"colors.{name}") for name in ("cluster", "silhouette")},
        "typical": words("gallery.typical"),
        "selected": words("gallery.selected"),
        "previous": words("gallery.previous"),
        "next": words("gallery.next"),
        "hidden_name": words("hover.placeholders.image_ids"),
        "silhouette": words("gallery.silhouette"),
        "not_measured": words("images.not_measured"),
        "noise": words("images.noise"),
        "no_class": words("images.no_class"),
        "bar_help": render("explorer/style/templates/silhouette_help.html").striptags(),
        "bar": bar | lists | {"verdicts": verdicts, "elsewhere": say("silhouette.made_elsewhere")},
        "last": words("transitions.last"),
        "all_that_move": words("transitions.all"),
        "names": names_heads(),
        "my_k": words("answers.my_k"),
        "commit": words("answers.commit"),
        "committed": words("answers.said"),
        "disagreeing": words("answers.disagreeing"),
        "point": words("numbers.point"),
    }
