"""Losses: how far the output a[L] is from the target y, and the gradient of that.

A loss is summed over the output neurons of a point; J is the mean over the points.
The two log losses go with one output activation each and are computed from z[L], because
log(sigmoid(z)) and log(softmax(z)) stay finite where log(a) would not.

| name                    | L(a, y), one point                     | dL/da            | output   |
|-------------------------|----------------------------------------|------------------|----------|
| squared                 | sum_k (a_k - y_k)^2                    | 2 (a - y)        | any      |
| nll                     | -sum_k [y log a + (1 - y) log(1 - a)]  | (a - y)/(a(1-a)) | sigmoid  |
| softmax_cross_entropy   | -sum_k y_k log a_k                     | -y / a           | softmax  |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .activations import ONE, TWO, Array, sum_of_others
from .network import Network


def _nll(z: Array, a: Array, y: Array, rest: Array) -> Array:
    """-[y log a + (1-y) log(1-a)] with a = sigmoid(z), which is log(1 + e^z) - y z: nothing that
    overflows or cancels is left in z (1[z >= 0] - y) - log(1 - the smaller of a and 1 - a)."""
    smaller = np.minimum(a, rest)
    on = (smaller == rest).astype(float)  # of a bool the difference takes twice as long
    return z * (on - y) - np.log1p(-smaller)


def _nll_slope(a: Array, y: Array, rest: Array) -> Array:
    """(a - y) / (a (1 - a)); where that is beyond a float it is infinite, dJ/dz is not."""
    return np.where(y == 1, -1.0 / a, np.where(y == 0, 1.0 / rest, (1 - y) / rest - y / a))


def _nll_vjp(a: Array, y: Array, rest: Array) -> Array:
    """dL/dz = a - y, written (1 - y) a - y (1 - a): for y = 1 and a near 1 it keeps its digits."""
    return (ONE - y) * a - y * rest


def _cross_entropy(z: Array, a: Array, y: Array, rest: Array) -> Array:
    """-y_k log a_k with a = softmax(z): log a_k = z_k - log sum_j e^z_j, or log(1 - the others)."""
    shifted = z - z.real.max(axis=-2, keepdims=True)
    log_a = shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))
    near_1 = a.real > 0.5  # where the first form rounds to 0
    return -y * np.where(near_1, np.log1p(-np.where(near_1, sum_of_others(a), 0.0)), log_a)


def _cross_entropy_vjp(a: Array, y: Array, rest: Array) -> Array:
    """dL/dz_k = a_k sum_j y_j - y_k (that is a - y), without its terms that cancel."""
    return a * sum_of_others(y) - y * sum_of_others(a)


@dataclass(frozen=True)
class Loss:
    """One loss: terms L_k, dL/da, and for a log loss the output it needs and dL/dz.

    terms takes (z, a, y, rest) of the output layer, the others (a, y, rest), shape (..., n_L, N),
    and returns that shape; rest is 1 - a with all its digits for a sigmoid output, else None.
    """

    name: str
    terms: Callable[[Array, Array, Array, Array], Array]
    dL_da: Callable[[Array, Array, Array], Array]
    output: str | None = None
    dL_dz: Callable[[Array, Array, Array], Array] | None = None

    def check(self, network: Network, y: Array) -> None:
        """ValueError if a log loss meets another output than its own, or y outside [0, 1]."""
        if self.output is None:
            return
        if network.activations[-1] != self.output or network.depth in network.skips_into:
            raise ValueError(f"the loss {self.name!r} needs {self.output!r} as the last activation "
                             "and no skip into the output, got "
                             f"{network.activations[-1]!r} and {list(network.skips)}")
        least, most = getattr(y.base, "ends", None) or (y.real.min(), y.real.max())
        if least < 0 or most > 1:
            raise ValueError(f"the loss {self.name!r} needs y from 0 to 1, got {least} to {most}")

    def __repr__(self) -> str:
        return f"Loss({self.name!r})"


LOSSES: dict[str, Loss] = {row.name: row for row in (
    Loss("squared", lambda z, a, y, rest: (a - y) ** 2, lambda a, y, rest: TWO * (a - y)),
    Loss("nll", _nll, _nll_slope, "sigmoid", _nll_vjp),
    Loss("softmax_cross_entropy", _cross_entropy,
         lambda a, y, rest: np.where(y == 0, 0.0, -y / a), "softmax", _cross_entropy_vjp),
)}


def find_loss(name: str) -> Loss:
    """Look a loss up by its name; ValueError names the ones there are."""
    if name not in LOSSES:
        raise ValueError(f"unknown loss {name!r}; known are {', '.join(LOSSES)}")
    return LOSSES[name]
