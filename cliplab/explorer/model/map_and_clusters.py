"""The two tasks behind every screen: the map, and the clusterings of a space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.explorer.model.background import BackgroundTask
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.explorer.model.results import ProjectionKey, Results, SweepKey
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop


class MapTask(BackgroundTask[Projection]):
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
        super().__init__(session, event_loop)
        self._results = results
        results.add_projection(
            results.own_key(session.state, session.projection), session.projection
        )
        # Which choice the projection on the screen answers (None while the first frame of another
        # is computed), and the last projection that has converged.
        self.shown: ProjectionKey | None = results.projection_key(session.state)
        self._converged: Projection = session.projection

    @property
    def awaited_key(self) -> ProjectionKey | None:
        """Which projection is on its way: it runs, or was stopped before it could be seen."""
        key: ProjectionKey | None = self._worker.task  # type: ignore[assignment]
        if key is None and self._worker.paused != self.shown:
            key = self._worker.paused  # type: ignore[assignment]
        return key

    @property
    def is_behind(self) -> bool:
        """Whether the map is that of an earlier choice."""
        return self.shown != self._results.projection_key(self._session.state)

    @property
    def share_done(self) -> float | None:
        """How much of a t-SNE is done, which alone comes frame by frame."""
        if self._session.state.projection != "tsne":
            return None
        return 0.0 if self.is_behind else self._session.projection.parameters.get("share_done", 0.0)

    def follow(self) -> None:
        """Show the projection that is asked for, or start to compute it."""
        key = self._results.projection_key(self._session.state)
        if key == self.shown or self._is_settled(key):
            return
        self._worker.cancel()
        if key in self._results.projections:
            self._converged = self._results.projections[key]
            self._show(key, self._converged)
        else:
            self._start(key)

    def cancel(self) -> None:
        """Compute no more; what was interrupted starts again when it is asked for next."""
        if self.is_begun:
            self.shown = None
        super().cancel()

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


class SweepTask(BackgroundTask[ClusterSweep]):
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
        super().__init__(session, event_loop)
        self._results, self._map_task = results, map_task
        key = results.sweep_key(session.state)
        results.add_given_sweep(key, session.sweep)
        self._show(key)

    @property
    def is_behind(self) -> bool:
        """Whether the clusters are those of an earlier choice, or of a map that still moves."""
        key = self._results.sweep_key(self._session.state)
        is_known = self._results.sweeps.get(key) is self._session.sweep
        return not is_known or self._waits_for_map(key)

    def follow(self) -> None:
        """Show the sweep that is asked for, or start to compute it."""
        key = self._results.sweep_key(self._session.state)
        if self._waits_for_map(key):
            self._worker.cancel()  # It may have begun on a map that was stopped, and now goes on.
        if self._is_settled(key):
            return
        self._worker.cancel()
        if key in self._results.sweeps:
            self._show(key)
        elif not self._waits_for_map(key):
            self._start(key)

    def _waits_for_map(self, key: SweepKey) -> bool:
        return key.projection is not None and key.projection == self._map_task.awaited_key

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
