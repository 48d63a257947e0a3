"""All that is computed for the screen, in one place that can be observed.

A choice changes the state. The session then makes one turn: what the choice asks for is looked up
or started in the background, whatever depends on it is derived, and at the end of the turn
the screen gets the names of the traits that have changed. An answer from the background makes a
turn of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import traitlets

from cliplab.explorer.model.cluster_words import ClusterWords
from cliplab.explorer.model.derived import DERIVED
from cliplab.explorer.model.extras import EvidenceTask, NullDataTask, RankingTask
from cliplab.explorer.model.group_changes import GroupChanges
from cliplab.explorer.model.hints import are_known, remember
from cliplab.explorer.model.map_and_clusters import MapTask, SweepTask
from cliplab.explorer.model.neighbors import NeighborsTask
from cliplab.explorer.model.page_content import PageContent, PageTask
from cliplab.explorer.model.parts import PARTS
from cliplab.explorer.model.results import Results
from cliplab.explorer.model.small_images import SmallImages
from cliplab.explorer.model.snapshot import Guess, Snapshot
from cliplab.explorer.model.state import NOTHING
from cliplab.explorer.model.wall import WallTask
from cliplab.explorer.model.work import stale_parts, work_of

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.background import BackgroundTask
    from cliplab.explorer.model.options import Options
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.explorer.notebook.event_loop import EventLoop
    from cliplab.images.image_set import ImageSet
    from cliplab.projection.values import Projection

Listener = Callable[[frozenset[str]], None]

# Choices that ask for something new, so that what has failed is tried again.
_ASKED_FOR = frozenset(
    [
        "space",
        "projection",
        "perplexity",
        "random_state",
        "algorithm",
        "metric",
        "centered",
        "null_data",
        "query",
        "map_images",
    ]
)


class ExplorerSession(traitlets.HasTraits):
    """What is computed for the choices of one Explorer.

    Parameters
    ----------
    given : triple of ImageSet, Embeddings and TextEncoder or None
        What the Explorer is of.
    projection, sweep
        What is on the screen at first.
    state, options
        The choices, and what can be chosen.
    pages : mapping of str to PageContent
        What each page shows, by its name.
    event_loop : EventLoop
        Where answers from the background arrive.

    Attributes
    ----------
    projection, sweep, clustering
        On the screen: the map, all clusterings of a space, and the one that was chosen.
    data : Embeddings, Projection or None
        What that sweep is of; None for one that was made elsewhere.
    in_embedding : ClusterSweep or None
        The clusters of a sweep of a projection, measured among the embeddings.
    space : str
        The space of the sweep, by the name it is chosen by.
    null_group : NullGroup or None
        Null data, treated as the images are.
    ranking : TextRanking or None
        The order of the images by the text that was typed.
    nearest : NearestImages or None
        The neighbours of each image, while the colours ask for them.
    wall : Wall or None
        Every image in a cell of a grid, while it is asked for and the map has converged.
    evidence : Evidence or None
        For the sweep on the screen, if it was gathered.
    evidence_progress : float
        How much of it is gathered, from 0 to 1.
    tasks : dict of str to BackgroundTask
        All that computes: "map", "sweep", "null data", "ranking", "neighbors", "wall", "evidence",
        "page".
    running : frozenset of str
        Which of them run, without "page".
    work, stale
        What runs or was stopped, in sentences; which parts of the screen wait for it.
    guesses : tuple of Guess
        What the learner has called clusters.
    order : tuple of int
        In which order to show the images of a selection that has one.
    gallery_start : int
        Which of the images to be shown is the first on the page.
    parts : tuple of str
        Which parts of the screen are shown.
    knows_first_steps : bool
        Whether what to do first need not be said any more.
    content_page : str
        Which page `page_content` is of.
    page_content
        What that page shows; None while it is computed.
    error : str
        What went wrong; empty where nothing did.

    The others are derived: `DERIVED` says from what.
    """

    images: ImageSet
    embeddings: Embeddings
    encoder: TextEncoder | None
    state: ExplorerState
    options: Options

    projection: Any = traitlets.Any()
    sweep: Any = traitlets.Any()
    data: Any = traitlets.Any()
    in_embedding: Any = traitlets.Any()
    space = traitlets.Unicode()
    null_group: Any = traitlets.Any()
    ranking: Any = traitlets.Any()
    nearest: Any = traitlets.Any()
    wall: Any = traitlets.Any()
    evidence: Any = traitlets.Any()
    evidence_progress = traitlets.Float(0.0)
    running: Any = traitlets.Any(frozenset())
    work: Any = traitlets.Any(())
    stale: Any = traitlets.Any(frozenset())
    guesses: Any = traitlets.Any(())
    order: Any = traitlets.Any(())
    gallery_start = traitlets.Int(0)
    parts: Any = traitlets.Any(PARTS)
    knows_first_steps = traitlets.Bool()
    content_page = traitlets.Unicode()
    page_content: Any = traitlets.Any()
    error = traitlets.Unicode()

    clustering: Any = traitlets.Any()
    kept: Any = traitlets.Any()
    neighbors_view: Any = traitlets.Any()
    colored_by: Any = traitlets.Any()
    coloring: Any = traitlets.Any()
    color_titles: Any = traitlets.Any()
    hints: Any = traitlets.Any(())
    hover_columns: Any = traitlets.Any()
    sweep_view: Any = traitlets.Any()
    band_view: Any = traitlets.Any()
    map_view: Any = traitlets.Any()
    wall_view: Any = traitlets.Any()
    wall_note = traitlets.Unicode()
    clustering_view: Any = traitlets.Any()
    numbers_view: Any = traitlets.Any()
    null_view: Any = traitlets.Any()
    null_clustering_view: Any = traitlets.Any()
    map_title = traitlets.Unicode()
    status = traitlets.Unicode()

    def __init__(
        self,
        given: tuple[ImageSet, Embeddings, TextEncoder | None],
        projection: Projection,
        sweep: ClusterSweep,
        state: ExplorerState,
        options: Options,
        pages: Mapping[str, PageContent],
        event_loop: EventLoop,
    ) -> None:
        super().__init__()
        self.images, self.embeddings, self.encoder = given
        self.state, self.options = state, options
        self.small_images = SmallImages(self.images)
        self.cluster_words = ClusterWords(self.embeddings, self.encoder)
        self._event_loop = event_loop
        self._listeners: list[Listener] = []
        self._depth = 0
        self._changed: set[str] = set()
        self.group_changes = GroupChanges(self)
        results = Results(self.embeddings, options.n_clusters, options.min_cluster_sizes)
        self.projection, self.sweep = projection, sweep
        self.knows_first_steps = are_known()
        self.map_task = MapTask(self, results, event_loop)
        self.sweep_task = SweepTask(self, results, self.map_task, event_loop)
        self.null_data_task = NullDataTask(self, results, event_loop)
        self.ranking_task = RankingTask(self, event_loop)
        self.neighbors_task = NeighborsTask(self, event_loop)
        self.wall_task = WallTask(self, event_loop)
        self.evidence_task = EvidenceTask(self, event_loop)
        self.page_task = PageTask(self, pages, event_loop)
        self.tasks: dict[str, BackgroundTask[Any]] = {
            "map": self.map_task,
            "sweep": self.sweep_task,
            "null data": self.null_data_task,
            "ranking": self.ranking_task,
            "neighbors": self.neighbors_task,
            "wall": self.wall_task,
            "evidence": self.evidence_task,
            "page": self.page_task,
        }
        self.observe(lambda change: self._changed.add(change["name"]))
        state.observe(self._on_choice)
        with self.turn():
            self._changed |= set(self.trait_names())
            self._changed |= {f"state.{name}" for name in state.trait_names()}

    def listen(self, listener: Listener) -> None:
        """Have a function called at the end of each turn, with the names of what has changed.

        Parameters
        ----------
        listener : callable
            Gets names of traits, of the session and of the state.
        """
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Stop calling a function; it is no error if it was not called."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    @property
    def value(self) -> int:
        """Which value of the sweep's parameter was chosen: k, unless the algorithm has another."""
        value = int(getattr(self.state, self.sweep.parameter))
        return value if value in self.sweep else self.sweep.parameter_values[0]

    @property
    def snapshot(self) -> Snapshot:
        """What the pages are computed from, as it is now."""
        return Snapshot.of(self)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Make all changes inside one change: what follows from them is done once, at its end."""
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                self._follow()
        finally:
            self._depth -= 1
        if self._depth == 0:
            self._tell()

    def run(self, change: Callable[[], None]) -> None:
        """Make a change on the event loop, in one turn; what goes wrong is put into `error`."""

        def make() -> None:
            try:
                with self.turn():
                    change()
            except Exception as error:
                self.report(error)
                if not self._event_loop.is_live:
                    raise

        self._event_loop.post(make)

    def report(self, error: Exception) -> None:
        """Say on the screen what went wrong, whatever the turn has left undone."""
        self.error = f"{type(error).__name__}: {error}"
        if self._depth == 0:
            with suppress(Exception):  # What is reported may have been this.
                self._derive()
            self._tell()

    def fail(self, error: Exception) -> None:
        """Say on the screen that a task in the background has failed."""
        self.run(lambda: setattr(self, "error", f"{type(error).__name__}: {error}"))

    def say(self, problem: str) -> None:
        """Say on the screen what was refused."""
        self.run(lambda: setattr(self, "error", problem))

    def resume(self) -> None:
        """Start again what a closed panel has interrupted, except the evidence."""
        self.run(lambda: None)

    def stop(self, name: str) -> None:
        """Have a task rest, by its name."""
        self.tasks[name].stop()

    def take_up(self, name: str) -> None:
        """Have a task go on where it was stopped."""
        self.tasks[name].take_up()

    def cancel(self) -> None:
        """End all tasks: nobody looks any more."""
        for task in self.tasks.values():
            task.cancel()

    def reset(self) -> None:
        """Take back all that the learner has chosen and said; what was computed stays."""

        def take_back() -> None:
            self.guesses, self.order, self.gallery_start = (), (), 0
            self.state.reset()
            self._hide_clusters_without_k()
            self.group_changes.forget()
            remember(False)
            self.knows_first_steps = False

        self.run(take_back)

    # What a learner does beside choosing

    def show_images(self, rows: Sequence[int]) -> None:
        """Select images, and open the page that shows them in this order."""

        def show() -> None:
            self.order = tuple(int(row) for row in rows)
            self.state.selected = self.order
            self.state.page = "images"

        self.run(show)

    def dismiss_hints(self) -> None:
        """Say the first steps no more, here and on later screens of this kernel."""
        remember(True)
        self.run(lambda: setattr(self, "knows_first_steps", True))

    def turn_gallery(self, by: int) -> None:
        """Show other images of the selection, so many rows further."""
        self.run(lambda: setattr(self, "gallery_start", max(0, self.gallery_start + by)))

    def open_bar(self, row: int) -> None:
        """Open the page that explains the silhouette of an image."""

        def show() -> None:
            self.state.opened = row
            self.state.pair = ()  # Two clusters now are that of this image and the nearest one.
            self.state.page = "silhouette"

        self.run(show)

    def show_parts(self, parts: tuple[str, ...]) -> None:
        """Open and close parts of the screen.

        Who cannot choose k has not met clusters yet, so the images have no colour of theirs.
        """

        def show() -> None:
            before, now = "k" in self.parts, "k" in parts
            self.parts = parts
            if before and not now:
                self._hide_clusters_without_k()
            elif now and not before and self.state.color_by == NOTHING:
                self.state.color_by = "cluster"

        self.run(show)

    @property
    def first_color(self) -> str:
        """What images are coloured by where nothing else was chosen, or is there no more."""
        return "cluster" if "k" in self.parts else NOTHING

    def _hide_clusters_without_k(self) -> None:
        if self.state.color_by == "cluster":
            self.state.color_by = self.first_color

    def name_cluster(self, cluster: int, name: str) -> None:
        """Note what the learner calls a cluster on the screen."""
        guess = Guess(self.clustering, cluster, name)
        self.run(lambda: setattr(self, "guesses", (*self.guesses, guess)))

    # One turn

    def _on_choice(self, change: Any) -> None:
        def take() -> None:
            self._changed.add(f"state.{change['name']}")
            if change["name"] in _ASKED_FOR:
                for task in self.tasks.values():
                    task.retry()
            # Who chooses anew has read what went wrong before.
            self.error = ""

        self.run(take)

    def _follow(self) -> None:
        """Look up or start what the choices ask for, and derive what depends on it."""
        changed = frozenset(self._changed)
        if "state.committed_k" in changed:
            self._show_answers()
        self.map_task.follow()
        self.sweep_task.follow()
        self.null_data_task.follow(changed)
        self.ranking_task.follow()
        self.neighbors_task.follow()
        self.group_changes.follow()
        self.wall_task.follow()
        self.evidence_task.follow()
        self._derive()
        shows_typical = not self.state.selected and "clustering" in self._changed
        if shows_typical or self._changed & {"state.selected", "order"}:
            self.gallery_start = 0
        self.page_task.follow()

    def _show_answers(self) -> None:
        """Open the answers, of the k that was committed to if there are clusters for it."""
        committed = self.state.committed_k
        if committed is None:
            return
        self.state.page = "reveal"
        if self.sweep.parameter == "n_clusters" and committed in self.sweep:
            self.state.n_clusters = committed

    def _derive(self) -> None:
        running = (name for name, task in self.tasks.items() if task.is_running)
        self.running = frozenset(running) - {"page"}
        for each in DERIVED:
            if each.depends_on & self._changed:
                setattr(self, each.name, each.compute(self))

    def _tell(self) -> None:
        self.work, self.stale = work_of(self), stale_parts(self)
        changed, self._changed = frozenset(self._changed), set()
        for listener in tuple(self._listeners):
            listener(changed)
