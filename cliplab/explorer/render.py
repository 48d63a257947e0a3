"""What each choice and each answer changes on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab.explorer.model.colors import coloring, likeness_coloring
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.options import picture_title, space_title, status_line
from cliplab.explorer.model.snapshot import View
from cliplab.explorer.model.state import LIKENESS

if TYPE_CHECKING:
    from cliplab.clustering.values import Clustering
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.answers import Answers
    from cliplab.explorer.model.companions import Companions
    from cliplab.explorer.model.options import Choices
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.explorer.plots.board import Board
    from cliplab.explorer.widgets.panel import Panel
    from cliplab.images.image_set import ImageSet


class Drawing:
    """Puts values on the screen: on the plots of the board, and into the panel that is open.

    Parameters
    ----------
    given : triple of ImageSet, Embeddings and ClipEncoder or None
        What the Explorer is of.
    state : ExplorerState
        The choices.
    choices : Choices
        What they are called.
    board : Board
        The plots.

    Attributes
    ----------
    answers, companions, panel
        Where values come from, and where words go. They are put here once, before anything is
        drawn, for they in turn have to know how to draw.
    in_order : tuple of int
        In which order to show the pictures of a selection that has one.
    """

    answers: Answers
    companions: Companions
    panel: Panel

    def __init__(
        self,
        given: tuple[ImageSet, Embeddings, ClipEncoder | None],
        state: ExplorerState,
        choices: Choices,
        board: Board,
    ) -> None:
        self._images, self._embeddings, self._encoder = given
        self._state, self._choices, self._board = state, choices, board
        self._plots = board.plots
        self.in_order: tuple[int, ...] = ()
        self.page_is_stale = False

    @property
    def clustering(self) -> Clustering:
        """The clustering that is on the screen."""
        return self.answers.sweep[self.value]

    @property
    def value(self) -> int:
        """What was chosen of the sweep's parameter: k, where the algorithm is told k."""
        value = int(getattr(self._state, self.answers.sweep.parameter))
        return value if value in self.answers.sweep else self.answers.sweep.parameter_values[0]

    @property
    def _in_embedding(self) -> Clustering | None:
        """The same clusters measured in CLIP space, if they were found elsewhere."""
        measured = self.answers.in_embedding
        return None if measured is None else measured[self.value]

    @property
    def view(self) -> View:
        """All that is on the screen, for the page that is open."""
        return View(
            self._images,
            self._embeddings,
            self._encoder,
            self.answers.data,
            self.answers.sweep,
            self.clustering,
            self.value,
            self._where,
        )

    @property
    def _where(self) -> str:
        return space_title(self._choices, self.clustering, self.answers.space)

    def draw_everything(self) -> None:
        """Draw all of it, for a panel that is new."""
        self.draw_sweep()
        self.draw_coloring()
        self.draw_projection()
        self.draw_control()
        self.draw_status()
        self._plots.show_selection(self._state.selected)
        self.draw_stale_page()

    def draw_projection(self) -> None:
        """Move the points."""
        self._plots.show_projection(self.answers.projection)
        self._plots.show_numbers(self.clustering, self.answers.projection)

    def draw_sweep(self) -> None:
        """Draw the curves over k, and with them one of the clusterings."""
        self._plots.show_sweep(self.answers.sweep, self._where)
        self.panel.controls.show_parameter(self.answers.sweep.parameter)
        self.draw_clustering()

    def draw_clustering(self) -> None:
        """Draw the clustering that was chosen, wherever it is seen."""
        self._plots.show_clustering(self.clustering, self.value, self._in_embedding)
        self._plots.show_numbers(self.clustering, self.answers.projection)
        if self._state.color_by in ("cluster", "silhouette"):
            self.draw_coloring()
        self.draw_gallery()
        self._board.show_control_at(self.answers.sweep, self.value)
        self.draw_page()
        self.draw_status()

    def draw_control(self) -> None:
        """Draw the control group, or take it away."""
        title = f"Control group: {self._choices.controls[self._state.null_data]}"
        self._board.show_control(self.companions.control, self.answers.sweep, title, self._where)
        self._board.show_control_at(self.answers.sweep, self.value)

    def draw_ranking(self) -> None:
        """Colour by likeness to what was typed, or by cluster when it was taken back."""
        has_ranking = self.companions.ranking is not None
        color_by = self._state.color_by
        if has_ranking != (color_by == LIKENESS):
            self._state.color_by = LIKENESS if has_ranking else "cluster"
        else:
            self.draw_coloring()
        self.draw_page()

    def draw_coloring(self) -> None:
        """Give points and bars their colours, and say what these stand for."""
        color_by = self._state.color_by
        ranking = self.companions.ranking
        if color_by == LIKENESS:
            # Until the words have been read, all are alike.
            colors = likeness_coloring(
                np.zeros(len(self._images)) if ranking is None else ranking.scores
            )
        else:
            colors = coloring(color_by, self._images, self.clustering)
        self._plots.show_coloring(colors, show_numbers=color_by == "cluster")
        self.panel.controls.show_legend(colors)
        self.offer_colors()

    def offer_colors(self) -> None:
        """Have the menu hold what the picture can be coloured by now."""
        known = () if self._state.is_revealed else self._choices.known
        has_words = bool(self._state.query.strip())
        self.panel.controls.offer_colors(
            {
                name: title
                for name, title in self._choices.colors.items()
                if name not in known and (name != LIKENESS or has_words)
            }
        )

    def draw_selection(self) -> None:
        """Show which images are selected."""
        self._plots.show_selection(self._state.selected)
        self.draw_gallery()

    def draw_gallery(self) -> None:
        """Show the pictures of the selection, in the order that it has, if it has one."""
        self.panel.gallery.reveals = self._state.is_revealed
        selected = self._state.selected
        in_order = self.in_order if set(self.in_order) == set(selected) else selected
        self.panel.gallery.show(in_order, self.clustering)

    def draw_page(self) -> None:
        """Have the open page drawn, once, at the end of the change under way."""
        self.page_is_stale = True

    def draw_stale_page(self) -> None:
        """Draw the page that is open if it is to be, and take the plots of the others away."""
        if not self.page_is_stale:
            return
        self.page_is_stale = False
        name = self._state.page
        self.panel.open_page(name)
        if name != "moves":
            self._board.show_flow(None)
        if name != "evidence":
            self._board.show_evidence(None)
        if name in self.panel.pages:
            self.panel.pages[name].draw(self.view)

    def draw_status(self) -> None:
        """Say what is on its way, or else what is on the screen."""
        answers, titles = self.answers, self._choices
        if not (answers.is_projecting or answers.is_sweeping):
            # What has come to rest is what the control group has to be like.
            self.companions.refresh_control()
        if answers.is_projecting:
            text = f"Drawing {titles.projections[self._state.projection]} …"
        elif answers.is_sweeping:
            text = f"Clustering {titles.spaces[self._state.space]} …"
        elif self.companions.is_drawing_control:
            text = "Drawing the control group …"
        else:
            text = status_line(titles, self.clustering, answers.space, self._in_embedding)
        is_tsne = self._state.projection == "tsne"
        # Only t-SNE comes step by step; of the others nobody can say how far they are.
        share = answers.share_done if answers.is_projecting and is_tsne else None
        controls = self.panel.controls
        controls.show_status(text)
        controls.show_progress(share)
        controls.allow_perplexity(is_tsne)
        self._plots.show_title(picture_title(titles, answers.projection, answers.is_projecting))

    def reveal(self) -> None:
        """Show what is known of the images, once it may be seen, at the k of the promise."""
        parameter, promised = self.answers.sweep.parameter, self._state.committed_k
        has_k = parameter == "n_clusters" and promised in self.answers.sweep
        if promised is not None and has_k:
            self._state.n_clusters = promised
        self._plots.show_names(image_columns(self._images, self._state.is_revealed))
        self.draw_gallery()
        self.draw_coloring()
        self.draw_page()
