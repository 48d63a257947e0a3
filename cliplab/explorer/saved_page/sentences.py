"""What the page says beside what comes from the views. The script fills the gaps in."""

from __future__ import annotations

from typing import Any

from cliplab._core.html import render
from cliplab.explorer.model.hover_fields import hidden_name
from cliplab.explorer.model.options import MAP_IMAGES
from cliplab.explorer.widgets.pages import PAGES
from cliplab.explorer.widgets.pages.silhouette import MADE_ELSEWHERE, NO_SILHOUETTE, VERDICTS

_PAGES = {page.name: (page.title, page.about) for page in PAGES}
SAID: dict[str, Any] = {
    "parts": _PAGES
    | {
        "words": (_PAGES["words"][0], "Names for clusters, and images for a word"),
        "answers": _PAGES["reveal"],
    },
    "show": "show",
    "map_images": MAP_IMAGES,
    "color_by": "colour by",
    "colors": {"cluster": "cluster (found)", "silhouette": "silhouette"},
    "typical": "typical of each cluster",
    "selected": "{n} selected",
    "previous": "Previous images",
    "next": "Next images",
    "hidden_name": hidden_name("{row}"),  # type: ignore[arg-type]
    "silhouette": "silhouette {score}",
    "not_measured": "not measured",
    "noise": "noise",
    "no_class": "no class",
    "bar_help": render("explorer/style/templates/silhouette_help.html").striptags(),
    "bar": {
        "own": "centre of its cluster {cluster}",
        "a": "to its own cluster",
        "b": "to the nearest cluster",
        "nearest": "centre of the nearest cluster {cluster}",
        "sum": "({b} − {a}) / {largest} = {score}: {verdict}",
        "verdicts": VERDICTS,
        "none": NO_SILHOUETTE,
        "elsewhere": MADE_ELSEWHERE,
        "negative": "Show {n} negative",
        "borderline": "Show {n} borderline",
    },
    "last": "{value} is the last there is: there is no next one.",
    "all_that_move": "Show all that move",
    "names": ("", "in a word", "margin", "nearest words"),
    "find": "images of",
    "find_help": "The page knows {n} words.",
    "found": "the {n} nearest to “{word}”, the best first",
    "not_found": "The page knows {n} words, and “{word}” is not among them.",
    "my_k": "my k",
    "commit": "Commit",
    "before": "The images have known classes, and they are hidden. Look at the images, argue, and "
    "decide: how many clusters are there? Once you commit, the classes are shown.",
    "encoded": "The classes are in this file, encoded so that nobody reads them by chance.",
    "committed": "You said {k}.",
    "disagreeing": "Show {n} that disagree",
    "without_kernel": "This page works without a kernel and without a network. Another map, "
    "another algorithm or distance, null data and two clusters are computed in the notebook.",
    "without_answers": "The known classes are not in this file.",
}  # fmt: skip
