"""Two runs of K-means, walked through side by side: where one stands, and what it says there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.course.kmeans_stages import KMeansStage, kmeans_stages, same_numbers
from cliplab.evaluation.mutual_information import adjusted_mutual_information

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cliplab.embeddings.values import Embeddings
    from cliplab.projection.values import Projection

SIDES = ("left", "right")
_NEXT = {"start": "Assign images", "move": "Assign images", "assign": "Move centres"}


class KMeansWalk:
    """Two runs of K-means from two starts, and how far both have gone.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What is clustered.
    n_clusters : int
        How many centres.
    init : {"random", "k-means++"}
        How the starts are drawn.
    random_states : pair of int
        The seed of each start.

    Attributes
    ----------
    runs : pair of tuple of KMeansStage
        All stages of each.
    numbers : pair of ndarray of shape (k,)
        What each cluster is called, so that those alike have one number on both sides.
    position : int
        How many half steps both have taken; a run that has settled waits for the other.
    """

    def __init__(
        self,
        embeddings: Embeddings | Projection | ArrayLike,
        n_clusters: int,
        init: str,
        random_states: tuple[int, int],
    ) -> None:
        self.runs = tuple(
            kmeans_stages(embeddings, n_clusters, init=init, random_state=seed)
            for seed in random_states
        )
        self.numbers = same_numbers(self.runs)
        self.random_states = random_states
        self.position = 0

    @property
    def end(self) -> int:
        """The position at which both runs have settled."""
        return max(len(run) for run in self.runs) - 1

    @property
    def stages(self) -> tuple[KMeansStage, KMeansStage]:
        """Where each run is now."""
        left, right = (run[min(self.position, len(run) - 1)] for run in self.runs)
        return left, right

    def go(self, position: int) -> None:
        """Go to a position; beyond either end, to that end."""
        self.position = min(max(position, 0), self.end)

    def cluster_labels(self, side: int) -> NDArray[np.int64]:
        """Return the cluster of each image on one side now; -1 before the first assignment."""
        labels = self.stages[side].cluster_labels
        # The last place is for images that have no centre yet.
        return np.append(self.numbers[side], -1)[labels]

    def path(self, side: int, cluster: int) -> tuple[int, ...]:
        """Return the rows of the images that were nearest to a centre, up to now."""
        seen = self.runs[side][: self.position + 1]
        return tuple(stage.nearest_images[cluster] for stage in seen)

    def inertias(self, side: int) -> list[float]:
        """Return the inertia of one side after each half step up to now; NaN at the start."""
        return [stage.inertia for stage in self.runs[side][: self.position + 1]]

    @property
    def next_phase(self) -> str:
        """What the next half step does, as a caption; at the end, that both have settled."""
        return "Settled" if self.position == self.end else _NEXT[self._longer[self.position].phase]

    def title(self, side: int) -> str:
        """Return what one side shows, in a line."""
        stage = self.stages[side]
        start = f"Start {self.random_states[side]}"
        if stage.phase == "start":
            return f"{start} · {len(stage.centers)} images are the first centres"
        done = {
            "assign": f"{_images(len(stage.changed))} changed cluster",
            "move": "centres moved to the mean of their images",
        }[stage.phase]
        if self._has_settled(side):
            done = f"settled after {self._n_steps(side)} steps"
        return f"{start} · {done} · inertia {stage.inertia:.4g}"

    @property
    def sentence(self) -> str:
        """Where both runs are, in words; at the end, how far their clusters agree."""
        if self.position < self.end:
            says = (f"{SIDES[i]}: {self.title(i).replace(' · ', ', ')}." for i in range(2))
            return f"Half step {self.position} of K-means. On the {' On the '.join(says)}"
        left, right = self.stages
        steps = " and ".join(str(self._n_steps(i)) for i in range(2))
        return (
            f"Both starts have settled, after {steps} steps, with inertia {left.inertia:.4g} and "
            f"{right.inertia:.4g}. Their clusters agree with an AMI of {self.agreement:.2f}: 1 is "
            f"the same clusters, 0 is chance. {self._moved()}"
        )

    @property
    def agreement(self) -> float:
        """The adjusted mutual information of the clusters on both sides now."""
        labels = [self.cluster_labels(side) + 1 for side in range(2)]
        table = np.zeros([int(each.max()) + 1 for each in labels])
        np.add.at(table, (labels[0], labels[1]), 1)
        used = table[table.any(axis=1)][:, table.any(axis=0)]
        return adjusted_mutual_information(used)

    def _moved(self) -> str:
        n_moved = int((self.cluster_labels(0) != self.cluster_labels(1)).sum())
        verb = "is" if n_moved < 2 else "are"
        return f"{_images(n_moved).capitalize()} {verb} in another cluster on the right."

    @property
    def _longer(self) -> tuple[KMeansStage, ...]:
        return max(self.runs, key=len)

    def _has_settled(self, side: int) -> bool:
        return self.position >= len(self.runs[side]) - 1

    def _n_steps(self, side: int) -> int:
        """Count how often centres moved."""
        return sum(stage.phase == "move" for stage in self.runs[side])


def _images(n: int) -> str:
    return "1 image" if n == 1 else f"{n:,} images" if n else "no image"
