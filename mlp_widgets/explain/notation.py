"""The table of names: which variable of a network a lecture calls what.

    Notation({"w": Var("w", 1)}, depth=1, index=lambda layer, neuron: "", output="g", loss="L")

A variable is a :class:`Var`, so code never has to read a symbol; symbols are for people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..core import BackwardTrace, Network
from ..text import LETTERS, SUBSCRIPTS, symbol


class Var(NamedTuple):
    """One number of a network at one point: neurons and inputs count from 0, layers from 1.

    kind: "w", "b", "z", "a" (layer 0: an input), "y" (the target), "loss", "slope" (f′(z)), the
    gradients "da", "dz", "dw", "db", and "skip" (the +1 of a skip that comes from this neuron).
    """

    kind: str
    layer: int = 0
    neuron: int = 0
    input: int = 0


def _lower(layer: int, neuron: int) -> str:
    """CMU: layer and neuron below, "₁₂"."""
    return f"{layer}{neuron + 1}".translate(SUBSCRIPTS)


def _neuron(layer: int, neuron: int) -> str:
    return f"neuron {neuron + 1}"


@dataclass(frozen=True, eq=False)
class Notation:
    """How one lecture writes a network.

    parameters: name in code -> its place, ``Var("w", l, j, i)`` or ``Var("b", l, j)``. index:
    (layer, neuron) -> what z and a carry. hidden: the letter of a hidden a. output: the name of
    a[L], or "" if it is written as any other a. loss: of one point. slope: the letter of g′(z);
    with "" a ReLU's slope is written 𝟙[z > 0] and that of the identity is left out. plain_output:
    z[L] has no name, because it is the output. neuron: how a sentence calls a neuron. written:
    variables that have a symbol of their own.
    """

    parameters: Mapping[str, Var]
    depth: int
    index: Callable[[int, int], str] = _lower
    inputs: tuple[str, ...] = ("x",)
    output: str = "ŷ"
    hidden: str = "a"
    target: str = "y"
    loss: str = "J"
    slope: str = ""
    plain_output: bool = False
    neuron: Callable[[int, int], str] = _neuron
    written: Mapping[Var, str] = field(default_factory=dict)
    _names: Mapping[Var, str] = field(init=False, repr=False)
    _symbols: dict[Var, str] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        names = {var: name for name, var in self.parameters.items()}
        object.__setattr__(self, "_names", names)

    def symbol(self, var: Var) -> str:
        """How the lecture writes a variable: "w₁₁", "a₂¹", "∂J/∂z₃"."""
        if var not in self._symbols:  # kept: a stepper asks for a hundred of them at each move
            self._symbols[var] = self._written(var)
        return self._symbols[var]

    def _written(self, var: Var) -> str:
        kind, layer, neuron, _ = var
        if var in self.written:
            return self.written[var]
        if kind[0] == "d":
            return f"∂{self.loss}/∂{self.symbol(var._replace(kind=kind[1:]))}"
        if kind in ("w", "b"):
            return symbol(self._names[var])
        if kind in ("y", "loss"):
            return self.target if kind == "y" else self.loss
        if kind == "a" and layer == 0:
            return self.inputs[neuron]
        if kind == "a" and layer == self.depth and self.output:
            return self.output
        letter = self.hidden if kind == "a" else kind
        return f"{letter}{self.index(layer, neuron)}"

    def slope_of(self, var: Var, activation: str, z: float) -> str:
        """f′ at this z; for ReLU 𝟙[z > 0], which counts as 1 on the kink. "": it is left out."""
        inside = self.symbol(var._replace(kind="z"))
        if self.slope:
            return f"{self.slope}′({inside})"
        if activation == "identity":
            return ""
        if activation == "relu":
            return f"𝟙[{inside} {'≥' if z == 0 else '>'} 0]"
        return f"{LETTERS[activation]}′({inside})"

    def values(self, network: Network) -> dict[str, float]:
        """The parameters of a network by name."""
        return {name: float(getattr(network, var.kind)[var.layer][_place(var)])
                for name, var in self.parameters.items()}

    def gradients(self, back: BackwardTrace) -> dict[str, float]:
        """∂J/∂θ by name."""
        return {name: self.gradient(back, name) for name in self.parameters}

    def gradient(self, back: BackwardTrace, name: str) -> float:
        """∂J/∂θ of one parameter; + 0.0 makes −0 a plain 0."""
        var = self.parameters[name]
        return float(getattr(back, f"dJ_d{var.kind}")[var.layer][_place(var)]) + 0.0


def _place(var: Var) -> tuple[int, ...]:
    """Where a weight stands in w[l], or a bias in b[l]."""
    return (var.neuron, var.input) if var.kind == "w" else (var.neuron,)
