"""Both passes over a typed expression, operation by operation, and why a derivative is 0.

    passes = Tape(read("relu(w*x)*v"), {"w": 2.0, "x": 1.0, "v": 3.0})
    passes.values, passes.derivatives          # of each term; the last value is L

Forward each term takes the values of its inputs; backward ∂L/∂(term) is the sum over its uses of
∂L/∂(result) · local derivative, last term first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...explain.notation import Notation, Var
from ...explain.operations import Operation
from ...explain.zeros import Why, Zero
from ...text import SUBSCRIPTS, Factor, inner, number, sum_of_products
from .elementary import Elementary, elementary
from .graph import Graph, Node
from .parsing import Expression, Term

STEP = 2.0**-560
"""Of the complex step: f(a + ih) = f(a) + ih f′(a) + O(h²), and h² is less than any float; a power
of 2, so that to divide by it rounds nothing."""


@dataclass(frozen=True, eq=False)
class ExpressionNotation(Notation):
    """Names of terms instead of those of a network."""

    written: Mapping[Var, str] = field(default_factory=dict)

    def _written(self, var: Var) -> str:
        return self.written.get(var) or super()._written(var)


class Tape:
    """The values and derivatives of an expression at the numbers of its names.

    ValueError, in one sentence, where one of them is no number.
    """

    def __init__(self, expression: Expression, at: Mapping[str, float]) -> None:
        self.expression, self.terms, self.at = expression, expression.terms, at
        self.rows = [_row(term) for term in self.terms]
        self.symbols = self._names()
        with np.errstate(all="ignore"):
            self.values = [float(v.real) for v in self._forward(at, checked=True)]
            self.local = [self._local(k) for k in range(len(self.terms))]
            self.uses = self._uses()
            self.derivatives = self._backward()

    def _names(self) -> list[str]:
        """Of each term: its own, the number, a₁, a₂, ... for results, L for the last."""
        found, count = [], 0
        for term in self.terms:
            count += bool(term.inputs)
            own = term.name or number(term.number) if not term.inputs else f"a{count}"
            found.append(own.translate(SUBSCRIPTS) if term.inputs else own)
        return [*found[:-1], "L"]

    # -- both passes ------------------------------------------------------------------------------

    def _forward(self, at: Mapping[str, complex], checked: bool = False) -> list[complex]:
        """The value of each term."""
        values: list[complex] = []
        for k, (term, row) in enumerate(zip(self.terms, self.rows, strict=True)):
            if row is None:
                values.append(at[term.name] if term.name else term.number)
                continue
            operands = [values[i] for i in term.inputs]
            if checked and (problem := row.refuses(*(v.real for v in operands))):
                raise ValueError(f"{self.symbols[k]} = {self.formula(k)}: {problem} is no number")
            # numpy's floats overflow to infinity where Python's raise
            value = row.f(*map(_of_numpy, operands))
            values.append(complex(value) if np.iscomplexobj(value) else float(value.real))
            if checked and not np.isfinite(values[-1]):
                raise ValueError(f"{self.symbols[k]} = {self.formula(k)} is too large for a float; "
                                 "choose smaller numbers")
        return values

    def _local(self, k: int) -> tuple[float, ...]:
        """The derivatives of a term by its inputs."""
        row, operands = self.rows[k], [_of_numpy(self.values[i]) for i in self.terms[k].inputs]
        return () if row is None else tuple(float(v) + 0.0 for v in row.local(*operands))

    def _uses(self) -> list[list[tuple[int, int]]]:
        found: list[list[tuple[int, int]]] = [[] for _ in self.terms]
        for k, term in enumerate(self.terms):
            for slot, source in enumerate(term.inputs):
                found[source].append((k, slot))
        return found

    def _backward(self) -> list[float]:
        """∂L/∂ of each term, the last one first."""
        found = [0.0] * len(self.terms)
        found[-1] = 1.0
        for k in range(len(self.terms) - 2, -1, -1):
            found[k] = sum(found[end] * self.local[end][slot] for end, slot in self.uses[k]) + 0.0
            if not np.isfinite(found[k]):
                raise ValueError(f"∂L/∂{self.symbols[k]} is too large for a float; choose other "
                                 "numbers")
        return found

    def derivative(self, name: str) -> float:
        """∂L/∂(name)."""
        return self.derivatives[self._place(name)]

    def by_complex_step(self, name: str) -> float:
        """The same without any derivative: the imaginary part of L at name + ih, through h."""
        moved = {**self.at, name: complex(self.at[name], STEP)}
        with np.errstate(all="ignore"):
            return complex(self._forward(moved)[-1]).imag / STEP + 0.0

    def _place(self, name: str) -> int:
        return next(k for k, term in enumerate(self.terms) if term.name == name)

    # -- as it is read ----------------------------------------------------------------------------

    def formula(self, k: int, numbers: bool = False) -> str:
        """A term as its operation on the symbols of its inputs, or on their numbers."""
        row = self.rows[k]
        if row is None:
            return self.symbols[k]
        return row.formula.format(**self._operands(k, numbers))

    def _operands(self, k: int, numbers: bool = False) -> dict[str, str]:
        texts = [Factor("", self.values[i]).text if numbers else self.symbols[i]
                 for i in self.terms[k].inputs]
        return {key: text for letter, plain in zip("ab", texts, strict=False)
                for key, text in ((letter, plain), (f"{letter}_", inner(plain)))}

    def local_factor(self, k: int, slot: int) -> Factor:
        """A local derivative as a factor: "2 · a₁", "x", "𝟙[a₁ ≥ 0]"."""
        symbol = self._template(k, slot).format(**self._operands(k))
        on_the_kink = self.terms[k].kind == "relu" and self.values[self.terms[k].inputs[0]] == 0
        return Factor(symbol.replace(">", "≥") if on_the_kink else symbol, self.local[k][slot])

    def _template(self, k: int, slot: int) -> str:
        row = self.rows[k]
        return row.symbols[slot] if row else ""

    def var(self, k: int, kind: str = "a") -> Var:
        """A term as a variable of a notation: layer 0 for names and numbers, 1 for results."""
        return Var(kind, int(bool(self.terms[k].inputs)), k)

    def notation(self) -> ExpressionNotation:
        """How operations and reasons write the terms."""
        written: dict[Var, str] = {Var("constant"): "a number of the expression"}
        for k, symbol in enumerate(self.symbols):
            written[self.var(k)] = symbol
            if len(self.terms[k].inputs) == 1:
                written[Var("z", 1, k)] = self.symbols[self.terms[k].inputs[0]]
        return ExpressionNotation({}, 2, loss="L", written=written, neuron=self._called)

    def _called(self, layer: int, k: int) -> str:
        row = self.rows[k]
        return f"the {row.sign} in {self.symbols[k]}" if row else self.symbols[k]

    # -- facts ------------------------------------------------------------------------------------

    def operations(self) -> list[Operation]:
        """Forward each result in order, backward each value from the last but one on."""
        results = [k for k, term in enumerate(self.terms) if term.inputs]
        wanted = [k for k in range(len(self.terms) - 2, -1, -1) if self.terms[k].kind != "number"]
        return [*map(self._forward_operation, results), *map(self._backward_operation, wanted)]

    def _forward_operation(self, k: int) -> Operation:
        used = tuple(self.var(i) for i in self.terms[k].inputs)
        notes: tuple[str, ...] = ()
        if self.terms[k].kind == "relu":
            z = self.values[self.terms[k].inputs[0]]
            notes = ("on the kink" if z == 0 else "off" if z < 0 else "on",)
        return Operation("forward", self.var(k), self.symbols[k], self.formula(k),
                         self.formula(k, numbers=True), self.values[k], used, notes)

    def _backward_operation(self, k: int) -> Operation:
        """The sum over its uses: ∂L/∂(result) · local derivative; ∂L/∂L = 1 is left out."""
        terms, used = [], []
        for end, slot in self.uses[k]:
            local, template = self.local_factor(end, slot), self._template(end, slot)
            before = [i for letter, i in zip("ab", self.terms[end].inputs, strict=False)
                      if f"{{{letter}" in template and self.terms[i].kind != "number"]
            last = end == len(self.terms) - 1
            terms.append([*([] if last else [Factor(f"∂L/∂{self.symbols[end]}",
                                                    self.derivatives[end])]), local])
            used += [*([] if last else [self.var(end, "da")]), *map(self.var, before)]
        formula, numbers, _ = sum_of_products(terms)
        return Operation("backward", self.var(k, "da"), f"∂L/∂{self.symbols[k]}", formula, numbers,
                         self.derivatives[k], tuple(dict.fromkeys(used)))

    def graph(self) -> Graph:
        """The graph, with the places of its operations in the stepper's list."""
        places = {op.result: k for k, op in enumerate(self.operations(), start=1)}
        first_back = 1 + sum(bool(term.inputs) for term in self.terms)
        nodes = []
        for k, (term, row) in enumerate(zip(self.terms, self.rows, strict=True)):
            last, constant = k == len(self.terms) - 1, term.kind == "number"
            nodes.append(Node(
                row.sign if row else self.symbols[k], "" if constant else self.symbols[k],
                self.formula(k), term.inputs, self.values[k],
                None if constant else self.derivatives[k], self.local[k],
                places.get(self.var(k), 0),
                first_back if last else places.get(self.var(k, "da"), 0)))
        return Graph(tuple(nodes), len(places))

    # -- why a derivative is 0 --------------------------------------------------------------------

    def why_zero(self, name: str) -> Why | None:
        """The first factor 0 on each path from L to a name; None if the derivative is not 0."""
        k = self._place(name)
        return Why(self._reasons(k)) if self.derivatives[k] == 0 else None

    def _reasons(self, k: int) -> tuple[Zero, ...]:
        """Why ∂L/∂ of a term is 0."""
        found: dict[Zero, None] = {}
        for end, slot in self.uses[k]:
            share = self.derivatives[end] * self.local[end][slot]
            if share != 0:
                return (Zero("cancel"),)
            if self.derivatives[end] == 0:
                found.update(dict.fromkeys(self._reasons(end)))
            else:
                found[self._reason(end, slot)] = None
        return tuple(found)

    def _reason(self, end: int, slot: int) -> Zero:
        """Why a local derivative is 0; if it is not, the product is too small."""
        kind, inputs = self.terms[end].kind, self.terms[end].inputs
        if self.local[end][slot] != 0:
            return Zero("underflow")
        if kind in ("relu", "sigmoid", "tanh", "exp"):
            z = self.values[inputs[0]]
            return Zero("off" if kind == "relu" else "flat", Var("slope", 1, end), z)
        factor = inputs[0] if kind == "power" else inputs[1 - slot] if len(inputs) == 2 else -1
        if factor < 0 or self.values[factor] != 0:
            return Zero("underflow")
        constant = self.terms[factor].kind == "number"
        return Zero("input", Var("constant") if constant else self.var(factor))


def _of_numpy(value: complex) -> complex:
    return np.complex128(value) if isinstance(value, complex) else np.float64(value)


def _row(term: Term) -> Elementary | None:
    """The operation of a term; None of a name or a number."""
    return elementary(term.kind, term.number) if term.inputs else None
