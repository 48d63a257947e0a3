"""The screen: one control panel over linked plots, and what the learner has chosen in it."""

from cliplab.explorer.explorer import Explorer, explore
from cliplab.explorer.lesson import (
    show_elbow,
    show_evidence,
    show_moves,
    show_projection,
    show_silhouettes,
)
from cliplab.explorer.state import ExplorerState

__all__ = [
    "Explorer",
    "ExplorerState",
    "explore",
    "show_elbow",
    "show_evidence",
    "show_moves",
    "show_projection",
    "show_silhouettes",
]
