"""The picture and the clusterings that answer the choices made, and what is on its way to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.explorer.model.options import GIVEN_SPACE
from cliplab.explorer.notebook.tasks import Lane
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.results import ProjectionKey, Results, SweepKey
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.explorer.notebook.host import MainLoop

Change = Callable[[], None]


class Screen(NamedTuple):
    """What is drawn when an answer comes, and by whom.

    Attributes
    ----------
    change : callable
        Makes a change of the screen, in one message.
    draw_projection, draw_sweep, draw_status : callable
        Draw what the answers hold now.
    tell_error : callable
        Tells what went wrong.
    """

    change: Callable[[Change], None]
    draw_projection: Change
    draw_sweep: Change
    draw_status: Change
    tell_error: Callable[[Exception], None]


class Answers:
    """The projection and the sweep on the screen; new ones are computed when they are asked for.

    Parameters
    ----------
    state : ExplorerState
        The choices.
    results : Results
        What has been computed so far, and how.
    given : pair of ClusterSweep and Projection
        What is on the screen at first.
    screen : Screen
        How answers are drawn.
    main_loop : MainLoop
        Where they are drawn.

    Attributes
    ----------
    sweep, projection : ClusterSweep, Projection
        What is on the screen.
    data : Embeddings, Projection or None
        What that sweep is of; None for one that was made elsewhere.
    in_embedding : ClusterSweep or None
        The clusters of a sweep of a projection, measured among the embeddings.
    space : str
        The space of that sweep, by the name it is chosen by.
    """

    def __init__(
        self,
        state: ExplorerState,
        results: Results,
        given: tuple[ClusterSweep, Projection],
        screen: Screen,
        main_loop: MainLoop,
    ) -> None:
        self._state, self._results, self._screen = state, results, screen
        self.sweep, self.projection = given
        self.space = state.space
        sweep_key = results.sweep_key(state)
        own_key = results.own_key(state, self.projection)
        results.keep_given((own_key, sweep_key), self.projection, self.sweep)
        self.in_embedding = results.in_embedding.get(sweep_key)
        self.data = results.data[sweep_key]
        # Which choice the picture is the answer to (None while another is on its way to the
        # screen), and the last picture that has come to rest.
        self._answered: ProjectionKey | None = results.projection_key(state)
        self._settled = self.projection
        self._projecting: Lane[Projection] = Lane(main_loop, screen.tell_error)
        self._sweeping: Lane[ClusterSweep] = Lane(main_loop, screen.tell_error)

    @property
    def keys(self) -> tuple[ProjectionKey, SweepKey]:
        """Which picture and which clusterings the choices ask for."""
        results, state = self._results, self._state
        return results.projection_key(state), results.sweep_key(state)

    @property
    def embeddings(self) -> Embeddings:
        """What is projected and clustered."""
        return self._results.embeddings

    @property
    def can_be_repeated(self) -> bool:
        """Whether picture and clusterings on the screen could be made of other data too."""
        projection_key, sweep_key = self.keys
        foreign = self._results.foreign
        return not (
            sweep_key.algorithm == GIVEN_SPACE
            or projection_key in foreign
            or sweep_key.projection in foreign
        )

    @property
    def is_projecting(self) -> bool:
        """Whether a picture is on its way."""
        return self._projecting.work_in_hand is not None

    @property
    def is_sweeping(self) -> bool:
        """Whether clusterings are on their way."""
        return self._sweeping.work_in_hand is not None

    @property
    def share_done(self) -> float:
        """How far the picture on its way has come, from 0 to 1."""
        if self._answered != self._projecting.work_in_hand:
            return 0.0
        return self.projection.parameters.get("share_done", 0.0)

    def refresh(self) -> None:
        """Draw what is there for the choices made, and set going what is not."""
        self._refresh_projection()
        self._refresh_sweep()
        self._screen.draw_status()

    def stop(self) -> None:
        """Leave the picture as it stands."""
        self._projecting.stop()

    def drop(self) -> None:
        """End what is on its way; nobody waits for it any more."""
        self._projecting.drop()
        self._sweeping.drop()

    def _refresh_projection(self) -> None:
        key = self._results.projection_key(self._state)
        if key in (self._projecting.work_in_hand, self._answered):
            return
        self._projecting.drop()
        if key in self._results.projections:
            self._settled = self._results.projections[key]
            self._take(key, self._settled)
        else:
            self._start_projection(key)

    def _start_projection(self, key: ProjectionKey) -> None:
        def finish() -> None:
            if self.projection.parameters.get("share_done", 1.0) == 1.0:
                self._settled = self.projection
                self._results.keep_projection(key, self.projection)
            self._refresh_sweep()
            self._screen.draw_status()

        self._answered = None
        self._projecting.start(
            key,
            self._results.compute_projection(key, self._settled),
            lambda frame: self._screen.change(lambda: self._take(key, frame)),
            lambda: self._screen.change(finish),
        )

    def _take(self, key: ProjectionKey, projection: Projection) -> None:
        self._answered, self.projection = key, projection
        self._screen.draw_projection()
        self._screen.draw_status()

    def _refresh_sweep(self) -> None:
        key = self._results.sweep_key(self._state)
        if key == self._sweeping.work_in_hand:
            return
        self._sweeping.drop()
        if key in self._results.sweeps:
            self._take_sweep(key)
        elif key.projection is None or key.projection != self._projecting.work_in_hand:
            self._start_sweep(key)

    def _start_sweep(self, key: SweepKey) -> None:
        def finish() -> None:
            self._refresh_sweep()
            self._screen.draw_status()

        picture = None
        if key.projection is not None:
            # A picture that was stopped on its way is clustered as it stands.
            standing = self.projection if key.projection == self._answered else None
            picture = self._results.projections.get(key.projection, standing)
        self._sweeping.start(
            key,
            self._results.compute_sweep(key, picture),
            lambda _: None,
            lambda: self._screen.change(finish),
        )

    def _take_sweep(self, key: SweepKey) -> None:
        sweep = self._results.sweeps[key]
        if sweep is not self.sweep:
            self.sweep, self.space = sweep, self._state.space
            self.in_embedding = self._results.in_embedding.get(key)
            self.data = self._results.data[key]
            self._screen.draw_sweep()
