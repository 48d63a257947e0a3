"""Choose the twenty colours of the clusters, for colour-blind eyes too.

Usage: python tools/make_palette.py

Prints hexadecimal colours for `cliplab/explorer/style/theme.py`. The first six are those of Okabe
and Ito (2008) that are visible on white and on dark grey; each of the others is the farthest from
all before it. The distance of two colours is the mean of their distance for normal vision and the
smallest distance for any of four kinds of vision, in OKLab (Ottosson, 2020); colour blindness is
simulated after Machado, Oliveira and Fernandes (2009), severity 1. The last line is the smallest
distance within the first 6, 10 and 20.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_OKABE_ITO = ("0072b2", "e69f00", "009e73", "d55e00", "cc79a7", "56b4e9")
_EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return OKLab coordinates of sRGB colours in [0, 1]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def seen_by_all(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the colours in each kind of vision, an array of shape (4, n_colors, 3)."""
    return np.stack([oklab(np.clip(rgb @ eye.T, 0, 1)) for eye in _EYES.values()])


def distance(seen: NDArray[np.float64], one: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each colour from one: half normal vision, half the weakest."""
    apart = np.linalg.norm(seen - one[:, None], axis=2)
    mean: NDArray[np.float64] = (apart[0] + apart.min(axis=0)) / 2
    return mean


def main() -> None:
    """Print the palette."""
    levels = np.linspace(0, 1, 24)
    candidates = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    seen = seen_by_all(candidates)
    lightness, colorfulness = seen[0, :, 0], np.linalg.norm(seen[0, :, 1:], axis=1)
    usable = (lightness > 0.45) & (lightness < 0.84) & (colorfulness > 0.07)
    candidates, seen = candidates[usable], seen[:, usable]

    palette = [np.array([int(name[i : i + 2], 16) / 255 for i in (0, 2, 4)]) for name in _OKABE_ITO]
    nearest = np.full(len(candidates), np.inf)
    spacing = []
    for step in range(20):
        if step == len(palette):
            palette.append(candidates[nearest.argmax()])
        one = seen_by_all(palette[step][None])[:, 0]
        if step:
            others = seen_by_all(np.array(palette[:step]))
            spacing.append(float(distance(others, one).min()))
        nearest = np.minimum(nearest, distance(seen, one))
    for color in palette:
        print("#" + "".join(f"{round(255 * value):02x}" for value in color))
    smallest = [f"{min(spacing[: n - 1]):.3f} ({n})" for n in (6, 10, 20)]
    print(f"smallest distance: {', '.join(smallest)}")


if __name__ == "__main__":
    main()
