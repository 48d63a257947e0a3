"""What is known of the images: names, classes, and how they agree with the clusters of each k."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab._core.html import render
from cliplab._core.language import number, say
from cliplab.explorer.model.answers import about_scores, score_of
from cliplab.explorer.model.colors import NEIGHBOR_COLORS, coloring_view
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.state import GROUPS, LIKENESS, NOTHING
from cliplab.explorer.saved_page.stored_values import snapshot_of
from cliplab.explorer.style.theme import cluster_color, ink_on
from cliplab.explorer.widgets.pages.reveal import (
    Answer,
    label_heads,
    label_row,
    purity_heads,
    rarer_classes,
    reveal_content,
)

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.explorer.model.session import ExplorerSession

_FOUND = {"cluster", "silhouette", LIKENESS, GROUPS, NOTHING, *NEIGHBOR_COLORS}


def stored_answers(session: ExplorerSession) -> dict[str, Any]:
    """Return all that is hidden until a k is committed to.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.

    Returns
    -------
    dict
        Texts and numbers that can be written as JSON.
    """
    images = session.images
    colors = {name: title for name, title in session.options.colors.items() if name not in _FOUND}
    return {
        "hover": image_columns(images),
        "credits": [str(each) for each in images.attribution_of(slice(None))],
        "colors": [_coloring(session, name, title) for name, title in colors.items()],
        "values": {value: _agreement(session, value) for value in session.sweep.parameter_values},
    }


def _coloring(session: ExplorerSession, name: str, title: str) -> dict[str, Any]:
    coloring = coloring_view(name, session.images, session.clustering)
    values = coloring["values"]
    if values.dtype.kind == "f":
        values = np.round(values.astype(np.float64), 4)
    return {
        **coloring,
        "name": name,
        "title": title,
        "palette": list(coloring["palette"]),
        "values": [None if isnan(each) else each for each in values.tolist()],
    }


def _agreement(session: ExplorerSession, value: int) -> dict[str, Any]:
    shown = snapshot_of(session, value)._replace(is_revealed=True, committed_k=None, guesses=())
    answer = reveal_content(shown).answer
    if answer is None:
        said = render("explorer/style/templates/reveal_no_classes.html")
        return {"sentence": said.striptags(), "tables": [], "disagreeing": []}
    return {
        "sentence": f"{answer.sentence} {about_scores([score_of(answer.agreement)])}",
        "tables": _tables(answer),
        "disagreeing": [int(row) for row in answer.disagreeing],
    }


def _tables(answer: Answer) -> list[dict[str, Any]]:
    purities = answer.agreement.to_pandas()
    rows = [
        [_chip(each.cluster_label), str(each.size), each.class_name, number(each.purity, ".0%")]
        for each in purities.itertuples(index=False)
    ]
    tables = [{"heads": purity_heads(), "rows": rows}]
    if answer.best_labels is not None:
        tables.append(_labels(answer.best_labels))
    counts = [[name, *(str(n or "") for n in ns)] for name, *ns in answer.counts.itertuples()]
    if more := answer.n_classes - len(counts):
        counts.append([rarer_classes(more), *([""] * len(answer.counts.columns))])
    heads = [say("answers.class_by_cluster"), *map(str, answer.counts.columns)]
    return [*tables, {"heads": heads, "rows": counts}]


def _labels(best: pd.DataFrame) -> dict[str, Any]:
    rows = [[_chip(each.cluster_label), *label_row(each)] for each in best.itertuples(index=False)]
    return {"heads": label_heads(), "rows": rows}


def _chip(cluster: Any) -> dict[str, str]:
    color = cluster_color(int(cluster))
    return {"text": str(cluster), "color": color, "ink": ink_on(color)}
