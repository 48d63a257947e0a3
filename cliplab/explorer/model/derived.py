"""What is derived from the choices and the results: one line for each, in the order of need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from cliplab.explorer.model import sentences
from cliplab.explorer.model.colors import chosen_coloring, colored_by, offered_colors
from cliplab.explorer.model.hints import hints
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.neighbors import kept_on_map, neighbors_view
from cliplab.explorer.model.views import (
    band_view,
    clustering_view,
    map_view,
    null_clustering_view,
    null_view,
    numbers_view,
    sweep_view,
)
from cliplab.explorer.model.wall import wall_note, wall_view
from cliplab.explorer.model.work import status

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession


class Derived(NamedTuple):
    """A trait of the session that depends on others, and how it is computed.

    Traits of the state are named ``"state.…"``.
    """

    name: str
    depends_on: frozenset[str]
    compute: Callable[[ExplorerSession], Any]


def _derived(name: str, depends_on: str, compute: Callable[[ExplorerSession], Any]) -> Derived:
    return Derived(name, frozenset(depends_on.split()), compute)


def _where(session: ExplorerSession) -> str:
    return sentences.space_title(session.options, session.clustering, session.space)


def _map_title(session: ExplorerSession) -> str:
    is_running = "map" in session.running
    return sentences.map_title(session.options, session.projection, is_running)


DERIVED = (
    _derived(
        "clustering", "sweep state.n_clusters state.min_cluster_size", lambda s: s.sweep[s.value]
    ),
    _derived(
        "hover_columns", "state.committed_k", lambda s: image_columns(s.images, s.state.is_revealed)
    ),
    _derived("hints", "parts knows_first_steps state.committed_k", hints),
    _derived("sweep_view", "sweep", lambda s: sweep_view(s.sweep, _where(s))),
    _derived("band_view", "sweep null_group", lambda s: band_view(s.sweep, s.null_group)),
    _derived("map_view", "projection", lambda s: map_view(s.projection)),
    _derived(
        "wall_view",
        "wall map_view",
        lambda s: None if s.wall is None else wall_view(s.wall, s.map_view),
    ),
    _derived("wall_note", "wall", lambda s: wall_note(s.wall)),
    _derived(
        "clustering_view",
        "sweep clustering in_embedding",
        lambda s: clustering_view(s.sweep, s.value, s.in_embedding),
    ),
    _derived(
        "numbers_view", "clustering projection", lambda s: numbers_view(s.clustering, s.projection)
    ),
    _derived("kept", "nearest projection state.color_by", kept_on_map),
    _derived(
        "neighbors_view",
        "nearest kept",
        lambda s: neighbors_view(len(s.images), s.nearest, s.kept),
    ),
    _derived(
        "colored_by", "state.color_by state.groups ranking clustering nearest kept", colored_by
    ),
    _derived("coloring", "colored_by", chosen_coloring),
    _derived("color_titles", "state.query state.groups state.committed_k", offered_colors),
    _derived(
        "null_view", "null_group sweep", lambda s: null_view(s.null_group, s.sweep, _where(s))
    ),
    _derived(
        "null_clustering_view",
        "null_group clustering",
        lambda s: null_clustering_view(s.null_group, s.sweep, s.value),
    ),
    _derived(
        "status",
        "running clustering space in_embedding state.projection state.space",
        status,
    ),
    _derived("map_title", "running projection", _map_title),
)
