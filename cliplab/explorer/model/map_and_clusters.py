"""The two tasks behind every screen: the map, and the clusterings of a space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.explorer.notebook.tasks import Worker
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.explorer.model.results import ProjectionKey, Results, SweepKey
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop


class MapTask:
    """Has the session show the projection that the choices ask for.

    Parameters
    ----------
    session : ExplorerSession
        Whose `projection` it sets.
    results : Results
        What has been computed so far, and how.
    event_loop : EventLoop
        Where frames arrive.
    """

    def __init__(self, session: ExplorerSession, results: Results, event_loop: EventLoop) -> None:
        self._session, self._results = session, results
        self._worker: Worker[Projection] = Worker(event_loop, session.fail)
        results.add_projection(
            results.own_key(session.state, session.projection), session.projection
        )
        # Which choice the projection on the screen answers (None while the first frame of another
        # is computed), and the last projection that has converged.
        self.shown: ProjectionKey | None = results.projection_key(session.state)
        self._converged: Projection = session.projection

    @property
    def is_running(self) -> bool:
        """Whether a projection is being computed."""
        return self._worker.task is not None

    @property
    def running_key(self) -> ProjectionKey | None:
        """Which projection is being computed."""
        key: ProjectionKey | None = self._worker.task  # type: ignore[assignment]
        return key

    @property
    def share_done(self) -> float:
        """How much of it is done, from 0 to 1."""
        if self.shown != self._worker.task:
            return 0.0
        return float(self._session.projection.parameters.get("share_done", 0.0))

    def follow(self) -> None:
        """Show the projection that is asked for, or start to compute it."""
        key = self._results.projection_key(self._session.state)
        if key in (self._worker.task, self.shown, self._worker.failed):
            return
        self._worker.cancel()
        if key in self._results.projections:
            self._converged = self._results.projections[key]
            self._show(key, self._converged)
        else:
            self._start(key)

    def stop(self) -> None:
        """Leave the projection as it is now."""
        self._worker.stop()

    def cancel(self) -> None:
        """Compute no more; what was interrupted starts again when it is asked for next."""
        if self.is_running:
            self.shown = None
        self._worker.cancel()

    def retry(self) -> None:
        """Start again what failed, when it is asked for next."""
        self._worker.failed = None

    def _start(self, key: ProjectionKey) -> None:
        session = self._session

        def finish() -> None:
            if session.projection.parameters.get("share_done", 1.0) == 1.0:
                self._converged = session.projection
                self._results.replace_projection(key, session.projection)

        self.shown = None
        self._worker.start(
            key,
            self._results.compute_projection(key, self._converged),
            lambda frame: session.run(lambda: self._show(key, frame)),
            lambda: session.run(finish),
        )

    def _show(self, key: ProjectionKey, projection: Projection) -> None:
        self.shown, self._session.projection = key, projection


class SweepTask:
    """Has the session show the sweep that the choices ask for.

    Parameters
    ----------
    session : ExplorerSession
        Whose `sweep` it sets.
    results : Results
        What has been computed so far, and how.
    map_task : MapTask
        Clusters of a map wait until the map has converged.
    event_loop : EventLoop
        Where sweeps arrive.
    """

    def __init__(
        self,
        session: ExplorerSession,
        results: Results,
        map_task: MapTask,
        event_loop: EventLoop,
    ) -> None:
        self._session, self._results, self._map_task = session, results, map_task
        self._worker: Worker[ClusterSweep] = Worker(event_loop, session.fail)
        key = results.sweep_key(session.state)
        results.add_given_sweep(key, session.sweep)
        self._show(key)

    @property
    def is_running(self) -> bool:
        """Whether a sweep is being computed."""
        return self._worker.task is not None

    def follow(self) -> None:
        """Show the sweep that is asked for, or start to compute it."""
        key = self._results.sweep_key(self._session.state)
        if key in (self._worker.task, self._worker.failed):
            return
        self._worker.cancel()
        if key in self._results.sweeps:
            self._show(key)
        elif key.projection is None or key.projection != self._map_task.running_key:
            self._start(key)

    def cancel(self) -> None:
        """Compute no more."""
        self._worker.cancel()

    def retry(self) -> None:
        """Start again what failed, when it is asked for next."""
        self._worker.failed = None

    def _start(self, key: SweepKey) -> None:
        projection = None
        if key.projection is not None:
            # A map that was stopped is clustered as it is.
            is_shown = key.projection == self._map_task.shown
            stopped = self._session.projection if is_shown else None
            projection = self._results.projections.get(key.projection, stopped)
        self._worker.start(
            key,
            self._results.compute_sweep(key, projection),
            lambda _: None,
            lambda: self._session.run(self.follow),
        )

    def _show(self, key: SweepKey) -> None:
        session, sweep = self._session, self._results.sweeps[key]
        if sweep is not session.sweep or not session.space:
            session.sweep, session.space = sweep, session.state.space
            session.in_embedding = self._results.in_embedding.get(key)
            session.data = self._results.data[key]
