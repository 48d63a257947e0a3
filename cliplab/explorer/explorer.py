"""The Explorer: values and choices, wired to the screen with one observer for each choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import require_kind, require_rows
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.values import Embeddings
from cliplab.explorer.model.answers import Answers, Screen
from cliplab.explorer.model.companions import Companions, Redraw
from cliplab.explorer.model.options import (
    find_choices,
    find_every_k,
    first_state,
)
from cliplab.explorer.model.results import Results
from cliplab.explorer.notebook.host import MainLoop
from cliplab.explorer.notebook.tasks import Lane
from cliplab.explorer.plots.board import Board
from cliplab.explorer.render import Drawing
from cliplab.explorer.widgets.controls import Controls
from cliplab.explorer.widgets.gallery import Gallery
from cliplab.explorer.widgets.page_images import SmallPictures
from cliplab.explorer.widgets.pages.evidence import EvidencePage
from cliplab.explorer.widgets.pages.method import MethodPage
from cliplab.explorer.widgets.pages.moves import MovesPage
from cliplab.explorer.widgets.pages.reveal import RevealPage
from cliplab.explorer.widgets.pages.silhouette import SilhouettePage
from cliplab.explorer.widgets.pages.words import WordsPage
from cliplab.explorer.widgets.panel import Panel
from cliplab.explorer.widgets.serving import HoverPictures
from cliplab.images.image_set import ImageSet
from cliplab.projection.projecting import project
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.explorer.widgets.pages import Page


class Explorer:
    """A control panel over linked plots: projection, silhouettes, elbow and a gallery.

    Put it last in a cell to see it. What the learner chooses is in `state`; set a value there
    and the screen follows.

    Parameters
    ----------
    images : ImageSet
        The images that are looked at.
    embeddings : Embeddings or ndarray of shape (n_images, n_features)
        A vector for each image.
    projection : Projection, optional
        Where the images stand in the plane; t-SNE when left out.
    sweep : ClusterSweep, optional
        The clusterings for every k; computed with the defaults of `sweep_clusters` when left out. A
        single clustering is shown as ``ClusterSweep((clustering,))``.
    encoder : ClipEncoder, optional
        What made the embeddings. With it clusters are put into words, and the picture can be
        coloured by likeness to what is typed.
    hide_classes : bool, default=True
        Whether what is known of the images stays hidden until a k has been committed to, on the
        page Reveal or by ``explorer.state.committed_k = 8``.

    Attributes
    ----------
    state : ExplorerState
        All that was chosen: k, space, algorithm, projection, colour, selection and so on.

    Raises
    ------
    ValueError
        If the parts do not have one row for each image.
    TypeError
        If arguments are swapped, or of another kind.

    Examples
    --------
    >>> from cliplab import ClipEncoder, Explorer, load_storybook
    >>> images = load_storybook(n_images=60)
    >>> explorer = Explorer(images, ClipEncoder("storybook").encode_images(images))
    >>> explorer.state.n_clusters = 8
    >>> explorer.clustering.n_clusters
    8
    """

    def __init__(
        self,
        images: ImageSet,
        embeddings: Embeddings | NDArray[np.number],
        projection: Projection | None = None,
        sweep: ClusterSweep | None = None,
        *,
        encoder: ClipEncoder | None = None,
        hide_classes: bool = True,
    ) -> None:
        require_kind("images", images, ImageSet)
        if isinstance(embeddings, np.ndarray):
            embeddings = Embeddings(embeddings)
        require_kind("embeddings", embeddings, Embeddings)
        require_rows("embeddings", len(embeddings), len(images))
        if sweep is None:
            sweep = sweep_clusters(embeddings, find_every_k(embeddings))
        require_kind("sweep", sweep, ClusterSweep)
        if projection is None:
            projection = project(embeddings)
        require_kind("projection", projection, Projection)
        require_rows("sweep", len(sweep.clusterings[0]), len(images))
        require_rows("projection", len(projection), len(images))
        self.images, self.embeddings, self.encoder = images, embeddings, encoder
        self._choices = find_choices(
            images,
            embeddings,
            sweep,
            projection,
            hides_classes=hide_classes,
            reads_words=encoder is not None,
        )
        self.state = first_state(self._choices, len(images), sweep, projection)
        self._main_loop = MainLoop()
        self._board = Board(images, self.state.is_revealed)
        self._plots = self._board.plots
        self._drawing = Drawing(
            (images, embeddings, encoder), self.state, self._choices, self._board
        )
        self._answers = Answers(
            self.state,
            Results(embeddings, self._choices.n_clusters, self._choices.min_cluster_sizes),
            (sweep, projection),
            Screen(
                self._change,
                self._drawing.draw_projection,
                self._drawing.draw_sweep,
                self._drawing.draw_status,
                self._tell_error,
            ),
            self._main_loop,
        )
        self._lanes = {
            name: Lane[Any](self._main_loop, self._tell_error, keeps_all=name == "hover")
            for name in ("gallery", "ahead", "hover", "names", "case")
        }
        self._companions = Companions(
            self.state,
            self._answers,
            self._choices,
            Redraw(
                self._change,
                self._drawing.draw_control,
                self._drawing.draw_ranking,
                self._drawing.draw_page,
                self._drawing.draw_status,
                self._tell_error,
            ),
            self._main_loop,
        )
        self._depth = 0
        self._small = SmallPictures(images)
        self._hover_pictures = HoverPictures(
            self._plots.hover,
            images,
            self._small,
            self._lanes["hover"],
            lambda: self.state.is_revealed,
        )
        self._listen()
        self._drawing.answers, self._drawing.companions = self._answers, self._companions
        self._drawing.panel = self._make_panel()
        self._drawing.draw_everything()
        self._wire()

    @property
    def sweep(self) -> ClusterSweep:
        """The sweep that is on the screen."""
        return self._answers.sweep

    @property
    def projection(self) -> Projection:
        """The projection that is on the screen."""
        return self._answers.projection

    @property
    def clustering(self) -> Clustering:
        """The clustering on the screen: that of the chosen k."""
        return self._drawing.clustering

    @property
    def evidence(self) -> Evidence | None:
        """The evidence for the sweep on the screen, if it was computed."""
        return self._companions.evidence_for(self.sweep)

    @property
    def _panel(self) -> Panel:
        return self._drawing.panel

    def __repr__(self) -> str:
        return f"Explorer of {len(self.images)} images, k = {self.clustering.n_clusters}"

    def _ipython_display_(self) -> None:
        if self._panel.was_shown:
            self._panel.close()
            self._drawing.panel = self._make_panel()
            self._drawing.draw_everything()
            # What the end of the cell before has interrupted is taken up again.
            for refresh in (self._refresh, self._refresh_control, self._refresh_ranking):
                self._change(refresh)
        panel = self._panel
        panel.show(on_replaced=lambda: self._close(panel))
        gallery = panel.gallery
        self._lanes["ahead"].start("ahead", gallery.read_ahead(self.sweep), gallery.take)
        self._hover_pictures.begin()

    def _make_panel(self) -> Panel:
        state, change = self.state, self._change
        controls = Controls(state, self._choices, on_stop=self._answers.stop)
        gallery = Gallery(self.images, self._small, self._lanes["gallery"], self._main_loop)
        pages: dict[str, Page] = {
            "silhouette": SilhouettePage(
                state, self._small, self._lanes["case"], self._show_pictures
            ),
            "words": WordsPage(
                self._companions,
                self._small,
                self._lanes["names"],
                controls.link,
                change,
                self._show_pictures,
            ),
            "moves": MovesPage(self._board, self._show_pictures),
            "evidence": EvidencePage(self._companions, self._board, change),
            "reveal": RevealPage(state, self._companions, change, self._show_pictures),
            "method": MethodPage(state, self._choices, controls.link),
        }
        panel = Panel(self._board.layout, controls, gallery, pages, self._main_loop)
        panel.on_page(lambda name: state.set_trait("page", name))
        return panel

    def _close(self, panel: Panel) -> None:
        """Free a panel whose cell shows something else now, and end what is under way for it."""
        panel.close()
        if panel is self._panel:
            self._answers.drop()
            self._companions.drop()
            for lane in self._lanes.values():
                lane.drop()

    # From a choice to the screen

    def _listen(self) -> None:
        """Have each tap and each lasso become a choice.

        This comes before the plots are given to a panel: Bokeh asks only then who listens.
        """
        self._plots.on_select(lambda rows: self.state.set_trait("selected", rows))
        self._plots.on_tap_k(
            lambda value: self.state.set_trait(self._answers.sweep.parameter, value)
        )
        self._plots.on_tap_bar(self._open_bar)
        self._board.flow.on_tap(self._show_pictures)

    def _wire(self) -> None:
        """Have each choice drawn."""
        self._follow("n_clusters", self._drawing.draw_clustering)
        self._follow("min_cluster_size", self._drawing.draw_clustering)
        for choice in ("space", "projection", "perplexity", "random_state"):
            self._follow(choice, self._refresh)
        for choice in ("algorithm", "metric", "centered"):
            self._follow(choice, self._refresh)
        self._follow("null_data", self._refresh_control)
        self._follow("color_by", self._drawing.draw_coloring)
        self._follow("selected", self._drawing.draw_selection)
        self._follow("opened", self._drawing.draw_page)
        self._follow("page", self._drawing.draw_page)
        self._follow("query", self._refresh_ranking)
        self._follow("committed_k", self._drawing.reveal)

    def _follow(self, trait: str, draw: Callable[[], None]) -> None:
        def redraw() -> None:
            # Who chooses anew has read what went wrong before.
            self._panel.controls.show_error("")
            draw()

        self.state.observe(lambda _: self._change(redraw), trait)

    def _change(self, draw: Callable[[], None]) -> None:
        """Change the screen on the main loop, in one message; tell in words what goes wrong."""

        def change() -> None:
            self._depth += 1  # One change may bring about another.
            try:
                with self._panel.batch():
                    draw()
                    if self._depth == 1:
                        self._drawing.draw_stale_page()
            except Exception as error:
                self._tell_error(error)
            finally:
                self._depth -= 1

        self._main_loop.post(change)

    def _tell_error(self, error: Exception) -> None:
        self._panel.controls.show_error(f"{type(error).__name__}: {error}")
        self._drawing.draw_status()
        self._drawing.page_is_stale = False
        if self.state.page == "evidence":  # Its bar would stand there for ever.
            self._panel.pages["evidence"].draw(self._drawing.view)
        if not self._main_loop.is_live:
            raise error

    def _refresh(self) -> None:
        self._answers.refresh()
        self._drawing.draw_page()

    def _refresh_control(self) -> None:
        self._drawing.draw_status()
        self._drawing.draw_control()
        self._companions.require_control()

    def _refresh_ranking(self) -> None:
        if self.state.query.strip():
            self._drawing.offer_colors()
        self._companions.refresh_ranking(self._drawing.view)

    def _open_bar(self, row: int) -> None:
        self.state.opened = row
        self.state.page = "silhouette"

    def _show_pictures(self, rows: Sequence[int]) -> None:
        """Select images, and show their pictures in this order."""
        self._drawing.in_order = tuple(int(row) for row in rows)
        self.state.selected = self._drawing.in_order
        self.state.page = "pictures"
        self._change(self._drawing.draw_gallery)


def explore(images: ImageSet, encoder: ClipEncoder | None = None) -> Explorer:
    """Encode, project and cluster images with the defaults, and open an Explorer on them.

    Parameters
    ----------
    images : ImageSet
        At least 4 images.
    encoder : ClipEncoder, optional
        When left out, the storybook's own small CLIP for the storybook, which needs no network,
        and ViT-B-32 for everything else, which is downloaded once.

    Returns
    -------
    Explorer
        Over all that was made; the last line of a cell shows it.

    Raises
    ------
    TypeError
        If the images are no ImageSet, or the encoder is no ClipEncoder.
    ConnectionError
        If the weights are not on this machine and their hub cannot be reached.

    Examples
    --------
    >>> from cliplab import explore, load_storybook
    >>> explore(load_storybook(n_images=60)).state.space
    'embedding'
    """
    from cliplab.embeddings.encoder import ClipEncoder

    require_kind("images", images, ImageSet)
    if encoder is None:
        is_storybook = images.provenance.get("source") == "storybook"
        encoder = ClipEncoder("storybook" if is_storybook else "ViT-B-32")
    require_kind("encoder", encoder, ClipEncoder)
    return Explorer(images, encoder.encode_images(images), encoder=encoder)
