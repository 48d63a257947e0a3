"""What was probably meant by a value of the wrong kind."""

from __future__ import annotations

import os

from cliplab._core.kinds import Kind

_ENCODE = "images? encode them first: ClipEncoder('storybook').encode_images(images)"
_READ = "read some of them into memory, for example stored[::100]"
_AS_NUMBERS = "a tensor? tensor.detach().cpu().float().numpy()"
# What was wanted, what was given, and what to write for it.
_MEANT = {
    ("ImageSet", "text"): "a folder? load_folder({value!r})",
    ("ImageSet", "Pack"): "a pack? its images are pack.images, and "
    "Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep) shows all of it",
    ("ImageSet", "Dataset"): "a dataset? ImageSet(dataset)",
    ("Embeddings", "ImageSet"): _ENCODE,
    ("Embeddings", "text"): "a file? load_embeddings({value!r})",
    ("Embeddings", "Pack"): "a pack? pack.embeddings",
    ("Embeddings", "Laboratory"): "a laboratory? laboratory.embeddings",
    ("Embeddings", "StoredEmbeddings"): _READ,
    ("Embeddings", "Tensor"): _AS_NUMBERS,
    ("Embeddings", "ndarray"): "an array? Embeddings(array)",
    ("array", "ImageSet"): _ENCODE,
    ("array", "StoredEmbeddings"): _READ,
    ("array", "Tensor"): _AS_NUMBERS,
    ("list", "text"): "a folder? load_folder({value!r})",
    ("a list of whole numbers", "int"): "write [{value!r}]",
    ("Projection", "text"): "a method? project(embeddings, {value!r})",
    ("Projection", "Pack"): "a pack? pack.projection",
    ("Projection", "ndarray"): "an array? Projection(array)",
    ("Clustering", "ClusterSweep"): "one of its clusterings? sweep[5]",
    ("ClusterSweep", "Pack"): "a pack? pack.sweep",
    ("ClipEncoder", "text"): "a model? ClipEncoder({value!r})",
}


def what_was_meant(kind: Kind, value: object) -> str:
    """Return what to write in place of a value, to be put behind it in a sentence; often nothing.

    Parameters
    ----------
    kind : Kind
        What was wanted.
    value : object
        What was given.

    Returns
    -------
    str
        With the punctuation in front.

    Examples
    --------
    >>> from cliplab._core.annotations import kind_of
    >>> what_was_meant(kind_of("ImageSet"), "photos")
    ": a folder? load_folder('photos')"
    """
    given = type(value).__name__
    if isinstance(value, str | os.PathLike):
        given, value = "text", os.fspath(value)
    wanted = (*kind.classes, kind.words)
    hints = [_MEANT[each, given] for each in wanted if (each, given) in _MEANT]
    return f": {hints[0].format(value=value)}" if hints else ""
