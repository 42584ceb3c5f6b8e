"""Why backwards? The gradients of a chain twice, by code that counts its multiplications.

    gradients_with_reuse([2.0, 3.0], x=1.0, y=0.0, activation="identity")     # ([36.0, 24.0], 5)
    gradients_without_reuse([2.0, 3.0], x=1.0, y=0.0, activation="identity")  # ([36.0, 24.0], 6)

Both start with the same numbers: all a[l] and slopes g'(z[l]) of the forward pass, and ∂J/∂ŷ.
These are not counted, only what is multiplied on the way back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from operator import index

import numpy as np

from ...core import forward
from ...core.activations import Array
from .chain import chain, slope_of


@dataclass
class Counter:
    """How many multiplications there have been so far; shared by the numbers that count."""

    multiplications: int = 0


class Counted:
    """A number that counts: every ``*`` with it adds 1 to its counter, every ``+`` nothing."""

    __slots__ = ("counter", "value")

    def __init__(self, value: float, counter: Counter) -> None:
        self.value, self.counter = value, counter

    def __mul__(self, other: Counted | float) -> Counted:
        self.counter.multiplications += 1
        return Counted(self.value * _plain(other), self.counter)

    def __add__(self, other: Counted | float) -> Counted:
        return Counted(self.value + _plain(other), self.counter)

    __rmul__, __radd__ = __mul__, __add__

    def __float__(self) -> float:
        return float(self.value)

    def __repr__(self) -> str:
        return f"Counted({self.value!r})"


def _plain(number: Counted | float) -> float:
    return number.value if isinstance(number, Counted) else number


def gradients_with_reuse(
    weights: object, x: float, y: float, activation: str, skip: bool = False
) -> tuple[list[float], int]:
    """The backward pass: [∂J/∂w[1], ..., ∂J/∂w[L]] and the multiplications that it took.

    Layer by layer ∂J/∂z[l] = ∂J/∂a[l] g'(z[l]); ∂J/∂w[l] = ∂J/∂z[l] a[l-1];
    ∂J/∂a[l-1] = ∂J/∂z[l] w[l], with skip plus ∂J/∂a[l]. Nobody needs ∂J/∂a[0], so that there are
    3 L - 1 multiplications. J = (ŷ - y)². Raises ValueError as :func:`chain` does.
    """
    counter, dJ_da, w, a, slope = _start(weights, x, y, activation, skip)
    dJ_dw = []
    for layer in range(len(w) - 1, 0, -1):
        dJ_dz = dJ_da * slope[layer]
        dJ_dw.append(dJ_dz * a[layer - 1])
        if layer > 1:
            dJ_da = dJ_dz * w[layer] + dJ_da if skip else dJ_dz * w[layer]
    return [float(gradient) for gradient in reversed(dJ_dw)], counter.multiplications


def gradients_without_reuse(
    weights: object, x: float, y: float, activation: str, skip: bool = False
) -> tuple[list[float], int]:
    """The same gradients, each ∂J/∂w[l] as its own product from J back to w[l].

    ∂J/∂w[l] = ∂J/∂ŷ (g'(z[L]) w[L]) ... (g'(z[l+1]) w[l+1]) g'(z[l]) a[l-1], with skip 1 more in
    each bracket: 2 (L - l + 1) multiplications, for all layers together L (L + 1).
    """
    counter, dJ_dy, w, a, slope = _start(weights, x, y, activation, skip)
    depth, dJ_dw = len(w) - 1, []
    for layer in range(1, depth + 1):
        product = dJ_dy
        for later in range(depth, layer, -1):
            if skip:
                product = product * (slope[later] * w[later] + 1.0)
            else:
                product = product * slope[later] * w[later]
        dJ_dw.append(product * slope[layer] * a[layer - 1])
    return [float(gradient) for gradient in dJ_dw], counter.multiplications


def multiplication_counts(depths: Iterable[int], skip: bool = False) -> tuple[Array, Array]:
    """Multiplications with and without reuse at each depth, counted while both are running.

    Two arrays of integers, shape (K,) for K depths. The work grows with the square of a depth, and
    each depth is counted once. Raises ValueError on a depth below 1.
    """
    counts = [_counted_at(index(depth), bool(skip)) for depth in depths]
    with_reuse, without = np.array(counts, dtype=int).reshape(-1, 2).T
    return with_reuse, without


@cache
def _counted_at(depth: int, skip: bool) -> tuple[int, int]:
    """Both counts of a chain of real numbers; kept, because curves ask for the same depths."""
    if depth < 1:
        raise ValueError(f"a chain has at least 1 layer, got {depth}")
    case = (np.full(depth, 0.5), 1.0, 0.0, "sigmoid", skip)
    return gradients_with_reuse(*case)[1], gradients_without_reuse(*case)[1]


@cache
def count_curves(most: int, skip: bool) -> tuple[Array, Array, Array]:
    """(depths, with reuse, without): depths 1 to 20 and every fifth up to ``most``."""
    depths = np.array([*range(1, 20), *range(20, most + 1, 5)])
    return (depths, *multiplication_counts(depths, skip))


def counted(depth: int, skip: bool) -> tuple[int, int]:
    """(with reuse, without) at one depth."""
    with_reuse, without = multiplication_counts([depth], skip)
    return int(with_reuse[0]), int(without[0])


def _start(
    weights: object, x: float, y: float, activation: str, skip: bool
) -> tuple[Counter, Counted, list[Counted], list[float], list[Counted]]:
    """A counter, ∂J/∂ŷ, and w[l], a[l], g'(z[l]) as lists by layer; w[0] and g'(z[0]) are no
    numbers of the chain. ∂J/∂ŷ, w and g' count.
    """
    network = chain(weights, activation, skip)
    trace = forward(network, [x], [y])
    counter = Counter()
    with np.errstate(over="ignore", invalid="ignore"):
        dJ_dy = Counted(2.0 * (trace.output.item() - trace.y.item()), counter)
        slopes = [slope_of(activation)(z).item() for z in trace.z[1:]]
    w = [Counted(value, counter) for value in (np.nan, *(w.item() for w in network.w[1:]))]
    slope = [Counted(value, counter) for value in (np.nan, *slopes)]
    return counter, dJ_dy, w, [a.item() for a in trace.a], slope
