"""More vectors than memory holds: clustered, swept and drawn portion by portion."""

from cliplab.scaling.clustering import cluster_shards
from cliplab.scaling.placing import place_images, project_shards
from cliplab.scaling.sweeping import sweep_shards

__all__ = ["cluster_shards", "place_images", "project_shards", "sweep_shards"]
