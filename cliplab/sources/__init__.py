"""Where images come from: drawn by the package or read from a folder."""

from cliplab.sources.folder import load_folder
from cliplab.sources.storybook import load_storybook

__all__ = ["load_folder", "load_storybook"]
