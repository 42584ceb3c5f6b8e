"""A fully connected network: weights, biases, activations and skip connections, frozen.

    z[l] = w[l] @ a[l-1] + b[l],   a[l] = f[l](z[l]) + what skips bring in,   a[0] = x

Layer numbers are the lecture's: ``w[1]`` is the first layer's weights and ``w[0]`` is None.
``w[l]`` has shape (n_l, n_{l-1}) and ``b[l]`` shape (n_l,). Leading axes, (..., n_l, n_{l-1}) and
(..., n_l), make a stack of networks, evaluated in one call. They follow numpy's broadcasting: an
array without them is shared by all networks of the stack.
"""

from __future__ import annotations

from cmath import isfinite
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .activations import Activation, Array, find_activation


class _Checked(np.ndarray):
    """Owns the numbers of an array that as_numbers gave: checked and frozen once and for all."""

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest real part."""
        return float(self.real.min()), float(self.real.max())


def as_numbers(values: object, what: str) -> Array:
    """A read-only copy of finite floats (or complex); ValueError says what is wrong with `what`."""
    if type(values) is np.ndarray and type(values.base) is _Checked:  # no part of one has this base
        return values
    try:
        array = np.asarray(values)
        if array.dtype.kind in "USMm":  # text and dates, which numpy would convert
            raise TypeError
        array = array.astype(complex if array.dtype.kind == "c" else float, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be numbers in a regular shape, got {values!r:.60}") from None
    if not array.size:
        raise ValueError(f"{what} is empty; at least one number is needed")
    if not all_finite(array):
        raise ValueError(f"{what} must be finite; it holds NaN or infinity")
    owner = _Checked(array.shape, array.dtype)
    owner[...] = array
    owner.setflags(write=False)
    return owner.view(np.ndarray)


def all_finite(array: Array) -> bool:
    """Whether no number is NaN or infinite; of a few, v·v tells it faster unless it overflows."""
    if array.size < 10_000 and isfinite(np.vdot(array, array)):  # for more, BLAS starts threads
        return True
    return bool(np.isfinite(array).all())


def frozen(arrays: Sequence[Array]) -> tuple[Array, ...]:
    """The arrays, or None where there is none; nobody can write to them."""
    for array in arrays:
        if array is not None:
            array.setflags(False)  # type: ignore[call-arg]  # twice as fast as write=False
    return tuple(arrays)


@dataclass(frozen=True)
class Skip:
    """A connection that jumps over layers: adds a[start] to a[into].

    With ``of="z"`` it adds z[start] instead; ``Skip(2, 2, of="z")`` is g = z² + ReLU(z²) and
    ``Skip(1, 2)`` is g = a¹ + ReLU(z²), the two forms of the lecture. Both layers have the same
    width, or the target has one neuron: then it receives the sum over the source's neurons.
    """

    start: int
    into: int
    of: str = "a"


@dataclass(frozen=True, eq=False)
class Network:
    """Parameters and structure of a fully connected network; nothing changes it.

    Give ``w`` and ``b`` for the layers 1..L in order, and one activation name for each.
    ``b=None`` means a network without biases. Raises ValueError on shapes that do not fit, on NaN
    or infinity, and on unknown names.
    """

    w: tuple[Array, ...]
    b: tuple[Array, ...] | None
    activations: tuple[str, ...]
    skips: tuple[Skip, ...] = ()
    f: tuple[Activation, ...] = field(init=False)
    product: Callable[[Array, Array], Array] = field(init=False)
    skips_into: dict[int, list[Skip]] = field(init=False)

    def __init__(self, w: Iterable[object], b: Iterable[object] | None = None,
                 activations: Sequence[str] = (), skips: Sequence[Skip] = ()) -> None:
        weights = _frozen_arrays(w, "w")
        biases = None if b is None else _frozen_arrays(b, "b")
        is_stack = _check_shapes(weights, biases, activations)
        self.__dict__.update(  # a frozen dataclass refuses plain assignment
            w=(None, *weights), b=None if biases is None else (None, *biases),
            activations=(None, *activations), skips=tuple(skips),
            product=_product if is_stack else np.ndarray.dot,
            f=(None, *(find_activation(name) for name in activations)))
        self.__dict__["skips_into"] = _skips_by_target(self)

    @cached_property
    def depth(self) -> int:
        """L, the number of layers with parameters."""
        return len(self.w) - 1

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """(n_0, n_1, ..., n_L)."""
        return (self.w[1].shape[-1], *(w.shape[-2] for w in self.w[1:]))

    @property
    def parameter_count(self) -> int:
        """Weights and biases of one network: sum over l of n_l (n_{l-1} + 1)."""
        bias = self.b is not None
        return sum(w.shape[-2] * (w.shape[-1] + bias) for w in self.w[1:])

    def parameters(self) -> list[Array]:
        """All weights, layer 1 to L, then all biases."""
        return [*self.w[1:], *(self.b[1:] if self.b is not None else ())]

    def with_parameters(self, parameters: Sequence[Array]) -> Network:
        """The same structure with other values, in the order of :meth:`parameters`."""
        depth, needed = self.depth, len(self.parameters())
        if len(parameters) != needed:
            raise ValueError(f"{self} has {needed} arrays of parameters, got {len(parameters)}")
        w, b = parameters[:depth], self.b and parameters[depth:]
        return Network(w, b, self.activations[1:], self.skips)

    def with_checked(self, parameters: Sequence[Array]) -> Network:
        """As :meth:`with_parameters`, for finite arrays of the same shapes that nobody else has."""
        w, b = frozen(parameters[: self.depth]), frozen(parameters[self.depth :])
        other = object.__new__(Network)
        other.__dict__.update(self.__dict__, w=(None, *w), b=(None, *b) if self.b else None)
        return other

    def __repr__(self) -> str:
        shape = "-".join(map(str, self.widths))
        return f"Network({shape}, {', '.join(self.activations[1:])})"


def _frozen_arrays(values: Iterable[object], letter: str) -> list[Array]:
    """Checked copies, layer 1 first, that nobody can write to."""
    return [as_numbers(value, f"{letter}[{layer}]") for layer, value in enumerate(values, start=1)]


def _product(w: Array, a: Array) -> Array:
    """w @ a for each network of a stack; of outer products ``*`` is faster."""
    return w * a if w.shape[-1] == 1 else w @ a


def _check_shapes(w: list[Array], b: list[Array] | None, activations: Sequence[str]) -> bool:
    """Whether it is a stack; ValueError unless weights, biases and activations fit together."""
    if not w:
        raise ValueError("a network needs at least one layer of weights")
    if isinstance(activations, str) or len(activations) != len(w):
        raise ValueError(f"{len(w)} layers need {len(w)} activation names, got {activations!r}")
    if b is not None and len(b) != len(w):
        raise ValueError(f"{len(w)} layers need {len(w)} biases, got {len(b)}")
    for i, weight in enumerate(w):
        layer = i + 1
        if weight.ndim < 2:
            raise ValueError(f"w[{layer}] must have shape (n_{layer}, n_{layer - 1}), "
                             f"got {weight.shape}")
        if i and weight.shape[-1] != w[i - 1].shape[-2]:
            raise ValueError(f"w[{layer}] takes {weight.shape[-1]} inputs, "
                             f"but layer {layer - 1} has {w[i - 1].shape[-2]} neurons")
        if b is not None and b[i].shape[-1:] != weight.shape[-2:-1]:
            raise ValueError(f"b[{layer}] must have shape ({weight.shape[-2]},), got {b[i].shape}")
    axes = {array.shape[:-2] for array in w} | {array.shape[:-1] for array in b or ()}
    try:
        len(axes) == 1 or np.broadcast_shapes(*axes)
    except ValueError:
        found = sorted(axes)
        raise ValueError(f"the leading axes of w and b must fit together, got {found}") from None
    return axes != {()}


def _skips_by_target(network: Network) -> dict[int, list[Skip]]:
    """The skips that end in each layer, each of them checked."""
    table: dict[int, list[Skip]] = {}
    widths = network.widths
    for skip in network.skips:
        if skip.of not in ("a", "z"):
            raise ValueError(f"a skip is of 'a' or of 'z', got {skip}")
        first, last = (1, skip.into) if skip.of == "z" else (0, skip.into - 1)
        if not (first <= skip.start <= last and skip.into <= network.depth):
            raise ValueError(f"{skip} does not go forward inside a network of "
                             f"{network.depth} layers")
        if widths[skip.into] not in (1, widths[skip.start]):
            raise ValueError(f"{skip} joins {widths[skip.start]} neurons to {widths[skip.into]}; "
                             "the numbers must be equal, or the target 1")
        table.setdefault(skip.into, []).append(skip)
    return table
