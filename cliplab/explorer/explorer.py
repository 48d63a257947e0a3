"""The Explorer: values and choices, wired to the screen with one observer for each choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cliplab.clustering import Clustering, ClusterSweep, sweep_clusters
from cliplab.explorer.answers import Answers, Screen
from cliplab.explorer.choices import find_choices, first_state, picture_title, status_line
from cliplab.explorer.columns import coloring
from cliplab.explorer.controls import Controls
from cliplab.explorer.gallery import Gallery
from cliplab.explorer.host import MainLoop
from cliplab.explorer.lanes import Lane
from cliplab.explorer.panel import Panel
from cliplab.explorer.plots import Plots
from cliplab.explorer.results import Results
from cliplab.explorer.theme import THUMBNAIL_SIZE
from cliplab.explorer.thumbnails import sheets
from cliplab.images import require_rows
from cliplab.projection import Projection, project

if TYPE_CHECKING:
    from cliplab.embeddings import Embeddings
    from cliplab.encoder import ClipEncoder
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
        What made the embeddings, kept as `encoder` for cells that need it.

    Attributes
    ----------
    state : ExplorerState
        k, space, projection, perplexity, colour, seed and selection.

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
    ) -> None:
        require_rows("embeddings", len(embeddings), len(images))
        if sweep is None:
            sweep = sweep_clusters(embeddings, _every_k(embeddings))
        if projection is None:
            projection = project(embeddings)
        require_rows("sweep", len(sweep[sweep.n_clusters[0]].cluster_labels), len(images))
        require_rows("projection", len(projection), len(images))
        self.images, self.embeddings, self.encoder = images, embeddings, encoder
        self._choices = find_choices(images, embeddings, sweep, projection)
        self.state = first_state(self._choices, len(images), sweep, projection)
        self._main_loop = MainLoop()
        self._answers = Answers(
            self.state,
            Results(embeddings, self._choices.n_clusters),
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
        self._paging: Lane[str] = Lane(self._main_loop, self._tell_error)
        self._sheeting: Lane[tuple[int, str]] = Lane(
            self._main_loop, self._tell_error, keeps_all=True
        )
        self._plots = Plots(images)
        self._plots.on_select(lambda rows: self.state.set_trait("selected", rows))
        self._plots.on_tap_k(lambda k: self.state.set_trait("n_clusters", k))
        self._panel = self._make_panel()
        self._draw_everything()
        self._follow("n_clusters", self._draw_clustering)
        self._follow("space", self._answers.refresh)
        self._follow("projection", self._answers.refresh)
        self._follow("perplexity", self._answers.refresh)
        self._follow("random_state", self._answers.refresh)
        self._follow("color_by", self._draw_coloring)
        self._follow("selected", self._draw_selection)

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
        return self.sweep[self.state.n_clusters]

    def __repr__(self) -> str:
        return f"Explorer of {len(self.images)} images, k = {self.state.n_clusters}"

    def _ipython_display_(self) -> None:
        if self._panel.was_shown:
            self._panel.close()
            self._panel = self._make_panel()
            self._draw_everything()
        panel = self._panel
        panel.show(on_replaced=lambda: self._close(panel))
        if not all(self._plots.sheets.data["uri"]):
            pictures = sheets(self.images, THUMBNAIL_SIZE)
            self._sheeting.start("sheets", pictures, self._plots.show_sheet)

    def _make_panel(self) -> Panel:
        controls = Controls(self.state, self._choices, on_stop=self._answers.stop)
        gallery = Gallery(self.images, self._paging, self._main_loop)
        return Panel(self._plots, controls, gallery, self._main_loop)

    def _close(self, panel: Panel) -> None:
        """Free a panel whose cell shows something else now, and end what is under way for it."""
        panel.close()
        if panel is self._panel:
            for work in (self._answers, self._paging, self._sheeting):
                work.drop()

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
            try:
                with self._panel.batch():
                    draw()
            except Exception as error:
                self._tell_error(error)

        self._main_loop.post(change)

    def _tell_error(self, error: Exception) -> None:
        self._panel.controls.show_error(f"{type(error).__name__}: {error}")
        self._draw_status()
        if not self._main_loop.is_live:
            raise error

    # What is drawn

    def _draw_everything(self) -> None:
        self._draw_sweep()
        self._draw_coloring()
        self._draw_projection()
        self._draw_status()
        self._plots.show_selection(self.state.selected)

    def _draw_projection(self) -> None:
        self._plots.show_projection(self.projection)
        self._plots.show_numbers(self.clustering, self.projection)

    def _draw_sweep(self) -> None:
        self._plots.show_sweep(self.sweep)
        self._draw_clustering()

    def _draw_clustering(self) -> None:
        self._plots.show_clustering(self.clustering)
        self._plots.show_numbers(self.clustering, self.projection)
        if self.state.color_by in ("cluster", "silhouette"):
            self._draw_coloring()
        self._draw_gallery()
        self._draw_status()

    def _draw_coloring(self) -> None:
        colors = coloring(self.state.color_by, self.images, self.clustering)
        self._plots.show_coloring(colors, show_numbers=self.state.color_by == "cluster")
        self._panel.controls.show_legend(colors)

    def _draw_selection(self) -> None:
        self._plots.show_selection(self.state.selected)
        self._draw_gallery()

    def _draw_gallery(self) -> None:
        self._panel.gallery.show(self.state.selected, self.clustering)

    def _draw_status(self) -> None:
        """Say what is on its way, or else what is on the screen."""
        answers, titles = self._answers, self._choices
        if answers.is_projecting:
            text = f"Drawing {titles.projections[self.state.projection]} …"
        elif answers.is_sweeping:
            text = f"Clustering {titles.spaces[self.state.space]} for every k …"
        else:
            text = status_line(titles, self.clustering, answers.space)
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


def _every_k(embeddings: Embeddings) -> range:
    """Return every k from 2 to 20, or fewer where few images differ."""
    n_different = len({row.tobytes() for row in embeddings.vectors.round(4)})
    if n_different < 3:
        raise ValueError(
            f"`embeddings` must have at least 3 rows that differ. Got {n_different} instead."
        )
    return range(2, min(20, n_different - 1) + 1)
