"""The numbers of the names-and-counts lab: its state, and everything computed from a state.

    z[l, j] = sum over i of w[l, j, i] a[l-1, i] + b[l, j],   a[l, j] = σ(z[l, j]),   a[0] = x
    J = sum over j of (a[L, j] - y_j)²  at one point

Layers, outputs j and inputs i count from 1, as in the lecture; "input 0" stands for the bias. The
network is a real one at every size: its numbers are drawn once and for all, and the picked
parameter can be set. Source: CMU 10-315, P. Virtue, "Neural Networks" (parameter naming).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...core import Network
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...explain.operations import Operation, most_operations, operations
from ...fields import DATA, PARAMETER, RATE, State, cover, declared, number, place, switch, whole
from ...text import indexed

MOST_LAYERS, MOST_NEURONS = 4, 1000
MOST_DRAWN = 5
"""So many neurons of a layer are drawn, with all lines between them."""
STOPS = (*range(1, 17), 20, 25, 30, 40, 50, 64, 80, 100, 128, 200, 256, 300, 400, 512, 784,
         MOST_NEURONS)
"""Widths through which the sliders go; a box takes every other one."""
WIDTHS = tuple(f"n{layer}" for layer in range(MOST_LAYERS + 1))
SHAPE = ("layers", *WIDTHS, "biases")
PICK = ("layer", "output", "input")


class Pick(NamedTuple):
    """Which parameter: w[layer, output, input], or with input 0 b[layer, output]."""

    layer: int
    output: int
    input: int

    @property
    def is_bias(self) -> bool:
        """Whether it is a bias."""
        return self.input == 0

    @property
    def name(self) -> str:
        """As the lecture writes it: "w₂,₁,₃" or "b₂,₁"."""
        return indexed("b", *self[:2]) if self.is_bias else indexed("w", *self)

    @property
    def var(self) -> Var:
        """Its place in the network, counted from 0."""
        if self.is_bias:
            return Var("b", self.layer, self.output - 1)
        return Var("w", self.layer, self.output - 1, self.input - 1)


def _width(layer: int, default: int) -> int:
    """The number of neurons of a layer, with a slider; 0 is the input."""
    of = "inputs" if layer == 0 else f"neurons of layer {layer}"
    return whole(default, DATA, 1, MOST_NEURONS, stops=STOPS, always=True,
                 when=lambda state: layer <= state.layers, says=of)


def _operations(state: NamesState) -> int:
    """Operations of both passes, with one output and where all neurons are drawn; else none."""
    if state.widths[-1] > 1 or max(state.widths) > MOST_DRAWN:
        return 0
    return most_operations(state.widths, state.biases)


@dataclass(frozen=True)
class NamesState(State):
    """All that the student can set."""

    layers: int = whole(3, DATA, 1, MOST_LAYERS, always=True, says="layers of weights")
    n0: int = _width(0, 3)
    n1: int = _width(1, 3)
    n2: int = _width(2, 2)
    n3: int = _width(3, 1)
    n4: int = _width(4, 1)
    biases: bool = switch(True, DATA)
    layer: int = whole(2, DATA, 1, MOST_LAYERS, always=True, says="of the picked parameter",
                       slider=lambda s: (1, s.layers, 1), when=lambda s: s.layers > 1)
    output: int = whole(1, DATA, 1, MOST_NEURONS, always=True, says="its neuron",
                        slider=lambda s: (1, s.outputs, 1), when=lambda s: s.outputs > 1)
    input: int = whole(3, DATA, 0, MOST_NEURONS, always=True, says="where it comes from; 0: a bias",
                       slider=lambda s: (s.first_input, s.inputs, 1),
                       when=lambda s: s.first_input < s.inputs)
    value: float = number(None, PARAMETER, most=1e9, slider=(-3.0, 3.0, 0.05), label="value",
                          default_for=lambda state: state.drawn,
                          says="of the picked parameter; the default is drawn")
    learning_rate: float = number(0.1, RATE, most=1e9, slider=(-5, 1, 0.05), log=True,
                                  positive=True, label="learning rate α", called="learning rate")
    operation: int = place(_operations)
    covered: bool = cover()

    @property
    def widths(self) -> tuple[int, ...]:
        """(n_0, ..., n_L)."""
        return tuple(getattr(self, name) for name in WIDTHS[:self.layers + 1])

    @property
    def pick(self) -> Pick:
        """The picked parameter."""
        return Pick(self.layer, self.output, self.input)

    @property
    def outputs(self) -> int:
        """Neurons of the picked layer: rows of its W."""
        return int(getattr(self, f"n{self.layer}"))

    @property
    def inputs(self) -> int:
        """Neurons before the picked layer: columns of its W."""
        return int(getattr(self, f"n{self.layer - 1}"))

    @property
    def first_input(self) -> int:
        """0, the bias, where there is one."""
        return 0 if self.biases else 1

    @property
    def drawn(self) -> float:
        """The picked parameter as it was drawn."""
        return float(_scaled(_table(self.layer)[self.output - 1, self.input], self.inputs))

    def check(self) -> None:
        """ValueError unless the network has the picked parameter."""
        for name, low, high, of in (
                ("layer", 1, self.layers, "the network has no more layers"),
                ("output", 1, self.outputs, f"layer {self.layer} has no more neurons"),
                ("input", self.first_input, self.inputs, f"layer {self.layer} has no others"),
        ):
            found = getattr(self, name)
            if not low <= found <= high:
                raise ValueError(f"{name} must be a whole number from {low} to {high}, "
                                 f"got {found}: {of}")

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """What is picked stays inside the network; another parameter has its own value, and one
        that was not set has what is drawn for it."""
        own = declared(type(self))
        new: dict[str, Any] = {
            name: own[name].check(changes[name]) if name in changes else getattr(self, name)
            for name in (*SHAPE, *PICK)}
        ends = {"layer": lambda: (1, new["layers"]),
                "output": lambda: (1, new[f"n{new['layer']}"]),
                "input": lambda: (0 if new["biases"] else 1, new[f"n{new['layer'] - 1}"])}
        for name in PICK:
            low, high = ends[name]()
            if name not in changes:
                new[name] = min(max(new[name], low), high)
        changes |= {name: new[name] for name in PICK}
        if Pick(*(new[name] for name in PICK)) != self.pick or self.value == self.drawn:
            changes.setdefault("value", None)
        return changes


PRESETS: dict[str, dict[str, object]] = {
    "3-3-2-1": {"layers": 3, "n0": 3, "n1": 3, "n2": 2, "n3": 1, "biases": True,
                "layer": 2, "output": 1, "input": 3},
    "traffic 1-2-1": {"layers": 2, "n0": 1, "n1": 2, "n2": 1, "biases": True,
                      "layer": 1, "output": 2, "input": 1},
    "logistic regression 784-10": {"layers": 1, "n0": 784, "n1": 10, "biases": True,
                                   "layer": 1, "output": 4, "input": 3},
    "digits 784-300-100-10": {"layers": 3, "n0": 784, "n1": 300, "n2": 100, "n3": 10,
                              "biases": True, "layer": 3, "output": 10, "input": 0},
}
"""The lecture's networks, by the names of the buttons."""


# -- the numbers of a network, drawn once and for all ----------------------------------------------


@lru_cache(maxsize=MOST_LAYERS + 1)
def _table(layer: int) -> np.ndarray:
    """Numbers from −1 to 1: a row for each neuron, its bias first, then a weight for each input.

    So a parameter keeps its number when another layer, or its own, gets more neurons.
    """
    shape = (MOST_NEURONS, MOST_NEURONS + 1)
    return 2 * np.random.default_rng(layer).random(shape, dtype=np.float32) - 1


def _scaled(numbers: np.ndarray, inputs: int) -> np.ndarray:
    """Numbers of a table with two digits after the point, smaller where there are many inputs: a
    sum of 784 terms would put every σ at its end."""
    return np.round(np.sqrt(10 / max(inputs, 10)) * numbers.astype(float), 2) + 0.0


@lru_cache(maxsize=MOST_LAYERS)
def _drawn(layer: int, outputs: int, inputs: int) -> np.ndarray:
    """Bias and weights of a layer, shape (outputs, 1 + inputs)."""
    return _scaled(_table(layer)[:outputs, : inputs + 1], inputs)


def point(widths: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The one point: x, shape (n_0, 1), from 0 to 1 as pixels are, and y = (1, 0, ..., 0)."""
    x = np.abs(_table(0)[: widths[0], :1].astype(float))
    return np.round(x, 1), np.eye(widths[-1], 1)


def network_of(state: NamesState) -> Network:
    """The network of a state: σ in every layer, the last included."""
    drawn = [_drawn(layer, outputs, inputs) for layer, (inputs, outputs)
             in enumerate(zip(state.widths, state.widths[1:], strict=False), start=1)]
    own = drawn[state.layer - 1].copy()
    own[state.output - 1, state.input] = state.value
    drawn[state.layer - 1] = own
    b = [layer[:, 0] for layer in drawn] if state.biases else None
    return Network([layer[:, 1:] for layer in drawn], b, ["sigmoid"] * state.layers)


class LectureNames(Notation):
    """CMU: w[layer, output, input], b, z and a[layer, neuron], and x_i; all with commas."""

    def _written(self, var: Var) -> str:
        kind, layer, neuron, place = var
        if kind == "w":
            return Pick(layer, neuron + 1, place + 1).name
        if kind == "a" and layer == 0:
            return indexed("x", neuron + 1)
        if kind in ("b", "z", "a"):
            return indexed(kind, layer, neuron + 1)
        return super()._written(var)


class LayerCount(NamedTuple):
    """Parameters of one layer."""

    layer: int
    inputs: int
    outputs: int
    weights: int
    biases: int

    @property
    def total(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    @property
    def of_one_neuron(self) -> int:
        """A weight for each input, and the bias."""
        return self.total // self.outputs


class Numbers(NetworkNumbers):
    """Everything a state determines. Its one parameter by name, "value", is the picked one."""

    def __init__(self, state: NamesState) -> None:
        self.state = state
        notation = LectureNames({"value": state.pick.var}, state.layers, output="",
                                neuron=lambda layer, j: f"neuron {j + 1} of layer {layer}")
        super().__init__(network_of(state), notation, point(state.widths))

    @property
    def counts(self) -> list[LayerCount]:
        """The parameters of each layer, counted in its arrays."""
        network = self.network
        return [LayerCount(layer, w.shape[1], w.shape[0], w.size,
                           network.b[layer].size if network.b is not None else 0)
                for layer, w in enumerate(network.w) if layer]

    @property
    def count(self) -> LayerCount:
        """Those of the picked layer."""
        return self.counts[self.state.layer - 1]

    @cached_property
    def operations(self) -> list[Operation]:
        """Both passes, one operation a step, where the network is walked through."""
        return operations(self.at) if _operations(self.state) else []
