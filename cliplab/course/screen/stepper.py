"""K-means step by step, from two starts side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets
import numpy as np

from cliplab._core.arguments import checked
from cliplab._core.validation import (
    require_count,
    require_one_of,
    require_rows,
    wrong_value,
)
from cliplab.clustering.lloyd import STARTS
from cliplab.course.kmeans_walk import KMeansWalk
from cliplab.course.screen.stepper_figures import StepperPlots
from cliplab.course.screen.stepper_still import stepper_still
from cliplab.course.screen.tool import Tool, says
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings
from cliplab.explorer.model.small_images import SmallImages
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.widgets.seed_box import SeedBox
from cliplab.explorer.widgets.tooltips import with_tooltip
from cliplab.images.image_set import ImageSet
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cliplab.course.kmeans_stages import KMeansStage

_PAUSE = 0.5  # Seconds between two half steps of a run.
_MOST_CLUSTERS = 20  # Each has a colour of its own.


@checked
class KMeansStepper:
    """Watch K-means find clusters, half a step at a time, from two starts side by side.

    Images are assigned to their nearest centre, then centres move to the mean of their images, and
    so on until no image changes. A centre is drawn as the image that is nearest to it. Clusters
    that end with the same images have the same colour on both sides.

    The same can be done in code: `step`, `back`, `run` and `restart`.

    Parameters
    ----------
    images : ImageSet
        The images.
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What is clustered.
    projection : Projection
        The map that it is drawn on.
    n_clusters : int, default=8
        How many centres, from 1 to 20.
    init : {"random", "k-means++"}, default="random"
        How the images to start from are drawn.
    random_state : int, default=0
        The seed of the start on the left; the one on the right has the next.

    Raises
    ------
    ValueError
        If these are not of the same images, or an argument is out of its range.
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, project
    >>> from cliplab.course import KMeansStepper
    >>> images = load_storybook(n_images=60)
    >>> embeddings = ClipEncoder("storybook").encode_images(images)
    >>> stepper = KMeansStepper(images, embeddings, project(embeddings, "pca"), n_clusters=4)
    >>> stepper.step()
    >>> [stage.phase for stage in stepper.stages]
    ['assign', 'assign']
    >>> stepper.run()
    >>> stepper.sentence.startswith("Both starts have settled")
    True
    """

    def __init__(
        self,
        images: ImageSet,
        embeddings: Embeddings | Projection | ArrayLike,
        projection: Projection,
        *,
        n_clusters: int = 8,
        init: str = "random",
        random_state: int = 0,
    ) -> None:
        require_rows("embeddings", len(points_and_space(embeddings)[0]), len(images))
        require_rows("projection", len(projection), len(images))
        self._most = min(_MOST_CLUSTERS, len(images))
        require_count("n_clusters", n_clusters, 1, self._most)
        require_one_of("init", init, STARTS)
        self._embeddings, self._projection = embeddings, projection
        self._plots = StepperPlots(images, SmallImages(images), projection)
        self._controls: _Controls | None = None
        self._tool = Tool(
            self._plots.layout,
            lambda: self.sentence,
            lambda: stepper_still(self._projection, self._walk),
        )
        self._begin(n_clusters, init, (random_state, random_state + 1))

    @property
    def stages(self) -> tuple[KMeansStage, KMeansStage]:
        """The stages of both runs now: centres, clusters, inertia, and which images changed."""
        return self._walk.stages

    @property
    def sentence(self) -> str:
        """What is shown, in words."""
        return self._walk.sentence

    def step(self) -> None:
        """Take the next half step on both sides; at the end, none."""
        self._go(self._walk.position + 1)

    def back(self) -> None:
        """Take half a step back on both sides; at the start, none."""
        self._go(self._walk.position - 1)

    def run(self) -> None:
        """Go to the end, where both runs have settled."""
        self._go(self._walk.end)

    def restart(
        self,
        *,
        n_clusters: int | None = None,
        init: str | None = None,
        random_states: tuple[int, int] | None = None,
    ) -> None:
        """Go back to the start, or make another one.

        Parameters
        ----------
        n_clusters : int, optional
            How many centres; as many as before when left out.
        init : {"random", "k-means++"}, optional
            How starts are drawn; as before when left out.
        random_states : pair of int, optional
            The seeds of the left start and of the right; as before when left out.

        Raises
        ------
        ValueError
            If an argument is out of its range; then all is as it was.
        """
        n_clusters = self._n_clusters if n_clusters is None else n_clusters
        require_count("n_clusters", n_clusters, 1, self._most)
        init = self._init if init is None else init
        require_one_of("init", init, STARTS)
        seeds = self._walk.random_states if random_states is None else random_states
        if np.shape(seeds) != (2,):
            must = "be two whole numbers, the left and the right"
            raise ValueError(wrong_value("random_states", must, seeds))
        for seed in seeds:
            require_count("random_states", seed, 0)
        left, right = seeds
        self._begin(n_clusters, init, (left, right))

    def _begin(self, n_clusters: int, init: str, random_states: tuple[int, int]) -> None:
        self._walk = KMeansWalk(self._embeddings, n_clusters, init, random_states)
        self._n_clusters, self._init = n_clusters, init
        self._plots.fit_curve(self._walk)
        if self._controls is not None:
            self._controls.draw_choices(n_clusters, init, random_states)
        self._draw()

    def _go(self, position: int) -> None:
        self._walk.go(position)
        self._draw()

    def _draw(self) -> None:
        with self._tool.batch():
            self._plots.show(self._walk)
        if self._controls is not None:
            self._controls.draw(self._walk)
        self._tool.refresh()

    def _ipython_display_(self) -> None:
        event_loop = EventLoop()
        controls = _Controls(self, self._most, event_loop)
        controls.draw_choices(self._n_clusters, self._init, self._walk.random_states)
        controls.draw(self._walk)
        self._tool.show(controls.above, controls.below, event_loop, controls.stop)
        self._controls = controls
        self._plots.rows.send_thumbnails(event_loop)


class _Controls:
    """The buttons and boxes above the maps, and the sentence below."""

    def __init__(self, stepper: KMeansStepper, most_clusters: int, event_loop: EventLoop) -> None:
        self._stepper, self._event_loop = stepper, event_loop
        self._call_off: Callable[[], None] | None = None
        self._is_drawing = False
        self._back = _button("Back", "step-backward", "Take half a step back", self._go_back)
        self._step = _button("", "step-forward", "Take the next half step", self._go_on)
        self._run = _button("Run", "play", "Take half steps until both settle", self._toggle)
        self._again = _button("Start over", "undo", "Go back to the start", self._start_over)
        self._k = ipywidgets.BoundedIntText(
            min=1, max=most_clusters, description="k", style=_AS_WIDE, layout={"width": "90px"}
        )
        self._init = ipywidgets.Dropdown(
            options=[("random images", "random"), ("k-means++", "k-means++")],
            description="start",
            style=_AS_WIDE,
            layout={"width": "180px"},
        )
        self._seeds = [
            SeedBox(description=f"seed {side}", style=_AS_WIDE, layout={"width": "120px"})
            for side in ("left", "right")
        ]
        with_tooltip(self._k, "The number of clusters")
        with_tooltip(self._init, "How the first centres are drawn")
        for choice in (self._k, self._init, *self._seeds):
            choice.observe(lambda _: self._choose(), "value")
        self._sentence = ipywidgets.HTML()
        self.above = [
            ipywidgets.HBox([self._back, self._step, self._run, self._again]),
            ipywidgets.HBox([self._k, self._init, *self._seeds]),
        ]
        self.below = [self._sentence]

    def draw(self, walk: KMeansWalk) -> None:
        """Show what can be done next, and what is shown."""
        is_at_end = walk.position == walk.end
        self._step.description = walk.next_phase
        self._step.disabled = self._run.disabled = is_at_end
        self._back.disabled = self._again.disabled = walk.position == 0
        self._sentence.value = says(walk.sentence)
        if is_at_end:
            self.stop()

    def draw_choices(self, n_clusters: int, init: str, seeds: tuple[int, int]) -> None:
        """Show how the starts were made."""
        self._is_drawing = True
        self._k.value, self._init.value = n_clusters, init
        for box, seed in zip(self._seeds, seeds, strict=True):
            box.value = seed
        self._is_drawing = False

    def stop(self) -> None:
        """Rest, if it runs."""
        if self._call_off is not None:
            self._call_off()
        self._call_off = None
        self._run.description, self._run.icon = "Run", "play"

    def _choose(self) -> None:
        if self._is_drawing:
            return
        self.stop()
        left, right = (max(box.value, 0) for box in self._seeds)
        self._event_loop.post(
            lambda: self._stepper.restart(
                n_clusters=self._k.value, init=self._init.value, random_states=(left, right)
            )
        )

    def _go_back(self) -> None:
        self.stop()
        self._stepper.back()

    def _go_on(self) -> None:
        self.stop()
        self._stepper.step()

    def _start_over(self) -> None:
        self.stop()
        self._stepper.restart()

    def _toggle(self) -> None:
        if self._call_off is not None:
            self.stop()
        elif not self._event_loop.is_live:
            self._stepper.run()
        else:
            self._run.description, self._run.icon = "Stop", "pause"
            self._take_steps()

    def _take_steps(self) -> None:
        # What comes next is called off by the last step, so it has to be planned before.
        self._call_off = self._event_loop.later(_PAUSE, self._take_steps)
        self._stepper.step()


_AS_WIDE = {"description_width": "initial"}


def _button(
    description: str, icon: str, tooltip: str, press: Callable[[], None]
) -> ipywidgets.Button:
    button = ipywidgets.Button(description=description, icon=icon, tooltip=tooltip)
    button.on_click(lambda _: press())
    return button
