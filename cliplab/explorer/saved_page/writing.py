"""Writing the page: one file that asks for no address."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import bokeh
from markupsafe import Markup

from cliplab._core.cache import write_whole
from cliplab._core.html import render
from cliplab._core.language import chosen_language, say
from cliplab._core.scripts import script
from cliplab._core.validation import require_file_name
from cliplab.explorer.model.colors import coloring_by_cluster
from cliplab.explorer.plots.stills.map_still import MapContent, map_still
from cliplab.explorer.saved_page.content import page_value
from cliplab.explorer.saved_page.encoding import as_base64, as_json
from cliplab.explorer.style.theme import MOST_AT_ONCE
from cliplab.explorer.widgets.page_script import SCRIPTS

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

_BOKEH_JS = Path(bokeh.__file__).parent / "server" / "static" / "js" / "bokeh.min.js"
_OWN_SCRIPTS = (
    "kernel", "tables", "gallery", "bar", "flow", "words", "answers", "parts", "shown_images",
    "saved_page",
)  # fmt: skip


def save_page(session: ExplorerSession, path: str | os.PathLike[str], *, answers: bool) -> Path:
    """Write what is on the screen as one HTML file, which needs neither a kernel nor a network.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.
    path : path-like
        Where; it ends in ``.html``. Its folder is made, and a file that is there is replaced.
    answers : bool
        Whether the known classes are in the page.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ValueError
        If the path ends in something else, or there are more than 4,096 images.
    OSError
        If it cannot be written; then a file that was there is as it was.
    """
    path = require_file_name(path, [".html"])
    if len(session.images) > MOST_AT_ONCE:
        raise ValueError(
            f"A page must hold at most {MOST_AT_ONCE:,} images. Got {len(session.images):,} "
            f"instead: save that of Explorer(images[:{MOST_AT_ONCE}], embeddings[:{MOST_AT_ONCE}])."
        )
    write_whole(path, page_html(session, answers=answers).encode())
    return path


def page_html(session: ExplorerSession, *, answers: bool, is_light: bool = False) -> str:
    """Return the page.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.
    answers : bool
        Whether the known classes are in the page.
    is_light : bool, default=False
        Whether it is light always, as what it stands in. It is as the browser likes otherwise.

    Returns
    -------
    str
        A whole document.
    """
    bokeh_js = _BOKEH_JS.read_text(encoding="utf-8")
    own = _own_script()
    return render(
        "explorer/style/templates/saved_page.html",
        title=say("images.count", n=len(session.images)),
        language=chosen_language(),
        is_light=is_light,
        bokeh_js=Markup(bokeh_js),
        own_script=Markup(own),
        # No other script runs, whatever a class is called.
        hashes=[_hash(each) for each in (bokeh_js, own)],
        value=as_json(page_value(session, answers=answers)),
        map_image=f"data:image/png;base64,{as_base64(_map_image(session))}",
        clusters=say("saved_page.clusters", n_clusters=session.clustering.n_clusters),
    )


def _map_image(session: ExplorerSession) -> bytes:
    """Return the map coloured by cluster: other colours may be the answers."""
    coloring = coloring_by_cluster(session.clustering)
    content = MapContent(
        session.map_view, coloring, session.map_title, numbers=session.numbers_view
    )
    return map_still(content).to_bytes()


def _own_script() -> str:
    folder = "explorer/style/scripts/saved_page"
    paths = [*SCRIPTS, *(f"{folder}/{name}.js" for name in _OWN_SCRIPTS)]
    functions = "\n".join(script(path) for path in paths)
    return f"(() => {{\n{functions}\nopenSavedPage(window.Bokeh);\n}})();\n"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
