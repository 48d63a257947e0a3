"""What pages are computed from: the values on the screen at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cliplab.explorer.model.sentences import space_title

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.embeddings.values import Embeddings
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.explorer.model.cluster_words import ClusterWords
    from cliplab.explorer.model.groups import NamedGroup
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.small_images import SmallImages
    from cliplab.images.image_set import ImageSet
    from cliplab.projection.values import Projection


class Guess(NamedTuple):
    """A name that the learner has given to a cluster, of one clustering."""

    clustering: Clustering
    cluster: int
    name: str


class Snapshot(NamedTuple):
    """The values on the screen; a page names those that it depends on.

    Attributes
    ----------
    images, embeddings, encoder
        What the Explorer is of; an encoder only if it was given one.
    small_images, cluster_words : SmallImages, ClusterWords
        The images, small; names for clusters.
    data : Embeddings, Projection or None
        What was clustered; None where that is not known.
    sweep, clustering
        All clusterings of that, and the one that was chosen.
    value : int
        Which value of the sweep's parameter that is.
    where : str
        What people call the space of the sweep.
    algorithm, space, map_method : str
        As chosen; the last is how the map is made.
    selected, order : tuple of int
        The rows that are selected, and in which order they are shown if they have one.
    groups : tuple of NamedGroup
        The learner's own groups.
    groups_said : str
        What the last change of them has done beside what was asked for.
    can_undo_groups : bool
        Whether that change can be taken back.
    gallery_start : int
        The first of them on the page.
    opened : int or None
        The row whose silhouette is explained.
    pair : tuple of int
        The two clusters that were chosen, or none.
    is_revealed : bool
        Whether the known classes may be seen.
    committed_k : int or None
        The k that was committed to.
    classes : str
        Which known classes were chosen; empty for the first that are offered.
    vocabulary : str
        The learner's own words, with commas between.
    guesses : tuple of Guess
        What the learner has called clusters.
    evidence, is_gathering
        The evidence for the sweep, and whether it is under way or was stopped on it.
    """

    images: ImageSet
    embeddings: Embeddings
    encoder: TextEncoder | None
    small_images: SmallImages
    cluster_words: ClusterWords
    data: Embeddings | Projection | None
    sweep: ClusterSweep
    clustering: Clustering
    value: int
    where: str
    algorithm: str
    space: str
    map_method: str
    selected: tuple[int, ...]
    order: tuple[int, ...]
    groups: tuple[NamedGroup, ...]
    groups_said: str
    can_undo_groups: bool
    gallery_start: int
    opened: int | None
    pair: tuple[int, ...]
    is_revealed: bool
    committed_k: int | None
    classes: str
    vocabulary: str
    guesses: tuple[Guess, ...]
    evidence: Evidence | None
    is_gathering: bool

    @classmethod
    def of(cls, session: ExplorerSession) -> Snapshot:
        """Return what is on the screen of a session now."""
        state = session.state
        return cls(
            session.images,
            session.embeddings,
            session.encoder,
            session.small_images,
            session.cluster_words,
            session.data,
            session.sweep,
            session.clustering,
            session.value,
            space_title(session.options, session.clustering, session.space),
            state.algorithm,
            state.space,
            state.projection,
            state.selected,
            session.order,
            state.groups,
            session.group_changes.said,
            session.group_changes.can_undo,
            session.gallery_start,
            state.opened,
            state.pair,
            state.is_revealed,
            state.committed_k,
            state.classes,
            state.vocabulary,
            session.guesses,
            session.evidence,
            session.evidence_task.is_begun,
        )
