"""The Explorer: values and choices, wired to the screen with one observer for each choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab.clustering import Clustering, ClusterSweep, sweep_clusters
from cliplab.explorer.answers import Answers, Screen
from cliplab.explorer.board import Board
from cliplab.explorer.choices import (
    find_choices,
    find_every_k,
    first_state,
    picture_title,
    space_title,
    status_line,
)
from cliplab.explorer.columns import coloring, image_columns, likeness_coloring
from cliplab.explorer.companions import Companions, Redraw
from cliplab.explorer.controls import Controls
from cliplab.explorer.gallery import Gallery
from cliplab.explorer.host import MainLoop
from cliplab.explorer.lanes import Lane
from cliplab.explorer.pages.evidence import EvidencePage
from cliplab.explorer.pages.method import MethodPage
from cliplab.explorer.pages.moves import MovesPage
from cliplab.explorer.pages.reveal import RevealPage
from cliplab.explorer.pages.silhouette import SilhouettePage
from cliplab.explorer.pages.words import WordsPage
from cliplab.explorer.panel import Panel
from cliplab.explorer.pictures import SmallPictures
from cliplab.explorer.results import Results
from cliplab.explorer.state import LIKENESS
from cliplab.explorer.theme import THUMBNAIL_SIZE
from cliplab.explorer.thumbnails import sheets
from cliplab.explorer.view import View
from cliplab.images import require_rows
from cliplab.projection import Projection, project

if TYPE_CHECKING:
    from cliplab.embeddings import Embeddings
    from cliplab.encoder import ClipEncoder
    from cliplab.evidence import Evidence
    from cliplab.explorer.pages import Page
    from cliplab.images import ImageSet


class Explorer:
    """A control panel over linked plots: projection, silhouettes, elbow and a gallery.

    Put it last in a cell to see it. What the learner chooses is in `state`; set a value there
    and the screen follows.

    Parameters
    ----------
    images : ImageSet
        The images that are looked at.
    embeddings : Embeddings
        A vector for each image.
    sweep : ClusterSweep, optional
        The clusterings for every k; made with the defaults of `sweep_clusters` when left out.
    projection : Projection, optional
        Where the images stand in the plane; t-SNE when left out.
    encoder : ClipEncoder, optional
        What made the embeddings. With it clusters are put into words, and the picture can be
        coloured by likeness to what is typed.
    hide_classes : bool, default=True
        Whether what is known of the images stays hidden until a k has been committed to, on the
        page Reveal or by ``explorer.state.committed = 8``.

    Attributes
    ----------
    state : ExplorerState
        All that was chosen: k, space, algorithm, projection, colour, selection and so on.

    Raises
    ------
    ValueError
        If the parts do not have one row for each image.

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
        embeddings: Embeddings,
        sweep: ClusterSweep | None = None,
        projection: Projection | None = None,
        *,
        encoder: ClipEncoder | None = None,
        hide_classes: bool = True,
    ) -> None:
        require_rows("embeddings", len(embeddings), len(images))
        if sweep is None:
            sweep = sweep_clusters(embeddings, find_every_k(embeddings))
        if projection is None:
            projection = project(embeddings)
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
        self._results = Results(
            embeddings, self._choices.n_clusters, self._choices.min_cluster_sizes
        )
        self._answers = Answers(
            self.state,
            self._results,
            (sweep, projection),
            Screen(
                self._change,
                self._draw_projection,
                self._draw_sweep,
                self._draw_status,
                self._tell_error,
            ),
            self._main_loop,
        )
        self._lanes = {
            name: Lane[Any](self._main_loop, self._tell_error, keeps_all=name == "sheets")
            for name in ("gallery", "sheets", "names")
        }
        self._companions = Companions(
            self.state,
            self._answers,
            self._choices,
            Redraw(
                self._change,
                self._draw_control,
                self._draw_ranking,
                self._draw_page,
                self._draw_status,
                self._tell_error,
            ),
            self._main_loop,
        )
        self._page_is_stale, self._depth = False, 0
        self._in_order: tuple[int, ...] = ()
        self._small = SmallPictures(images)
        self._board = Board(images, self.state.is_revealed)
        self._plots = self._board.plots
        self._plots.on_select(lambda rows: self.state.set_trait("selected", rows))
        self._plots.on_tap_k(
            lambda value: self.state.set_trait(self._answers.sweep.parameter, value)
        )
        self._plots.on_tap_bar(self._open_bar)
        self._board.flow.on_tap(self._show_pictures)
        self._panel = self._make_panel()
        self._draw_everything()
        self._follow("n_clusters", self._draw_clustering)
        self._follow("min_cluster_size", self._draw_clustering)
        for choice in ("space", "projection", "perplexity", "random_state"):
            self._follow(choice, self._refresh)
        for choice in ("algorithm", "metric", "centered"):
            self._follow(choice, self._refresh)
        self._follow("control", self._refresh_control)
        self._follow("color_by", self._draw_coloring)
        self._follow("selected", self._draw_selection)
        self._follow("opened", self._draw_page)
        self._follow("page", self._draw_page)
        self._follow("query", self._refresh_ranking)
        self._follow("committed", self._reveal)

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
        """The clustering that is on the screen: the sweep's for the chosen k."""
        return self.sweep[self._value]

    @property
    def evidence(self) -> Evidence | None:
        """What was gathered for the sweep on the screen, if it was."""
        return self._companions.evidence_for(self.sweep)

    @property
    def _value(self) -> int:
        """What was chosen of the sweep's parameter: k, where the algorithm is told k."""
        value = int(getattr(self.state, self.sweep.parameter))
        return value if value in self.sweep else self.sweep.parameter_values[0]

    @property
    def _in_embedding(self) -> Clustering | None:
        """The same clusters measured in CLIP space, if they were found elsewhere."""
        measured = self._answers.in_embedding
        return None if measured is None else measured[self._value]

    def __repr__(self) -> str:
        return f"Explorer of {len(self.images)} images, k = {self.clustering.n_clusters}"

    def _ipython_display_(self) -> None:
        if self._panel.was_shown:
            self._panel.close()
            self._panel = self._make_panel()
            self._draw_everything()
            # What the end of the cell before has interrupted is taken up again.
            for refresh in (self._refresh, self._refresh_control, self._refresh_ranking):
                self._change(refresh)
        panel = self._panel
        panel.show(on_replaced=lambda: self._close(panel))
        if not all(self._plots.sheets.data["uri"]):
            pictures = sheets(self.images, THUMBNAIL_SIZE)
            self._lanes["sheets"].start("sheets", pictures, self._plots.show_sheet)

    def _make_panel(self) -> Panel:
        state, change = self.state, self._change
        controls = Controls(state, self._choices, on_stop=self._answers.stop)
        gallery = Gallery(self.images, self._small, self._lanes["gallery"], self._main_loop)
        pages: dict[str, Page] = {
            "silhouette": SilhouettePage(state, self._small, self._show_pictures),
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
                        self._draw_stale_page()
            except Exception as error:
                self._tell_error(error)
            finally:
                self._depth -= 1

        self._main_loop.post(change)

    def _tell_error(self, error: Exception) -> None:
        self._panel.controls.show_error(f"{type(error).__name__}: {error}")
        self._draw_status()
        self._page_is_stale = False
        if self.state.page == "evidence":  # Its bar would stand there for ever.
            self._panel.pages["evidence"].draw(self._view)
        if not self._main_loop.is_live:
            raise error

    def _refresh(self) -> None:
        self._answers.refresh()
        self._draw_page()

    def _refresh_control(self) -> None:
        self._draw_status()
        self._draw_control()
        self._companions.require_control()

    def _refresh_ranking(self) -> None:
        if self.state.query.strip():
            self._offer_colors()
        self._companions.refresh_ranking(self._view)

    def _reveal(self) -> None:
        self._plots.show_names(image_columns(self.images, self.state.is_revealed))
        self._draw_gallery()
        self._draw_coloring()
        self._draw_page()

    def _open_bar(self, row: int) -> None:
        self.state.opened = row
        self.state.page = "silhouette"

    def _show_pictures(self, rows: Sequence[int]) -> None:
        """Select images, and show their pictures in this order."""
        self._in_order = tuple(int(row) for row in rows)
        self.state.selected = self._in_order
        self.state.page = "pictures"
        self._change(self._draw_gallery)

    # What is drawn

    @property
    def _view(self) -> View:
        return View(
            self.images,
            self.embeddings,
            self.encoder,
            self._answers.data,
            self.sweep,
            self.clustering,
            self._value,
            self._where,
        )

    @property
    def _where(self) -> str:
        return space_title(self._choices, self.clustering, self._answers.space)

    def _draw_everything(self) -> None:
        self._draw_sweep()
        self._draw_coloring()
        self._draw_projection()
        self._draw_control()
        self._draw_status()
        self._plots.show_selection(self.state.selected)
        self._draw_stale_page()

    def _draw_projection(self) -> None:
        self._plots.show_projection(self.projection)
        self._plots.show_numbers(self.clustering, self.projection)

    def _draw_sweep(self) -> None:
        self._plots.show_sweep(self.sweep, self._where)
        self._panel.controls.show_parameter(self.sweep.parameter)
        self._draw_clustering()

    def _draw_clustering(self) -> None:
        self._plots.show_clustering(self.clustering, self._value, self._in_embedding)
        self._plots.show_numbers(self.clustering, self.projection)
        if self.state.color_by in ("cluster", "silhouette"):
            self._draw_coloring()
        self._draw_gallery()
        self._board.show_control_at(self.sweep, self._value)
        self._draw_page()
        self._draw_status()

    def _draw_control(self) -> None:
        title = f"Control group: {self._choices.controls[self.state.control]}"
        self._board.show_control(self._companions.control, self.sweep, title, self._where)
        self._board.show_control_at(self.sweep, self._value)

    def _draw_ranking(self) -> None:
        has_ranking = self._companions.ranking is not None
        color_by = self.state.color_by
        if has_ranking != (color_by == LIKENESS):
            self.state.color_by = LIKENESS if has_ranking else "cluster"
        else:
            self._draw_coloring()
        self._draw_page()

    def _draw_coloring(self) -> None:
        color_by = self.state.color_by
        ranking = self._companions.ranking
        if color_by == LIKENESS:
            # Until the words have been read, all are alike.
            colors = likeness_coloring(
                np.zeros(len(self.images)) if ranking is None else ranking.scores
            )
        else:
            colors = coloring(color_by, self.images, self.clustering)
        self._plots.show_coloring(colors, show_numbers=color_by == "cluster")
        self._panel.controls.show_legend(colors)
        self._offer_colors()

    def _offer_colors(self) -> None:
        """Have the menu hold what the picture can be coloured by now."""
        known = () if self.state.is_revealed else self._choices.known
        has_words = bool(self.state.query.strip())
        self._panel.controls.offer_colors(
            {
                name: title
                for name, title in self._choices.colors.items()
                if name not in known and (name != LIKENESS or has_words)
            }
        )

    def _draw_selection(self) -> None:
        self._plots.show_selection(self.state.selected)
        self._draw_gallery()

    def _draw_gallery(self) -> None:
        self._panel.gallery.reveals = self.state.is_revealed
        selected = self.state.selected
        in_order = self._in_order if set(self._in_order) == set(selected) else selected
        self._panel.gallery.show(in_order, self.clustering)

    def _draw_page(self) -> None:
        """Have the open page drawn, once, at the end of the change under way."""
        self._page_is_stale = True

    def _draw_stale_page(self) -> None:
        """Draw the page that is open if it is to be, and take the plots of the others away."""
        if not self._page_is_stale:
            return
        self._page_is_stale = False
        name = self.state.page
        self._panel.open_page(name)
        if name != "moves":
            self._board.show_flow(None)
        if name != "evidence":
            self._board.show_evidence(None)
        if name in self._panel.pages:
            self._panel.pages[name].draw(self._view)

    def _draw_status(self) -> None:
        """Say what is on its way, or else what is on the screen."""
        answers, titles = self._answers, self._choices
        if not (answers.is_projecting or answers.is_sweeping):
            # What has come to rest is what the control group has to be like.
            self._companions.refresh_control()
        if answers.is_projecting:
            text = f"Drawing {titles.projections[self.state.projection]} …"
        elif answers.is_sweeping:
            text = f"Clustering {titles.spaces[self.state.space]} …"
        elif self._companions.is_drawing_control:
            text = "Drawing the control group …"
        else:
            text = status_line(titles, self.clustering, answers.space, self._in_embedding)
        is_tsne = self.state.projection == "tsne"
        # Only t-SNE comes step by step; of the others nobody can say how far they are.
        share = answers.share_done if answers.is_projecting and is_tsne else None
        controls = self._panel.controls
        controls.show_status(text)
        controls.show_progress(share)
        controls.allow_perplexity(is_tsne)
        self._plots.show_title(picture_title(titles, answers.projection, answers.is_projecting))


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
    ConnectionError
        If the weights are not on this machine and their hub cannot be reached.

    Examples
    --------
    >>> from cliplab import explore, load_storybook
    >>> explore(load_storybook(n_images=60)).state.space
    'embedding'
    """
    if encoder is None:
        from cliplab.encoder import ClipEncoder

        is_storybook = images.provenance.get("source") == "storybook"
        encoder = ClipEncoder("storybook" if is_storybook else "ViT-B-32")
    return Explorer(images, encoder.encode_images(images), encoder=encoder)
