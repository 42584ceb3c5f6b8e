"""The best fit that two hidden ReLU neurons can reach, computed exactly, not searched for.

`best_relu_fit(x, y)` returns the parameters with the smallest mean squared error of

    yhat(x) = b21 + w21 ReLU(w11 x + b11) + w22 ReLU(w12 x + b12)

among all real parameters, and `best_relu_fit(x, y, hinges=1)` those of one neuron. Why that
takes finitely many least squares problems:

- A hidden neuron with w1j != 0 is a hinge c (x - k)+ or c (k - x)+ with a kink k. On the data, a
  kink between two neighbouring points x_m < x_m+1 gives the functions p h + q s on the on side:
  h is the hinge whose kink is the nearest on point, s is 1 on the on side and 0 elsewhere. The
  kink lies in the gap if q/p is between 0 and the width of the gap. That makes two pointed cones,
  one for each sign of p, and their edges are the hinges with a kink exactly on x_m or on x_m+1.
- A neuron that is on at every point adds a line; its constant part belongs to b21. The hinge with
  its kink on the first point is such a line. A neuron that is off at every point adds nothing.
- So every pair of neurons lies in one of finitely many closed convex cones, and the minimum in a
  cone lies in the interior of one of its faces, where it is the plain least squares fit with the
  columns of that face. All pairs of faces are tried; fits with a kink outside its gap are dropped.
- If the columns of a face are linearly dependent, its minimum is not unique: from any solution one
  can walk along a line of equally good solutions. The line changes more than b21 (the constant
  column alone is independent), and a product of pointed cones contains no line. So the walk meets
  the boundary, which is a smaller face that is tried as well. Such columns can simply be dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ..core.activations import Array

MAX_DISTINCT_X = 500
MAX_SIZE = 1e150  # squares of larger numbers overflow
DEPENDENT = 1e-11  # a unit column that keeps less than this after a projection is dependent
ROUNDING = 1e-28  # squared residuals below this (data scaled to -1..1) are all called zero
BLOCK = 128  # options treated at once: small enough for the processor's cache
N_REFITTED = 64  # the screening is good to many digits, so the winner is among its first few
Neuron = tuple[float, float, float]
"""(side, c, kink): the hinge c (side (x - kink))+."""


@dataclass(frozen=True, repr=False)
class ReluFit:
    """Parameters in the lecture's names and their mean squared error on the data.

    w2j is 1 or -1 (as in the lecture), neuron 1 has the larger w1j. A neuron that does not help
    has w1j = b1j = w2j = 0 and comes second. A neuron that only adds a line has its kink on the
    smallest x.
    """

    w11: float
    b11: float
    w12: float
    b12: float
    w21: float
    w22: float
    b21: float
    mse: float

    @property
    def parameters(self) -> dict[str, float]:
        """The seven parameters by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "mse"}

    def predict(self, x: Array) -> Array:
        """yhat(x) = b21 + w21 ReLU(w11 x + b11) + w22 ReLU(w12 x + b12), shaped like x."""
        x = np.asarray(x, dtype=float)
        a11 = np.maximum(self.w11 * x + self.b11, 0)
        a12 = np.maximum(self.w12 * x + self.b12, 0)
        return self.b21 + self.w21 * a11 + self.w22 * a12

    def __repr__(self) -> str:
        values = (f"{f.name}={getattr(self, f.name):.6g}" for f in fields(self))
        return f"ReluFit({', '.join(values)})"


def best_relu_fit(x: object, y: object, hinges: int = 2) -> ReluFit:
    """Global minimum of J = mean((y - yhat(x))^2) over all seven parameters; x, y of shape (N,).

    With ``hinges=1`` over the four of one hidden neuron; the other one is then absent.

    Exact up to rounding; `mse` is J of the returned parameters. The rounding of w11 * x + b11 is
    the limit where x is far from 0 compared with its range or its gaps: of J it costs 1e-8 at
    x = 1e6 +- 1, 1e-6 where such x stand 0.001 apart, 1e-4 at x = 1e9 +- 1; so many more refits of
    nearly equal pairs would find a J smaller by that. x closer than 1e-9 of the range may count as
    one. Time grows as n^3 and memory as n^2 with the number n of distinct x: 0.1 s for 100, 0.8 s
    for 200, 2.5 s for 300. Raises ValueError for shapes that differ, no points, values that are
    not finite or beyond 1e150, more than 500 distinct x, and another number of hinges.
    """
    if hinges not in (1, 2):
        raise ValueError(f"the best fit is computed for 1 or 2 hinges, not {hinges!r:.40}.")
    x, y = _checked(x, y)
    (u, x_mid, x_half), (v, y_mid, y_half) = _to_unit(x), _to_unit(y)
    points, group, count = np.unique(u, return_inverse=True, return_counts=True)
    # Points with the same x share one yhat: their mean and their number are all that matters.
    root = np.sqrt(count)
    target = np.bincount(group, v) / root
    options = _options(points)
    h, s = _columns(points, options)
    first = len(options) if hinges == 2 else 1  # the first option is "absent"
    sums = _screen(h * root[:, None], s * root[:, None], options[:, 2], target, root, first)
    order = np.argsort(np.maximum(sums, ROUNDING * len(x)), axis=None, kind="stable")[:N_REFITTED]
    fits = [_network([], x, y, y_mid)]
    with np.errstate(over="ignore", invalid="ignore"):  # 1 / (a tiny range of x) can be too large
        for pair in np.column_stack(np.unravel_index(order, sums.shape)):
            neurons = _refit(points, options[pair], h[:, pair], s[:, pair], target, root)
            in_units = [(side, c * (y_half / x_half), x_mid + x_half * k) for side, c, k in neurons]
            fits.append(_network(in_units, x, y, y_mid))
        return _simplest_of_the_best(fits, x, y, x_half, y_half)


def _checked(x: object, y: object) -> tuple[Array, Array]:
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must be lists of the same length, not {x.shape} and {y.shape}.")
    if len(x) < 1:
        raise ValueError("x and y hold no points; at least 1 is needed.")
    if not (np.abs(np.concatenate([x, y])) <= MAX_SIZE).all():
        raise ValueError(f"x and y must hold finite numbers of size at most {MAX_SIZE:g}.")
    if (n := len(np.unique(x))) > MAX_DISTINCT_X:
        raise ValueError(f"x holds {n} distinct values; at most {MAX_DISTINCT_X} are allowed.")
    return x, y


def _to_unit(v: Array) -> tuple[Array, float, float]:
    """v moved and scaled to -1..1, with the middle and the half width that lead back."""
    middle, half = (v.min() + v.max()) / 2, (v.max() - v.min()) / 2 or 1.0
    return (v - middle) / half, middle, half


def _options(x: Array) -> Array:
    """All that one neuron can be on the sorted points x: rows (side, anchor, width of the gap).

    Side 1 is on to the right of the kink, -1 to the left, 0 is absent. Width 0: the kink is on
    x[anchor]. Else the kink is in the gap before x[anchor], the nearest point that is on. A gap
    with one point on its on side is left out: a kink on the next point does the same.
    """
    inner, gap = range(1, len(x) - 1), np.diff(x)
    absent, line = [(0, 0, 0.0)], [(1, 0, 0.0)] * (len(x) > 1)
    on_point = [(side, m, 0.0) for side in (1, -1) for m in inner]
    in_gap = [(1, m, gap[m - 1]) for m in inner] + [(-1, m, gap[m]) for m in inner]
    return np.array(absent + line + on_point + in_gap, dtype=float)


def _columns(x: Array, options: Array) -> tuple[Array, Array]:
    """The hinge h and the step s of every option, of shape (points, options); s = 0 for width 0."""
    side, anchor, width = options.T
    distance = side * (x[:, None] - x[anchor.astype(int)])
    return np.maximum(distance, 0), (distance >= 0) * (width > 0.0)


def _unit(columns: Array, least: float = DEPENDENT) -> tuple[Array, Array]:
    """The columns at length 1, and 1 / length; both 0 for a column not longer than `least`."""
    length = np.sqrt(np.einsum("nm,nm->m", columns, columns))
    inverse = np.divide(1.0, length, out=np.zeros_like(length), where=length > least)
    return columns * inverse, inverse


def _screen(h: Array, s: Array, width: Array, y: Array, root: Array, first_of: int) -> Array:
    """Sum of squares of the best fit of each pair of options i <= j, i < first_of; inf if a kink
    leaves its gap.

    Gram-Schmidt on the real columns, one option against all later ones: the normal equations
    would lose hinges that nearly coincide.
    """
    one = root[:, None] / np.linalg.norm(root)
    h, s, y = (v - one * (one.T @ v) for v in (h, s, y[:, None]))  # this takes care of b21
    q1, per_h = _unit(h, least=0.0)
    h_s = np.einsum("nm,nm->m", q1, s)
    q2, per_s = _unit(s - q1 * h_s)

    def in_gap(which: int | slice, f1: Array, f2: Array) -> Array:
        q = f2 * per_s[which]  # from f1 q1 + f2 q2 back to p h + q s
        p = (f1 - h_s[which] * q) * per_h[which]
        return (width[which] == 0) | ((p * q > 0) & (np.abs(q) < np.abs(p) * width[which]))

    sums = np.full((first_of, len(width)), np.inf)
    for i in range(first_of):
        first = np.stack([q1[:, i], q2[:, i]])
        y_first = first @ y
        y_rest = y - first.T @ y_first
        for start in range(i, len(width), BLOCK):
            later = slice(start, start + BLOCK)
            shared_1, shared_2 = first @ q1[:, later], first @ q2[:, later]
            e1, per_1 = _unit(q1[:, later] - first.T @ shared_1)
            rest = q2[:, later] - first.T @ shared_2
            e1_rest = np.einsum("nm,nm->m", e1, rest)
            e2, per_2 = _unit(rest - e1 * e1_rest)
            g1, g2 = y_rest.T @ e1, y_rest.T @ e2
            residual = y_rest - e1 * g1 - e2 * g2
            f2 = g2[0] * per_2  # the fit is f1 q1 + f2 q2 of the later option and ...
            f1 = (g1[0] - e1_rest * f2) * per_1
            f_first = y_first - shared_1 * f1 - shared_2 * f2  # ... of the first option
            valid = in_gap(later, f1, f2) & in_gap(i, *f_first)
            sums[i, later] = np.where(valid, np.einsum("nm,nm->m", residual, residual), np.inf)
    return sums


def _refit(x: Array, pair: Array, h: Array, s: Array, y: Array, root: Array) -> list[Neuron]:
    """The least squares fit of one pair of options as two neurons (side, c, kink)."""
    columns = np.column_stack([np.ones_like(x), h, s]) * root[:, None]
    columns, per_column = _unit(columns, least=0.0)
    _, p1, p2, q1, q2 = np.linalg.lstsq(columns, y, rcond=None)[0] * per_column
    return [
        (side, p, x[int(anchor)] - (side * q / p if width > 0 and p != 0 else 0.0))
        for (side, anchor, width), p, q in zip(pair, (p1, p2), (q1, q2), strict=True)
    ]


def _network(neurons: Sequence[Neuron], x: Array, y: Array, y_mid: float) -> ReluFit:
    """Neurons c (side (x - k))+ as the parameters of the network, with the best b21 for them."""
    rows = [(side * abs(c), -side * abs(c) * k, np.sign(c)) for side, c, k in neurons if side * c]
    rows = sorted(rows, reverse=True) + [(0.0, 0.0, 0.0)] * (2 - len(rows))
    (w11, b11, w21), (w12, b12, w22) = [[float(v) + 0.0 for v in row] for row in rows]
    fit = ReluFit(w11, b11, w12, b12, w21, w22, float(y_mid), 0.0)
    fit = replace(fit, b21=float(y_mid + np.mean(y - fit.predict(x))))
    return replace(fit, mse=float(np.mean((y - fit.predict(x)) ** 2)))


def _simplest_of_the_best(fits: Sequence[ReluFit], x: Array, y: Array, x_half: float,
                          y_half: float) -> ReluFit:
    """The fit with the fewest neurons among those that rounding cannot tell from the best."""
    # Not fit.mse: squares of tiny numbers would all be 0.
    scores = np.array([np.mean(((y - fit.predict(x)) / y_half) ** 2) for fit in fits])
    noise = 4 * np.finfo(float).eps * (np.abs(y).max() / y_half + np.abs(x).max() / x_half)
    ties = np.flatnonzero(scores <= np.nanmin(scores) * (1 + 1e-12) + noise**2)
    return min((fits[t] for t in ties.tolist()), key=lambda fit: (fit.w21 != 0) + (fit.w22 != 0))
