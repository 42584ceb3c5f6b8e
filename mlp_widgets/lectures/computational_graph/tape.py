"""Both passes over a typed expression, operation by operation, and why a derivative is 0.

    passes = Tape(read("relu(w*x)*v"), {"w": 2.0, "x": 1.0, "v": 3.0})
    passes.values, passes.derivatives          # of each term; the last value is L

Forward each term takes the values of its inputs; backward ∂L/∂(term) is the sum over its uses of
∂L/∂(result) · local derivative, last term first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...explain.notation import Var
from ...explain.operations import about_z
from ...explain.zeros import Why, Zero
from ...text import SUBSCRIPTS, Factor, inner, number
from .elementary import Elementary, elementary
from .graph import Graph, Local, Node, given
from .parsing import Expression, Term

STEP = 2.0**-560
"""Of the complex step: f(a + ih) = f(a) + ih f′(a) + O(h²), and h² is less than any float; a power
of 2, so that to divide by it rounds nothing."""


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

    # -- as a graph -------------------------------------------------------------------------------

    def graph(self) -> Graph:
        """Each term as a node."""
        return Graph(tuple(map(self._node, range(len(self.terms)))))

    def _node(self, k: int) -> Node:
        term, row = self.terms[k], self.rows[k]
        derivative = None if term.kind == "number" else self.derivatives[k]
        if row is None:
            return given(term.name, self.values[k], derivative)
        local = tuple(self._local_of(k, slot) for slot in range(len(term.inputs)))
        notes = about_z("relu", self.values[term.inputs[0]]) if term.kind == "relu" else ()
        return Node(row.sign, self.symbols[k], self.formula(k), term.inputs, self.values[k],
                    derivative, local, self.formula(k, numbers=True), notes)

    def _local_of(self, k: int, slot: int) -> Local:
        """A local derivative: "2 · a₁", "x", "𝟙[a₁ ≥ 0]", with the names of which it is made."""
        term, row = self.terms[k], self.rows[k]
        template = row.symbols[slot] if row else ""
        symbol = template.format(**self._operands(k))
        on_the_kink = term.kind == "relu" and self.values[term.inputs[0]] == 0
        used = [i for letter, i in zip("ab", term.inputs, strict=False)
                if f"{{{letter}" in template and self.terms[i].kind != "number"]
        return Local(symbol.replace(">", "≥") if on_the_kink else symbol, self.local[k][slot],
                     tuple(used))

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
        return Zero("input", Var("constant") if constant else
                    Var("a", int(bool(self.terms[factor].inputs)), factor))


def _of_numpy(value: complex) -> complex:
    return np.complex128(value) if isinstance(value, complex) else np.float64(value)


def _row(term: Term) -> Elementary | None:
    """The operation of a term; None of a name or a number."""
    return elementary(term.kind, term.number) if term.inputs else None
