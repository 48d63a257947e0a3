"""How Sphinx builds the site. `make docs` calls it through tools/build_docs.py."""

from __future__ import annotations

import cliplab

project = "cliplab"
author = "The cliplab developers"
project_copyright = author
release = version = cliplab.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
templates_path = ["templates"]
html_theme = "furo"
html_title = "cliplab"
html_static_path = ["_static"]
html_css_files = ["site.css"]
exclude_patterns = ["_readme.md", "templates"]
# Nothing is fetched from elsewhere, so that the site opens from a disk.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# Sections of a lesson may begin at any level, and its first cell says where else to open it.
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc says the types.
numpydoc_show_class_members = False
