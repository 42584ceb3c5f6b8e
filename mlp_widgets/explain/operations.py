"""Both passes of a network at one point, one operation a step, with symbols and numbers.

    found = operations(Passes(trace, back, notation))
    found[0].symbol, found[0].formula, found[0].numbers, found[0].value   # "z₁", "w₁ · x", ...

Forward layer by layer, neuron by neuron, then the loss; backward from the loss: for each neuron
∂/∂a, ∂/∂z, ∂/∂b, ∂/∂w. Nothing is computed anew here: the values are those of the traces.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..core import BackwardTrace, ForwardTrace, Skip
from ..core.activations import Array
from ..text import FACTOR_DIGITS, LETTERS, ONE, Factor, inner, number, sum_of_products
from .notation import Notation, Var

Term = tuple[list[Factor], tuple[Var, ...]]
"""One product of a sum: its factors, and the variables that these are."""


class Passes:
    """The numbers of both passes at one point, by variable. ``back`` is None where no target is."""

    def __init__(self, trace: ForwardTrace, back: BackwardTrace | None,
                 notation: Notation) -> None:
        self.trace, self.back, self.notation = trace, back, notation
        self.network = trace.network
        self.widths = self.network.widths
        self._columns = {"z": trace.z, "a": trace.a}
        if back is not None:
            self._columns |= {"da": back.dJ_da, "dz": back.dJ_dz}
        self._skips_from: dict[tuple[str, int], list[Skip]] = {}
        for skip in self.network.skips:
            self._skips_from.setdefault((skip.of, skip.start), []).append(skip)

    def value(self, var: Var) -> float:
        """The value of a variable; + 0.0 makes −0 a plain 0. A skip counts 1."""
        kind, layer, neuron, place = var
        if kind in self._columns:
            found = self._columns[kind][layer][neuron, 0]
        elif kind == "skip":
            return 1.0
        elif kind in ("w", "dw"):
            found = (self.network.w if kind == "w" else self._back.dJ_dw)[layer][neuron, place]
        elif kind in ("b", "db"):
            found = (self._biases if kind == "b" else self._bias_gradients)[layer][neuron]
        elif kind == "slope":
            slope = self.network.f[layer].df
            found = slope(self.trace.z[layer][neuron : neuron + 1])[0, 0] if slope else math.nan
        elif kind in ("y", "loss"):
            found = self.trace.y[neuron, 0] if kind == "y" else self.trace.J
        else:
            raise ValueError(f"there is no {kind}: without a target there is no backward pass")
        return float(found) + 0.0

    def factor(self, var: Var) -> Factor:
        """A symbol with its present value."""
        return ONE if var.kind == "skip" else Factor(self.notation.symbol(var), self.value(var))

    def slope(self, var: Var) -> list[Factor]:
        """f′(z) of a neuron as a factor; none where the lecture leaves it out."""
        activation = self.network.activations[var.layer]
        z = self.value(var._replace(kind="z"))
        written = self.notation.slope_of(var, activation, z)
        return [Factor(written, self.value(var._replace(kind="slope")))] if written else []

    def neurons(self, layer: int) -> range:
        """The neurons of a layer."""
        return range(self.widths[layer])

    def skips_from(self, kind: str, layer: int) -> list[Skip]:
        """The skips that start here."""
        return self._skips_from.get((kind, layer), [])

    def target(self, skip: Skip, neuron: int) -> Var:
        """∂/∂a of the neuron into which a skip brings this neuron's value."""
        one = self.widths[skip.into] == 1
        return Var("da", skip.into, 0 if one else neuron)

    @property
    def _back(self) -> BackwardTrace:
        if self.back is None:
            raise ValueError("without a target there is no backward pass")
        return self.back

    @property
    def _biases(self) -> Sequence[Array]:
        return self.network.b or ()

    @property
    def _bias_gradients(self) -> Sequence[Array]:
        return self._back.dJ_db or ()


@dataclass(frozen=True)
class Operation:
    """One operation: ``symbol = formula = numbers = value``, where they differ: a product without a
    name, "w · x", is its own formula.

    result: the variable it gives; used: the variables it takes, parameters and skips included.
    notes: facts worth a word: "on the kink", "off", "on", "leaks", "flat", "overflow", "start".
    """

    way: str
    result: Var
    symbol: str
    formula: str
    numbers: str
    value: float
    used: tuple[Var, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = self.symbol, self.formula, self.numbers, number(self.value, FACTOR_DIGITS)
        return " = ".join(dict.fromkeys(parts))


def operations(p: Passes, inputs: bool = False) -> list[Operation]:
    """Forward, then backward if there is a target; with ``inputs`` down to ∂/∂x. What is too large
    for a float ends the pass."""
    return until_overflow(_both(p, inputs))


def until_overflow(steps: Iterable[Operation]) -> list[Operation]:
    """The operations up to the first whose result is too large for a float; of that it is ∞."""
    found = []
    for op in steps:
        if not math.isfinite(op.value):
            op = replace(op, value=math.inf, notes=("overflow",))
        found.append(op)
        if not math.isfinite(op.value) and op.result.kind != "loss":
            break
    return found


def _both(p: Passes, inputs: bool) -> Iterator[Operation]:
    depth = p.network.depth
    for layer in range(1, depth + 1):
        for neuron in p.neurons(layer):
            yield from _forward(p, layer, neuron)
    if p.trace.loss is None:
        return
    for neuron in p.neurons(depth):
        yield loss_operation(p, neuron, "forward", Var("loss", 0, neuron))
    if p.back is None:
        return
    for neuron in p.neurons(depth):
        yield loss_operation(p, neuron, "backward", Var("da", depth, neuron))
    for layer in range(depth, 0, -1):
        for neuron in p.neurons(layer):
            yield from _backward(p, layer, neuron)
    for neuron in p.neurons(0) if inputs else ():
        yield _sum(p, "backward", Var("da", 0, neuron), _terms_of_da(p, 0, neuron))


def _sum(p: Passes, way: str, result: Var, terms: Sequence[Term],
         notes: tuple[str, ...] = ()) -> Operation:
    """An operation whose formula is a sum of products; each term: factors, variables."""
    formula, numbers, _ = sum_of_products([factors for factors, _ in terms])
    used = tuple(var for _, variables in terms for var in variables)
    return Operation(way, result, p.notation.symbol(result), formula, numbers, p.value(result),
                     used, notes)


def _term(p: Passes, *variables: Var) -> Term:
    return [p.factor(var) for var in variables], variables


def _forward(p: Passes, layer: int, neuron: int) -> Iterator[Operation]:
    """z = w · a + b and a = f(z) + skips of one neuron."""
    z, a = Var("z", layer, neuron), Var("a", layer, neuron)
    terms = [_term(p, Var("w", layer, neuron, i), Var("a", layer - 1, i))
             for i in p.neurons(layer - 1)]
    if p.network.b is not None:
        terms.append(_term(p, Var("b", layer, neuron)))
    plain = p.notation.plain_output and layer == p.network.depth
    yield _sum(p, "forward", a if plain else z, terms)
    if not plain:
        yield activation_operation(p, z, a)


def activation_operation(p: Passes, z: Var, a: Var) -> Operation:
    """a = f(z), with what skips add before it."""
    name, inside = p.network.activations[a.layer], p.factor(z)
    own = [inside.symbol, inside.text]
    if name != "identity":
        own = [f"{LETTERS[name]}({text})" for text in own]
    brought = [p.factor(var) for var in _brought(p, a)]
    formula = " + ".join([*(f.symbol for f in brought), own[0]])
    texts = [*(f.text for f in brought), own[1]]
    numbers = " + ".join(inner(text) if k else text for k, text in enumerate(texts))
    skips = tuple(Var("skip", var.layer, var.neuron) for var in _brought(p, a))
    return Operation("forward", a, p.notation.symbol(a), formula, numbers, p.value(a),
                     (z, *_brought(p, a), *skips), about_z(name, inside.value))


def _brought(p: Passes, a: Var) -> list[Var]:
    """The variables that skips add to this a."""
    found = []
    for skip in p.network.skips_into.get(a.layer, ()):
        one = p.widths[skip.into] == 1
        neurons = p.neurons(skip.start) if one else [a.neuron]
        found += [Var(skip.of, skip.start, neuron) for neuron in neurons]
    return found


def about_z(activation: str, z: float) -> tuple[str, ...]:
    """What is special about z under an activation with a kink."""
    if activation not in ("relu", "leaky_relu"):
        return ()
    if z == 0:
        return ("on the kink",)
    if activation == "leaky_relu":
        return ("leaks",) if z < 0 else ()
    return ("off" if z < 0 else "on",)


LOSS_FORMULAS = {
    "squared": ("({g} − {y_})²", "2 · ({g} − {y_})"),
    "nll": ("−[{y} · log {g} + (1 − {y}) · log(1 − {g})]", "({g} − {y}) / ({g} · (1 − {g}))"),
    "nll of class 1": ("−log {g}", "−1 / {g}"),
    "nll of class 0": ("−log(1 − {g})", "1 / (1 − {g})"),
}
"""Loss -> the loss of a point and its slope by the output g; y_ is in brackets if negative."""


def loss_operation(p: Passes, neuron: int, way: str, result: Var) -> Operation:
    """The loss of the point, forward; its slope by the output, the first operation backward."""
    g, y = Var("a", p.network.depth, neuron), Var("y", 0, neuron)
    out, target = p.factor(g), p.factor(y)
    name = p.trace.loss.name if p.trace.loss is not None else "loss"
    if name == "nll" and target.value in (0, 1):
        name = f"nll of class {target.value:g}"
    formulas = LOSS_FORMULAS.get(name, (f"{name}({{g}}, {{y}})", "slope at {g}"))
    formula = formulas[way == "backward"]
    symbols = formula.format(g=out.symbol, y=target.symbol, y_=target.symbol)
    numbers = formula.format(g=out.text, y=target.text, y_=inner(target.text))
    return Operation(way, result, p.notation.symbol(result), symbols, numbers, p.value(result),
                     (g, y))


def _backward(p: Passes, layer: int, neuron: int) -> Iterator[Operation]:
    """∂/∂a (but at the output), ∂/∂z, ∂/∂b and ∂/∂w of one neuron."""
    depth = p.network.depth
    da, dz = Var("da", layer, neuron), Var("dz", layer, neuron)
    if layer < depth:
        yield _sum(p, "backward", da, _terms_of_da(p, layer, neuron))
    if p.notation.plain_output and layer == depth:
        dz = da
    else:
        slope = p.slope(dz)
        notes = ("flat",) if slope and slope[0].value == 0 else ()
        terms: list[Term] = [([p.factor(da), *slope], (da, Var("z", layer, neuron)))]
        terms += [_term(p, p.target(s, neuron), Var("skip", layer, neuron))
                  for s in p.skips_from("z", layer)]
        yield _sum(p, "backward", dz, terms, notes)
    if p.network.b is not None:
        yield _sum(p, "backward", Var("db", layer, neuron), [([p.factor(dz), ONE], (dz,))])
    for i in p.neurons(layer - 1):
        yield _sum(p, "backward", Var("dw", layer, neuron, i),
                   [_term(p, dz, Var("a", layer - 1, i))])


def _terms_of_da(p: Passes, layer: int, neuron: int) -> list[Term]:
    """∂/∂a: from every neuron of the next layer, and by each skip."""
    plain = p.notation.plain_output and layer + 1 == p.network.depth
    terms = [_term(p, Var("da" if plain else "dz", layer + 1, k), Var("w", layer + 1, k, neuron))
             for k in p.neurons(layer + 1)]
    return terms + [_term(p, p.target(s, neuron), Var("skip", layer, neuron))
                    for s in p.skips_from("a", layer)]


def most_operations(widths: Sequence[int], biases: bool, plain_output: bool = False,
                    inputs: bool = False) -> int:
    """How many operations both passes of a network of these widths have."""
    count = widths[0] * inputs
    for layer, neurons in enumerate(widths[1:], start=1):
        last = layer == len(widths) - 1
        own_z = not (last and plain_output)
        forward = 1 + own_z
        backward = (not last) + own_z + biases + widths[layer - 1]
        count += neurons * (forward + backward + 2 * last)
    return count


def lit(found: Sequence[Operation], place: int) -> dict[Var, str]:
    """The variables with a halo at an operation (1 is the first; 0: none): "now" or "reused".

    What is computed and the parameters it takes are "now"; values found earlier are "reused".
    """
    if not place or not found:
        return {}
    op = found[min(int(place), len(found)) - 1]
    own = ("w", "b", "skip")
    return {**{var: "reused" for var in op.used if var.kind not in own},
            **{var: "now" for var in (*op.used, op.result) if var.kind in own or var == op.result}}
