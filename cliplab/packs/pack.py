"""Pack: a lesson made ready."""

from __future__ import annotations

import html
from dataclasses import dataclass

from cliplab._core.validation import require_kind, require_rows
from cliplab.clustering.values import ClusterSweep
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.projection.projecting import Projection


@dataclass(frozen=True, eq=False, repr=False)
class Pack:
    """A lesson made ready: it opens in seconds, and without torch.

    Parameters
    ----------
    images : ImageSet
        Thumbnails, with all that is known of the images.
    embeddings : Embeddings
        Their vectors.
    projections : tuple of Projection, default=()
        Pictures of them; the first is shown first.
    sweeps : tuple of ClusterSweep, default=()
        Clusterings; the first is shown first.
    title : str, default="A lesson pack"
        What it is called.
    note : str, default=""
        Why it is this one and not another.

    Raises
    ------
    ValueError
        If the parts do not have one row for each image.
    TypeError
        If arguments are swapped, or of another kind.

    Examples
    --------
    >>> from cliplab import Embeddings, load_storybook
    >>> Pack(load_storybook(n_images=2), Embeddings([[1.0, 0.0], [0.0, 1.0]]), title="Two")
    Two: 2 images, vectors of unknown
    """

    images: ImageSet
    embeddings: Embeddings
    projections: tuple[Projection, ...] = ()
    sweeps: tuple[ClusterSweep, ...] = ()
    title: str = "A lesson pack"
    note: str = ""

    def __post_init__(self) -> None:
        require_kind("images", self.images, ImageSet)
        require_kind("embeddings", self.embeddings, Embeddings)
        require_rows("embeddings", len(self.embeddings), len(self.images))
        for projection in self.projections:
            require_kind("projections", projection, Projection)
            require_rows("projections", len(projection), len(self.images))
        for sweep in self.sweeps:
            require_kind("sweeps", sweep, ClusterSweep)
            require_rows("sweeps", len(sweep.clusterings[0]), len(self.images))

    @property
    def projection(self) -> Projection | None:
        """The picture that is shown first; None where there is none."""
        return self.projections[0] if self.projections else None

    @property
    def sweep(self) -> ClusterSweep | None:
        """The clusterings that are shown first; None where there are none."""
        return self.sweeps[0] if self.sweeps else None

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.title}: {len(self)} images, vectors of {self.embeddings.model}{note}"

    def _repr_html_(self) -> str:
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        about = f"{len(self)} images, vectors of {self.embeddings.model}"
        return (
            f"<p><b>{html.escape(self.title)}</b>: {html.escape(about)}</p>{note}"
            f"{self.images._repr_html_()}"
        )
