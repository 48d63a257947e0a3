"""The same sums and steps on a GPU, where there is one and the work is large enough to pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

_BLOCK = 2048
_MOST_STEPS = 300


class Distances(Protocol):
    """What silhouettes know of their points."""

    is_cosine: bool
    single: NDArray[np.float32]
    squares: NDArray[np.float64]
    near: float

    def exact(self, rows: slice) -> NDArray[np.float64]:
        """Return points in double precision."""


def summed_distances(
    distances: Distances,
    members: NDArray[np.float32],
    wanted: NDArray[np.intp],
    device: str,
) -> NDArray[np.float32]:
    """Sum each wanted point's distances to the members of every cluster."""
    import torch

    single, belongs = (torch.from_numpy(each).to(device) for each in (distances.single, members))
    squares = torch.from_numpy(distances.squares).to(device)
    exact: torch.Tensor | None = None
    sums = np.empty((len(wanted), belongs.shape[1]), dtype=np.float32)
    places = torch.from_numpy(wanted).to(device)
    for first in range(0, len(places), _BLOCK):
        rows = places[first : first + _BLOCK]
        squared = _squared(single, squares.float(), rows)
        itself = torch.arange(len(rows), device=device), rows
        squared[itself] = torch.inf
        is_near = squared.amin(dim=1) < distances.near
        if is_near.any():
            # In double precision enough digits are left even between near-duplicates.
            if exact is None:
                exact = torch.from_numpy(distances.exact(slice(None))).to(device)
            squared[is_near] = _squared(exact, squares, rows[is_near]).float()
        squared[itself] = 0
        squared.clamp_(min=0)
        apart = squared / 2 if distances.is_cosine else squared.sqrt()
        sums[first : first + len(rows)] = (apart @ belongs).cpu().numpy()
    return sums


def settle(
    points: NDArray[np.floating],
    starts: Mapping[int, NDArray[np.intp]],
    rows: NDArray[np.intp] | None,
    is_spherical: bool,
    device: str,
) -> dict[int, NDArray[np.intp]]:
    """Run Lloyd's algorithm among all points, from clusters of all, or of those in some rows."""
    import torch

    everything = torch.from_numpy(points).to(device)
    some = everything if rows is None else everything[torch.from_numpy(rows).to(device)]
    settled = {}
    for k, start in starts.items():
        labels = torch.from_numpy(start).to(device)
        centers = _centers(some, labels, k, is_spherical)
        for _ in range(_MOST_STEPS):
            nearest = ((centers**2).sum(dim=1) - 2 * everything @ centers.T).argmin(dim=1)
            if torch.equal(nearest, labels) or (torch.bincount(nearest, minlength=k) == 0).any():
                break
            labels = nearest
            centers = _centers(everything, labels, k, is_spherical)
        if len(labels) == len(points):
            settled[k] = labels.cpu().numpy()
    return settled


def _squared(points: torch.Tensor, squares: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    return squares[rows, None] + squares - 2 * points[rows] @ points.T


def _centers(
    points: torch.Tensor, labels: torch.Tensor, k: int, is_spherical: bool
) -> torch.Tensor:
    import torch

    # A product, because sums by index come in another order each time on a GPU.
    members = torch.nn.functional.one_hot(labels, k).to(points.dtype)
    means = (members.T @ points) / members.sum(dim=0)[:, None]
    return torch.nn.functional.normalize(means, dim=1) if is_spherical else means
