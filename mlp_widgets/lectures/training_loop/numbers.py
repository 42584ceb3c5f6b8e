"""The numbers of the training-loop lab: its state, the data, and what a state determines.

    line:     g = w x + b
    network:  1-3-1, A¹ = tanh(W¹x + b¹), g = W²A¹ + b²;  w is the first entry of W¹, b is b²
    J = (1/N) Σᵢ (g⁽ⁱ⁾ − y⁽ⁱ⁾)²,   θ ← θ − η ∂J/∂θ

Source: MIT 6.390, Lecture 6 "Neural Networks II": "Initialize all W randomly; repeat: forward,
loss, backward, update", and SGD, mini-batches and GD in the same lecture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ...core import Network, initial_weights
from ...core.activations import Array
from ...data.traffic import HOURS, TRAFFIC
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...fields import DATA, PARAMETER, RATE, State, choice, cover, number, place, whole
from .noise import Noise
from .walk import Line, Update, lines_of, stops_of, walk

POINTS = 24
"""N, of every data set: it has many divisors, so that most batch sizes fill an epoch."""
WIDTHS = {"line": (1, 1), "network": (1, 3, 1)}
MODELS = {"line": "a line, w·x + b", "network": "a 1-3-1 network, tanh"}
SETS = {"traffic": "traffic by hour", "noisy": "a noisy line", "exact": "an exact line"}
WALKED = 6
"""Updates that one can walk through, line by line."""
SLOPE, HEIGHT, SPREAD = 1.5, 2.0, 0.8
"""The line of the data sets "noisy" and "exact", and the standard deviation of the noise."""
W_ENDS, B_ENDS = (-4.0, 4.0), (-2.0, 6.0)
"""Of the sliders, and of the landscape."""


@cache
def data_of(name: str) -> tuple[Array, Array]:
    """x and y of a data set, both of shape (1, N). x is scaled: it goes from −1 to 1."""
    x = 2 * HOURS / HOURS[-1] - 1
    if name == "traffic":
        y = np.array(TRAFFIC["all days"])
    else:
        noise = np.random.default_rng(0).normal(0.0, SPREAD, POINTS)
        y = SLOPE * x + HEIGHT + noise * (name == "noisy")
    return x[None], y[None]


@cache
def drawn_weights(model: str, seed: int) -> tuple[Array, ...]:
    """W¹ ... of the start: W_ij ~ N(0, 1/n_{l−1}), Xavier. All biases start at 0."""
    return tuple(initial_weights(WIDTHS[model], "xavier", seed))


def first_weight(state: TrainingLoopState) -> float:
    """w as it was drawn, with two decimals, so that one can read it."""
    return _readable(drawn_weights(state.model, state.seed))


def _readable(weights: tuple[Array, ...]) -> float:
    return round(float(weights[0][0, 0]), 2)


def best_line(name: str) -> dict[str, float]:
    """w and b with the least J of a line, by least squares; two decimals, so that one can read
    them."""
    x, y = data_of(name)
    w, b = np.linalg.lstsq(np.column_stack([x[0], np.ones(POINTS)]), y[0], rcond=None)[0]
    return {"w": round(float(w), 2), "b": round(float(b), 2)}


def _in_a_turn(state: TrainingLoopState) -> int:
    """Lines that are repeated."""
    return len(stops_of(len(WIDTHS[state.model]) - 1))


def _stops(state: TrainingLoopState) -> int:
    return 1 + WALKED * _in_a_turn(state)


@dataclass(frozen=True)
class TrainingLoopState(State):
    """All that the student can set."""

    batch: int = whole(4, DATA, 1, POINTS, label="batch size B", called="batch size", always=True,
                       says="points of a mini-batch: 1 is SGD, all 24 are GD")
    w: float = number(None, PARAMETER, most=1000.0, slider=(*W_ENDS, 0.05),
                      default_for=first_weight, says="at the start; drawn by the seed")
    b: float = number(0.0, PARAMETER, most=1000.0, slider=(*B_ENDS, 0.05), says="at the start")
    learning_rate: float = number(0.1, RATE, most=10.0, slider=(-3, 1, 0.05), log=True,
                                  positive=True, label="learning rate η", called="learning rate")
    seed: int = whole(1, DATA, 0, 999, label="seed", always=True,
                      says="of the start and of the shuffles")
    model: str = choice("line", MODELS, DATA, always=True)
    data: str = choice("traffic", SETS, DATA, called="data set")
    epochs: int = whole(30, RATE, 1, 200, says="of the trainings")
    operation: int = place(_stops)
    covered: bool = cover()

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """Another seed draws another start."""
        if changes.get("seed", self.seed) != self.seed:
            changes = {"w": None, "b": 0.0, **changes}
        return changes

    @property
    def start(self) -> tuple[object, ...]:
        """What the first network and the data depend on."""
        return self.w, self.b, self.seed, self.model, self.data

    @property
    def rate_so_far(self) -> float | None:
        """The learning rate, if the walk has used it: from the first update on."""
        return self.learning_rate if self.operation > _in_a_turn(self) else None


_BASE: dict[str, object] = {
    "model": "line", "data": "traffic", "seed": 1, "b": 0.0, "batch": 4, "learning_rate": 0.1,
    "w": _readable(drawn_weights("line", 1)), "epochs": 30}
PRESETS: dict[str, dict[str, object]] = {
    "SGD": {**_BASE, "batch": 1},
    "mini-batch": _BASE,
    "GD": {**_BASE, "batch": POINTS},
    "minimum": {**_BASE, **best_line("traffic"), "batch": 1},
    "exact": {**_BASE, "data": "exact", "w": SLOPE, "b": HEIGHT, "batch": 1},
    "too fast": {**_BASE, "learning_rate": 0.8},
    "network": {**_BASE, "model": "network", "epochs": 60},
}
"""Batch sizes; the minimum of noisy data, and of data without noise; a rate that is too large; a
network."""


@cache
def notation_of(depth: int) -> Notation:
    """w is the first entry of W¹, b the bias of the output."""
    return Notation({"w": Var("w", 1), "b": Var("b", depth)}, depth, output="g",
                    neuron=lambda layer, neuron: f"neuron {neuron + 1} of layer {layer}")


def start_of(state: TrainingLoopState) -> Network:
    """The network with which the loop begins: drawn, with w and b as the sliders say."""
    weights = [np.array(w) for w in drawn_weights(state.model, state.seed)]
    biases = [np.zeros(len(w)) for w in weights]
    weights[0][0, 0], biases[-1][0] = state.w, state.b
    return Network(weights, biases, [*["tanh"] * (len(weights) - 1), "identity"])


class Numbers(NetworkNumbers):
    """Everything a state determines: over all points at the start, and the first updates."""

    def __init__(self, state: TrainingLoopState) -> None:
        self.state = state
        network = start_of(state)
        super().__init__(network, notation_of(network.depth), data_of(state.data))

    @cached_property
    def walk(self) -> list[Update]:
        """The first updates, each on its own mini-batch."""
        s = self.state
        return walk(self.network, *data_of(s.data), s.batch, s.seed, s.learning_rate, WALKED)

    @cached_property
    def stops(self) -> list[Line]:
        """Every line at which the walk stops, from the first one on."""
        lines = lines_of(self.network.depth)
        return [lines[0], *(line.at(update) for update in range(1, WALKED + 1)
                            for line in stops_of(self.network.depth))]

    @property
    def line(self) -> Line | None:
        """The lit line; None before the first one."""
        place = self.state.operation
        return self.stops[place - 1] if place else None

    @property
    def update(self) -> Update | None:
        """The update in which the lit line stands; None before the first one."""
        line = self.line
        return self.walk[line.update - 1] if line and line.update else None

    @cached_property
    def noise(self) -> Noise:
        """The gradients of mini-batches at the start."""
        return Noise(self.trace, self.back, self.state.batch, self.state.seed)
