"""The screen: one control panel over linked plots, and what the learner has chosen in it."""

from cliplab.explorer.explorer import Explorer, explore
from cliplab.explorer.state import ExplorerState

__all__ = ["Explorer", "ExplorerState", "explore"]
