"""The images that are selected, or the typical one of each cluster."""

from cliplab.explorer.widgets.gallery import CONTENT
from cliplab.explorer.widgets.gallery import Gallery as Page

__all__ = ["CONTENT", "Page"]
