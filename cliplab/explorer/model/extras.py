"""Tasks beside the map and the clusters: null data, the order by a text, evidence for k."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from cliplab.embeddings.tokens import TooLongError
from cliplab.evaluation.evidence.gathering import gather_evidence
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.naming.text_ranking import TextRanking, rank_by_text
from cliplab.explorer.model.null_group import NullGroup, null_groups
from cliplab.explorer.model.options import MOST_REPEATED
from cliplab.explorer.model.search import found_rows
from cliplab.explorer.model.state import LIKENESS
from cliplab.explorer.notebook.tasks import Worker

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.results import Results
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop


class NullDataTask:
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
        self._session, self._results = session, results
        self._worker: Worker[NullGroup] = Worker(event_loop, session.fail)

    @property
    def is_running(self) -> bool:
        """Whether null data are being drawn or clustered."""
        return self._worker.task is not None

    def follow(self, changed: frozenset[str]) -> None:
        """Show the null data that are asked for, or start to draw them.

        Raises
        ------
        ValueError
            If they have just been asked for and cannot be made.
        """
        session, state = self._session, self._session.state
        keys = self._results.projection_key(state), self._results.sweep_key(state)
        wanted = state.null_data, keys
        problem = "" if state.null_data == "none" else self._problem()
        if problem and "state.null_data" in changed:
            _refuse("null_data", f"'none' {problem}", state.null_data)
        if session.map_task.is_running or session.sweep_task.is_running:
            return  # Null data are treated as what is on the screen once that is there.
        if wanted in (self._worker.task, self._worker.failed):
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
                state.null_data,
                keys,
                (session.options.n_clusters, session.options.min_cluster_sizes),
                current if current is not None and current.kind == state.null_data else None,
            ),
            lambda group: session.run(lambda: setattr(session, "null_group", group)),
            lambda: session.run(lambda: None),
        )

    def cancel(self) -> None:
        """Draw no more; a part of the draws is not shown as if it were all."""
        if self.is_running:
            self._session.null_group = None
        self._worker.cancel()

    def retry(self) -> None:
        """Start again what failed, when it is asked for next."""
        self._worker.failed = None

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


class RankingTask:
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
        self._session = session
        self._worker: Worker[TextRanking] = Worker(event_loop, self._fail)
        self.problem: tuple[str, Exception] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a text is being read."""
        return self._worker.task is not None

    def follow(self) -> None:
        """Show the ranking that is asked for, or start to compute it.

        Raises
        ------
        ValueError
            If there is no encoder.
        """
        session = self._session
        text = session.state.query.strip()
        shown = "" if session.ranking is None else session.ranking.text
        if text and text in (self._worker.task, self._worker.failed):
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

    def cancel(self) -> None:
        """Read no more."""
        self._worker.cancel()

    def retry(self) -> None:
        """Start again what failed, when it is asked for next."""
        self._worker.failed = None

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
        """Say what went wrong; that a text is too long is said beside the box."""
        if isinstance(error, TooLongError):
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


class EvidenceTask:
    """Gathers the evidence for k when it is asked to, and keeps it for each sweep.

    Parameters
    ----------
    session : ExplorerSession
        Whose `evidence` it sets.
    event_loop : EventLoop
        Where it arrives.
    """

    def __init__(self, session: ExplorerSession, event_loop: EventLoop) -> None:
        self._session = session
        self._found: list[tuple[ClusterSweep, Evidence]] = []
        self._worker: Worker[float | Evidence] = Worker(event_loop, session.fail)

    @property
    def is_running(self) -> bool:
        """Whether evidence is being gathered."""
        return self._worker.task is not None

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
            session.evidence_progress = 0.0
            self._worker.start(
                id(sweep),
                gather_evidence(session.data, sweep, random_state=sweep.random_state),
                lambda found: session.run(lambda: self._show(sweep, found)),
                lambda: session.run(lambda: None),
            )

        session.run(start)

    def stop(self) -> None:
        """Gather no more, and forget what there is of it."""
        self._session.run(self._worker.cancel)

    def cancel(self) -> None:
        """Gather no more."""
        self._worker.cancel()

    def retry(self) -> None:
        """Gathering starts only when it is asked for."""

    def _show(self, sweep: ClusterSweep, found: float | Evidence) -> None:
        if isinstance(found, Evidence):
            self._found.append((sweep, found))
        else:
            self._session.evidence_progress = found


def _refuse(name: str, must_be: str, value: object) -> NoReturn:
    raise ValueError(f"`{name}` must be {must_be}. Got {value!r} instead.")
