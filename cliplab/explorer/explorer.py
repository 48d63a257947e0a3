"""The Explorer: values and choices, put together into one screen."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import require_file_name, require_rows, wrong_value
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.embeddings.values import Embeddings, as_embeddings
from cliplab.explorer.model.answers import Answers, find_answers
from cliplab.explorer.model.commitments import key_of, recall, remember
from cliplab.explorer.model.groups_file import save_groups
from cliplab.explorer.model.options import find_options, first_state
from cliplab.explorer.model.parts import require_parts
from cliplab.explorer.model.session import ExplorerSession
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.front_end import forget_result
from cliplab.explorer.notebook.stored_copy import StoredCopy
from cliplab.explorer.notebook.tasks import Worker
from cliplab.explorer.plots.board import Board
from cliplab.explorer.plots.saving import IMAGES, save_still
from cliplab.explorer.plots.stills.screen_still import still_of
from cliplab.explorer.render import Render
from cliplab.explorer.saved_page.screen_copy import content_of
from cliplab.explorer.saved_page.writing import save_page
from cliplab.explorer.widgets.controls import Controls
from cliplab.explorer.widgets.gallery import typical_images
from cliplab.explorer.widgets.page_script import PageScript
from cliplab.explorer.widgets.pages import PageContext, make_pages, page_contents
from cliplab.explorer.widgets.panel import Panel, free
from cliplab.explorer.widgets.serving import HoverImages
from cliplab.images.image_set import ImageSet
from cliplab.projection.projecting import project
from cliplab.projection.tsne import FEWEST_IMAGES
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.evaluation.evidence.judging import Evidence


@checked
class Explorer:
    """A control panel over linked plots: projection, silhouettes, elbow and a gallery.

    Put it last in a cell to see it. What the learner chooses is in `state`; set a value there
    and the screen follows. The notebook stores an image of it, or where nobody watches the page
    that `save_page` writes, with the known classes once a k has been committed to.

    Parameters
    ----------
    images : ImageSet
        The images that are looked at.
    embeddings : Embeddings or ndarray of shape (n_images, n_features)
        A vector for each image.
    projection : Projection, optional
        Where the images are in the plane; t-SNE when left out.
    sweep : ClusterSweep, optional
        The clusterings for every k; computed with the defaults of `sweep_clusters` when left out. A
        single clustering is shown as ``ClusterSweep((clustering,))``.
    encoder : ClipEncoder, optional
        What made the embeddings. With it clusters are put into words, and images are searched for
        by what is typed. Vectors of the storybook's CLIP need none: its text half comes with this
        package, and takes neither torch nor a second to load.
    parts : str or iterable of str, default="all"
        Which parts of the screen are shown, so that a lesson can open one at a time: the control of
        ``"k"``, the ``"map"``, ``"silhouettes"``, ``"curves"`` over k, the table of ``"clusters"``
        and the ``"pages"``.
    hide_classes : bool, default=True
        Whether what is known of the images stays hidden until a k has been committed to, on the
        page Answers or by ``explorer.state.committed_k = 8``. The kernel remembers the commitment
        for these images and this sweep, also when the cell is run again; `reset` takes it back.

    Attributes
    ----------
    state : ExplorerState
        All that was chosen: k, space, algorithm, projection, colour, selection and so on.
    parts : tuple of str
        Which parts of the screen are shown. Set it to open or close some. Without the control of
        k the map is not coloured by clusters at first.

    Raises
    ------
    ValueError
        If what is given does not have one row for each image, or a part is unknown.
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
        parts: str | Iterable[str] = "all",
        hide_classes: bool = True,
    ) -> None:
        shown_parts = require_parts(parts)
        embeddings = as_embeddings(embeddings)
        require_rows("embeddings", len(embeddings), len(images))
        if projection is None:
            projection = project(embeddings)
        if sweep is None:
            sweep = sweep_clusters(embeddings)
        require_rows("projection", len(projection), len(images))
        require_rows("sweep", len(sweep.clusterings[0]), len(images))
        reads: TextEncoder | None = encoder
        if encoder is None and StorybookTextEncoder.fits(embeddings):
            reads = StorybookTextEncoder()
        self.images, self.embeddings, self.encoder = images, embeddings, reads
        has_encoder = reads is not None
        options = find_options(
            images,
            embeddings,
            projection,
            sweep,
            hides_classes=hide_classes,
            reads_words=has_encoder,
        )
        pages = page_contents(has_encoder=has_encoder)
        self.state = first_state(options, len(images), projection, sweep, list(pages))
        commitment = key_of(images, sweep)
        self.state.committed_k = recall(commitment)
        self.state.observe(lambda change: remember(commitment, change["new"]), "committed_k")
        self._event_loop = EventLoop()
        given = images, embeddings, reads
        self._session = ExplorerSession(
            given, projection, sweep, self.state, options, pages, self._event_loop
        )
        self._board = Board(images, self.state.is_revealed)
        report = self._session.fail
        self._ahead: Worker[dict[int, str]] = Worker(self._event_loop, report)
        self._views: Worker[Any] = Worker(self._event_loop, report, keeps_all=True)
        self._hovering: Worker[Any] = Worker(self._event_loop, report, keeps_all=True)
        self._hover_images = HoverImages(
            self._board.plots.hover,
            images,
            self._session.small_images,
            self._hovering,
            lambda: self.state.is_revealed,
        )
        self._listen()
        self._copy = StoredCopy(content_of(self._session), self._board.layout)
        self._session.listen(lambda _: self._copy.refresh())
        self._session.show_parts(shown_parts)
        self._panel, self._render = self._make_panel()

    @property
    def parts(self) -> tuple[str, ...]:
        """Which parts of the screen are shown."""
        parts: tuple[str, ...] = self._session.parts
        return parts

    @parts.setter
    def parts(self, parts: Iterable[str]) -> None:
        self._session.show_parts(require_parts(parts))

    @property
    def sweep(self) -> ClusterSweep:
        """The sweep that is on the screen."""
        sweep: ClusterSweep = self._session.sweep
        return sweep

    @property
    def projection(self) -> Projection:
        """The projection that is on the screen."""
        projection: Projection = self._session.projection
        return projection

    @property
    def clustering(self) -> Clustering:
        """The clustering on the screen: that of the chosen k."""
        clustering: Clustering = self._session.clustering
        return clustering

    @property
    def evidence(self) -> Evidence | None:
        """The evidence for the sweep on the screen, if it was gathered."""
        evidence: Evidence | None = self._session.evidence
        return evidence

    def save(
        self, path: str | os.PathLike[str], *, plot: str = "map", transparent: bool = False
    ) -> None:
        """Write what is on the screen as an image, in its colours and with its selection.

        Images that stand on the map are saved by the button of the plot alone; here there are dots.

        Parameters
        ----------
        path : path-like
            Where; it ends in ``.png`` or ``.svg``. Its folder is made, and a file that is there is
            replaced.
        plot : {"map", "silhouettes", "curves", "all"}, default="map"
            Which plot, or all side by side.
        transparent : bool, default=False
            Whether what is behind shines through, as on a coloured slide; it is white otherwise.

        Raises
        ------
        ValueError
            If the path ends in something else, or there is no such plot.
        OSError
            If it cannot be written; then a file that was there is as it was.

        Examples
        --------
        >>> import os, tempfile
        >>> from cliplab import ClipEncoder, Explorer, load_storybook
        >>> images = load_storybook(n_images=60)
        >>> explorer = Explorer(images, ClipEncoder("storybook").encode_images(images))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     explorer.save(f"{folder}/map.svg")
        ...     explorer.save(f"{folder}/screen.png", plot="all", transparent=True)
        ...     sorted(os.listdir(folder))
        ['map.svg', 'screen.png']
        """
        path = require_file_name(path, IMAGES)
        save_still(still_of(self._session, plot), path, transparent=transparent)

    def agreement(self) -> Answers:
        """Return how the clusters of the committed k agree with the known classes.

        Returns
        -------
        Answers
            The agreement with each column of classes, with its 95 % interval. Before a k has been
            committed to it holds a sentence that says how to commit, and nothing else. Of a k that
            the sweep on the screen does not have, the clusters on the screen are compared.

        Examples
        --------
        >>> from cliplab import Explorer, load_storybook
        >>> from cliplab.embeddings.baselines import encode_colors
        >>> images = load_storybook(n_images=60)
        >>> explorer = Explorer(images, encode_colors(images))
        >>> explorer.agreement().sentence[:23]
        'Commit to a k first, th'
        >>> explorer.state.committed_k = 8
        >>> explorer.agreement().to_pandas()["classes"].tolist()[:3]
        ['object', 'color', 'place']
        >>> explorer.reset()
        """
        return find_answers(self._session)

    def reset(self) -> None:
        """Take back the commitment and all other choices, to show the Explorer once more.

        Everything in `state` becomes what it was when the Explorer opened: k, selection, groups,
        opened image, pair of clusters, colours, page, texts, and all of the page Method (space,
        algorithm, distance, centring, map, perplexity, seed, null data). Names given to clusters
        are forgotten, known classes are hidden again, and the kernel remembers the commitment no
        more. The first steps are said again. Evidence and whatever else was computed stays, and so
        do the `parts` that are shown.

        Examples
        --------
        >>> from cliplab import Explorer, load_storybook
        >>> from cliplab.embeddings.baselines import encode_colors
        >>> images = load_storybook(n_images=60)
        >>> explorer = Explorer(images, encode_colors(images))
        >>> explorer.state.committed_k = 8
        >>> explorer.reset()
        >>> explorer.state.committed_k is None, explorer.state.n_clusters
        (True, 4)
        """
        self._session.reset()

    def save_page(self, path: str | os.PathLike[str], *, answers: bool = True) -> Path:
        """Save what is on the screen as one HTML file that works without a kernel or a network.

        It holds the map, every k of the sweep, and the images, small. It can be opened from a disk,
        on a phone, or inside a learning platform. Who opens it begins without a commitment.

        Parameters
        ----------
        path : path-like
            Where; it ends in ``.html``. Its folder is made, and a file that is there is
            replaced.
        answers : bool, default=True
            Whether the known classes are in the file. They are encoded, so that nobody reads them
            by chance, and shown once a k has been committed to. With False they are left out.

        Returns
        -------
        pathlib.Path
            The file. 1,000 photographs take about 4.5 MB.

        Raises
        ------
        ValueError
            If the path ends in something else, or there are more than 4,096 images.
        OSError
            If it cannot be written; then a file that was there is as it was.

        Examples
        --------
        >>> import tempfile
        >>> from cliplab import ClipEncoder, Explorer, load_storybook
        >>> images = load_storybook(n_images=60)
        >>> explorer = Explorer(images, ClipEncoder("storybook").encode_images(images))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     explorer.save_page(f"{folder}/lesson.html", answers=False).name
        'lesson.html'
        """
        return save_page(self._session, path, answers=answers)

    def save_groups(self, path: str | os.PathLike[str]) -> Path:
        """Save your groups as a small JSON file that can be read by eye, to keep or to hand in.

        It holds what is known of the origin of the images, and for each group its name, its note
        and the rows of its images. Ids of images often hold the class, so they are added once a k
        has been committed to.

        Parameters
        ----------
        path : path-like
            Where; it ends in ``.json``. Its folder is made, and a file that is there is replaced.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ValueError
            If the path ends in something else, or there is no group.
        OSError
            If it cannot be written; then a file that was there is as it was.

        Examples
        --------
        >>> import json, tempfile
        >>> from cliplab import Explorer, NamedGroup, load_storybook
        >>> from cliplab.embeddings.baselines import encode_colors
        >>> images = load_storybook(n_images=60)
        >>> explorer = Explorer(images, encode_colors(images))
        >>> explorer.state.groups = [NamedGroup([3, 7], "at night")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     saved = json.loads(explorer.save_groups(f"{folder}/groups.json").read_text())
        >>> saved["groups"]
        [{'name': 'at night', 'note': '', 'rows': [3, 7]}]
        """
        return save_groups(path, self.images, self.state.groups, with_ids=self.state.is_revealed)

    def __repr__(self) -> str:
        return f"Explorer of {len(self.images)} images, k = {self.clustering.n_clusters}"

    def _ipython_display_(self) -> None:
        if self._panel.was_shown:
            self._end(self._panel)
            self._panel.leave()
            self._panel, self._render = self._make_panel()
            self._session.resume()
        panel = self._panel
        panel.show(self, on_replaced=self._closer(panel), copy=self._copy)
        self._ahead.start(
            "ahead",
            typical_images(self.sweep, self._session.small_images),
            panel.gallery.send_ahead,
        )
        self._hover_images.begin()

    def _make_panel(self) -> tuple[Panel, Render]:
        session, state = self._session, self.state
        controls = Controls(session)
        pages = make_pages(PageContext(session, self._board, controls.link))
        layout = self._board.layout
        script = PageScript(session, layout.id, self._event_loop, self._views)
        panel = Panel(layout, script, controls, pages, self._event_loop)
        panel.on_page(lambda name: state.set_trait("page", name))
        render = Render(session, self._board, panel)
        render.draw_all()
        return panel, render

    def _closer(self, panel: Panel) -> Callable[[], None]:
        """Return what frees a panel when its cell runs again.

        It is remembered for as long as the cell does not, which must not keep the Explorer.
        """
        own, its, outermost = weakref.ref(self), weakref.ref(panel), panel.widget

        def close() -> None:
            explorer, panel = own(), its()
            if explorer is not None and panel is not None:
                is_shown = panel is explorer._panel
                explorer._close(panel)
                if is_shown:  # And in no other cell.
                    forget_result(explorer)
            free(outermost)  # With the note that is left where another cell shows the Explorer.

        return close

    def _close(self, panel: Panel) -> None:
        """Free a panel whose cell shows something else now, and end all tasks for it."""
        if panel is self._panel:
            self._copy.leave()
        self._end(panel)
        panel.close()

    def _end(self, panel: Panel) -> None:
        """End all tasks for the panel, if it is the one that is shown."""
        if panel is self._panel:
            self._render.close()
            for task in (self._session, self._ahead, self._views, self._hovering):
                task.cancel()

    def _listen(self) -> None:
        """Have each tap and each lasso become a choice.

        This comes before the plots are given to a panel: Bokeh asks only then who listens.
        """
        session, plots = self._session, self._board.plots
        plots.on_select(lambda rows: self.state.set_trait("selected", rows))
        plots.on_tap_bar(session.open_bar)
        self._board.on_tap_ribbon(session.show_images)


@checked
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
    ValueError
        If there are fewer than 4 images.
    ConnectionError
        If the weights are not on this machine and their hub cannot be reached.

    Examples
    --------
    >>> from cliplab import explore, load_storybook
    >>> explore(load_storybook(n_images=60)).state.space
    'embedding'
    """
    from cliplab.embeddings.encoder import ClipEncoder

    if len(images) < FEWEST_IMAGES:  # Said before they are encoded.
        raise ValueError(wrong_value("images", f"be at least {FEWEST_IMAGES} images", len(images)))
    if encoder is None:
        is_storybook = images.provenance.get("source") == "storybook"
        encoder = ClipEncoder("storybook" if is_storybook else "ViT-B-32")
    return Explorer(images, encoder.encode_images(images), encoder=encoder)
