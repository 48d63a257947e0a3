"""Names of spaces, as code has them and as people say them."""

from __future__ import annotations

from cliplab._core.language import say

PROJECTION_TITLES = {"tsne": "t-SNE", "pca": "PCA", "umap": "UMAP"}


def split_space(space: str) -> tuple[str, int | None]:
    """Return how a projection was made, and in how many dimensions if these are not two.

    Parameters
    ----------
    space : str
        The name of a space.

    Returns
    -------
    method : str
        The name without a number of dimensions; of other spaces all of it.
    n_dimensions : int or None
        The number at its end.

    Examples
    --------
    >>> split_space("umap-5"), split_space("tsne"), split_space("my-map")
    (('umap', 5), ('tsne', None), ('my-map', None))
    """
    method, _, number = space.rpartition("-")
    return (method, int(number)) if method and number.isdecimal() else (space, None)


def space_in_words(space: str) -> str:
    """Return what people call a space; one without a name of its own keeps that of the code.

    Examples
    --------
    >>> space_in_words("tsne"), space_in_words("pca-16"), space_in_words("by hand")
    ('the t-SNE map', '16 principal components', 'by hand')
    """
    method, n_components = split_space(space)
    if n_components is not None and method == "pca":
        return say("spaces.components", n=n_components)
    title = PROJECTION_TITLES.get(method)
    if title is None:
        return space
    if n_components is None:
        return say("spaces.map", title=title)
    return say("spaces.dimensions", title=title, n=n_components)
