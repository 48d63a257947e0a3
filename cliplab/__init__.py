"""Look at how CLIP's image embeddings cluster, and learn when to believe it.

The names below are the whole public face. Each is imported when it is first used, so that
``import cliplab`` loads neither torch nor datasets nor bokeh.

Examples
--------
>>> import cliplab
>>> images = cliplab.load_storybook(n_images=20)
>>> len(images)
20
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cliplab.clustering.lloyd import kmeans_steps
    from cliplab.clustering.measuring import remeasure
    from cliplab.clustering.minibatch import cluster_shards
    from cliplab.clustering.stored_sweep import sweep_shards
    from cliplab.clustering.sweeping import sweep_clusters
    from cliplab.clustering.values import Clustering, ClusterSweep
    from cliplab.diagnosis import doctor
    from cliplab.embeddings.baselines import encode_colors, encode_pixels
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.on_disk import StoredEmbeddings
    from cliplab.embeddings.values import Embeddings, load_embeddings
    from cliplab.evaluation.agreement import Agreement, class_agreement
    from cliplab.evaluation.algorithm_comparison import AlgorithmComparison, compare_algorithms
    from cliplab.evaluation.comparison import Comparison, compare_embeddings
    from cliplab.evaluation.evidence.gathering import evidence_for_k
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.evaluation.label_agreement import LabelAgreement, agreement_by_label
    from cliplab.evaluation.naming.cluster_names import ClusterNames, name_clusters
    from cliplab.evaluation.naming.text_ranking import TextRanking, rank_by_text
    from cliplab.evaluation.null import null_data
    from cliplab.evaluation.silhouette_explanation import (
        SilhouetteExplanation,
        borderline_images,
        explain_silhouette,
        negative_images,
    )
    from cliplab.evaluation.transitions import ClusterTransitions, compare_clusterings
    from cliplab.explorer.displays import (
        show_elbow,
        show_evidence,
        show_projection,
        show_silhouettes,
        show_transitions,
    )
    from cliplab.explorer.explorer import Explorer, explore
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.images.credits import Attribution, Credits
    from cliplab.images.image_set import ImageSet
    from cliplab.packs import Pack, fetch_pack, load_pack, save_pack
    from cliplab.projection.placing import add_to_projection, project_shards
    from cliplab.projection.projecting import Projection, project
    from cliplab.sources import (
        fetch_hub_images,
        fetch_open_images,
        load_folder,
        load_storybook,
    )

__version__ = "0.1.0"

_MODULE_OF = {
    "Agreement": "evaluation.agreement",
    "AlgorithmComparison": "evaluation.algorithm_comparison",
    "Attribution": "images.credits",
    "ClipEncoder": "embeddings.encoder",
    "ClusterNames": "evaluation.naming.cluster_names",
    "ClusterSweep": "clustering.values",
    "Clustering": "clustering.values",
    "Comparison": "evaluation.comparison",
    "Credits": "images.credits",
    "Embeddings": "embeddings.values",
    "Evidence": "evaluation.evidence.judging",
    "Explorer": "explorer.explorer",
    "ExplorerState": "explorer.model.state",
    "ImageSet": "images.image_set",
    "LabelAgreement": "evaluation.label_agreement",
    "ClusterTransitions": "evaluation.transitions",
    "Pack": "packs",
    "Projection": "projection.projecting",
    "StoredEmbeddings": "embeddings.on_disk",
    "SilhouetteExplanation": "evaluation.silhouette_explanation",
    "TextRanking": "evaluation.naming.text_ranking",
    "agreement_by_label": "evaluation.label_agreement",
    "borderline_images": "evaluation.silhouette_explanation",
    "class_agreement": "evaluation.agreement",
    "cluster_shards": "clustering.minibatch",
    "compare_algorithms": "evaluation.algorithm_comparison",
    "compare_embeddings": "evaluation.comparison",
    "doctor": "diagnosis",
    "encode_colors": "embeddings.baselines",
    "encode_pixels": "embeddings.baselines",
    "evidence_for_k": "evaluation.evidence.gathering",
    "explore": "explorer.explorer",
    "fetch_hub_images": "sources",
    "fetch_open_images": "sources",
    "fetch_pack": "packs",
    "kmeans_steps": "clustering.lloyd",
    "load_embeddings": "embeddings.values",
    "load_folder": "sources",
    "load_pack": "packs",
    "load_storybook": "sources",
    "remeasure": "clustering.measuring",
    "name_clusters": "evaluation.naming.cluster_names",
    "negative_images": "evaluation.silhouette_explanation",
    "null_data": "evaluation.null",
    "add_to_projection": "projection.placing",
    "project": "projection.projecting",
    "project_shards": "projection.placing",
    "rank_by_text": "evaluation.naming.text_ranking",
    "save_pack": "packs",
    "show_elbow": "explorer.displays",
    "show_evidence": "explorer.displays",
    "show_transitions": "explorer.displays",
    "show_projection": "explorer.displays",
    "show_silhouettes": "explorer.displays",
    "explain_silhouette": "evaluation.silhouette_explanation",
    "sweep_clusters": "clustering.sweeping",
    "sweep_shards": "clustering.stored_sweep",
    "compare_clusterings": "evaluation.transitions",
}

__all__ = [
    "Agreement",
    "AlgorithmComparison",
    "Attribution",
    "ClipEncoder",
    "ClusterNames",
    "ClusterSweep",
    "ClusterTransitions",
    "Clustering",
    "Comparison",
    "Credits",
    "Embeddings",
    "Evidence",
    "Explorer",
    "ExplorerState",
    "ImageSet",
    "LabelAgreement",
    "Pack",
    "Projection",
    "SilhouetteExplanation",
    "StoredEmbeddings",
    "TextRanking",
    "add_to_projection",
    "agreement_by_label",
    "borderline_images",
    "class_agreement",
    "cluster_shards",
    "compare_algorithms",
    "compare_clusterings",
    "compare_embeddings",
    "doctor",
    "encode_colors",
    "encode_pixels",
    "evidence_for_k",
    "explain_silhouette",
    "explore",
    "fetch_hub_images",
    "fetch_open_images",
    "fetch_pack",
    "kmeans_steps",
    "load_embeddings",
    "load_folder",
    "load_pack",
    "load_storybook",
    "name_clusters",
    "negative_images",
    "null_data",
    "project",
    "project_shards",
    "rank_by_text",
    "remeasure",
    "save_pack",
    "show_elbow",
    "show_evidence",
    "show_projection",
    "show_silhouettes",
    "show_transitions",
    "sweep_clusters",
    "sweep_shards",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'cliplab' has no attribute {name!r}")
    return getattr(importlib.import_module(f"cliplab.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
