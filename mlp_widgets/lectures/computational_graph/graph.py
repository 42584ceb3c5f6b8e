"""A computational graph with its numbers: what every picture and sentence of the lab is made from.

A node is a name, a number, or an operation; it gives one value. A wire takes the value to where it
is used, and brings a derivative back: that of the node, if it has one use; its own path's share, if
it has more, and then the derivative of the node is the sum of these shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .layered import Layout, placed


@dataclass(frozen=True)
class Node:
    """One node. name: of its value, "" where the lecture gives it none. formula: what it is.

    derivative: ∂L/∂(its value), None where none is asked for (a number, the target of a network).
    local: the derivative of the node by each input. forward and backward: the places of the two
    operations of the stepper that give value and derivative; 0: it is given.
    """

    sign: str
    name: str
    formula: str
    inputs: tuple[int, ...]
    value: float
    derivative: float | None
    local: tuple[float | None, ...] = ()
    forward: int = 0
    backward: int = 0

    @property
    def is_operation(self) -> bool:
        """Whether it computes something."""
        return bool(self.inputs)


@dataclass(frozen=True)
class Paths:
    """The sum of the paths to a value that is used more than once."""

    node: int
    shares: tuple[float, ...]
    total: float


@dataclass(frozen=True, eq=False)
class Graph:
    """The nodes, inputs first; the last one is L. count: operations of the stepper."""

    nodes: tuple[Node, ...]
    count: int

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
        return own if after is None or local is None else after * local + 0.0

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
                found[source] += found[k] * abs(local or 0.0)
        return next(size for size, node in zip(found, self.nodes, strict=True)
                    if node.name == name)

    @cached_property
    def layout(self) -> Layout:
        """Where it stands in the picture."""
        return placed(tuple(node.inputs for node in self.nodes), len(self.sums))

    def lit(self, place: int) -> tuple[set[int], set[int]]:
        """The nodes that the operation at a place computes, and those that it uses."""
        if not place:
            return set(), set()
        made = {k for k, node in enumerate(self.nodes) if node.forward == place}
        if made:
            return made, {i for k in made for i in self.nodes[k].inputs} - made
        back = {k for k, node in enumerate(self.nodes) if node.backward == place}
        return back, {end for k in back for end, _ in self.uses[k]} - back

    def has_value(self, node: int, place: int) -> bool:
        """Whether a walk that stands at a place has come to the value of a node."""
        return not place or self.nodes[node].forward <= place

    def has_derivative(self, node: int, place: int) -> bool:
        """The same for its derivative."""
        return not place or self.nodes[node].backward <= place
