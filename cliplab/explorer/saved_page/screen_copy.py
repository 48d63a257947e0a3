"""What a notebook stores of an Explorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab._core.language import say
from cliplab.explorer.model.options import as_seen
from cliplab.explorer.model.parts import PARTS
from cliplab.explorer.notebook.stored_copy import Content, Drawing
from cliplab.explorer.plots.stills.screen_still import still_of
from cliplab.explorer.plots.stills.stored_still import stored_still_of
from cliplab.explorer.saved_page.writing import page_html
from cliplab.explorer.style.theme import MOST_AT_ONCE

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

_PLOTS = ("map", "silhouettes", "curves")
_PAGE_HEIGHT = 900  # Pixels: controls, plots, and the head of the gallery.


def content_of(session: ExplorerSession) -> Content:
    """Return what is stored of an Explorer: what can be seen on its screen and no more.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.

    Returns
    -------
    Content
        Of the moment when it is asked for. The known classes are in the page once a k has been
        committed to, or if they were never hidden.
    """
    return Content(
        lambda: _sentence(session), lambda: _drawing(session), lambda: _page(session), _PAGE_HEIGHT
    )


def _sentence(session: ExplorerSession) -> str:
    n_images = len(session.images)
    if "k" not in session.parts:
        return say("copy.images", n_images=n_images, as_seen=as_seen(session.embeddings))
    committed = session.state.committed_k
    commitment = "" if committed is None else say("copy.committed", k=committed)
    n_clusters = session.clustering.n_clusters
    return say("copy.clusters", n_images=n_images, n=n_clusters, commitment=commitment)


def _drawing(session: ExplorerSession) -> Drawing | None:
    shown = [plot for plot in _PLOTS if plot in session.parts]
    if not shown:
        return None
    return stored_still_of(still_of(session, "all" if len(shown) == len(_PLOTS) else shown[0]))


def _page(session: ExplorerSession) -> str | None:
    # The page has all parts of the screen.
    if session.parts != PARTS or len(session.images) > MOST_AT_ONCE:
        return None
    return page_html(session, answers=session.state.is_revealed, is_light=True)
