"""Clusters in words: a vocabulary, prompts, names and rankings by a text."""
