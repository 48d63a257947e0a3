"""Computation of the evidence: many small clusterings in parallel, with progress."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.blas_threads import one_blas_thread
from cliplab._core.device import n_cores
from cliplab._core.kinds import count
from cliplab._core.validation import require_kind
from cliplab._core.worker_threads import WorkerThreads
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.spaces import split_space
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence import measures
from cliplab.evaluation.evidence.answers import (
    Answer,
    agreed,
    clearest,
    decide,
    n_groups_inside,
    nearly_highest,
    one_group_p_value,
    standings,
)
from cliplab.evaluation.evidence.halves import Half, halves
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.evidence.main_directions import main_directions, partitions
from cliplab.evaluation.line import different_rows
from cliplab.projection.values import Projection

# Of the answer: each draws as many of the halves, with replacement.
_N_REPEATS = 40
_MAPS = ("tsne", "umap")

Tasks = dict[str, list[Callable[[], Any]]]


@checked(n_references=count(3, 10_000), n_resamples=count(2, 10_000), n_starts=count(2, 10_000))
def evidence_for_k(
    embeddings: Embeddings | Projection | ArrayLike,
    sweep: ClusterSweep,
    *,
    random_state: int = 0,
    n_references: int = 19,
    n_resamples: int = 10,
    n_starts: int = 6,
    on_progress: Callable[[float], object] | None = None,
) -> Evidence:
    """Ask how many groups there are, and how well each k of a sweep is supported.

    Half of the images proposes clusters, and the other half tests them: are there fewer images in
    the middle of the way from one cluster to the next than at its ends? A group with a log-concave
    density, for example normal or uniform in a box, has no such valley, and the images that test
    had no part in the proposal. A group that is strongly bent can have one. Of images that occur
    more than once, one is taken; frames of one film or copies that differ a little count as groups.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What the sweep has clustered.
    sweep : ClusterSweep
        A sweep by K-means. Its values of k are examined, and k = 1.
    random_state : int, default=0
        The seed of the halves, the null data and the starts.
    n_references : int, default=19
        The number of shuffled data sets, at least 3, and about half as many uniform ones. With 19
        the least p-value of the silhouettes is 0.05.
    n_resamples : int, default=10
        How often the images are split into halves, at least 2.
    n_starts : int, default=6
        The number of independent starts of K-means for each k, at least 2.
    on_progress : callable, optional
        Called with the completed fraction, from 0 to 1. If it returns False, the computation
        stops after the tasks that are running. By default a progress bar is shown.

    Returns
    -------
    Evidence
        An answer, a sentence, a table, and `suggested_k`, which may be None.

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
    Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. Technometrics
    24, 295-300.

    Meinshausen, N., Meier, L. and Bühlmann, P. (2009). p-values for high-dimensional regression.
    Journal of the American Statistical Association 104, 1671-1681.

    Tibshirani, R. and Walther, G. (2005). Cluster validation by prediction strength. Journal of
    Computational and Graphical Statistics 14, 511-528.

    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics &
    Data Analysis 52, 258-271.

    Tibshirani, R., Walther, G. and Hastie, T. (2001). Estimating the number of clusters in a
    data set via the gap statistic. Journal of the Royal Statistical Society B 63, 411-423.

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
    n_references: int = 19,
    n_resamples: int = 10,
    n_starts: int = 6,
) -> Generator[float | Evidence, None, None]:
    """Yield the completed fraction, from 0 to 1, and at last the evidence.

    Closing the generator stops the tasks. Parameters and errors are those of `evidence_for_k`.
    """
    _require_fit(embeddings, sweep)
    n_seeds = max(n_references, n_resamples, n_starts)
    seeds = [int(seed) for seed in np.random.SeedSequence(random_state).generate_state(n_seeds)]
    points, ks = measures.comparable(embeddings, sweep), sweep.n_clusters
    labels = {k: found.cluster_labels for k, found in sweep.items()}
    different = different_rows(points)
    some = {k: each[different] for k, each in labels.items()}
    scores = main_directions(points).scores(points)
    tasks: Tasks = {
        "halves": [partial(halves, points[different], some, seed) for seed in seeds[:n_resamples]],
        "uniform": [
            # For the mean of the gap fewer will do than for a p-value.
            partial(measures.uniform_inertias, scores, ks, seed)
            for seed in seeds[: (n_references + 1) // 2]
        ],
        "shuffled": [
            partial(measures.shuffled_silhouettes, scores, ks, seed)
            for seed in seeds[:n_references]
        ],
        "start": [partial(measures.random_start, scores, ks, seed) for seed in seeds[:n_starts]],
    }
    return _gather(embeddings, sweep, scores, tasks, seeds)


def _gather(
    data: Any,
    sweep: ClusterSweep,
    scores: NDArray[np.floating],
    tasks: Tasks,
    seeds: list[int],
) -> Generator[float | Evidence, None, None]:
    # Small matrix products are fastest on one thread each, with several tasks in parallel.
    with one_blas_thread():
        pool = WorkerThreads(n_cores())
        waiting = iter([task for some in tasks.values() for task in some])
        n_tasks, futures = sum(map(len, tasks.values())), list[Future[Any]]()
        n_done, running = 0, set[Future[Any]]()
        try:
            yield 0.0
            while n_done < n_tasks:
                # Whoever takes no further item lets the work rest, so few tasks go ahead of it.
                more = [pool.submit(task) for task in islice(waiting, n_cores() + 1 - len(running))]
                futures += more
                done, running = wait([*running, *more], return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()  # An error in a task is raised here.
                    n_done += 1
                    yield n_done / (n_tasks + 1)
            # In the order of the seeds, whichever task was the first to finish.
            results = iter([each.result() for each in futures])
            found = {kind: list(islice(results, len(some))) for kind, some in tasks.items()}
            evidence = _evidence(data, sweep, scores, found, seeds[0])
            yield 1.0
            yield evidence
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _evidence(
    data: Any,
    sweep: ClusterSweep,
    scores: NDArray[np.floating],
    found: dict[str, list[Any]],
    seed: int,
) -> Evidence:
    import pandas as pd

    ks = sweep.n_clusters
    every_half = [half for both in found["halves"] for half in both]
    labels = partitions(scores, max(ks), seed)
    in_main = measures.mean_silhouettes(scores, labels, ks)
    brief = measures.briefly(scores, ks, seed)
    gap, gap_error = measures.gap_statistic(
        measures.comparable_inertias(scores, ks, seed), found["uniform"]
    )
    labelings, start_scores = zip(*found["start"], strict=True)
    calinski, davies = measures.classical_scores(data, sweep)
    known = standings(every_half, ks)
    stability = dict(zip(known.ks, known.stability, strict=True))
    fullness = {
        k: full if np.isfinite(full) else np.nan
        for k, full in zip(known.ks, known.fullness, strict=True)
    }
    columns = {
        "silhouette": sweep.silhouette_scores,
        "silhouette_main": in_main,
        "silhouette_low": np.min(start_scores, axis=0),
        "silhouette_high": np.max(start_scores, axis=0),
        "null_low": np.min(found["shuffled"], axis=0),
        "null_high": np.max(found["shuffled"], axis=0),
        "stability": [stability.get(k, np.nan) for k in ks],
        "fullness": [fullness.get(k, np.nan) for k in ks],
        "start_agreement": measures.agreement_of_starts(labelings),
        "calinski_harabasz": calinski,
        "davies_bouldin": davies,
    }
    table = pd.DataFrame(
        {"inertia": measures.inertias_from_one(data, sweep), "gap": gap, "gap_error": gap_error},
        index=pd.Index([1, *ks], name="n_clusters"),
    )
    for name, values in columns.items():
        table[name] = np.array([np.nan, *values], dtype=np.float64)
    highest = nearly_highest(list(in_main), ks)
    answer, repeats = Answer("no verdict"), tuple[Answer, ...]()
    if split_space(sweep.space)[0] not in _MAPS:
        answer = decide(every_half, ks, highest)
        random = np.random.default_rng(seed)
        repeats = tuple(decide(_drawn(every_half, random), ks, highest) for _ in range(_N_REPEATS))
    settled = agreed(answer, repeats)
    return Evidence(
        table,
        settled,
        repeats=repeats,
        disputed=() if settled == answer else answer.ks,
        p_value=one_group_p_value(every_half),
        null_p_value=measures.null_p_value(
            measures.mean_silhouettes(scores, brief, ks), np.array(found["shuffled"])
        ),
        n_references=len(found["shuffled"]),
        n_inside=n_groups_inside(every_half, clearest(highest, known.apart())),
        elbows=sweep.elbows,
        space=sweep.space,
        metric=sweep.metric,
    )


def _drawn(found: list[Half], random: np.random.Generator) -> list[Half]:
    return [found[each] for each in random.integers(len(found), size=len(found))] if found else []


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
