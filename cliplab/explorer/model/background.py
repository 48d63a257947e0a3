"""What all tasks of a session are: they run, rest when they are stopped, and are taken up again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from cliplab.explorer.notebook.tasks import Worker

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop

T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """Something that is computed in the background for a session.

    Each kind has a method `follow`, which shows what the choices ask for, or starts to compute it.

    Parameters
    ----------
    session : ExplorerSession
        Whose traits it sets.
    event_loop : EventLoop
        Where results arrive.
    """

    def __init__(self, session: ExplorerSession, event_loop: EventLoop) -> None:
        self._session = session
        self._worker: Worker[T] = Worker(event_loop, self._fail)

    @property
    def is_running(self) -> bool:
        """Whether it computes."""
        return self._worker.task is not None

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped, and can be taken up again."""
        return self._worker.paused is not None

    @property
    def is_begun(self) -> bool:
        """Whether it computes or was stopped on the way."""
        return self.is_running or self.is_stopped

    @property
    def is_behind(self) -> bool:
        """Whether the screen shows what an earlier choice has asked for."""
        return False

    @property
    def has_failed(self) -> bool:
        """Whether what is asked for has failed, so that nothing is to be waited for."""
        return self._worker.failed is not None

    @property
    def share_done(self) -> float | None:
        """How much of it is done, from 0 to 1; None where that is not known."""
        return None

    def stop(self) -> None:
        """Rest, until it is taken up or something else is asked for."""
        self._session.run(self._worker.pause)

    def take_up(self) -> None:
        """Go on where it was stopped."""
        self._session.run(self._worker.take_up)

    def cancel(self) -> None:
        """Compute no more; what was interrupted starts again when it is asked for next."""
        self._worker.cancel()

    def retry(self) -> None:
        """Start again what failed, when it is asked for next."""
        self._worker.failed = None

    def _fail(self, error: Exception) -> None:
        """Say that it has failed."""
        self._session.fail(error)

    def _is_settled(self, wanted: Hashable) -> bool:
        """Return whether nothing is to be done for what is wanted: it runs, rests or has failed."""
        worker = self._worker
        return wanted in (worker.task, worker.paused, worker.failed)
