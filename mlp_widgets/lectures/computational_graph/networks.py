"""The graph of a network at one point: its values and derivatives are those of the core's traces.

A neuron is a product for each input, their sum with the bias, and its activation; at the end stands
the loss. Of these the core keeps z, a, L and all gradients. What it does not keep are the products
w·x and the difference g − y: these two are made here of numbers of the traces. A derivative is
never made here: that of a product is ∂L/∂z, because a sum passes it on as it is, and that of g − y
is ∂L/∂g.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...explain.notation import Var
from ...explain.operations import Passes, activation_operation, loss_operation
from ...text import LETTERS, Factor, inner, product
from .graph import Graph, Local, Node, given

ONE = Local("1", 1.0)
"""That of a sum."""


def network_graph(p: Passes) -> Graph:
    """The graph of both passes."""
    builder = _Builder(p)
    builder.network()
    return Graph(tuple(builder.nodes))


class _Builder:
    """Adds node after node, inputs first."""

    def __init__(self, p: Passes) -> None:
        self.p = p
        self.nodes: list[Node] = []
        self.depth = p.network.depth

    def network(self) -> None:
        """Inputs, layer by layer all neurons, and the loss."""
        before = [self._given(Var("a", 0, i)) for i in self.p.neurons(0)]
        for layer in range(1, self.depth + 1):
            before = [self._neuron(layer, neuron, before) for neuron in self.p.neurons(layer)]
        self._loss(before[0])

    def _add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _given(self, var: Var) -> int:
        """An input, a parameter, or the target, whose derivative nobody asks for."""
        derivative = None if var.kind == "y" else self._derivative(var)
        return self._add(given(self.p.notation.symbol(var), self.p.value(var), derivative))

    def _derivative(self, var: Var) -> float:
        return self.p.value(var._replace(kind=f"d{var.kind}"))

    def _text(self, node: int) -> str:
        """The value of a node, to be put into a formula."""
        return Factor("", self.nodes[node].value).text

    # -- one neuron -------------------------------------------------------------------------------

    def _neuron(self, layer: int, neuron: int, before: Sequence[int]) -> int:
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
        w, a = (self.p.factor(var) for var in pair)
        formula, numbers, value = product([w, a])
        weight = self._given(pair[0])
        local = Local(a.symbol, a.value, (source,)), Local(w.symbol, w.value, (weight,))
        return self._add(Node("×", self.p.notation.symbol(z) if single else "", formula,
                              (weight, source), self.p.value(z) if single else value + 0.0,
                              self._derivative(z), local, numbers))

    def _sum(self, z: Var, terms: Sequence[int], layer: int, neuron: int) -> int:
        """The sum of the products and the bias."""
        if self.p.network.b is not None:
            terms = [*terms, self._given(Var("b", layer, neuron))]
        formula = " + ".join(self.nodes[term].formula for term in terms)
        first, *others = map(self._text, terms)
        return self._add(Node("+", self.p.notation.symbol(z), formula, tuple(terms),
                              self.p.value(z), self._derivative(z),
                              (ONE,) * len(terms),
                              " + ".join([first, *map(inner, others)])))

    def _activation(self, z: int, layer: int, neuron: int) -> int:
        a = Var("a", layer, neuron)
        op = activation_operation(self.p, a._replace(kind="z"), a)
        (slope,) = self.p.slope(a)
        return self._add(Node(LETTERS[self.p.network.activations[layer]], op.symbol, op.formula,
                              (z,), op.value, self._derivative(a),
                              (Local(slope.symbol, slope.value, (z,)),), op.numbers, op.notes))

    # -- the loss ---------------------------------------------------------------------------------

    def _loss(self, output: int) -> None:
        """(g − y)² as two nodes; the log loss as one."""
        target, back = self._given(Var("y")), Var("da", self.depth)
        loss = loss_operation(self.p, 0, "forward", Var("loss"))
        slope = loss_operation(self.p, 0, "backward", back)
        inputs: tuple[int, ...] = (output, target)
        sign, numbers = "NLL", loss.numbers
        local: tuple[Local | None, ...] = (
            Local(f"({slope.formula})", slope.value, (output, target)), None)
        if self.p.trace.loss and self.p.trace.loss.name == "squared":
            inside = self._difference(output, target)
            inputs, sign = (inside,), "( )²"
            numbers = f"{inner(self._text(inside))}²"
            local = (Local(slope.formula, slope.value, (inside,)),)
        self._add(Node(sign, loss.symbol, loss.formula, inputs, loss.value, 1.0, local, numbers))

    def _difference(self, output: int, target: int) -> int:
        """g − y, whose derivative is ∂L/∂g."""
        g, y = self.nodes[output], self.nodes[target]
        return self._add(Node("−", "", f"{g.symbol} − {y.symbol}", (output, target),
                              g.value - y.value + 0.0, self.p.value(Var("da", self.depth)),
                              (ONE, Local("(−1)", -1.0)),
                              f"{self._text(output)} − {inner(self._text(target))}"))
