"""The sets of points: 16 of each class, by formula, in the square from −1.5 to 1.5.

| set            | class 0                           | class 1                                  |
|----------------|-----------------------------------|------------------------------------------|
| diagonal bands | near the line x₁ = x₂             | in two bands beside it                   |
| XOR            | two clusters where signs agree    | two clusters where signs differ          |
| ring           | a disc                            | around it                                |
| blobs          | a blob below, on the left         | a blob above, on the right               |
"""

from __future__ import annotations

import numpy as np

from ...core.activations import Array
from ...data.labelled import LabelledPoints

EACH = 16
"""Points of a class: a power of two, so that the mean over equal shares of both has no rounding."""
REACH = 1.5
"""The sets lie between −REACH and REACH, along both axes."""
GOLDEN = np.pi * (3 - np.sqrt(5))
"""The golden angle: points at multiples of it fill a disc evenly."""


def _disc(count: int, radius: float, middle: tuple[float, float]) -> Array:
    """So many points of a disc, shape (2, count)."""
    k = np.arange(count)
    r = radius * np.sqrt((k + 0.5) / count)
    return np.array([middle[0] + r * np.cos(GOLDEN * k), middle[1] + r * np.sin(GOLDEN * k)])


def _band(count: int, distance: float, width: float, reach: float) -> Array:
    """So many points with x₁ − x₂ about ``distance``, along the diagonal, shape (2, count)."""
    k = np.arange(count)
    along, across = np.linspace(-reach, reach, count), distance + width * np.sin(GOLDEN * (k + 0.5))
    return np.array([along + across / 2, along - across / 2])


def _named(name: str, zeros: Array, ones: Array) -> LabelledPoints:
    x = np.round(np.hstack([zeros, ones]), 2)
    return LabelledPoints(x, np.repeat([0.0, 1.0], [zeros.shape[1], ones.shape[1]]), name)


def _around(count: int, radius: float, width: float) -> Array:
    """So many points at about this distance from the middle, shape (2, count)."""
    k = np.arange(count)
    angle, r = 2 * np.pi * k / count, radius + width * np.sin(GOLDEN * k)
    return np.array([r * np.cos(angle), r * np.sin(angle)])


SETS = {points.name: points for points in (
    _named("diagonal bands", _band(EACH, 0.0, 0.2, 1.2),
           np.hstack([_band(EACH // 2, side * 0.9, 0.2, 0.8) for side in (-1, 1)])),
    _named("XOR",
           np.hstack([_disc(EACH // 2, 0.3, (side * 0.8, side * 0.8)) for side in (-1, 1)]),
           np.hstack([_disc(EACH // 2, 0.3, (side * 0.8, -side * 0.8)) for side in (-1, 1)])),
    _named("ring", _disc(EACH, 0.5, (0.0, 0.0)), _around(EACH, 1.1, 0.15)),
    _named("blobs", _disc(EACH, 0.5, (-0.6, -0.5)), _disc(EACH, 0.5, (0.6, 0.5))),
)}
"""Name -> points."""
