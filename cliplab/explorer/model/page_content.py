"""What the open page shows: computed here, drawn by the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cliplab.explorer.model.background import BackgroundTask

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.notebook.event_loop import EventLoop


class PageContent(NamedTuple):
    """How what a page shows is computed.

    Attributes
    ----------
    compute : callable
        Returns the content from a `Snapshot`; knows no widget.
    depends_on : tuple of str
        The fields of the snapshot that it reads: it is computed anew when one of them changes.
    in_background : bool
        Whether it may take a while. The page is then drawn without content first.
    """

    compute: Callable[[Snapshot], Any]
    depends_on: tuple[str, ...]
    in_background: bool = False


class PageTask(BackgroundTask[Any]):
    """Has the session know the content of the page that is open, and of no other.

    Parameters
    ----------
    session : ExplorerSession
        Whose `page_content` it sets.
    pages : mapping of str to PageContent
        By the names of the pages.
    event_loop : EventLoop
        Where contents arrive.
    """

    def __init__(
        self,
        session: ExplorerSession,
        pages: Mapping[str, PageContent],
        event_loop: EventLoop,
    ) -> None:
        super().__init__(session, event_loop)
        self._pages = pages
        self._inputs: tuple[Any, ...] = ()

    @property
    def is_behind(self) -> bool:
        """Whether the page shows an earlier content, or none."""
        return self.is_begun

    def follow(self) -> None:
        """Compute the content of the open page, unless it is there."""
        session = self._session
        page, snapshot = self._pages[session.state.page], session.snapshot
        inputs = (session.state.page, *(getattr(snapshot, name) for name in page.depends_on))
        if inputs == self._inputs:
            return
        self._inputs = inputs
        self._worker.cancel()
        session.content_page, session.page_content = session.state.page, None
        if page.in_background:
            self._worker.start(
                object(),
                _computed(page, snapshot),
                self._show,
                lambda: session.run(lambda: None),
            )
        else:
            self._show(page.compute(snapshot))

    def retry(self) -> None:
        """Do nothing: a content is computed again where what it depends on has changed."""

    def cancel(self) -> None:
        """Compute no more; what was interrupted is computed when somebody looks again."""
        if self.is_behind:
            self._inputs = ()
        super().cancel()

    def _show(self, content: Any) -> None:
        self._session.run(lambda: setattr(self._session, "page_content", content))


def _computed(page: PageContent, snapshot: Snapshot) -> Iterator[Any]:
    yield page.compute(snapshot)
