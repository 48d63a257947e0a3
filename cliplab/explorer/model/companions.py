"""What is made beside picture and clusters: control group, order by a text, evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from cliplab.evaluation.evidence.gathering import gather_evidence
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.naming.text_ranking import TextRanking, rank_by_text
from cliplab.explorer.model.null_groups import ControlGroup, draw_control_groups
from cliplab.explorer.notebook.tasks import Lane

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.explorer.model.answers import Answers, Change
    from cliplab.explorer.model.options import Choices
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.explorer.notebook.host import MainLoop

# What clusters the images many times over is done for up to so many; beyond it takes hours.
MOST_REPEATED = 10_000


class Guess(NamedTuple):
    """A name that the learner has given to a cluster, of one clustering."""

    clustering: Clustering
    cluster: int
    name: str


class Redraw(NamedTuple):
    """How the screen takes what has come.

    Attributes
    ----------
    change : callable
        Makes a change of the screen, in one message.
    control, ranking, page, status : callable
        Draw the control group, the order by a text, the open page, the line of the status.
    tell_error : callable
        Tells what went wrong.
    """

    change: Callable[[Change], None]
    control: Change
    ranking: Change
    page: Change
    status: Change
    tell_error: Callable[[Exception], None]


class Companions:
    """Made when asked for, kept as long as the Explorer, and shown by whichever panel is open.

    Parameters
    ----------
    state : ExplorerState
        The choices.
    answers : Answers
        The picture and the clusterings on the screen.
    choices : Choices
        What sweeps are told.
    redraw : Redraw
        How the screen takes what has come.
    main_loop : MainLoop
        Where it is drawn.

    Attributes
    ----------
    control : ControlGroup or None
        The null data below the real ones.
    ranking : TextRanking or None
        The order of the images by what was typed.
    guesses : list of Guess
        What the learner has called clusters.
    """

    def __init__(
        self,
        state: ExplorerState,
        answers: Answers,
        choices: Choices,
        redraw: Redraw,
        main_loop: MainLoop,
    ) -> None:
        self._state, self._answers, self._choices = state, answers, choices
        self._redraw = redraw
        self.control: ControlGroup | None = None
        self.ranking: TextRanking | None = None
        self.guesses: list[Guess] = []
        self._evidence: list[tuple[ClusterSweep, Evidence]] = []
        self.share_gathered = 0.0
        self._controlling: Lane[ControlGroup] = Lane(main_loop, redraw.tell_error)
        self._ranking: Lane[TextRanking] = Lane(main_loop, redraw.tell_error)
        self._gathering: Lane[float | Evidence] = Lane(main_loop, redraw.tell_error)

    @property
    def is_drawing_control(self) -> bool:
        """Whether control groups are on their way."""
        return self._controlling.work_in_hand is not None

    @property
    def is_gathering(self) -> bool:
        """Whether evidence is on its way."""
        return self._gathering.work_in_hand is not None

    def evidence_for(self, sweep: ClusterSweep) -> Evidence | None:
        """Return what was gathered for a sweep."""
        return next((found for known, found in self._evidence if known is sweep), None)

    def require_control(self) -> None:
        """Refuse a control group where nobody knows how what is on the screen was made.

        Raises
        ------
        ValueError
            If one is asked for, or if there are too many images to make ten of it.
        """
        n_images = len(self._answers.projection)
        if self._state.null_data != "none" and n_images > MOST_REPEATED:
            raise ValueError(
                f"`null_data` must be 'none' for {n_images:,} images: to draw and cluster ten "
                "times as many rows would take hours. Open an Explorer on "
                f"{MOST_REPEATED:,} of them. "
                f"Got {self._state.null_data!r} instead."
            )
        if self._state.null_data != "none" and not self._answers.can_be_repeated:
            raise ValueError(
                "`null_data` must be 'none' where the picture or the clusters were made elsewhere: "
                "nobody knows how to make them of null data. "
                f"Got {self._state.null_data!r} instead."
            )

    def refresh_control(self) -> None:
        """Set going the control group that is asked for, treated as the images are."""
        kind, keys = self._state.null_data, self._answers.keys
        if (kind, keys) == self._controlling.work_in_hand:
            return
        self._controlling.drop()
        standing = self.control
        if standing is not None and (standing.kind, standing.keys) != (kind, keys):
            self.control = None
            self._redraw.control()
        too_many = len(self._answers.projection) > MOST_REPEATED
        if kind == "none" or self.control is not None or too_many:
            return
        if not self._answers.can_be_repeated:
            return
        groups = draw_control_groups(
            self._answers.embeddings,
            kind,
            keys,
            (self._choices.n_clusters, self._choices.min_cluster_sizes),
            standing if standing is not None and standing.kind == kind else None,
        )
        self._controlling.start(
            (kind, keys),
            groups,
            lambda group: self._redraw.change(lambda: self._take_control(group)),
            lambda: self._redraw.change(self._redraw.status),
        )

    def refresh_ranking(self, view: View) -> None:
        """Set going the order of the images by what was typed.

        Raises
        ------
        ValueError
            If there is no encoder.
        """
        text = self._state.query.strip()
        self._ranking.drop()
        if not text:
            self._take_ranking(None)
            return
        if view.encoder is None:
            raise ValueError(
                "`query` needs CLIP's text half: give the Explorer its encoder, with `encoder=`."
            )
        if self.ranking is not None and self.ranking.text == text:
            self._take_ranking(self.ranking)
            return
        self._ranking.start(
            text,
            _ranked(view, text),
            lambda ranking: self._redraw.change(lambda: self._take_ranking(ranking)),
        )

    def gather_evidence(self, view: View) -> None:
        """Set going the evidence for the sweep that is looked at."""
        if view.data is None or self.is_gathering:
            return
        sweep = view.sweep
        self.share_gathered = 0.0
        self._gathering.start(
            id(sweep),
            gather_evidence(view.data, sweep, random_state=sweep.random_state),
            lambda found: self._redraw.change(lambda: self._take_evidence(sweep, found)),
            lambda: self._redraw.change(self._redraw.page),
        )
        self._redraw.page()

    def stop_gathering(self) -> None:
        """Give up the evidence that is on its way."""
        self._gathering.drop()
        self._redraw.page()

    def drop(self) -> None:
        """End what is on its way; nobody waits for it any more."""
        for lane in (self._controlling, self._ranking, self._gathering):
            lane.drop()

    def _take_control(self, group: ControlGroup) -> None:
        self.control = group
        self._redraw.control()

    def _take_ranking(self, ranking: TextRanking | None) -> None:
        self.ranking = ranking
        self._redraw.ranking()

    def _take_evidence(self, sweep: ClusterSweep, found: float | Evidence) -> None:
        if isinstance(found, Evidence):
            self._evidence.append((sweep, found))
        else:
            self.share_gathered = found
        self._redraw.page()


def _ranked(view: View, text: str) -> Iterator[TextRanking]:
    assert view.encoder is not None
    yield rank_by_text(text, view.embeddings, view.encoder)
