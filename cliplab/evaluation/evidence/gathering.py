"""Computation of the evidence: many small sweeps in parallel, with progress."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from cliplab._core.device import n_cores
from cliplab._core.validation import require_count, require_kind
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence import measures
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.projection.values import Projection

_NULLS = ("uniform", "covariance")


def evidence_for_k(
    embeddings: Embeddings | Projection | ArrayLike,
    sweep: ClusterSweep,
    *,
    random_state: int = 0,
    n_references: int = 20,
    n_resamples: int = 10,
    n_starts: int = 10,
    on_progress: Callable[[float], object] | None = None,
) -> Evidence:
    """Compute how well each k of a sweep is supported.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What the sweep has clustered.
    sweep : ClusterSweep
        A sweep by K-means. Its values of k are examined, and k = 1.
    random_state : int, default=0
        The seed of the null data, the resamples and the starts.
    n_references : int, default=20
        The number of data sets of each kind of null data, at least 3.
    n_resamples : int, default=10
        The number of random subsets of four fifths of the images, at least 2.
    n_starts : int, default=10
        The number of independent starts of K-means for each k, at least 2.
    on_progress : callable, optional
        Called with the completed fraction, from 0 to 1. If it returns False, the computation
        stops after the tasks that are running. By default a progress bar is shown.

    Returns
    -------
    Evidence
        A table, a sentence, and `suggested_k`, which may be None.

    Raises
    ------
    ValueError
        If the sweep is not of these embeddings or not by K-means, or a number is too small.
    TypeError
        If arguments are swapped or of another kind.
    KeyboardInterrupt
        If `on_progress` returns False.

    References
    ----------
    Tibshirani, R., Walther, G. and Hastie, T. (2001). Estimating the number of clusters in a
    data set via the gap statistic. Journal of the Royal Statistical Society B 63, 411-423.

    Ben-Hur, A., Elisseeff, A. and Guyon, I. (2002). A stability based method for discovering
    structure in clustered data. Pacific Symposium on Biocomputing 7, 6-17.

    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics &
    Data Analysis 52, 258-271.

    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.

    Caliński, T. and Harabasz, J. (1974). A dendrite method for cluster analysis. Communications
    in Statistics 3, 1-27.

    Davies, D. L. and Bouldin, D. W. (1979). A cluster separation measure. IEEE Transactions on
    Pattern Analysis and Machine Intelligence 1, 224-227.

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab import sweep_clusters
    >>> random = np.random.default_rng(0)
    >>> points = random.normal(size=(150, 3)) + 12 * np.eye(3)[np.arange(150) % 3]
    >>> evidence = evidence_for_k(points, sweep_clusters(points, range(2, 7)))
    >>> evidence.suggested_k
    3
    """
    from tqdm.auto import tqdm

    counts = {"n_references": n_references, "n_resamples": n_resamples, "n_starts": n_starts}
    bar = tqdm(
        desc="Computing evidence", total=100, unit="%", delay=1, disable=on_progress is not None
    )
    with (
        bar,
        closing(
            gather_evidence(embeddings, sweep, random_state=random_state, **counts)
        ) as gathering,
    ):
        for found in gathering:
            if isinstance(found, Evidence):
                break
            bar.update(round(100 * found) - bar.n)
            if on_progress is not None and on_progress(found) is False:
                raise KeyboardInterrupt("The computation of the evidence was stopped.")
    assert isinstance(found, Evidence)  # The last item is the evidence.
    return found


def gather_evidence(
    embeddings: Embeddings | Projection | ArrayLike,
    sweep: ClusterSweep,
    *,
    random_state: int = 0,
    n_references: int = 20,
    n_resamples: int = 10,
    n_starts: int = 10,
) -> Generator[float | Evidence, None, None]:
    """Yield the completed fraction, from 0 to 1, and at last the evidence.

    Closing the generator stops the tasks. Parameters and errors are those of `evidence_for_k`.
    """
    require_count("n_references", n_references, least=3)
    require_count("n_resamples", n_resamples, least=2)
    require_count("n_starts", n_starts, least=2)
    _require_fit(embeddings, sweep)
    n_seeds = max(n_references, n_resamples, n_starts)
    seeds = [int(seed) for seed in np.random.SeedSequence(random_state).generate_state(n_seeds)]
    data = (embeddings, sweep)
    tasks: dict[str, list[Callable[[], Any]]] = {
        kind: [partial(measures.reference, *data, kind, seed) for seed in seeds[:n_references]]
        for kind in _NULLS
    }
    tasks["resample"] = [partial(measures.resample, *data, seed) for seed in seeds[:n_resamples]]
    tasks["start"] = [partial(measures.random_start, *data, seed) for seed in seeds[:n_starts]]
    return _gather(embeddings, sweep, tasks)


def _gather(
    data: Any, sweep: ClusterSweep, tasks: dict[str, list[Callable[[], Any]]]
) -> Generator[float | Evidence, None, None]:
    # Small matrix products are fastest on one thread each, with several tasks in parallel. The
    # limit of OpenMP holds for one thread only, so each thread of the pool sets it.
    with threadpool_limits(limits=1, user_api="blas"):
        pool = ThreadPoolExecutor(
            n_cores(), "evidence", initializer=threadpool_limits, initargs=(1, "openmp")
        )
        try:
            yield 0.0
            submitted = {kind: [pool.submit(task) for task in some] for kind, some in tasks.items()}
            futures = [future for some in submitted.values() for future in some]
            for n_done, future in enumerate(as_completed(futures), start=1):
                future.result()  # An error in a task is raised here.
                yield n_done / (len(futures) + 1)
            # In the order of the seeds, whichever task was the first to finish.
            found = {kind: [each.result() for each in some] for kind, some in submitted.items()}
            evidence = _evidence(data, sweep, found)
            yield 1.0
            yield evidence
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _evidence(data: Any, sweep: ClusterSweep, found: dict[str, list[Any]]) -> Evidence:
    import pandas as pd

    inertias = measures.inertias_from_one(data, sweep)
    gap, gap_error = measures.gap_statistic(inertias, [each for each, _ in found["uniform"]])
    null_scores = {kind: np.array([scores for _, scores in found[kind]]) for kind in _NULLS}
    every_null = np.vstack(list(null_scores.values()))
    labelings, start_scores = zip(*found["start"], strict=True)
    calinski, davies = measures.classical_scores(data, sweep)
    columns = {
        "silhouette": sweep.silhouette_scores,
        "silhouette_low": np.min(start_scores, axis=0),
        "silhouette_high": np.max(start_scores, axis=0),
        "null_low": every_null.min(axis=0),
        "null_high": every_null.max(axis=0),
        "stability": measures.stability(found["resample"], sweep.n_clusters),
        "start_agreement": measures.agreement_of_starts(labelings),
        "calinski_harabasz": calinski,
        "davies_bouldin": davies,
    }
    table = pd.DataFrame(
        {"inertia": inertias, "gap": gap, "gap_error": gap_error},
        index=pd.Index([1, *sweep.n_clusters], name="n_clusters"),
    )
    for name, values in columns.items():
        table[name] = [np.nan, *values]
    return Evidence(
        table,
        stands_out=all(
            measures.beats_null(sweep.silhouette_scores, scores) for scores in null_scores.values()
        ),
        elbow=sweep.elbow,
        space=sweep.space,
        metric=sweep.metric,
    )


def _require_fit(embeddings: Any, sweep: ClusterSweep) -> None:
    require_kind("sweep", sweep, ClusterSweep)
    if sweep.algorithm != "kmeans":
        raise ValueError(
            "`sweep` must be by K-means, because the gap statistic compares its inertia. "
            f"Got one by {sweep.algorithm!r} instead."
        )
    points, space = points_and_space(embeddings)
    first = sweep.clusterings[0]
    fits = (*points.shape, space) == (len(first), first.centers.shape[1], sweep.space)
    if fits:
        # For other data with as many images, the distances to the centres give another inertia.
        residuals = measures.comparable(embeddings, sweep) - first.centers[first.cluster_labels]
        fits = bool(
            np.isclose(np.einsum("ij,ij->", residuals, residuals), first.inertia, rtol=1e-4)
        )
    if not fits:
        raise ValueError(
            f"`sweep` must be of these {len(points)} images in the {space}. Got {sweep!r} instead."
        )
