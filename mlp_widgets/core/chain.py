"""The chain: networks of width 1 without biases, their local factors, and how gradients shrink.

    z[l] = w[l] a[l-1],   a[l] = g(z[l]), with skip a[l] = a[l-1] + g(z[l]),   J = (a[L] - y)²

The local factor of layer l is ∂a[l]/∂a[l-1] = g'(z[l]) w[l], with skip 1 + g'(z[l]) w[l], and
∂J/∂w[1] is 2 (a[L] - y) times the factors of the layers L..2 times g'(z[1]) x. Source: CMU 10-315,
"Neural Networks".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .activations import Activation, Array, find_activation
from .network import Network, Skip, as_numbers
from .passes import ForwardTrace

TINY = -500
"""Numbers below 2^-500 carry a power of 2 beside them, see :func:`_product`."""


def chain(weights: object, activation: str, skip: bool = False) -> Network:
    """The network of width 1, without biases, with these weights w[1]..w[L], shape (L,).

    ``skip`` adds a[l-1] to a[l] in every layer. Raises ValueError on another shape, NaN, infinity
    and an unknown activation.
    """
    weights = _row(weights, "weights")
    depth = len(weights)
    skips = [Skip(layer - 1, layer) for layer in range(1, depth + 1)] if skip else ()
    return Network(weights.reshape(depth, 1, 1), None, [activation] * depth, skips)


def local_factors(trace: ForwardTrace) -> Array:
    """∂a[l]/∂a[l-1] for l = 1..L of a :func:`chain` on one point: g'(z[l]) w[l], plus 1 with skip.

    Shape (L,), layer 1 at index 0. NaN where z[l] is not finite: overflow has no slope. Raises
    ValueError unless the trace is of one chain, one point and an activation with a slope.
    """
    network, z = trace.network, _one_a_layer(trace.z[1:])
    w, names = _one_a_layer(network.w[1:]), set(network.activations[1:])
    from_before = [skip.into - skip.start == 1 and skip.of == "a" for skip in network.skips]
    if not len(z) == len(w) == network.depth or len(names) > 1 or not all(from_before):
        raise ValueError(f"local factors need one chain and one point, got {network!r:.80}")
    g, skip = _with_slope(names.pop()), len(from_before) > 0
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(np.isfinite(z), skip + g.df(z) * w, np.nan)


def overflow_layer(trace: ForwardTrace) -> int | None:
    """The first layer l whose z[l] or a[l] is too large for a float; None if there is none.

    For a :func:`chain` on one point. J may be infinite without it: J is the square of a[L] - y.
    """
    finite = np.isfinite(_one_a_layer(trace.z[1:])) & np.isfinite(_one_a_layer(trace.a[1:]))
    return None if finite.all() else int(np.argmin(finite)) + 1


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
    overflows (:func:`overflow_layer` is not None) and has no gradient. Raises ValueError on other
    shapes, NaN, infinity, and an activation that is unknown or without slope.
    """
    g = _with_slope(activation)
    x, y = _row(x, "x", size=1)[0], _row(y, "y", size=1)[0]
    pattern, scales = _row(pattern, "pattern"), _row(scales, "scales")
    with np.errstate(all="ignore"):
        w = pattern[:, None] * scales
        z, a, power = _forward(w, x, g, skip)
        logs = _log_slope(g, z)
        first = logs[0] + np.log(np.abs(x))
        logs = np.log(np.abs(1.0 + g.df(z) * w)) if skip else logs + np.log(np.abs(w))
        logs[0] = first
        logs = (np.cumsum(logs, axis=0) + _log_slope_of_loss(a, power, y)) / np.log(10.0)
        overflow = np.logical_or.accumulate(~(np.isfinite(z) & np.isfinite(a)), axis=0)
    return np.where(overflow, np.inf, logs)


def _row(values: object, what: str, size: int | None = None) -> Array:
    """`values` as finite floats of shape (n,), one number counting as n = 1."""
    array = np.atleast_1d(as_numbers(values, what))
    if array.ndim > 1 or size not in (None, array.size):
        wanted = "one number" if size == 1 else "one row of numbers"
        raise ValueError(f"{what} must be {wanted}, got an array of shape {array.shape}")
    return array


def _with_slope(name: str) -> Activation:
    """The activation of this name; ValueError if its neurons mix, as those of softmax do."""
    activation = find_activation(name)
    if activation.df is None:
        raise ValueError(f"a chain needs an activation with a slope, {name!r} has none")
    return activation


def _one_a_layer(arrays: Sequence[Array]) -> Array:
    """The numbers of all layers in one row, shape (L,) for a chain on one point."""
    return np.concatenate(arrays, axis=None)


def _forward(w: Array, x: float, g: Activation, skip: bool) -> tuple[Array, Array, Array]:
    """z, a and the power p of 2 that belongs to a, all of shape (D, W): a stands for a 2^p.

    z stands for itself or, below 2^-500, for a number just as good: there g is a straight line
    to either side of 0, so the slope is the same and g(z) follows z.
    """
    zs, as_, powers = (np.empty(w.shape, dtype) for dtype in (float, float, int))
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


def _log_slope(g: Activation, z: Array) -> Array:
    """ln |g'(z)|; for sigmoid and tanh exact where g' itself would underflow.

    sigmoid' = e^-|z| / (1 + e^-|z|)², and tanh'(z) = 4 sigmoid'(2z).
    """
    rate = {"sigmoid": 1.0, "tanh": 2.0}.get(g.name)
    if rate is None:
        return np.log(np.abs(g.df(z)))
    falling = -rate * np.abs(z)
    return 2 * np.log(rate) + falling - 2 * np.log1p(np.exp(falling))


def _log_slope_of_loss(a: Array, power: Array, y: float) -> Array:
    """ln |2 (a 2^power - y)|; halves, because the difference of two large numbers may overflow."""
    if y == 0:
        return np.log(np.abs(a)) + (power + 1) * np.log(2.0)
    return np.log(np.abs(np.ldexp(a, power - 1) - y / 2)) + np.log(4.0)
