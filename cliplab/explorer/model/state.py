"""What the learner has chosen: the one way up from the screen to the values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence, Set
from numbers import Integral
from typing import Any

import numpy as np
import traitlets

from cliplab._core.annotations import kind_of
from cliplab._core.arguments import checked
from cliplab._core.kinds import SEED
from cliplab._core.rows import as_numbers
from cliplab.explorer.model.groups import NamedGroup, require_groups
from cliplab.explorer.model.traits import Choice

# Colours by a text that was typed; not a column of the images.
LIKENESS = "likeness to words"
# Colours by the groups that the learner has made.
GROUPS = "my groups"
# Colours by the neighbours of each image: how many the map keeps, and how many images name it.
KEPT, COUNTS = "neighbors kept", "neighbor counts"
# All images have one colour.
NOTHING = "nothing"


@checked
class ExplorerState(traitlets.HasTraits):
    """What the learner has chosen in an Explorer; set a value here and the screen follows.

    Parameters
    ----------
    n_images : int
        How many images there are to select from.
    choices : dict of str to sequence
        What each of `n_clusters`, `space`, `projection`, `color_by` and so on may be, and between
        which two numbers `perplexity` must lie.
    known : sequence of str, default=()
        The values of `color_by` that give away what is known of the images. They can be had only
        after a k has been committed to.
    **chosen
        The values to begin with.

    Attributes
    ----------
    n_clusters : int
        k, the number of clusters that is looked at.
    space : str
        What was clustered: ``"embedding"``, the name of a projection, ``"pca-10"`` for so many
        principal components, or ``"given"`` for a sweep that was made elsewhere.
    algorithm : str
        What finds the clusters, for example ``"kmeans"``.
    min_cluster_size : int
        The smallest size of a cluster for HDBSCAN, in place of k.
    metric : str
        ``"euclidean"`` or ``"cosine"``; maps and some algorithms know only the first.
    centered : bool
        Whether the embeddings are moved to have their mean at the origin first.
    null_data : str
        ``"none"``, or which null data are shown below the images, as `null_data` has them:
        ``"covariance"``, ``"shuffled"``, ``"scores"`` or ``"uniform"``.
    projection : str
        How the map is computed, for example ``"tsne"``.
    perplexity : int
        About how many neighbours t-SNE tries to keep for each image, at least 2.
    color_by : str
        ``"cluster"``, ``"class"``, ``"silhouette"``, ``"neighbors kept"`` (the share of its ten
        nearest that an image keeps on the map), ``"neighbor counts"`` (how many images have it
        among their ten nearest), ``"nothing"``, ``"my groups"`` if there are `groups`, or a column
        of the images.
    map_images : str
        What stands on the map: ``"none"`` for dots alone, ``"typical"`` for the typical image of
        each cluster at its number, ``"wall"`` for every image in a cell of a grid, as near as can
        be to its place on the map. Of more than 4,096 images only dots are shown.
    random_state : int
        The seed of the clustering and of the projection, from 0 to 2⁶³ - 1.
    selected : tuple of int
        The rows of the selected images, so that ``images[explorer.state.selected]`` are they. A
        mask, one truth value an image, can be set too.
    groups : tuple of NamedGroup
        The learner's own groups, at most 20. An image is in one of them or in none.
    opened : int or None
        The row of the image whose silhouette is looked into.
    pair : tuple of int
        The two clusters that the page Two clusters is about; empty for the two that are nearest to
        each other, or those of the bar that is opened.
    query : str
        The text that is searched for: the images most like it are selected; only with an encoder.
    vocabulary : str
        The words that clusters are named with, with commas between; a tree of everyday words where
        it is empty.
    committed_k : int or None
        The number of clusters that the learner has committed to, from 1 to the number of images;
        once set it stays, until `Explorer.reset` takes all choices back.
    classes : str
        Which known classes the page Answers compares the clusters with: ``"class"`` or a column of
        the images; empty for the first of those that it offers.
    page : str
        Which of the pages below the plots is open.
    large_text : bool
        Whether all text is larger, so that a class can read it from a projector.

    Raises
    ------
    traitlets.TraitError
        If a value is set that is not among the choices; the old value stays.
    AttributeError
        If something is set that there is not, such as a name with a slip in it.

    Examples
    --------
    >>> state = ExplorerState(n_images=10, choices={"n_clusters": [2, 3, 4]}, n_clusters=3)
    >>> state.n_clusters = 4
    >>> state.selected = [5, 2]
    >>> state.selected
    (2, 5)
    """

    n_clusters = Choice(kind_of("int"), 2)
    space = Choice(kind_of("str"), "embedding")
    algorithm = Choice(kind_of("str"), "kmeans")
    min_cluster_size = Choice(kind_of("int"), 10)
    metric = Choice(kind_of("str"), "euclidean")
    centered = Choice(kind_of("bool"), False)
    null_data = Choice(kind_of("str"), "none")
    projection = Choice(kind_of("str"), "tsne")
    perplexity = Choice(kind_of("float"), 30)
    color_by = Choice(kind_of("str"), "cluster")
    map_images = Choice(kind_of("str"), "none")
    random_state = Choice(SEED, 0)
    # Any index of rows may be set; the check below keeps it as a sorted tuple.
    selected = Choice(kind_of("object"), ())
    # Any sequence of groups may be set; the check below keeps it as a tuple.
    groups = Choice(kind_of("object"), ())
    opened = Choice(kind_of("int | None"), None)
    # Any two clusters may be set; the check below keeps them as a tuple.
    pair = Choice(kind_of("object"), ())
    query = Choice(kind_of("str"), "")
    vocabulary = Choice(kind_of("str"), "")
    committed_k = Choice(kind_of("int | None"), None)
    classes = Choice(kind_of("str"), "")
    page = Choice(kind_of("str"), "images")
    large_text = Choice(kind_of("bool"), False)

    def __init__(
        self,
        n_images: int,
        choices: dict[str, Sequence[Any]],
        known: Sequence[str] = (),
        **chosen: Any,
    ) -> None:
        self._n_images = n_images
        self._choices = choices
        self._known = tuple(known)
        self._is_final = True
        super().__init__(**chosen)
        self._first = self.trait_values()

    def __setattr__(self, name: str, value: Any) -> None:
        # A slip in a name would otherwise be taken, and nothing on the screen would move.
        if not name.startswith("_") and not hasattr(type(self), name):
            near = difflib.get_close_matches(name, self.trait_names(), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise AttributeError(f"The state of an Explorer has no {name!r}.{hint}")
        super().__setattr__(name, value)

    def reset(self) -> None:
        """Take every choice back, the commitment too: each becomes what it was at first."""
        for name, value in self._first.items():
            if name != "committed_k":
                setattr(self, name, value)
        # Past the check below, which keeps a learner from doing the same.
        self._is_final = False
        self.committed_k = None
        self._is_final = True

    @property
    def is_revealed(self) -> bool:
        """Whether known classes are shown: they are not hidden, or a k was committed to."""
        return not self._known or self.committed_k is not None

    @traitlets.validate(
        "n_clusters",
        "space",
        "projection",
        "color_by",
        "algorithm",
        "min_cluster_size",
        "metric",
        "null_data",
        "classes",
        "map_images",
        "page",
    )
    def _is_a_choice(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        choices = self._choices.get(name, [value])
        if value not in choices:
            allowed = ", ".join(repr(choice) for choice in choices)
            raise traitlets.TraitError(f"`{name}` must be one of {allowed}. Got {value!r} instead.")
        if name == "color_by" and value == LIKENESS and not self.query.strip():
            raise traitlets.TraitError(
                f"`color_by` can be {LIKENESS!r} only when there are words: set `query`, or type "
                "them into the search box."
            )
        if name == "color_by" and value == GROUPS and not self.groups:
            raise traitlets.TraitError(
                f"`color_by` can be {GROUPS!r} only when there is a group: set `groups`, or keep a "
                "selection on the page My groups."
            )
        if name == "color_by" and value in self._known and not self.is_revealed:
            raise traitlets.TraitError(
                f"`color_by` can be {value!r} only after a number of clusters was committed to: "
                "choose one and press Commit on the page Answers, or set `committed_k`."
            )
        return value

    @traitlets.validate("perplexity")
    def _is_a_perplexity(self, proposal: Any) -> int:
        value = float(proposal["value"])
        least, most = self._choices.get("perplexity", (2, max(2, (self._n_images - 1) // 3)))
        if not least <= value <= most:
            raise traitlets.TraitError(
                f"`perplexity` must be between {least:g} and {most:g} for {self._n_images} images. "
                f"Got {value:g} instead."
            )
        if not value.is_integer():
            raise traitlets.TraitError(
                f"`perplexity` must be a whole number. Got {value:g} instead."
            )
        return int(value)

    @traitlets.validate("selected")
    def _are_rows(self, proposal: Any) -> tuple[int, ...]:
        value = proposal["value"]
        given = as_numbers(list(value) if isinstance(value, Set) else value)
        if given is not None and given.dtype == bool and given.shape == (self._n_images,):
            given = np.flatnonzero(given)
        if given is None or given.ndim != 1 or given.dtype == bool:
            raise traitlets.TraitError(
                "`selected` must hold whole numbers, or be a mask with one value for each of the "
                f"{self._n_images} images. Got {value!r} instead."
            )
        rows = tuple(np.unique(given).tolist())
        if rows and not 0 <= rows[0] <= rows[-1] < self._n_images:
            raise traitlets.TraitError(
                f"`selected` must hold rows from 0 to {self._n_images - 1}. "
                f"Got {rows[0]} to {rows[-1]} instead."
            )
        return rows

    @traitlets.validate("groups")
    def _are_groups(self, proposal: Any) -> tuple[NamedGroup, ...]:
        try:
            return require_groups(proposal["value"], self._n_images)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None

    @traitlets.validate("pair")
    def _are_two_clusters(self, proposal: Any) -> tuple[int, ...]:
        value = proposal["value"]
        pair = tuple(value) if isinstance(value, Iterable) else (value,)
        are_numbers = all(isinstance(each, Integral) and int(each) >= 0 for each in pair)
        if pair and not (len(pair) == 2 and are_numbers and pair[0] != pair[1]):
            raise traitlets.TraitError(
                f"`pair` must be the numbers of two clusters, or empty. Got {value!r} instead."
            )
        return tuple(int(each) for each in pair)

    @traitlets.validate("committed_k")
    def _is_a_commitment(self, proposal: Any) -> Any:
        value = proposal["value"]
        if self._is_final and self.committed_k is not None and value != self.committed_k:
            raise traitlets.TraitError(
                f"`committed_k` must stay {self.committed_k}: the classes have been seen. "
                f"Got {value!r} instead."
            )
        # Also one that the sweep has not: what one believes need not lie within it.
        if value is not None and not 1 <= value <= self._n_images:
            raise traitlets.TraitError(
                f"`committed_k` must be from 1 to {self._n_images}, the number of images. "
                f"Got {value!r} instead."
            )
        return value

    @traitlets.validate("opened")
    def _is_a_row(self, proposal: Any) -> Any:
        value = proposal["value"]
        if value is not None and not 0 <= value < self._n_images:
            raise traitlets.TraitError(
                f"`opened` must be a row from 0 to {self._n_images - 1}. Got {value!r} instead."
            )
        return value
