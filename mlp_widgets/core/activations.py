"""Activations: the function f beside its slope df, one row each.

``find_activation("relu").f(z)`` is f(z) and ``find_activation("relu").df(z)`` is df/dz, element by
element. Softmax mixes the neurons of its layer, so it has no slope of this kind; what every row
has is ``vjp(z, dJ_da)``, which turns dJ/da into dJ/dz.

**ReLU's slope at z = 0 is 1 here**, as on the lecture slides (0 for z < 0 and 1 otherwise; MIT
6.390 and CMU 10-315). At this one point frameworks differ: PyTorch uses 0. The same rule holds for
leaky ReLU, and the hard threshold is 1 at z = 0.

Complex input is allowed, because the tests differentiate with complex steps: the kinked functions
then branch on the real part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
LEAK = 0.01  # slope of leaky ReLU for z < 0
ZERO, ONE, TWO = map(np.array, (0.0, 1.0, 2.0))  # faster than Python's numbers


def _sigmoid_sides(z: Array) -> tuple[Array, Array]:
    """a = sigmoid(z) and 1 - a = sigmoid(-z), each with all its digits; 1 - a is 0 from z = 710."""
    if z.dtype.kind == "c":
        return 1.0 / (1.0 + np.exp(-z)), 1.0 / (1.0 + np.exp(z))
    a = np.exp(z)
    rest = ONE / (a + ONE)
    a *= rest
    return (a if z.item(z.argmax()) < 700.0 else np.fmin(a, ONE)), rest  # 1, not NaN, at e^z = ∞


@np.errstate(over="ignore", invalid="ignore")
def _sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z)."""
    return _sigmoid_sides(z)[0]


@np.errstate(over="ignore", invalid="ignore")
def _sigmoid_slope(z: Array) -> Array:
    """sigmoid(z) sigmoid(-z), which does not round to 0 where 1 - sigmoid(z) would."""
    return np.multiply(*_sigmoid_sides(z))


def _tanh_slope(z: Array) -> Array:
    """1 - tanh(z)^2 written as 4 sigmoid(2z) sigmoid(-2z), exact for large |z| too."""
    return 4.0 * _sigmoid_slope(2.0 * z)


def _softmax(z: Array) -> Array:
    """e^z_k / sum_j e^z_j over the neurons (second axis from the end); shifted, so no overflow."""
    e = np.exp(z - z.real.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True)


def sum_of_others(values: Array) -> Array:
    """For every neuron the sum over all the other neurons, of the same shape.

    For softmax it is 1 - a without the cancellation that would round it to 0 where a is nearly 1.
    """
    neurons = values.shape[-2]
    return (np.ones((neurons, neurons)) - np.eye(neurons)) @ values


def _on(z: Array) -> Array:
    """1.0 where a ReLU neuron is on (z >= 0), else 0.0."""
    return (z.real >= ZERO).astype(float)


def _relu(z: Array) -> Array:
    """max(0, z); for complex z the branch is chosen by the real part."""
    return np.where(z.real >= 0, z, 0.0) if z.dtype.kind == "c" else np.maximum(z, ZERO)


def _leak(z: Array) -> Array:
    """Slope of leaky ReLU: 1 where z >= 0, LEAK elsewhere."""
    return np.where(z.real >= 0, 1.0, LEAK)


@dataclass(frozen=True)
class Activation:
    """One activation: name, f, slope df (None where neurons mix) and how it is written.

    ``sides(z)`` gives a = f(z) and 1 - a with all its digits, where the slope is their product.
    """

    name: str
    f: Callable[[Array], Array]
    df: Callable[[Array], Array] | None
    symbol: str
    sides: Callable[[Array], tuple[Array, Array]] | None = None

    def vjp(self, z: Array, dJ_da: Array) -> Array:
        """Pull the gradient back through f: dJ/dz from dJ/da, shaped like z.

        dJ/dz = dJ/da * df/dz; for softmax dJ/dz_k = a_k sum_j a_j (dJ/da_k - dJ/da_j).
        """
        if self.df is None:
            a = self.f(z)
            return a * (dJ_da * sum_of_others(a) - sum_of_others(a * dJ_da))
        return dJ_da if self.df is np.ones_like else dJ_da * self.df(z)

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"


ACTIVATIONS: dict[str, Activation] = {row.name: row for row in (
    #          name          f(z)                   df/dz           symbol        sides
    Activation("identity",   lambda z: z,           np.ones_like,   "z"),
    Activation("threshold",  _on,                   np.zeros_like,  "1[z ≥ 0]"),
    Activation("sigmoid",    _sigmoid,              _sigmoid_slope, "σ(z)",       _sigmoid_sides),
    Activation("tanh",       np.tanh,               _tanh_slope,    "tanh(z)"),
    Activation("relu",       _relu,                 _on,            "ReLU(z)"),
    Activation("leaky_relu", lambda z: z * _leak(z), _leak,         "leaky ReLU(z)"),
    Activation("softmax",    _softmax,              None,           "softmax(z)"),
)}


def find_activation(name: str) -> Activation:
    """Look an activation up by its name; ValueError names the ones there are."""
    if name not in ACTIVATIONS:
        raise ValueError(f"unknown activation {name!r}; known are {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
