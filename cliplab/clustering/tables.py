"""The tables of clusterings and sweeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab._core.validation import require_rows

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.images.image_set import ImageSet

# The cluster label of images in no cluster.
NOISE = -1


def cluster_table(clustering: Clustering) -> pd.DataFrame:
    """Return the size and silhouettes of each cluster, as `Clustering.to_pandas` does."""
    import pandas as pd

    inside = clustering.cluster_labels != NOISE
    silhouettes = pd.Series(clustering.silhouettes[inside], dtype="float64")
    columns = silhouettes.groupby(clustering.cluster_labels[inside]).agg(
        size="size",
        mean_silhouette="mean",
        negative_share=lambda scores: (scores.dropna() < 0).mean(),
    )
    return columns.rename_axis("cluster_label").reset_index()


def image_table(clustering: Clustering, images: ImageSet) -> pd.DataFrame:
    """Return the cluster and silhouette of each image, as `Clustering.to_pandas` does."""
    import pandas as pd

    require_rows("images", len(images), len(clustering))
    columns = {
        "image_id": images.image_ids,
        "cluster_label": clustering.cluster_labels,
        "silhouette": clustering.silhouettes,
    }
    if (images.class_labels >= 0).any():
        # Of the codes, -1 for no known class is the last entry.
        names = np.array([*images.class_names, None], dtype=object)
        columns["class_name"] = names[images.class_labels]
    return pd.DataFrame(columns)


def sweep_table(sweep: ClusterSweep) -> pd.DataFrame:
    """Return the scores for each k, as `ClusterSweep.to_pandas` does."""
    import pandas as pd

    columns = {
        sweep.parameter: sweep.parameter_values,
        "n_clusters": sweep.n_clusters,
        "inertia": sweep.inertias,
        "silhouette_score": sweep.silhouette_scores,
    }
    if any(each.is_sampled for each in sweep.clusterings):
        columns["silhouette_error"] = sweep.silhouette_errors
    if sweep.parameter != "n_clusters":
        columns["n_noise"] = tuple(each.n_noise for each in sweep.clusterings)
    return pd.DataFrame(columns)
