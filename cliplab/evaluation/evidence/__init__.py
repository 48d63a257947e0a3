"""Evidence for k: the measures, how they are computed, and what they suggest."""
