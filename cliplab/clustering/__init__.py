"""Clusterings of the same images: into every k, by several algorithms."""

from cliplab.clustering.algorithms import ALGORITHMS, title_of
from cliplab.clustering.measuring import measure_in
from cliplab.clustering.sweeping import smallest_sizes, sweep_clusters
from cliplab.clustering.values import NOISE, Clustering, ClusterSweep
from cliplab.kmeans import KMeansStep, kmeans_steps

__all__ = [
    "ALGORITHMS",
    "NOISE",
    "ClusterSweep",
    "Clustering",
    "KMeansStep",
    "kmeans_steps",
    "measure_in",
    "smallest_sizes",
    "sweep_clusters",
    "title_of",
]
