"""Tasks beside the map and the clusters: null data, the order by a text, evidence for k."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from cliplab.embeddings.tokens import NotReadError
from cliplab.evaluation.evidence.gathering import gather_evidence
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.naming.text_ranking import TextRanking, rank_by_text
from cliplab.explorer.model.background import BackgroundTask
from cliplab.explorer.model.null_group import N_GROUPS, NullGroup, null_groups
from cliplab.explorer.model.options import MOST_REPEATED
from cliplab.explorer.model.search import found_rows
from cliplab.explorer.model.state import LIKENESS

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.results import ProjectionKey, Results, SweepKey
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop


class NullDataTask(BackgroundTask[NullGroup]):
    """Has the session show null data, treated as the images are.

    Parameters
    ----------
    session : ExplorerSession
        Whose `null_group` it sets.
    results : Results
        How the images are projected and clustered.
    event_loop : EventLoop
        Where null data arrive.
    """

    def __init__(self, session: ExplorerSession, results: Results, event_loop: EventLoop) -> None:
        super().__init__(session, event_loop)
        self._results = results

    @property
    def is_behind(self) -> bool:
        """Whether the null data are of an earlier choice."""
        group: NullGroup | None = self._session.null_group
        return group is not None and (group.kind, group.keys) != self._wanted()

    @property
    def share_done(self) -> float:
        """How many of the draws there are."""
        group: NullGroup | None = self._session.null_group
        return 0.0 if group is None else len(group.scores) / N_GROUPS

    def follow(self, changed: frozenset[str]) -> None:
        """Show the null data that are asked for, or start to draw them.

        Raises
        ------
        ValueError
            If they have just been asked for and cannot be made.
        """
        session, state = self._session, self._session.state
        wanted = self._wanted()
        problem = "" if state.null_data == "none" else self._problem()
        if problem and "state.null_data" in changed:
            _refuse("null_data", f"'none' {problem}", state.null_data)
        if session.map_task.is_running or session.sweep_task.is_running:
            return  # Null data are treated as what is on the screen once that is there.
        if self._is_settled(wanted):
            return
        self._worker.cancel()
        current: NullGroup | None = session.null_group
        if current is not None and (current.kind, current.keys) != wanted:
            session.null_group = None
        if state.null_data == "none" or session.null_group is not None or problem:
            return
        self._worker.start(
            wanted,
            null_groups(
                session.embeddings,
                *wanted,
                (session.options.n_clusters, session.options.min_cluster_sizes),
                current if current is not None and current.kind == state.null_data else None,
            ),
            lambda group: session.run(lambda: setattr(session, "null_group", group)),
            lambda: session.run(lambda: None),
        )

    def cancel(self) -> None:
        """Draw no more; a part of the draws is not shown as if it were all."""
        if self.is_begun:
            self._session.null_group = None
        super().cancel()

    def _wanted(self) -> tuple[str, tuple[ProjectionKey, SweepKey]]:
        state, results = self._session.state, self._results
        return state.null_data, (results.projection_key(state), results.sweep_key(state))

    def _problem(self) -> str:
        """Say why no null data can be made; empty where they can."""
        n_images = len(self._session.images)
        if n_images > MOST_REPEATED:
            return (
                f"for {n_images:,} images: to project and cluster ten times as many rows would "
                f"take hours. Open an Explorer on {MOST_REPEATED:,} of them"
            )
        if not self._results.can_be_repeated(self._session.state):
            return (
                "where the map or the clusters were made elsewhere: it is not known how to make "
                "them of null data"
            )
        return ""


class RankingTask(BackgroundTask[TextRanking]):
    """Has the session search for the images that are most like the text that was typed.

    Parameters
    ----------
    session : ExplorerSession
        Whose `ranking` it sets; what is found is selected.
    event_loop : EventLoop
        Where rankings arrive.

    Attributes
    ----------
    problem : tuple of str and Exception, or None
        Which text could not be searched for, and why.
    """

    def __init__(self, session: ExplorerSession, event_loop: EventLoop) -> None:
        super().__init__(session, event_loop)
        self.problem: tuple[str, Exception] | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the images are coloured by an earlier text."""
        query: str = self._session.state.query
        return query.strip() != self._shown

    def follow(self) -> None:
        """Show the ranking that is asked for, or start to compute it.

        Raises
        ------
        ValueError
            If there is no encoder.
        """
        session = self._session
        text = session.state.query.strip()
        shown = self._shown
        if text and self._is_settled(text):
            return
        self._worker.cancel()
        self.problem = None
        if not text:
            self._forget()
        if text == shown or not text:
            return
        if session.encoder is None:
            self._worker.failed = text
            raise ValueError(
                "`query` needs CLIP's text encoder: give the Explorer its encoder, with `encoder=`."
            )
        session.state.selected = ()
        self._worker.start(
            text,
            self._ranked(text, session.embeddings, session.encoder),
            lambda ranking: session.run(lambda: self._show(ranking)),
            lambda: session.run(lambda: None),
        )

    @property
    def _shown(self) -> str:
        ranking: TextRanking | None = self._session.ranking
        return "" if ranking is None else ranking.text

    def select(self) -> None:
        """Select what the text has found, and open the page that shows it in its order."""
        session = self._session
        if session.ranking is None:
            return
        session.order = tuple(found_rows(session.ranking))
        session.state.selected = session.order
        if session.order:
            session.state.page = "images"

    def _show(self, ranking: TextRanking) -> None:
        self._session.ranking = ranking
        self.select()

    def _fail(self, error: Exception) -> None:
        """Say what went wrong; that a text is not read is said beside the box."""
        if isinstance(error, NotReadError):
            self._session.run(lambda: None)
        else:
            self._session.fail(error)

    def _forget(self) -> None:
        session = self._session
        ranking, session.ranking = session.ranking, None
        if ranking is not None and session.state.selected == tuple(sorted(found_rows(ranking))):
            session.state.selected = ()
        if session.state.color_by == LIKENESS:
            session.state.color_by = session.first_color

    def _ranked(
        self, text: str, embeddings: Embeddings, encoder: TextEncoder
    ) -> Iterator[TextRanking]:
        try:
            yield rank_by_text(text, embeddings, encoder)
        except Exception as error:
            self.problem = text, error
            raise


class EvidenceTask(BackgroundTask["float | Evidence"]):
    """Gathers the evidence for k when it is asked to, and keeps it for each sweep.

    Parameters
    ----------
    session : ExplorerSession
        Whose `evidence` it sets.
    event_loop : EventLoop
        Where it arrives.
    """

    def __init__(self, session: ExplorerSession, event_loop: EventLoop) -> None:
        super().__init__(session, event_loop)
        self._found: list[tuple[ClusterSweep, Evidence]] = []

    @property
    def is_stopped(self) -> bool:
        """Whether gathering for the sweep on the screen was stopped."""
        return self._worker.paused is self._session.sweep

    @property
    def share_done(self) -> float:
        """How much of it is gathered."""
        return self._session.evidence_progress

    def follow(self) -> None:
        """Show what was gathered for the sweep on the screen."""
        sweep = self._session.sweep
        self._session.evidence = next((found for of, found in self._found if of is sweep), None)

    def gather(self) -> None:
        """Start to gather the evidence for the sweep on the screen."""
        session = self._session

        def start() -> None:
            sweep = session.sweep
            if session.data is None or self.is_running:
                return
            if self.is_stopped:
                self._worker.take_up()
                return
            session.evidence_progress = 0.0
            self._worker.start(
                sweep,
                gather_evidence(session.data, sweep, random_state=sweep.random_state),
                lambda found: session.run(lambda: self._show(sweep, found)),
                lambda: session.run(lambda: None),
            )

        session.run(start)

    def retry(self) -> None:
        """Gathering starts only when it is asked for."""

    def _show(self, sweep: ClusterSweep, found: float | Evidence) -> None:
        if isinstance(found, Evidence):
            self._found.append((sweep, found))
        else:
            self._session.evidence_progress = found


def _refuse(name: str, must_be: str, value: object) -> NoReturn:
    raise ValueError(f"`{name}` must be {must_be}. Got {value!r} instead.")
