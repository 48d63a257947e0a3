"""Clusterings of the same images: into every k, by several algorithms."""

from cliplab.clustering.algorithms import ALGORITHMS
from cliplab.clustering.measuring import measure_in
from cliplab.clustering.sweeping import compare_algorithms, sweep_clusters
from cliplab.clustering.values import NOISE, Clustering, ClusterSweep
from cliplab.kmeans import KMeansStep, kmeans_steps

__all__ = [
    "ALGORITHMS",
    "NOISE",
    "ClusterSweep",
    "Clustering",
    "KMeansStep",
    "compare_algorithms",
    "kmeans_steps",
    "measure_in",
    "sweep_clusters",
]
