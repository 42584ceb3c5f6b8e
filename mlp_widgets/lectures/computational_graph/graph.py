"""A computational graph with its numbers: what every picture, step and sentence of the lab is from.

A node is a name, a number, or an operation; it gives one value. A wire takes the value to where it
is used, and brings a derivative back: that of the node, if it has one use; its own path's share, if
it has more, and then the derivative of the node is the sum of these shares.

A walk through the graph takes its nodes one after the other: forward every operation, backward
every node that has a derivative, the last one first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...explain.notation import Notation, Var
from ...explain.operations import Operation, until_overflow
from ...text import Factor, number, sum_of_products
from .layered import Layout, placed

ROUNDING = 16 * sys.float_info.epsilon
"""Of a sum of paths, each a product of some factors, relative to the sum of their sizes."""


@dataclass(frozen=True)
class Local(Factor):
    """A local derivative, the formula and its value. used: the nodes whose values it takes."""

    used: tuple[int, ...] = ()


@dataclass(frozen=True)
class Node:
    """One node. name: of its value, "" where the lecture gives it none. formula: what it is, in
    ``numbers`` with the values of its inputs.

    derivative: ∂L/∂(its value), None where none is asked for (a number, the target of a log loss).
    local: the derivative of the node by each input. notes: as those of an Operation.
    """

    sign: str
    name: str
    formula: str
    inputs: tuple[int, ...]
    value: float
    derivative: float | None
    local: tuple[Local | None, ...] = ()
    numbers: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_operation(self) -> bool:
        """Whether it computes something."""
        return bool(self.inputs)

    @property
    def symbol(self) -> str:
        """Its name, or what it is: "z", "w · x"."""
        return self.name or self.formula

    @property
    def with_respect(self) -> str:
        """The symbol of its derivative: "∂L/∂z", "∂L/∂(w · x)"."""
        return f"∂L/∂{self.name or f'({self.formula})'}"


def given(name: str, value: float, derivative: float | None) -> Node:
    """A node that computes nothing: a name, or with the name "" a number."""
    text = name or number(value)
    return Node(text, name, text, (), value, derivative)


@dataclass(frozen=True)
class Paths:
    """The sum of the paths to a value that is used more than once."""

    node: int
    shares: tuple[float, ...]
    total: float


@dataclass(frozen=True, eq=False)
class Graph:
    """The nodes, inputs first; the last one is L."""

    nodes: tuple[Node, ...]

    @cached_property
    def uses(self) -> list[list[tuple[int, int]]]:
        """For each node where its value is used: (node, slot)."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for k, node in enumerate(self.nodes):
            for slot, source in enumerate(node.inputs):
                found[source].append((k, slot))
        return found

    def share(self, source: int, end: int, slot: int) -> float | None:
        """What comes back along a wire: ∂L/∂(result of its end) · local derivative; of a value that
        is used once it is the derivative itself. ``end`` -1: the wire that leaves the graph."""
        own = self.nodes[source].derivative
        if end < 0 or own is None or len(self.uses[source]) == 1:
            return own
        after, local = self.nodes[end].derivative, self.nodes[end].local[slot]
        return own if after is None or local is None else after * local.value + 0.0

    @cached_property
    def sums(self) -> list[Paths]:
        """Of each value that is used more than once: the shares of its paths, and their sum."""
        return list(self._sums())

    def _sums(self) -> Iterator[Paths]:
        for k, node in enumerate(self.nodes):
            if len(self.uses[k]) > 1 and node.derivative is not None:
                shares = [self.share(k, end, slot) for end, slot in self.uses[k]]
                yield Paths(k, tuple(s for s in shares if s is not None), node.derivative)

    def size_of_paths(self, name: str) -> float:
        """The sum over all paths from L to a name of |product of the local derivatives|."""
        found = [0.0] * len(self.nodes)
        found[-1] = 1.0
        for k in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[k]
            for source, local in zip(node.inputs, node.local, strict=True):
                found[source] += found[k] * abs(local.value) if local else 0.0
        return next(size for size, node in zip(found, self.nodes, strict=True)
                    if node.name == name)

    def is_rounding(self, name: str) -> bool:
        """Whether the paths to a name cancel, and what is left of their sum is rounding."""
        left = next(node.derivative for node in self.nodes if node.name == name) or 0.0
        return 0 < abs(left) <= ROUNDING * self.size_of_paths(name)

    @cached_property
    def layout(self) -> Layout:
        """Where it stands in the picture."""
        return placed(tuple(node.inputs for node in self.nodes), len(self.sums))

    # -- the walk ---------------------------------------------------------------------------------

    @cached_property
    def forward(self) -> list[int]:
        """The nodes in the order in which the forward pass finds their values."""
        return [k for k, node in enumerate(self.nodes) if node.is_operation]

    @cached_property
    def backward(self) -> list[int]:
        """The nodes in the order in which the backward pass finds their derivatives."""
        return [k for k in range(len(self.nodes) - 1, -1, -1)
                if self.nodes[k].derivative is not None]

    @property
    def count(self) -> int:
        """Steps of both passes."""
        return len(self.forward) + len(self.backward)

    @cached_property
    def operations(self) -> list[Operation]:
        """Both passes, a node a step; what is too large for a float ends the walk."""
        return until_overflow([*map(self._forward_step, self.forward),
                               *map(self._backward_step, self.backward)])

    def var(self, k: int, kind: str = "a") -> Var:
        """A node as a variable of ``notation``: layer 0 for names and numbers, 1 for results."""
        return Var(kind, int(self.nodes[k].is_operation), k)

    def _forward_step(self, k: int) -> Operation:
        node = self.nodes[k]
        return Operation("forward", self.var(k), node.symbol, node.formula, node.numbers,
                         node.value, tuple(map(self.var, node.inputs)), node.notes)

    def _backward_step(self, k: int) -> Operation:
        """The sum over the uses of the node: ∂L/∂(result) · local derivative; ∂L/∂L = 1."""
        node, terms, used = self.nodes[k], [], []
        for end, slot in self.uses[k]:
            after, local = self.nodes[end], self.nodes[end].local[slot]
            assert after.derivative is not None and local is not None
            terms.append([Factor(after.with_respect, after.derivative), local])
            used += [self.var(end, "da"), *map(self.var, local.used)]
        formula, numbers, _ = sum_of_products(terms) if terms else (node.with_respect, "1", 1)
        assert node.derivative is not None
        return Operation("backward", self.var(k, "da"), node.with_respect, formula, numbers,
                         node.derivative, tuple(dict.fromkeys(used)), () if terms else ("start",))

    @cached_property
    def notation(self) -> Notation:
        """How steps, and reasons of the typed expressions, write the nodes."""
        written = {Var("constant"): "a number of the expression"}
        for k, node in enumerate(self.nodes):
            written |= {self.var(k): node.symbol, self.var(k, "da"): node.with_respect}
            if len(node.inputs) == 1:
                written[Var("z", 1, k)] = self.nodes[node.inputs[0]].symbol
        return Notation({}, 2, loss="L", written=written, neuron=self._called)

    def _called(self, layer: int, k: int) -> str:
        node = self.nodes[k]
        return f"the {node.sign} in {node.symbol}" if layer else node.symbol

    # -- what a walk that stands at a place shows: 0 is before the first step, and shows all -------

    def lit(self, place: int) -> tuple[set[int], set[int]]:
        """The node that the step at a place computes, and those that it uses."""
        if not place:
            return set(), set()
        op = self.operations[min(place, len(self.operations)) - 1]
        made = {op.result.neuron}
        return made, {var.neuron for var in op.used} - made

    def has_value(self, node: int, place: int) -> bool:
        """Whether the walk has come to the value of a node."""
        return not place or not self.nodes[node].is_operation or (
            self.forward.index(node) < place)

    def has_derivative(self, node: int, place: int) -> bool:
        """The same for its derivative."""
        return not place or node in self.backward[:max(place - len(self.forward), 0)]

    def is_backward(self, place: int) -> bool:
        """Whether the step at a place is one of the backward pass."""
        return place > len(self.forward)
