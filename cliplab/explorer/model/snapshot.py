"""What is on the screen now, for whoever draws a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.values import Embeddings
    from cliplab.images.image_set import ImageSet
    from cliplab.projection.values import Projection


class View(NamedTuple):
    """The values on the screen.

    Attributes
    ----------
    images, embeddings, encoder
        What the Explorer was given; an encoder only if it was.
    data : Embeddings, Projection or None
        What was clustered; None where nobody knows.
    sweep, clustering
        All clusterings of that, and the one that is looked at.
    value : int
        Which value of the sweep's parameter that is.
    where : str
        What people call the space of the sweep.
    """

    images: ImageSet
    embeddings: Embeddings
    encoder: ClipEncoder | None
    data: Embeddings | Projection | None
    sweep: ClusterSweep
    clustering: Clustering
    value: int
    where: str
