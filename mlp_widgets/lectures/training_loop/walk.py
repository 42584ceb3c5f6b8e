"""The lines of the training loop, and the first updates with all that they compute.

    lines_of(1)     # initialize, repeat, take, forward, loss, backward, update
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ...core import BackwardTrace, ForwardTrace, Network, backward, descend, forward
from ...core.activations import Array
from ...core.descent import minibatches
from ...text import SUPERSCRIPTS


@dataclass(frozen=True)
class Line:
    """One line of the loop: its number, kind, layer (0 without one), and in which update.

    kind: "initialize", "repeat", "take", "forward", "loss", "backward" or "update".
    """

    number: int
    kind: str
    layer: int = 0
    update: int = 0

    def at(self, update: int) -> Line:
        """The same line in an update."""
        return replace(self, update=update)


def lines_of(depth: int) -> list[Line]:
    """The loop of a network of this depth, from line 1 on."""
    layers = range(1, depth + 1)
    parts = [("initialize", 0), ("repeat", 0), ("take", 0), *(("forward", k) for k in layers),
             ("loss", 0), *(("backward", k) for k in reversed(layers)), ("update", 0)]
    return [Line(number, *part) for number, part in enumerate(parts, start=1)]


def stops_of(depth: int) -> list[Line]:
    """The lines that are repeated."""
    return lines_of(depth)[2:]


@dataclass(frozen=True, eq=False)
class Update:
    """One turn of the loop: the points taken, both passes over them, and the network after it."""

    points: Array
    trace: ForwardTrace
    back: BackwardTrace
    after: Network


def walk(network: Network, x: Array, y: Array, size: int, seed: int, alpha: float,
         count: int) -> list[Update]:
    """The first ``count`` updates θ ← θ − α ∂J/∂θ, on the mini-batches that the seed draws."""
    found = []
    for points in islice(minibatches(x.shape[-1], size, seed), count):
        trace = forward(network, x[:, points], y[:, points])
        back = backward(trace)
        network = descend(network, back.parameters(), alpha)
        found.append(Update(points, trace, back, network))
    return found


@dataclass(frozen=True, eq=False)
class NamedArray:
    """An array of the loop with its name; ``values`` has two axes. ``gradient``: it is of J."""

    name: str
    values: Array
    gradient: bool = False

    @property
    def shape(self) -> str:
        """As it is written: "3×4"."""
        return "×".join(map(str, self.values.shape))


def parameters_of(network: Network) -> list[NamedArray]:
    """W¹, b¹, W², ...: a bias as a column."""
    assert network.b is not None
    pairs = zip(network.w[1:], network.b[1:], strict=True)
    return [NamedArray(name + _up(layer), values) for layer, (w, b) in enumerate(pairs, start=1)
            for name, values in (("W", w), ("b", b[:, None]))]


Arrays = tuple[Sequence[NamedArray], Sequence[NamedArray]]
"""What a line uses and what it computes."""


def arrays_at(line: Line | None, start: Network, data: tuple[Array, Array],
              update: Update | None) -> Arrays:
    """The arrays of a line; before the first one only the data."""
    x, y = (NamedArray(name, values) for name, values in zip("xy", data, strict=True))
    if line is None:
        return [], [x, y]
    if update is None:
        return [], parameters_of(start)
    trace, back, layer = update.trace, update.back, line.layer
    own_x, own_y = NamedArray("x", trace.a[0]), NamedArray("y", trace.y)
    if line.kind == "take":
        return [x, y], [own_x, own_y]
    if line.kind == "forward":
        return _forward(trace, layer)
    if line.kind == "loss":
        return [_a(trace, trace.network.depth), own_y], [
            NamedArray("L", trace.losses[None]), NamedArray("J", np.reshape(trace.J, (1, 1)))]
    if line.kind == "backward":
        return _backward(trace, back, layer)
    # of a deeper network the gradients alone fill the row
    before = parameters_of(trace.network) if trace.network.depth == 1 else []
    return [*before, *_gradients(back)], parameters_of(update.after)


def _forward(trace: ForwardTrace, layer: int) -> Arrays:
    weights = parameters_of(trace.network)[2 * layer - 2 : 2 * layer]
    z = NamedArray("Z" + _up(layer), trace.z[layer])
    return [weights[0], _a(trace, layer - 1), weights[1]], [z, _a(trace, layer)]


def _backward(trace: ForwardTrace, back: BackwardTrace, layer: int) -> Arrays:
    depth = trace.network.depth
    if layer == depth:
        before = [_a(trace, depth), NamedArray("y", trace.y)]
    else:
        before = [parameters_of(trace.network)[2 * layer], _dz(back, layer + 1),
                  _a(trace, layer)]
    return [*before, _a(trace, layer - 1)], [_dz(back, layer), *_gradients(back)[
        2 * layer - 2 : 2 * layer]]


def _a(trace: ForwardTrace, layer: int) -> NamedArray:
    """Aˡ; of the first layer x, of the last one g."""
    names = {0: "x", trace.network.depth: "g"}
    return NamedArray(names.get(layer, "A" + _up(layer)), trace.a[layer])


def _dz(back: BackwardTrace, layer: int) -> NamedArray:
    return NamedArray("∂J/∂Z" + _up(layer), back.dJ_dz[layer], True)


def _gradients(back: BackwardTrace) -> list[NamedArray]:
    """∂J/∂W¹, ∂J/∂b¹, ∂J/∂W², ..."""
    assert back.dJ_db is not None
    pairs = zip(back.dJ_dw[1:], back.dJ_db[1:], strict=True)
    return [NamedArray(f"∂J/∂{name}{_up(layer)}", values, True)
            for layer, (dw, db) in enumerate(pairs, start=1)
            for name, values in (("W", dw), ("b", db[:, None]))]


def _up(layer: int) -> str:
    return str(layer).translate(SUPERSCRIPTS)
