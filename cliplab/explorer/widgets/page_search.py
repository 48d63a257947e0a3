"""The search box above the map, as far as the kernel has a part in it.

The script of the page draws the box. It sends ``{"kind": "search", "text", "number", "page"}`` and
gets what has been found, as `search_view` has it, with the number and the page of the last search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cliplab.explorer.model.search import search_view

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop
    from cliplab.explorer.widgets.page_script import PageScript


class PageSearch:
    """Hears what is searched for on a page, and tells the pages what was found.

    Without an encoder it says nothing, and no page shows a box.

    Parameters
    ----------
    session : ExplorerSession
        What is searched in.
    script : PageScript
        What draws the box.
    event_loop : EventLoop
        Where choices are made.
    """

    def __init__(self, session: ExplorerSession, script: PageScript, event_loop: EventLoop) -> None:
        self._session, self._script, self._event_loop = session, script, event_loop
        self._is_ready = False
        # The last search of a page. What comes after it in the queue has overtaken those before.
        self._asked: dict[str, Any] = {}
        script.on_msg(self._hear)

    def show(self) -> None:
        """Tell the pages what is searched for, and what was found."""
        if self._is_ready and self._session.encoder is not None:
            asked = {name: self._asked.get(name) for name in ("number", "page")}
            self._script.send({"search": search_view(self._session) | asked})

    def _hear(self, _widget: Any, message: dict[str, Any], _buffers: list[bytes]) -> None:
        if message.get("ready"):
            self._is_ready = True
            self._event_loop.post_soon(self.show)
        elif message.get("kind") == "search":
            self._asked = message
            self._event_loop.post_soon(lambda: self._search(message))

    def _search(self, message: dict[str, Any]) -> None:
        if message is not self._asked:
            return  # It was overtaken.
        session, text = self._session, str(message["text"]).strip()
        if text == session.state.query:
            # Who asks again has selected other images since.
            session.run(session.ranking_task.select)
            self.show()
        else:
            session.state.query = text
