"""Pack: everything that a lesson needs, computed in advance."""

from __future__ import annotations

from dataclasses import dataclass

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.plain_text import plain
from cliplab._core.validation import require_rows
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.projection.values import Projection


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Pack:
    """Everything that a lesson needs, computed in advance.

    Parameters
    ----------
    images : ImageSet
        Thumbnails, with all columns of the images.
    embeddings : Embeddings
        Their embeddings.
    projections : tuple of Projection, default=()
        Projections of the images; the Explorer starts with the first.
    sweeps : tuple of ClusterSweep, default=()
        Sweeps of the images; the Explorer starts with the first.
    title : str, default="A lesson pack"
        The title.
    note : str, default=""
        Why this pack was loaded in place of another.

    Raises
    ------
    ValueError
        If a part does not have one row for each image.
    TypeError
        If arguments are swapped or of another kind.

    Examples
    --------
    >>> from cliplab import Embeddings, load_storybook
    >>> Pack(load_storybook(n_images=2), Embeddings([[1.0, 0.0], [0.0, 1.0]]), title="Two")
    Pack 'Two' of 2 images, embedded by unknown
    """

    images: ImageSet
    embeddings: Embeddings
    projections: tuple[Projection, ...] = ()
    sweeps: tuple[ClusterSweep, ...] = ()
    title: str = "A lesson pack"
    note: str = ""

    def __post_init__(self) -> None:
        require_rows("embeddings", len(self.embeddings), len(self.images))
        for projection in self.projections:
            require_rows("projections", len(projection), len(self.images))
        for sweep in self.sweeps:
            require_rows("sweeps", len(sweep.clusterings[0]), len(self.images))
        for name in ("title", "note"):
            object.__setattr__(self, name, plain(getattr(self, name)))

    @property
    def projection(self) -> Projection | None:
        """The first projection, or None."""
        return self.projections[0] if self.projections else None

    @property
    def sweep(self) -> ClusterSweep | None:
        """The first sweep, or None."""
        return self.sweeps[0] if self.sweeps else None

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        model = self.embeddings.model
        return f"Pack {self.title!r} of {len(self)} images, embedded by {model}{note}"

    def _repr_html_(self) -> str:
        return render("packs/templates/pack.html", pack=self)
