"""The numbers of the computational-graph lab: its state, and everything computed from a state.

Five networks of the lectures, at one point: the regressor g = w x + b, the classifier
g = σ(w x + b), the ReLU neuron g = ReLU(w x + b), two hidden ReLU neurons, and the three-neuron
traffic network at one hour. Their numbers are those of the core's two passes. A typed expression
has a tape of its own (:mod:`.tape`); its result is called L too.

Source: MIT 6.390, "Neural Networks II" (computational graphs; examples on the point (3, 6); worked
example); CMU 10-315, "Neural Networks" (three-neuron network). The point of the logistic classifier
is this project's choice: at w = 0.5, b = −1 and x = 2 its g is 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from ...core import Network, forward
from ...data.traffic import TRAFFIC
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...explain.operations import Operation
from ...explain.zeros import Why
from ...fields import (
    DATA,
    PARAMETER,
    RATE,
    VIEW,
    Ends,
    Role,
    State,
    choice,
    cover,
    declared,
    number,
    place,
    switch,
    typed,
)
from ...text import number as written
from ...text import symbol
from .graph import Graph
from .networks import network_graph
from .parsing import EXAMPLE, Expression, as_text, read
from .tape import STEP, Tape

LARGEST = 1e6
OWN = "own"
HOURS = TRAFFIC["all days"]


@dataclass(frozen=True)
class Kind:
    """One of the five networks: what a list calls it, whether it has two hidden neurons, its
    activation and loss, its notation, and the point (x, y) of its lecture."""

    title: str
    hidden: bool
    activation: str
    notation: Notation
    point: tuple[float, float]
    loss: str = "squared"


def _one(plain: bool) -> Notation:
    return Notation({"w": Var("w", 1), "b": Var("b", 1)}, 1, index=lambda layer, neuron: "",
                    output="g", loss="L", plain_output=plain,
                    neuron=lambda layer, neuron: "the neuron")


TWO = Notation({"w1_1": Var("w", 1, 0), "w2_1": Var("w", 1, 1),
                "w1_2": Var("w", 2, 0, 0), "w2_2": Var("w", 2, 0, 1)}, 2,
               index=lambda layer, neuron: "²" if layer == 2 else ("₁¹", "₂¹")[neuron],
               output="g", loss="L", plain_output=True)
THREE = Notation({"w11": Var("w", 1, 0), "b11": Var("b", 1, 0), "w12": Var("w", 1, 1),
                  "b12": Var("b", 1, 1), "w21": Var("w", 2, 0, 0), "w22": Var("w", 2, 0, 1),
                  "b21": Var("b", 2)}, 2, loss="L", plain_output=True)
HOUR = 8
KINDS = {
    "linear": Kind("linear regressor", False, "identity", _one(True), (3.0, 6.0)),
    "logistic": Kind("logistic classifier", False, "sigmoid", _one(False), (2.0, 1.0), "nll"),
    "relu": Kind("ReLU neuron", False, "relu", _one(False), (3.0, 6.0)),
    "two": Kind("two hidden neurons", True, "relu", TWO, (1.0, 3.0)),
    "three": Kind("three neurons, one hour", True, "relu", THREE, (float(HOUR), HOURS[HOUR])),
}
TITLES = {**{name: kind.title for name, kind in KINDS.items()}, OWN: "your own expression"}


def _in_use(name: str) -> Callable[[GraphState], bool]:
    return lambda state: name in state.names


def _parameter(name: str, default: float, low: float, high: float, step: float) -> float:
    return number(default, PARAMETER, most=LARGEST, slider=(low, high, step), when=_in_use(name))


def _ends_of_x(state: GraphState) -> Ends:
    return (0.0, 23.0, 1.0) if state.graph == "three" else (-5.0, 5.0, 0.1)


def _ends_of_y(state: GraphState) -> Ends:
    return (0.0, 1.0, 0.05) if state.graph == "logistic" else (-10.0, 10.0, 0.1)


def _point(graph: str, x: float | None = None) -> tuple[float, float]:
    """The point of the lecture's example; at an hour x what was measured then."""
    if graph == "three" and x is not None and x in range(len(HOURS)):
        return x, HOURS[int(x)]
    return KINDS["linear" if graph == OWN else graph].point


def _most(state: GraphState) -> int:
    """The steps of both passes: forward each operation, backward each node but numbers and y."""
    if state.graph == OWN:
        return sum(bool(t.inputs) + (t.kind != "number") for t in state.read.terms)
    return _steps(state.graph)


@lru_cache
def _steps(name: str) -> int:
    """Those of a network, whatever its numbers are."""
    kind = KINDS[name]
    zeros = dict.fromkeys(kind.notation.parameters, 0.0)
    of_zeros = NetworkNumbers(network_with(zeros, kind), kind.notation, (0.0, 0.0), loss=kind.loss)
    return network_graph(of_zeros.at).count


@dataclass(frozen=True)
class GraphState(State):
    """All that the student can set."""

    expression: str = typed(EXAMPLE, DATA, read=as_text, label="own L =",
                            examples=("relu(w*x)*v", "(v*tanh(w*x + b) + u - y)**2", EXAMPLE),
                            says="shown as a graph where graph is own")
    graph: str = choice(None, TITLES, DATA, always=True, says="by default own with an expression, "
                        "else linear", default_for=lambda state:
                        "linear" if state.expression == EXAMPLE else OWN)
    w: float = _parameter("w", 1.5, -3.0, 3.0, 0.05)
    b: float = _parameter("b", 0.0, -3.0, 3.0, 0.05)
    v: float = _parameter("v", 2.0, -3.0, 3.0, 0.05)
    u: float = _parameter("u", 1.0, -3.0, 3.0, 0.05)
    w1_1: float = _parameter("w1_1", 2.0, -4.0, 4.0, 0.05)
    w2_1: float = _parameter("w2_1", -1.0, -4.0, 4.0, 0.05)
    w1_2: float = _parameter("w1_2", 1.0, -4.0, 4.0, 0.05)
    w2_2: float = _parameter("w2_2", 2.0, -4.0, 4.0, 0.05)
    w11: float = _parameter("w11", 0.4, -2.0, 2.0, 0.05)
    b11: float = _parameter("b11", -5.9, -15.0, 15.0, 0.1)
    w12: float = _parameter("w12", -0.6, -2.0, 2.0, 0.05)
    b12: float = _parameter("b12", 5.2, -15.0, 15.0, 0.1)
    w21: float = _parameter("w21", -1.0, -3.0, 3.0, 0.05)
    w22: float = _parameter("w22", -1.0, -3.0, 3.0, 0.05)
    b21: float = _parameter("b21", 5.1, -15.0, 15.0, 0.1)
    x: float = number(None, DATA, most=LARGEST, slider=_ends_of_x, when=_in_use("x"),
                      default_for=lambda state: _point(state.graph)[0],
                      says="by default that of the lecture's example of the graph")
    y: float = number(None, DATA, most=LARGEST, slider=_ends_of_y, when=_in_use("y"),
                      default_for=lambda state: _point(state.graph, state.x)[1],
                      says="by default as x; of three neurons what was measured at the hour x")
    local: bool = switch(True, VIEW, label="local derivatives",
                         says="whether they stand on the wires, in brackets")
    learning_rate: float = number(0.01, RATE, slider=(-5, 1, 0.05), log=True, positive=True,
                                  label="learning rate η", called="learning rate")
    operation: int = place(_most)
    covered: bool = cover()

    def check(self) -> None:
        """The log loss is for targets from 0 to 1."""
        if self.graph == "logistic" and not 0 <= self.y <= 1:
            raise ValueError("the target y of the logistic classifier must be a number from 0 to "
                             f"1, got {written(self.y)}")

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """To type an expression means to see it. Each network comes with the point of its lecture;
        at an hour of the day y is what was measured there."""
        if "expression" in changes:
            changes.setdefault("graph", OWN)
        graph = changes.get("graph", self.graph)
        if graph != self.graph and isinstance(graph, str) and graph in KINDS:
            return {"x": None, "y": None, **changes}
        if graph == "three" and changes.get("x") in range(len(HOURS)):
            changes.setdefault("y", None)
        return changes

    @property
    def read(self) -> Expression:
        """The terms of the typed expression."""
        return read(self.expression)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters, x and y that the graph has."""
        if self.graph == OWN:
            return self.read.names
        return (*KINDS[self.graph].notation.parameters, "x", "y")

    @property
    def parameters(self) -> dict[str, float]:
        """Those that the graph has, in the order of the fields."""
        return {name: getattr(self, name) for name in names_of_role(PARAMETER)
                if name in self.names}


def names_of_role(role: Role) -> list[str]:
    """The fields of a role."""
    return [name for name, of in declared(GraphState).items() if of.role is role]


_NEURON: dict[str, object] = {"b": 0.0, "x": 3.0, "y": 6.0}
_EXAMPLE = {"w1_1": 2.0, "w2_1": -1.0, "w1_2": 1.0, "w2_2": 2.0, "x": 1.0, "y": 3.0}
_TRAFFIC = {"w11": 0.4, "b11": -5.9, "w12": -0.6, "b12": 5.2, "w21": -1.0, "w22": -1.0, "b21": 5.1,
            "x": float(HOUR), "y": HOURS[HOUR]}
PRESETS: dict[str, dict[str, object]] = {
    "linear": {"graph": "linear", "w": 1.5, **_NEURON},
    "logistic": {"graph": "logistic", "w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0},
    "ReLU off": {"graph": "relu", "w": -1.0, **_NEURON},
    "two hidden": {"graph": "two", **_EXAMPLE},
    "three neurons": {"graph": "three", **_TRAFFIC},
    "relu(w·x)·v": {"graph": OWN, "expression": "relu(w*x)*v", "w": 1.5, "v": 2.0, "x": 3.0},
    "w used twice": {"graph": OWN, "expression": "(w*x - y)**2 + w**2", "w": 1.5, "x": 3.0,
                     "y": 6.0},
    "skip": {"graph": OWN, "expression": "(w*x + relu(w*x) - y)**2", "w": -1.0, "x": 3.0, "y": 6.0},
}
"""The lectures' examples and three expressions, by the names of the buttons."""


# -- numbers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """∂L/∂(name) by the backward pass, and by a complex step through the forward pass alone."""

    name: str
    backward: float
    complex_step: float
    size: float

    @property
    def difference(self) -> float:
        """How far apart they are, as a share of the sum of the sizes of all paths: where these
        cancel, no digit of the derivative may be left. Of a single path it is the derivative."""
        apart = abs(self.backward - self.complex_step)
        return apart / self.size if apart else 0.0


class OfNetwork(NetworkNumbers):
    """A network at one point."""

    def __init__(self, state: GraphState) -> None:
        self.state = state
        kind = KINDS[state.graph]
        super().__init__(network_of(state), kind.notation, (state.x, state.y), loss=kind.loss)

    @cached_property
    def graph(self) -> Graph:
        """The graph with the numbers of both passes."""
        return network_graph(self.at)

    @cached_property
    def operations(self) -> list[Operation]:
        """Both passes, a node of the graph a step."""
        return self.graph.operations

    def checks(self) -> list[Check]:
        """Each parameter's gradient, and that of a complex step through the core's forward pass."""
        found = {**self.gradient, "x": self.value("da")}
        return [Check(name, gradient, self._moved(name), self.graph.size_of_paths(symbol(name)))
                for name, gradient in found.items()]

    def is_rounding(self, name: str) -> bool:
        """Whether a gradient is 0 but for rounding."""
        return self.graph.is_rounding(symbol(name))

    def _moved(self, name: str) -> float:
        """The imaginary part of L where one number has + ih, through h."""
        s = self.state
        values: dict[str, complex] = {**s.parameters, "x": s.x}
        values[name] += 1j * STEP
        network = network_with(values, KINDS[s.graph])
        trace = forward(network, [values["x"]], [s.y], loss=self.loss_name)
        return float(trace.J.imag) / STEP + 0.0


class OfExpression:
    """A typed expression at the numbers of its names."""

    def __init__(self, state: GraphState) -> None:
        self.state = state
        self.tape = Tape(state.read, {name: getattr(state, name) for name in state.names})

    @property
    def loss(self) -> float:
        """L, the value of the expression."""
        return self.tape.values[-1]

    @property
    def parameters(self) -> Mapping[str, float]:
        """Those that the expression has."""
        return self.state.parameters

    @cached_property
    def gradient(self) -> Mapping[str, float]:
        """∂L/∂ of each of them."""
        return {name: self.tape.derivative(name) for name in self.parameters}

    @property
    def notation(self) -> Notation:
        """How the terms are written."""
        return self.graph.notation

    @property
    def operations(self) -> list[Operation]:
        """Both passes, a node of the graph a step."""
        return self.graph.operations

    @cached_property
    def graph(self) -> Graph:
        """The graph with the numbers of both passes."""
        return self.tape.graph()

    scale_of_loss = 1.0
    """An expression says nothing of what it may be."""

    def descend(self, rate: float) -> Iterator[tuple[dict[str, float], float]]:
        """(parameters, L) after each step θ ← θ − η ∂L/∂θ, without end; ValueError where L is no
        number."""
        tape, values = self.tape, dict(self.parameters)
        while True:
            values = {name: value - rate * tape.derivative(name) for name, value in values.items()}
            tape = Tape(self.state.read, {**tape.at, **values})
            yield values, tape.values[-1]

    def why_zero(self, name: str) -> Why | None:
        """Why a derivative is 0; None if it is not."""
        return self.tape.why_zero(name)

    def is_rounding(self, name: str) -> bool:
        """Whether a derivative is 0 but for rounding."""
        return self.graph.is_rounding(name)

    def checks(self) -> list[Check]:
        """The derivative by each name, and that of a complex step."""
        return [Check(name, self.tape.derivative(name), self.tape.by_complex_step(name),
                      self.graph.size_of_paths(name)) for name in self.state.names]


Numbers = OfNetwork | OfExpression


def numbers_of(state: GraphState) -> Numbers:
    """All numbers of a state; ValueError says why there are none."""
    return OfExpression(state) if state.graph == OWN else OfNetwork(state)


def network_of(state: GraphState) -> Network:
    """The network of a state."""
    return network_with(state.parameters, KINDS[state.graph])


def network_with(values: Mapping[str, complex], kind: Kind) -> Network:
    """A network of a kind with these parameters, each at the place that the notation gives it."""
    widths = (1, 2, 1) if kind.hidden else (1, 1)
    w: list[list[list[complex]]] = [[[0j] * n_in for _ in range(n_out)]
                                    for n_in, n_out in pairwise(widths)]
    b: list[list[complex]] = [[0j] * n for n in widths[1:]]
    for name, var in kind.notation.parameters.items():
        if var.kind == "w":
            w[var.layer - 1][var.neuron][var.input] = values[name]
        else:
            b[var.layer - 1][var.neuron] = values[name]
    has_biases = any(var.kind == "b" for var in kind.notation.parameters.values())
    activations = [kind.activation, "identity"] if kind.hidden else [kind.activation]
    return Network(w, b if has_biases else None, activations)
