"""What was committed to, remembered by the kernel: to run a cell again forgets nothing seen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.images.image_set import ImageSet

_committed: dict[bytes, int] = {}


def key_of(images: ImageSet, sweep: ClusterSweep) -> bytes:
    """Return a key of these images and clusterings, the same when a lesson makes them anew."""
    seen = hashlib.sha256("\0".join(images.image_ids.tolist()).encode())
    for clustering in sweep.clusterings:
        seen.update(clustering.cluster_labels.tobytes())
    return seen.digest()


def recall(key: bytes) -> int | None:
    """Return the k that was committed to for a key; None if there was none."""
    return _committed.get(key)


def remember(key: bytes, committed_k: int | None) -> None:
    """Keep the k for as long as the kernel runs; None forgets it."""
    if committed_k is None:
        _committed.pop(key, None)
    else:
        _committed[key] = committed_k
