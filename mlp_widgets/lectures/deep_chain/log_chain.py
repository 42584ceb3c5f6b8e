"""The chain in logarithms: how gradients shrink and grow far beyond what a float can hold.

    log10_gradients(np.ones(100), [0.5, 1.0, 1.5], x=1.0, y=0.0, activation="sigmoid")
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...core import Activation, find_activation
from ...core.activations import Array
from .chain import one_row, slope_of

TINY = -500
"""Numbers below 2^-500 carry a power of 2 beside them, see :func:`_product`."""


def log10_gradients(
    pattern: object,
    scales: object,
    *,
    x: float,
    y: float,
    activation: str,
    skip: bool = False,
) -> Array:
    """log10 |∂J/∂w[1]| of many chains in one call: shape (D, W), never NaN.

    Entry [d-1, k] is that of the chain of the first d layers with the weights
    ``scales[k] * pattern[:d]``; ``pattern`` has shape (D,), ``scales`` shape (W,).

        ln |∂J/∂w[1]| = ln |2 (a[d] - y)| + sum over l = 2..d of ln |factor of l| + ln |g'(z[1]) x|

    It adds logarithms, and neither a[l] nor the slopes of sigmoid and tanh underflow on the way,
    so a gradient of 1e-400 gives -400. -inf: the gradient is 0, because a factor is. That
    includes a[d] - y where a[d] is rounded to y, as with sigmoid(40) and y = 1. +inf: the chain
    overflows (its overflow_layer is not None) and has no gradient. Raises ValueError on other
    shapes, NaN, infinity, and an activation that is unknown or without slope.
    """
    df = slope_of(activation)
    g = find_activation(activation)
    x, y = one_row(x, "x", size=1)[0], one_row(y, "y", size=1)[0]
    pattern, scales = one_row(pattern, "pattern"), one_row(scales, "scales")
    with np.errstate(all="ignore"):
        w = pattern[:, None] * scales
        z, a, power = _forward(w, x, g, skip)
        logs = _log_slope(activation, df, z)
        first = logs[0] + np.log(np.abs(x))
        logs = np.log(np.abs(1.0 + df(z) * w)) if skip else logs + np.log(np.abs(w))
        logs[0] = first
        logs = (np.cumsum(logs, axis=0) + _log_slope_of_loss(a, power, y)) / np.log(10.0)
        overflow = np.logical_or.accumulate(~(np.isfinite(z) & np.isfinite(a)), axis=0)
    return np.where(overflow, np.inf, logs)


def _forward(w: Array, x: float, g: Activation, skip: bool) -> tuple[Array, Array, Array]:
    """z, a and the power p of 2 that belongs to a, all of shape (D, W): a stands for a 2^p.

    z stands for itself or, below 2^-500, for a number just as good: there g is a straight line
    to either side of 0, so the slope is the same and g(z) follows z.
    """
    zs, as_, powers = np.empty(w.shape), np.empty(w.shape), np.empty(w.shape, int)
    a, power = np.full(w.shape[1], x), np.zeros(w.shape[1], int)
    through_zero = g.f(np.zeros(1))[0] == 0
    for layer, weights in enumerate(w):
        z, new_power = _product(weights, a, power)
        new, new_power = g.f(z), new_power * through_zero
        if skip:
            common = np.maximum(power, new_power)
            new = np.ldexp(a, power - common) + np.ldexp(new, new_power - common)
            new_power = common
        a, power = new, new_power
        zs[layer], as_[layer], powers[layer] = z, a, power
    return zs, as_, powers


def _product(w: Array, a: Array, power: Array) -> tuple[Array, Array]:
    """w a 2^power as (value, p), meaning value 2^p: p is 0, or negative where value is near 2^-500.

    So no product underflows to 0, which would lose its sign, and with it the slope of ReLU.
    """
    (w, w_power), (a, a_power) = np.frexp(w), np.frexp(a)
    exponent = power + w_power + a_power
    beyond = np.minimum(exponent - TINY, 0)
    return np.ldexp(w * a, exponent - beyond), beyond


def _log_slope(activation: str, df: Callable[[Array], Array], z: Array) -> Array:
    """ln |g'(z)|; for sigmoid and tanh exact where g' itself would underflow.

    sigmoid' = e^-|z| / (1 + e^-|z|)², and tanh'(z) = 4 sigmoid'(2z).
    """
    rate = {"sigmoid": 1.0, "tanh": 2.0}.get(activation)
    if rate is None:
        return np.log(np.abs(df(z)))
    falling = -rate * np.abs(z)
    return 2 * np.log(rate) + falling - 2 * np.log1p(np.exp(falling))


def _log_slope_of_loss(a: Array, power: Array, y: float) -> Array:
    """ln |2 (a 2^power - y)|; halves, because the difference of two large numbers may overflow."""
    if y == 0:
        return np.log(np.abs(a)) + (power + 1) * np.log(2.0)
    return np.log(np.abs(np.ldexp(a, power - 1) - y / 2)) + np.log(4.0)
