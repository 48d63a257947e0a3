"""Clusters in words: CLIP reads, so it can say what a cluster shows, and find what is said."""

from cliplab.naming.cluster_names import ClusterNames, name_clusters
from cliplab.naming.text_ranking import TextRanking, rank_by_text
from cliplab.naming.vocabulary import EVERYDAY_WORDS

__all__ = ["EVERYDAY_WORDS", "ClusterNames", "TextRanking", "name_clusters", "rank_by_text"]
