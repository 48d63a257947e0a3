"""What speaks for a number of clusters, and how clearly."""

from cliplab.evidence.gathering import evidence_for_k, gather_evidence
from cliplab.evidence.judging import Evidence

__all__ = ["Evidence", "evidence_for_k", "gather_evidence"]
