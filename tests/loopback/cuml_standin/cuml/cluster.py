"""K-means with cuML's arguments."""

from sklearn.cluster import KMeans

__all__ = ["KMeans"]
