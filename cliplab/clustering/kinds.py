"""Arguments that were swapped, or are of another kind, are refused in words."""

from __future__ import annotations

# What each kind is called, and where one comes from.
_KINDS = {
    "ClipEncoder": "a ClipEncoder, for example ClipEncoder('storybook')",
    "ClusterSweep": "a ClusterSweep, from sweep_clusters or, of one alone, "
    "ClusterSweep((clustering,))",
    "Clustering": "a Clustering, such as sweep[5]",
    "Embeddings": "Embeddings, from encode_images, Embeddings(array) or shards[::100]",
    "Evidence": "Evidence, from evidence_for_k",
    "ImageSet": "an ImageSet, from load_storybook or load_folder",
    "Moves": "Moves, from what_moved",
    "Projection": "a Projection, from project",
}


def require_kind(name: str, value: object, *kinds: type) -> None:
    """Refuse what is of another kind: most often two arguments were swapped.

    Parameters
    ----------
    name : str
        The argument that is looked at.
    value : object
        What was given.
    *kinds : type
        Those of the package's own that it may be.

    Raises
    ------
    TypeError
        If it is of none of them.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> require_kind("clustering", "photos", Clustering)
    Traceback (most recent call last):
    TypeError: `clustering` must be a Clustering, such as sweep[5]. Got str instead.
    """
    if not isinstance(value, kinds):
        allowed = ", or ".join(_KINDS[kind.__name__] for kind in kinds)
        raise TypeError(f"`{name}` must be {allowed}. Got {type(value).__name__} instead.")
