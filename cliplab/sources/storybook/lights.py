"""The lights of the storybook: the colours of the sky, and a tint for everything below."""

from __future__ import annotations

from dataclasses import dataclass

from cliplab.sources.storybook.drawing import Color


@dataclass(frozen=True)
class Sky:
    """Colours of the sky from top to bottom, of its clouds and of the sun."""

    colors: tuple[Color, ...]
    cloud: Color
    sun: Color


SKIES: dict[str, Sky] = {
    "day": Sky(((118, 190, 232), (196, 228, 244)), (255, 255, 252), (255, 236, 160)),
    "evening": Sky(
        ((140, 136, 196), (238, 178, 170), (255, 222, 170)), (252, 214, 200), (255, 232, 170)
    ),
    "mist": Sky(((186, 200, 210), (224, 230, 232)), (238, 242, 243), (246, 244, 232)),
    "morning": Sky(((150, 196, 228), (250, 224, 214)), (255, 246, 238), (255, 240, 190)),
}
LIGHTS: tuple[str, ...] = tuple(SKIES)

# Gentle enough that no colour turns into its neighbour: a tint and how much of it.
TINTS: dict[str, tuple[Color, float]] = {
    "day": ((255, 255, 255), 0.0),
    "evening": ((224, 120, 80), 0.09),
    "mist": ((214, 222, 228), 0.14),
    "morning": ((255, 236, 220), 0.06),
}
