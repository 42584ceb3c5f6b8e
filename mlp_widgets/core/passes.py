"""Forward and backward pass, with everything on the way kept.

    trace = forward(network, x, y)        # every z[l], a[l], and J
    gradients = backward(trace)           # every dJ/da[l], dJ/dz[l], dJ/dw[l], dJ/db[l]

Points are columns: x has shape (n_0, N) and a[l] shape (n_l, N). One point may be given as shape
(n_0,) and counts as N = 1. J is the mean of the loss over the points. A number too large for a
float becomes infinite without a warning; ask for ``np.isfinite(trace.J)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

import numpy as np

from .activations import Array
from .losses import Loss, find_loss
from .network import Network, Skip, as_numbers, frozen

NO_ARRAY = cast(Array, None)
"""None, where an array is missing: in layer 0, which has no z, and where no target y was given."""
_ones = lru_cache(maxsize=8)(np.ones)  # a product with them is a sum, and faster


@dataclass(frozen=True, eq=False)
class ForwardTrace:
    """All values of a forward pass: ``a[0]`` is x, ``z[0]`` is None, ``a[L]`` is the output.

    ``rest[l]`` is 1 - a[l] where the activation gives it (``Activation.sides``) and no skip adds.
    Without a target, ``y``, ``loss``, ``losses`` (one per point, shape (N,)) and ``J`` are None.
    For a stack of networks J has the stack's leading axes, and so has every z[l] and a[l] that
    differs from one network to another. Nothing can be written to.
    """

    network: Network
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    rest: tuple[Array, ...]
    y: Array = NO_ARRAY
    loss: Loss | None = None
    losses: Array = NO_ARRAY
    J: Array = NO_ARRAY

    @property
    def output(self) -> Array:
        """a[L], written g or ŷ in the lectures."""
        return self.a[-1]

    def __repr__(self) -> str:
        return f"ForwardTrace({self.network!r}, J={self.J})"


@dataclass(frozen=True, eq=False)
class BackwardTrace:
    """All gradients of J, each shaped like its variable; index 0 is None except in dJ_da.

    ``dJ_dz[l][:, i]`` is the derivative by the z of point i, the 1/N of the mean included.
    For a stack all of them have J's leading axes: ``dJ_dw[l][s]`` is the derivative of ``J[s]``,
    also where all networks share one w[l]. Nothing can be written to.
    """

    forward: ForwardTrace
    dJ_da_of_layers: tuple[Array, ...]
    dJ_dz: tuple[Array, ...]
    dJ_dw: tuple[Array, ...]
    dJ_db: tuple[Array, ...] | None

    @cached_property
    @np.errstate(divide="ignore", over="ignore", invalid="ignore")
    def dJ_da(self) -> tuple[Array, ...]:
        """dJ/da[0..L]. No parameter needs dJ/da[0] = w[1]ᵀ dJ/dz[1] + skips, and for many inputs it
        is a third of the backward pass; nor dJ/da[L] where the loss gives dJ/dz[L] by itself. So
        these two are worked out when this is first asked for."""
        of_layers, net, loss = list(self.dJ_da_of_layers), self.forward.network, self.forward.loss
        if loss is not None and loss.dL_dz:
            of_layers[-1] = _by_output(loss.dL_da, self.forward)
        dJ_dx = net.product(net.w[1].swapaxes(-1, -2), self.dJ_dz[1])
        for skip in net.skips:
            if (skip.of, skip.start) == ("a", 0):
                dJ_dx = dJ_dx + _skip_vjp(skip, self.forward, of_layers[skip.into])
        return frozen([dJ_dx, *of_layers[1:]])

    def parameters(self) -> list[Array]:
        """The gradients in the order of :meth:`Network.parameters`."""
        return [*self.dJ_dw[1:], *(self.dJ_db[1:] if self.dJ_db is not None else ())]

    def __repr__(self) -> str:
        return f"BackwardTrace({self.forward.network!r}, J={self.forward.J})"


def forward(network: Network, x: object, y: object | None = None, *,
            loss: str = "squared") -> ForwardTrace:
    """Evaluate the network: z[l] = w[l] a[l-1] + b[l], a[l] = f(z[l]) + skips; J if y is given.

    x has shape (n_0, N), y has shape (n_L, N); for one point (n_0,) and (n_L,). Raises ValueError
    on other shapes, NaN, infinity, no data, an unknown loss, or a log loss on an output for which
    it is not made.
    """
    x = as_columns(x, network.widths[0], "x")
    return evaluate(network, x, *(() if y is None else checked_target(network, x, y, loss)))


@np.errstate(over="ignore", invalid="ignore")
def evaluate(network: Network, x: Array, y: Array = NO_ARRAY,
             loss: Loss | None = None) -> ForwardTrace:
    """:func:`forward` for points that are checked and frozen; nothing is checked again."""
    z, a, rest = [NO_ARRAY], [x], [NO_ARRAY]
    w, b, skips_into = network.w, network.b, network.skips_into
    for layer in range(1, network.depth + 1):
        z.append(network.product(w[layer], a[-1]))
        if b is not None:  # of one neuron as a number, which is added faster than a column
            bias = b[layer].reshape(()) if b[layer].shape == (1,) else b[layer][..., None]
            z[layer] = z[layer] + bias
        f = network.f[layer]
        value, others = f.sides(z[-1]) if f.sides else (f.f(z[-1]), NO_ARRAY)
        a.append(value)
        rest.append(others)
        for skip in skips_into.get(layer, ()):
            a[layer], rest[layer] = a[layer] + _brought_by(skip, z, a), NO_ARRAY
    trace = network, frozen(z), frozen(a), frozen(rest)
    if loss is None:
        return ForwardTrace(*trace)
    losses = _sum(loss.terms(z[-1], a[-1], y, rest[-1]), -2)
    losses, J = frozen([losses, _sum(losses, -1) / y.shape[-1]])
    return ForwardTrace(*trace, y, loss, losses, J)


@np.errstate(over="ignore", invalid="ignore")
def backward(trace: ForwardTrace) -> BackwardTrace:
    """All gradients of J, last layer first, each one reused by the layer before.

    dJ/dz[l] = dJ/da[l] f'(z[l]);  dJ/dw[l] = dJ/dz[l] a[l-1]ᵀ;  dJ/db[l] = sum over points of
    dJ/dz[l];  dJ/da[l-1] = w[l]ᵀ dJ/dz[l]; a skip adds dJ/da of its target to its source.
    Raises ValueError if the trace was made without a target y.
    """
    if trace.loss is None:
        raise ValueError("backward needs a loss: call forward(network, x, y) with the target y")
    net, loss, L = trace.network, trace.loss, trace.network.depth
    dJ_da, dJ_dz, dJ_dw, dJ_db = [[NO_ARRAY] * (L + 1) for _ in range(4)]
    by_skip: dict[tuple[str, int], Array] = {}
    if not loss.dL_dz:
        dJ_da[L] = _by_output(loss.dL_da, trace)
    for layer in range(L, 0, -1):
        for skip in net.skips_into.get(layer, ()):
            source = (skip.of, skip.start)
            by_skip[source] = by_skip.get(source, 0.0) + _skip_vjp(skip, trace, dJ_da[layer])
        if layer == L and loss.dL_dz:  # a log loss: dJ/da may be infinite where dJ/dz is not
            dz = _by_output(loss.dL_dz, trace)
        else:
            rest = trace.rest[layer]
            dz = (net.f[layer].vjp(trace.z[layer], dJ_da[layer]) if rest is None
                  else dJ_da[layer] * (trace.a[layer] * rest))
        if by_skip and ("z", layer) in by_skip:
            dz = dz + by_skip["z", layer]
        dJ_dz[layer] = dz
        dJ_dw[layer] = net.product(dz, trace.a[layer - 1].swapaxes(-1, -2))
        if net.b is not None:
            dJ_db[layer] = _sum(dz, -1)
        if layer > 1:
            dJ_da[layer - 1] = net.product(net.w[layer].swapaxes(-1, -2), dz)
            if by_skip and ("a", layer - 1) in by_skip:
                dJ_da[layer - 1] = dJ_da[layer - 1] + by_skip["a", layer - 1]
    return BackwardTrace(trace, frozen(dJ_da), frozen(dJ_dz), frozen(dJ_dw),
                         net.b and frozen(dJ_db))


def as_columns(values: object, rows: int, what: str) -> Array:
    """`values` as an array of shape (rows, N); one point may come as shape (rows,)."""
    array = as_numbers(values, what)
    columns = array.reshape(-1, 1) if array.ndim < 2 else array
    if columns.ndim > 2 or columns.shape[0] != rows:
        raise ValueError(f"{what} must have shape ({rows}, N), or ({rows},) for one point, "
                         f"got {array.shape}")
    return columns


def checked_target(network: Network, x: Array, y: object, loss: str) -> tuple[Array, Loss]:
    """y as columns, as many as x has, and the loss by its name, which fits both; or ValueError."""
    rule, y = find_loss(loss), as_columns(y, network.widths[-1], "y")
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"x has {x.shape[-1]} points, y {y.shape[-1]}; give as many of each")
    rule.check(network, y)
    return y, rule


def _by_output(slope: Callable[..., Array], trace: ForwardTrace) -> Array:
    """dJ/da[L] or dJ/dz[L] from that slope of the loss at each point: 1/N of it."""
    return slope(trace.a[-1], trace.y, trace.rest[-1]) / np.array(float(trace.y.shape[-1]))


def _sum(array: Array, axis: int) -> Array:
    """The sum over an axis; where that has one entry, the entry itself."""
    if (count := array.shape[axis]) == 1:
        return array.squeeze(axis)
    return array.dot(_ones(count)) if axis == -1 else np.add.reduce(array, axis)


def _brought_by(skip: Skip, z: list[Array], a: list[Array]) -> Array:
    """What a skip adds: the source, or its sum where the target has one neuron."""
    source = (z if skip.of == "z" else a)[skip.start]
    return source if source.shape[-2] == a[skip.into].shape[-2] else source.sum(-2, keepdims=True)


def _skip_vjp(skip: Skip, trace: ForwardTrace, dJ_da: Array) -> Array:
    """What a skip sends back to its source: dJ/da of the target, once for each source neuron."""
    return np.repeat(dJ_da, trace.a[skip.start].shape[-2] // dJ_da.shape[-2], axis=-2)
