"""The graph of a network at one point: its values and derivatives are those of the core's traces.

A neuron is a product for each input, their sum with the bias, and its activation; at the end stands
the loss. Of these the core keeps z, a, L and all gradients. What it does not keep are the products
w·x and the difference g − y: these two are made here of numbers of the traces. A derivative is
never made here: that of a product is ∂L/∂z, because a sum passes it on as it is, and that of g − y
is ∂L/∂g.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...explain.notation import Var
from ...explain.operations import LOSS_FORMULAS, Operation, Passes
from ...text import LETTERS, product
from .graph import Graph, Node


def network_graph(p: Passes, operations: list[Operation]) -> Graph:
    """The graph of both passes, with the place of each operation in the stepper's list."""
    builder = _Builder(p, {op.result: k for k, op in enumerate(operations, start=1)})
    builder.network()
    return Graph(tuple(builder.nodes), len(operations))


class _Builder:
    """Adds node after node, inputs first."""

    def __init__(self, p: Passes, places: Mapping[Var, int]) -> None:
        self.p, self._places = p, places
        self.nodes: list[Node] = []
        self.depth = p.network.depth

    def network(self) -> None:
        """Inputs, layer by layer all neurons, and the loss."""
        before = [self._given(Var("a", 0, i)) for i in self.p.neurons(0)]
        for layer in range(1, self.depth + 1):
            before = [self._neuron(layer, neuron, before) for neuron in self.p.neurons(layer)]
        self._loss(before[0])

    def _add(self, sign: str, formula: str, inputs: tuple[int, ...], value: float,
             local: tuple[float | None, ...], var: Var | None, name: str = "",
             at: tuple[Var | None, Var | None] = (None, None)) -> int:
        """A node whose derivative is the variable ``var``; ``at``: the results of the operations
        that give value and derivative."""
        derivative = None if var is None else self.p.value(var)
        self.nodes.append(Node(sign, name, formula, inputs, value, derivative, local,
                               self._place(at[0]), self._place(at[1])))
        return len(self.nodes) - 1

    def _place(self, var: Var | None) -> int:
        """Where a variable is computed; after an overflow nothing is, and it is never shown."""
        return 0 if var is None else self._places.get(var, len(self._places) + 1)

    def _given(self, var: Var) -> int:
        """An input, a parameter, or the target."""
        name = self.p.notation.symbol(var)
        back = None if var.kind == "y" else var._replace(kind=f"d{var.kind}")
        return self._add(name, name, (), self.p.value(var), (), back, name, (None, back))

    # -- one neuron -------------------------------------------------------------------------------

    def _neuron(self, layer: int, neuron: int, before: list[int]) -> int:
        """z = w · a + b and a = f(z); the place of a."""
        plain = self.p.notation.plain_output and layer == self.depth
        z = Var("a" if plain else "z", layer, neuron)
        parts = [(Var("w", layer, neuron, i), Var("a", layer - 1, i)) for i in range(len(before))]
        single = len(parts) == 1 and self.p.network.b is None
        found = [self._product(z, pair, source, single)
                 for pair, source in zip(parts, before, strict=True)]
        if not single:
            found = [self._sum(z, found, layer, neuron)]
        return found[0] if plain else self._activation(found[0], layer, neuron)

    def _product(self, z: Var, pair: tuple[Var, Var], source: int, single: bool) -> int:
        """w · a; of a neuron that has no other term it is z itself."""
        factors = [self.p.factor(var) for var in pair]
        formula, _, value = product(factors)
        weight = self._given(pair[0])
        back = z._replace(kind=f"d{z.kind}")
        local = factors[1].value, factors[0].value
        if single:
            return self._add("×", formula, (weight, source), self.p.value(z), local, back,
                             self.p.notation.symbol(z), (z, back))
        return self._add("×", formula, (weight, source), value + 0.0, local, back,
                         at=(z, pair[0]._replace(kind="dw")))

    def _sum(self, z: Var, terms: list[int], layer: int, neuron: int) -> int:
        """The sum of the products and the bias."""
        if self.p.network.b is not None:
            terms = [*terms, self._given(Var("b", layer, neuron))]
        formula = " + ".join(self.nodes[term].formula for term in terms)
        back = z._replace(kind=f"d{z.kind}")
        return self._add("+", formula, tuple(terms), self.p.value(z), (1.0,) * len(terms), back,
                         self.p.notation.symbol(z), (z, back))

    def _activation(self, z: int, layer: int, neuron: int) -> int:
        a, slope = Var("a", layer, neuron), Var("slope", layer, neuron)
        back = a._replace(kind="da")
        sign = LETTERS[self.p.network.activations[layer]]
        return self._add(sign, f"{sign}({self.nodes[z].name})", (z,), self.p.value(a),
                         (self.p.value(slope),), back, self.p.notation.symbol(a), (a, back))

    # -- the loss ---------------------------------------------------------------------------------

    def _loss(self, output: int) -> None:
        """(g − y)² as two nodes; the log loss as one."""
        loss, back, target = Var("loss"), Var("da", self.depth), self._given(Var("y"))
        g, y = (self.nodes[k].name for k in (output, target))
        local = self.p.value(back)
        name = self.p.trace.loss.name if self.p.trace.loss else ""
        if name == "squared":
            error = self.nodes[output].value - self.nodes[target].value
            inside = self._add("−", f"{g} − {y}", (output, target), error + 0.0, (1.0, -1.0), back,
                               at=(loss, back))
            self._last("( )²", f"({g} − {y})²", (inside,), (local,))
        else:
            formula = LOSS_FORMULAS[name][0].format(g=g, y=y, y_=y)
            self._last("NLL", formula, (output, target), (local, None))

    def _last(self, sign: str, formula: str, inputs: tuple[int, ...],
              local: tuple[float | None, ...]) -> None:
        """L itself: ∂L/∂L = 1."""
        loss = Var("loss")
        self.nodes.append(Node(sign, self.p.notation.symbol(loss), formula, inputs,
                               self.p.value(loss), 1.0, local, self._place(loss),
                               self._place(Var("da", self.depth))))
