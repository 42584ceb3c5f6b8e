"""Sums of hinges, ŷ(x) = b2 + Σ_j w2j ReLU(w1j x + b1j), on N points.

    with_best_heights(network, x, y)    # the hinges stay where they are: one least squares problem
    exact_from(x, y)                    # so many hinges go through all points
    best_known(x, y, hinges)            # the best there is, for the numbers for which it is known
    lower_bounds(x, y, most)            # and what no sum of so many hinges can be below

All take x of shape (N,), rising, each once, and y of shape (N,).
"""

from __future__ import annotations

import numpy as np

from ..core import Network, forward
from ..core.activations import Array
from .optimum import best_relu_fit

SEARCHED = (1, 2)
"""Numbers of hinges for which the best is computed, see optimum.py."""
STRAIGHT = 1e-12
"""Slopes that differ by less than this share of the steepest count as equal."""


def network_of(w1: Array, b1: Array, w2: Array, b2: float) -> Network:
    """The 1-K-1 network with hidden ReLUs; w1, b1, w2 of shape (K,)."""
    return Network([np.reshape(w1, (-1, 1)), np.reshape(w2, (1, -1))],
                   [np.ravel(b1), [b2]], ["relu", "identity"])


def with_best_heights(network: Network, x: Array, y: Array) -> Network:
    """The network with w1 and b1 kept, and the w2 and b2 of the smallest mean (ŷ − y)².

    Where several are equally good, those with the smallest sum of squares.
    """
    hidden = forward(network, x[None]).a[1]
    columns = np.column_stack([hidden.T, np.ones_like(x)])
    *heights, level = np.linalg.lstsq(columns, y, rcond=None)[0]
    assert network.b is not None
    return network_of(network.w[1], network.b[1], np.array(heights), level)


def through_all_points(x: Array, y: Array) -> Network:
    """As few hinges as this construction needs so that ŷ = y at every point.

    One hinge for each point inside where the line from point to point turns, and one more for the
    first slope, which is on everywhere; that one is saved where the line is flat at an end.
    """
    slopes = np.diff(y) / np.diff(x)
    flat = STRAIGHT * float(np.abs(slopes).max(initial=0.0))
    slopes[np.abs(slopes) <= flat] = 0.0
    side = -1.0 if slopes[-1] == 0 and slopes[0] != 0 else 1.0
    if side < 0:  # begun at the right end, where it is flat
        x, y, slopes = x[::-1], y[::-1], slopes[::-1]
    turns = np.diff(slopes, prepend=0.0)
    kept = np.abs(turns) > flat
    kinks, heights = x[:-1][kept], side * turns[kept]
    if not len(kinks):
        kinks, heights = x[:1], np.zeros(1)
    return network_of(np.full(len(kinks), side), -side * kinks, heights, float(y[0]))


def exact_from(x: Array, y: Array) -> int:
    """A number of hinges that is enough to go through all points: at most N − 1."""
    return through_all_points(x, y).widths[1]


def best_known(x: Array, y: Array, hinges: int) -> Network | None:
    """A network of at most so many hinges with the smallest J there is; None where it is not known.

    Known are one and two hinges, by the search of optimum.py, and enough hinges for J = 0.
    """
    if hinges >= exact_from(x, y):
        return through_all_points(x, y)
    if hinges not in SEARCHED:
        return None
    p = best_relu_fit(x, y, hinges).parameters
    w1, b1, w2 = ([p[f"{name}{j}"] for j in range(1, hinges + 1)] for name in ("w1", "b1", "w2"))
    return network_of(np.array(w1), np.array(b1), np.array(w2), p["b21"])


def lower_bounds(x: Array, y: Array, most: int) -> Array:
    """What J of K hinges cannot be below, for K = 1 ... most, shape (most,).

    K hinges cut the points into at most K + 1 runs, and ŷ is a straight line on each. The best
    K + 1 lines that need not meet are found by dynamic programming; hinges must meet, so they can
    only be worse.
    """
    cost = _costs_of_lines(x, y)
    best = cost[0]  # of the points 0..j with one line
    bounds = np.empty(most)
    for row in range(most):
        # one more line, which begins at a point i > 0 and goes on to j
        best = np.minimum(best, (best[:-1, None] + cost[1:]).min(axis=0))
        bounds[row] = best[-1] / len(x)
    return bounds


def _costs_of_lines(x: Array, y: Array) -> Array:
    """The sum of squares of the best line through the points i..j, shape (N, N); inf for i > j.

    Rounding makes it smaller and never larger, so that a bound stays one.
    """
    count = len(x)
    cost = np.full((count, count), np.inf)
    for i in range(count):
        n = np.arange(1, count - i + 1)
        u, v = x[i:] - x[i], y[i:] - y[i]  # small numbers keep their digits
        su, sv = np.cumsum(u), np.cumsum(v)
        uu, uv, vv = (np.cumsum(a) - b / n for a, b in
                      ((u * u, su * su), (u * v, su * sv), (v * v, sv * sv)))
        slope = np.divide(uv, uu, out=np.zeros_like(uu), where=uu > 0)
        rounding = 8 * count * np.finfo(float).eps * np.cumsum(v * v)
        cost[i, i:] = np.maximum(vv - slope * uv - rounding, 0.0)
    return cost
