"""The straight line that parts two classes best, exactly.

    most_right(x, label)      # so many points are on their side of the best line there is
"""

from __future__ import annotations

import numpy as np

from ...core.activations import Array

MOST_LINED = 60
"""Points up to which it is computed: the work grows with the third power of their number."""


def most_right(x: Array, label: Array) -> int:
    """How many points, of shape (2, N), one straight line can have on their side at most.

    Between two neighbouring directions in which two points lie behind each other, the order of the
    points across the line is the same: one direction of each such sector, and every place of the
    line among the points in their order, are all there is to try.
    """
    angles = _sectors(x)
    across = np.outer(np.cos(angles), x[0]) + np.outer(np.sin(angles), x[1])
    order = np.argsort(across, axis=1, kind="stable")
    signs = np.where(label > 0.5, 1, -1)[order]
    gained = np.cumsum(signs, axis=1)[:, :-1]
    gaps = np.diff(np.take_along_axis(across, order, axis=1), axis=1)
    gained = np.where(gaps > 0, gained, 0)  # no line goes between two points at one place
    ones = int((label > 0.5).sum())
    zeros = label.size - ones
    # a line before all points has one class right; each point passed is gained or lost
    low, high = gained.min(initial=0), gained.max(initial=0)
    return max(ones, zeros, ones - int(low), zeros + int(high))


def _sectors(x: Array) -> Array:
    """One direction between each two neighbouring critical ones, in half a turn."""
    first, second = np.triu_indices(x.shape[1], 1)
    dx, dy = x[:, second] - x[:, first]
    apart = (dx != 0) | (dy != 0)
    critical = np.unique((np.arctan2(dy, dx)[apart] + np.pi / 2) % np.pi)
    if not critical.size:
        return np.zeros(1)
    return (critical + np.append(critical[1:], critical[0] + np.pi)) / 2
