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
    from cliplab.agreement import Agreement, class_agreement
    from cliplab.algorithm_comparison import AlgorithmComparison, compare_algorithms
    from cliplab.baselines import encode_colors, encode_pixels
    from cliplab.cases import (
        SilhouetteCase,
        borderline_images,
        negative_images,
        silhouette_case,
    )
    from cliplab.clustering import (
        Clustering,
        ClusterSweep,
        measure_in,
        sweep_clusters,
    )
    from cliplab.comparison import Comparison, compare_embeddings
    from cliplab.credits import Attribution, Credits
    from cliplab.diagnosis import doctor
    from cliplab.embeddings import Embeddings, load_embeddings
    from cliplab.encoder import ClipEncoder
    from cliplab.evidence import Evidence, evidence_for_k
    from cliplab.explorer import (
        Explorer,
        ExplorerState,
        explore,
        show_elbow,
        show_evidence,
        show_moves,
        show_projection,
        show_silhouettes,
    )
    from cliplab.images import ImageSet
    from cliplab.kmeans import kmeans_steps
    from cliplab.label_agreement import LabelAgreement, agreement_by_label
    from cliplab.moves import Moves, what_moved
    from cliplab.naming import ClusterNames, TextRanking, name_clusters, rank_by_text
    from cliplab.null import null_data
    from cliplab.packs import Pack, fetch_pack, load_pack, save_pack
    from cliplab.projection import Projection, project
    from cliplab.scaling import cluster_shards, place_images, project_shards, sweep_shards
    from cliplab.shards import Shards
    from cliplab.sources import (
        fetch_hub_images,
        fetch_open_images,
        load_folder,
        load_storybook,
    )

__version__ = "0.1.0"

_MODULE_OF = {
    "Agreement": "agreement",
    "AlgorithmComparison": "algorithm_comparison",
    "Attribution": "credits",
    "ClipEncoder": "encoder",
    "ClusterNames": "naming",
    "ClusterSweep": "clustering",
    "Clustering": "clustering",
    "Comparison": "comparison",
    "Credits": "credits",
    "Embeddings": "embeddings",
    "Evidence": "evidence",
    "Explorer": "explorer",
    "ExplorerState": "explorer",
    "ImageSet": "images",
    "LabelAgreement": "label_agreement",
    "Moves": "moves",
    "Pack": "packs",
    "Projection": "projection",
    "Shards": "shards",
    "SilhouetteCase": "cases",
    "TextRanking": "naming",
    "agreement_by_label": "label_agreement",
    "borderline_images": "cases",
    "class_agreement": "agreement",
    "cluster_shards": "scaling",
    "compare_algorithms": "algorithm_comparison",
    "compare_embeddings": "comparison",
    "doctor": "diagnosis",
    "encode_colors": "baselines",
    "encode_pixels": "baselines",
    "evidence_for_k": "evidence",
    "explore": "explorer",
    "fetch_hub_images": "sources",
    "fetch_open_images": "sources",
    "fetch_pack": "packs",
    "kmeans_steps": "kmeans",
    "load_embeddings": "embeddings",
    "load_folder": "sources",
    "load_pack": "packs",
    "load_storybook": "sources",
    "measure_in": "clustering",
    "name_clusters": "naming",
    "negative_images": "cases",
    "null_data": "null",
    "place_images": "scaling",
    "project": "projection",
    "project_shards": "scaling",
    "rank_by_text": "naming",
    "save_pack": "packs",
    "show_elbow": "explorer",
    "show_evidence": "explorer",
    "show_moves": "explorer",
    "show_projection": "explorer",
    "show_silhouettes": "explorer",
    "silhouette_case": "cases",
    "sweep_clusters": "clustering",
    "sweep_shards": "scaling",
    "what_moved": "moves",
}

__all__ = [
    "Agreement",
    "AlgorithmComparison",
    "Attribution",
    "ClipEncoder",
    "ClusterNames",
    "ClusterSweep",
    "Clustering",
    "Comparison",
    "Credits",
    "Embeddings",
    "Evidence",
    "Explorer",
    "ExplorerState",
    "ImageSet",
    "LabelAgreement",
    "Moves",
    "Pack",
    "Projection",
    "Shards",
    "SilhouetteCase",
    "TextRanking",
    "agreement_by_label",
    "borderline_images",
    "class_agreement",
    "cluster_shards",
    "compare_algorithms",
    "compare_embeddings",
    "doctor",
    "encode_colors",
    "encode_pixels",
    "evidence_for_k",
    "explore",
    "fetch_hub_images",
    "fetch_open_images",
    "fetch_pack",
    "kmeans_steps",
    "load_embeddings",
    "load_folder",
    "load_pack",
    "load_storybook",
    "measure_in",
    "name_clusters",
    "negative_images",
    "null_data",
    "place_images",
    "project",
    "project_shards",
    "rank_by_text",
    "save_pack",
    "show_elbow",
    "show_evidence",
    "show_moves",
    "show_projection",
    "show_silhouettes",
    "silhouette_case",
    "sweep_clusters",
    "sweep_shards",
    "what_moved",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'cliplab' has no attribute {name!r}")
    return getattr(importlib.import_module(f"cliplab.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
