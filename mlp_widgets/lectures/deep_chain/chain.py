"""The chain: networks of width 1 without biases, and their local factors.

    z[l] = w[l] a[l-1],   a[l] = g(z[l]), with skip a[l] = a[l-1] + g(z[l]),   J = (a[L] - y)²

The local factor of layer l is ∂a[l]/∂a[l-1] = g'(z[l]) w[l], with skip 1 + g'(z[l]) w[l], and
∂J/∂w[1] is 2 (a[L] - y) times the factors of the layers L..2 times g'(z[1]) x. Source: CMU 10-315,
"Neural Networks".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...core import ForwardTrace, Network, Skip, as_numbers, find_activation
from ...core.activations import Array


def chain(weights: object, activation: str, skip: bool = False) -> Network:
    """The network of width 1, without biases, with these weights w[1]..w[L], shape (L,).

    ``skip`` adds a[l-1] to a[l] in every layer. Raises ValueError on another shape, NaN, infinity
    and an unknown activation.
    """
    w = one_row(weights, "weights")
    depth = len(w)
    skips = [Skip(layer - 1, layer) for layer in range(1, depth + 1)] if skip else ()
    return Network(w.reshape(depth, 1, 1), None, [activation] * depth, skips)


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
    df, skip = slope_of(names.pop()), len(from_before) > 0
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(np.isfinite(z), skip + df(z) * w, np.nan)


def overflow_layer(trace: ForwardTrace) -> int | None:
    """The first layer l whose z[l] or a[l] is too large for a float; None if there is none.

    For a :func:`chain` on one point. J may be infinite without it: J is the square of a[L] - y.
    """
    finite = np.isfinite(_one_a_layer(trace.z[1:])) & np.isfinite(_one_a_layer(trace.a[1:]))
    return None if finite.all() else int(np.argmin(finite)) + 1


def one_row(values: object, what: str, size: int | None = None) -> Array:
    """`values` as finite floats of shape (n,), one number counting as n = 1."""
    array = np.atleast_1d(as_numbers(values, what))
    if array.ndim > 1 or size not in (None, array.size):
        wanted = "one number" if size == 1 else "one row of numbers"
        raise ValueError(f"{what} must be {wanted}, got an array of shape {array.shape}")
    return array


def slope_of(name: str) -> Callable[[Array], Array]:
    """g' of the activation of this name; ValueError if its neurons mix, as those of softmax do."""
    df = find_activation(name).df
    if df is None:
        raise ValueError(f"a chain needs an activation with a slope, {name!r} has none")
    return df


def _one_a_layer(arrays: Sequence[Array]) -> Array:
    """The numbers of all layers in one row, shape (L,) for a chain on one point."""
    return np.concatenate(arrays, axis=None)
