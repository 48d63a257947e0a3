"""What the page holds of each k beside its view: opened bars, transitions, names, sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.html import render
from cliplab._core.language import number
from cliplab.evaluation.naming.word_ranking import can_rank_by_words
from cliplab.evaluation.silhouette_distances import SilhouetteDistances, silhouette_distances
from cliplab.explorer.model.cluster_words import names_as_read
from cliplab.explorer.model.packing import pack
from cliplab.explorer.model.sentences import status_line
from cliplab.explorer.saved_page.encoding import as_base64
from cliplab.explorer.widgets.pages.silhouette import silhouette_content, verdicts_of
from cliplab.explorer.widgets.pages.transitions import TransitionsContent, transitions_content
from cliplab.explorer.widgets.pages.words import words_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.snapshot import Snapshot

_NOT_MEASURED = -128
_RIBBONS = ("colors", "alphas", "before", "after", "n_images")


def stored_values(session: ExplorerSession) -> list[dict[str, Any]]:
    """Return for each value of the sweep what the page says of it.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.

    Returns
    -------
    list of dict
        Texts and numbers that can be written as JSON; ``packed`` holds the columns.
    """
    sweep = session.sweep
    distances: Sequence[SilhouetteDistances | None] = [None] * len(sweep)
    if session.data is not None:
        distances = silhouette_distances(session.data, sweep.clusterings)
    values = zip(sweep.parameter_values, distances, strict=True)
    return [_stored(session, snapshot_of(session, value), each) for value, each in values]


def snapshot_of(session: ExplorerSession, value: int) -> Snapshot:
    """Return what pages are computed from, as if this value were chosen and no image opened."""
    return session.snapshot._replace(
        value=value, clustering=session.sweep[value], opened=None, selected=()
    )


def _stored(
    session: ExplorerSession, snapshot: Snapshot, distances: SilhouetteDistances | None
) -> dict[str, Any]:
    clustering, measured = snapshot.clustering, session.in_embedding
    bars = silhouette_content(snapshot)
    moves = transitions_content(snapshot)
    columns = {"hundredths": hundredths(clustering.silhouettes)}
    if distances is not None:
        columns |= _columns(distances, bars.width)
    if moves.transitions is not None:
        columns["after"] = moves.transitions.after.astype(np.int16)
    said, packed = pack(columns)
    return {
        "value": snapshot.value,
        "status": status_line(
            session.options,
            clustering,
            session.space,
            None if measured is None else measured[snapshot.value],
        ),
        "negative": _rows(bars.negative),
        "borderline": _rows(bars.borderline),
        "medoids": [] if distances is None else list(distances.medoids),
        "moves": _moves(moves),
        "names": _names(snapshot),
        "columns": said,
        "packed": as_base64(packed),
    }


def hundredths(values: NDArray[np.floating]) -> NDArray[np.int8]:
    """Return silhouettes as they are read, with two digits, in a byte each."""
    rounded = np.round(100 * values.astype(np.float64))
    return np.nan_to_num(rounded, nan=_NOT_MEASURED).astype(np.int8)


def _columns(distances: SilhouetteDistances, width: float) -> dict[str, NDArray[Any]]:
    a, b, scores = distances.a, distances.b, distances.silhouettes
    return {
        "nearest": distances.nearest.astype(np.int16),
        # As they are read, with three digits, and as whole numbers, which single precision keeps.
        "a": np.nan_to_num(np.round(1000 * a)).astype(np.float32),
        "b": np.nan_to_num(np.round(1000 * b)).astype(np.float32),
        "scores": hundredths(scores),
        "verdicts": verdicts_of(scores, width),
    }


def _moves(content: TransitionsContent) -> dict[str, Any] | None:
    """Return what is drawn of the images that move; the browser draws the ribbons' curves."""
    transitions, flow = content.transitions, content.flow
    if transitions is None or flow is None:
        return None
    ribbons = flow["ribbons"]
    half = len(ribbons["xs"][0]) // 2
    return {
        "sentence": render(
            "explorer/style/templates/moves.html",
            parameter=content.parameter,
            before=content.before,
            after=content.after,
            n_movers=len(transitions.movers),
            n_images=len(transitions),
        ).striptags(),
        "title": flow["title"],
        "movers": _rows(transitions.movers),
        # Left and right end of each ribbon's upper edge, and how high it is.
        "edges": [[ys[0], ys[half - 1], ys[-1] - ys[0]] for ys in ribbons["ys"]],
        "ribbons": {name: list(ribbons[name]) for name in _RIBBONS},
        "blocks": {name: _plain(column) for name, column in flow["blocks"].items()},
    }


def _names(snapshot: Snapshot) -> list[list[str]] | None:
    """Return for each cluster its name, how clear it is, and the nearest words."""
    encoder = snapshot.encoder
    if encoder is None or not can_rank_by_words(snapshot.embeddings, encoder):
        return None
    content = words_content(snapshot._replace(vocabulary=""))
    found = zip(names_as_read(content.names), content.names.margins, content.nearest, strict=True)
    return [[name, number(margin, ".2f"), nearest] for name, margin, nearest in found]


def _rows(rows: Sequence[int]) -> list[int]:
    return [int(row) for row in rows]


def _plain(column: Sequence[Any]) -> list[Any]:
    return [each if isinstance(each, str) else float(each) for each in column]
