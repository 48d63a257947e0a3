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
    from cliplab.clustering import Clustering, ClusterSweep, sweep_clusters
    from cliplab.credits import Attribution, Credits
    from cliplab.diagnosis import doctor
    from cliplab.embeddings import Embeddings, load_embeddings
    from cliplab.encoder import ClipEncoder
    from cliplab.explorer import (
        Explorer,
        ExplorerState,
        explore,
        show_elbow,
        show_projection,
        show_silhouettes,
    )
    from cliplab.images import ImageSet
    from cliplab.kmeans import kmeans_steps
    from cliplab.packs import Pack, fetch_pack, load_pack, save_pack
    from cliplab.projection import Projection, project
    from cliplab.sources import (
        fetch_hub_images,
        fetch_open_images,
        load_folder,
        load_storybook,
    )

__version__ = "0.1.0"

_MODULE_OF = {
    "Agreement": "agreement",
    "Attribution": "credits",
    "ClipEncoder": "encoder",
    "ClusterSweep": "clustering",
    "Clustering": "clustering",
    "Credits": "credits",
    "Embeddings": "embeddings",
    "Explorer": "explorer",
    "ExplorerState": "explorer",
    "ImageSet": "images",
    "Pack": "packs",
    "Projection": "projection",
    "class_agreement": "agreement",
    "doctor": "diagnosis",
    "explore": "explorer",
    "fetch_hub_images": "sources",
    "fetch_open_images": "sources",
    "fetch_pack": "packs",
    "kmeans_steps": "kmeans",
    "load_embeddings": "embeddings",
    "load_folder": "sources",
    "load_pack": "packs",
    "load_storybook": "sources",
    "project": "projection",
    "save_pack": "packs",
    "show_elbow": "explorer",
    "show_projection": "explorer",
    "show_silhouettes": "explorer",
    "sweep_clusters": "clustering",
}

__all__ = [
    "Agreement",
    "Attribution",
    "ClipEncoder",
    "ClusterSweep",
    "Clustering",
    "Credits",
    "Embeddings",
    "Explorer",
    "ExplorerState",
    "ImageSet",
    "Pack",
    "Projection",
    "class_agreement",
    "doctor",
    "explore",
    "fetch_hub_images",
    "fetch_open_images",
    "fetch_pack",
    "kmeans_steps",
    "load_embeddings",
    "load_folder",
    "load_pack",
    "load_storybook",
    "project",
    "save_pack",
    "show_elbow",
    "show_projection",
    "show_silhouettes",
    "sweep_clusters",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'cliplab' has no attribute {name!r}")
    return getattr(importlib.import_module(f"cliplab.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
