"""Evaluation of clusters: evidence for k, null data, agreement with classes, names."""
