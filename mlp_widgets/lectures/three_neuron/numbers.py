"""The numbers of the three-neuron traffic lab: its state, and everything computed from a state.

    ŷ = b21 + w21 a11 + w22 a12,   a1j = f(z1j),   z1j = b1j + w1j x,   j = 1, 2

Source: CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter

import numpy as np

from ...core import ForwardTrace, Network, backward, forward, gradient_descent
from ...core.activations import Array, find_activation
from ...data.points import Points, load_points
from ...data.traffic import TRAFFIC
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...explain.operations import Passes
from ...fields import (
    DATA,
    PARAMETER,
    RATE,
    VIEW,
    Ends,
    State,
    choice,
    cover,
    number,
    parsed,
    place,
    several,
)
from ...fits.optimum import ReluFit, best_relu_fit
from ...text import round_limit, symbol
from .polynomial import PolynomialFit, fit_polynomial

NOTATION = Notation({
    "w11": Var("w", 1, 0, 0), "b11": Var("b", 1, 0),
    "w12": Var("w", 1, 1, 0), "b12": Var("b", 1, 1),
    "w21": Var("w", 2, 0, 0), "w22": Var("w", 2, 0, 1), "b21": Var("b", 2, 0),
}, depth=2, loss="ℓ", plain_output=True)
"""ℓ is the loss of one point, J the mean over all of them."""

LECTURE = {"w11": 0.4, "b11": -5.9, "w12": -0.6, "b12": 5.2, "w21": -1.0, "w22": -1.0, "b21": 5.1}
ZEROS = dict.fromkeys(LECTURE, 0.0)
STUCK = {"w11": 0.35, "b11": -5.9, "w12": -0.6, "b12": 5.4, "w21": -1.6, "w22": -1.0, "b21": 4.8}
"""From here gradient descent flattens out at MSE 0.365 (all days); the optimum is 0.321."""
PRESETS = {"lecture": LECTURE, "zeros": ZEROS, "stuck": STUCK}

ACTIVATIONS = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
SYMBOLS = {name: symbol(name) for name in LECTURE}
LEARNING_RATE, STEPS_FROM_STUCK = 0.001, 2000
"""Of a lab at first; and of the descent from the preset Stuck, a level for the student to reach."""
GRID_SIDE = 101
OPERATIONS = 18
"""Of both passes; where there is no loss they are fewer."""


# -- what depends on the data alone ---------------------------------------------------------------


@lru_cache(maxsize=32)
def ranges_for(points: Points) -> Mapping[str, Ends]:
    """(low, high, step) of the sliders: the lecture's scale, stretched to the scale of own data."""
    slope, shift, level = 2.0, 15.0, 15.0
    if points.own:
        across = float(np.ptp(points.x)) or 1.0
        size = float(np.abs(points.y).max()) or 1.0
        slope = round_limit(min(8.0 * size / across, 1e20))
        shift = round_limit(slope * max(float(np.abs(points.x).max()), across) / 3)
        level = round_limit(2.0 * size)
    w1, b1, w2, b2 = ((-end, end, end / steps) for end, steps in
                      ((slope, 40), (shift, 150), (3.0, 60), (level, 150)))
    return {"w11": w1, "b11": b1, "w12": w1, "b12": b1, "w21": w2, "w22": w2, "b21": b2}


def hours_of(points: Points) -> Ends:
    """(low, high, step) of the slider of the hour."""
    low, high = float(points.x[0]), float(points.x[-1])
    high = max(high, low + 1e-6)
    return low, high, (high - low) / 50 if points.own else 1.0


def contains(points: Points, hour: float) -> bool:
    """Whether an hour lies between the first and the last point."""
    return bool(points.x[0] <= hour <= points.x[-1])


def default_hour(points: Points) -> float:
    """8 o'clock if the data contain it, else the point in the middle."""
    return 8.0 if contains(points, 8.0) else float(points.x[len(points.x) // 2])


def random_start(seed: int, points: Points) -> dict[str, float]:
    """A seeded random start of the lecture's kind: one neuron is on before its kink, the other one
    after a later kink, both inside the data; slopes of the data's scale, w2j more often negative.

    So gradient descent comes to an end soon: where both neurons are on at the same hours, it
    creeps on for more than 50,000 steps.
    """
    generator = np.random.default_rng(seed)
    kinks = points.x[0] + np.ptp(points.x) * np.sort(generator.uniform(0.15, 0.85, 2))
    steepest = ranges_for(points)["w11"][1]
    slopes = generator.uniform(0.12, 0.24, 2) * steepest * (-1, 1)
    first, second = generator.permutation(2)
    w2 = generator.uniform(0.5, 1.5, 2) * generator.choice([-1, -1, 1], 2)
    values = (slopes[first], -slopes[first] * kinks[first], slopes[second],
              -slopes[second] * kinks[second], *w2,
              generator.uniform(0, 1) * float(points.y.max()))
    return {name: float(f"{v:.4g}") for name, v in zip(LECTURE, values, strict=True)}


class Baselines:
    """Fits to compare with, which do not depend on the sliders; each is made once."""

    def __init__(self, points: Points) -> None:
        self.points = points

    @cached_property
    def line(self) -> PolynomialFit:
        """The least-squares line."""
        return fit_polynomial(self.points.x, self.points.y, 1)

    @cached_property
    def quadratic(self) -> PolynomialFit:
        """The least-squares quadratic: linear regression on x and x²."""
        return fit_polynomial(self.points.x, self.points.y, 2)

    @cached_property
    def optimum(self) -> ReluFit:
        """The best that any seven parameters with ReLU can reach, exactly."""
        return best_relu_fit(self.points.x, self.points.y)

    @cached_property
    def descent_loss(self) -> float:
        """The smallest J on the way of gradient descent from the preset Stuck."""
        steps = gradient_descent(build_network(STUCK, "relu"), self.points.x[None],
                                 self.points.y[None], alpha=LEARNING_RATE, steps=STEPS_FROM_STUCK)
        return min(step.J for step in steps)

    @cached_property
    def lecture_loss(self) -> float:
        """J of the lecture's parameters (with ReLU) on these points."""
        network = build_network(LECTURE, "relu")
        return float(forward(network, self.points.x[None], self.points.y[None]).J)


@lru_cache(maxsize=32)
def baselines_of(points: Points) -> Baselines:
    """The baselines of a data set: the same ones for the same object."""
    return Baselines(points)


# -- the state ------------------------------------------------------------------------------------


def _parameter(name: str) -> float:
    """A parameter with the lecture's value; the data set the ends of its slider."""
    return number(LECTURE[name], PARAMETER, always=True,
                  slider=lambda state: ranges_for(state.data)[name])


def _axis(default: str, says: str) -> str:
    return choice(default, SYMBOLS, VIEW, called="axis", says=says)


@dataclass(frozen=True)
class ThreeNeuronState(State):
    """All that the student can set."""

    w11: float = _parameter("w11")
    b11: float = _parameter("b11")
    w12: float = _parameter("w12")
    b12: float = _parameter("b12")
    w21: float = _parameter("w21")
    w22: float = _parameter("w22")
    b21: float = _parameter("b21")
    data: Points = parsed(
        "all days", DATA, read=load_points, write=attrgetter("source"),
        contents=attrgetter("contents"), texts=tuple(TRAFFIC),
        allowed=f"{', '.join(map(repr, TRAFFIC))}, a text file of two columns, or two lists (x, y)")
    activation: str = choice("relu", ACTIVATIONS, DATA, label="hidden neurons")
    hour: float = number(None, VIEW, most=1e9, slider=lambda state: hours_of(state.data),
                         default_for=lambda state: default_hour(state.data), follows="data",
                         label="hour x", says="the x of the diagram and the stepper; by default 8, "
                         "or the middle point of data without it")
    view: str = choice("network", {"network": "Network", "landscape": "Landscape and path"}, VIEW,
                       buttons=True)
    edges: str = choice("values", {"values": "values", "gradients": "gradients at x"}, VIEW,
                        label="edges show")
    across: str = _axis("w11", "a parameter of the landscape")
    up: str = _axis("b11", "the other one")
    compare: tuple[str, ...] = several(
        (), {"line": "line", "quadratic": "quadratic"}, VIEW, label="compare with",
        called="baseline", formerly="rivals")
    learning_rate: float = number(LEARNING_RATE, RATE, slider=(-5, 1, 0.05), log=True,
                                  positive=True, label="learning rate α", called="learning rate")
    operation: int = place(OPERATIONS)
    covered: bool = cover()

    def check(self) -> None:
        """The landscape has two axes."""
        if self.across == self.up:
            raise ValueError(f"the landscape needs two different parameters, got {self.up} twice")

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """With data that do not contain the present hour comes another one."""
        if "data" in changes:
            points = changes["data"] = load_points(changes["data"])
            if "hour" not in changes and not contains(points, self.hour):
                changes["hour"] = default_hour(points)
        return changes


# -- the numbers ----------------------------------------------------------------------------------


def build_network(parameters: Mapping[str, float], activation: str) -> Network:
    """The network with these parameters."""
    p = parameters
    return Network([[[p["w11"]], [p["w12"]]], [[p["w21"], p["w22"]]]],
                   [[p["b11"], p["b12"]], [p["b21"]]], [activation, "identity"])


def mean_squared_error(parameters: Mapping[str, float | Array], activation: str,
                       points: Points) -> Array:
    """J = mean((ŷ − y)²) where parameters may be arrays that broadcast together; shaped like these.

    The formula is written out, and not that of a stack of networks: what does not depend on all
    arrays is computed for one of them or for none.
    """
    p = {name: np.asarray(value)[..., None] for name, value in parameters.items()}
    f = find_activation(activation).f
    added = [p[f"w2{j}"] * f(p[f"w1{j}"] * points.x + p[f"b1{j}"]) for j in "12"]
    error = added[0] + (added[1] + (p["b21"] - points.y))
    return np.asarray(np.einsum("...n,...n->...", error, error) / points.x.size)


class Numbers(NetworkNumbers):
    """Everything a state determines. The passes run at once; the rest when it is asked for."""

    def __init__(self, state: ThreeNeuronState) -> None:
        self.state, self.points = state, state.data
        super().__init__(build_network(state.parameters, state.activation), NOTATION,
                         (self.points.x, self.points.y),
                         at=(state.hour, self.points.y_at(state.hour)))

    @property
    def baselines(self) -> Baselines:
        """Fits that do not depend on the sliders: line, quadratic, optimum (exact, ReLU)."""
        return baselines_of(self.points)

    @property
    def above_optimum(self) -> float:
        """How far J is above the smallest possible one, with ReLU; rounding does not count."""
        return max(self.loss - self.baselines.optimum.mse, 0.0)

    @property
    def y_hat(self) -> Array:
        """ŷ at the points, shape (N,)."""
        return self.trace.output[0]

    @property
    def output(self) -> float:
        """ŷ at the chosen hour."""
        return self.value("a", 2)

    @cached_property
    def kinks(self) -> tuple[float | None, float | None]:
        """Where z1j = 0: x = -b1j / w1j, and None where w1j is 0."""
        s = self.state
        return (-s.b11 / s.w11 if s.w11 else None, -s.b12 / s.w12 if s.w12 else None)

    @cached_property
    def off(self) -> tuple[str, str]:
        """For each hidden neuron "on", "off" (at the chosen hour) or "dead" (at every point)."""
        return self._off(0), self._off(1)

    def _off(self, neuron: int) -> str:
        if self.state.activation != "relu":
            return "on"
        z = self.trace.z[1]
        assert z is not None
        if np.all(z[neuron] < 0):
            return "dead"
        return "off" if self.value("z", 1, neuron) < 0 else "on"

    def path_factors(self, name: str, x: float) -> Array:
        """The factors of ∂ℓ/∂θ for the one point at x, from ℓ back to the parameter.

        For w1j: ∂ℓ/∂ŷ = 2(ŷ - y), ∂ŷ/∂a1j = w2j, ∂a1j/∂z1j = f'(z1j), ∂z1j/∂w1j = x. Their
        product is this point's share of ∂J/∂θ, before the mean. ValueError if no point has
        this x.
        """
        y = self.points.y_at(x)
        if name not in NOTATION.parameters or y is None:
            raise ValueError(f"no parameter {name!r} or no data point at x = {x:g}")
        trace = forward(self.network, [x], [y])
        passes, var = Passes(trace, backward(trace), NOTATION), NOTATION.parameters[name]
        path = [Var("da", 2)]
        if var.layer == 1:
            path += [Var("w", 2, 0, var.neuron), Var("slope", 1, var.neuron)]
        last = passes.value(Var("a", var.layer - 1, var.input)) if var.kind == "w" else 1.0
        return np.array([*map(passes.value, path), last])

    # -- curves ---------------------------------------------------------------------------------

    @cached_property
    def grid(self) -> Array:
        """Where curves are drawn: evenly, and exactly at the kinks."""
        low, high = self.points.x[0], self.points.x[-1]
        margin = 0.05 * ((high - low) or 1.0)
        even = np.linspace(low - margin, high + margin, 121)
        kinks = [k for k in self.kinks if k is not None and even[0] < k < even[-1]]
        return np.sort(np.concatenate([even, kinks]))

    @cached_property
    def curves(self) -> ForwardTrace:
        """The forward pass on the grid."""
        return forward(self.network, self.grid[None])

    @cached_property
    def contributions(self) -> Array:
        """w2j a1j on the grid, shape (2, G)."""
        return self.network.w[2].T * self.curves.a[1]

    def landscape(self) -> tuple[Array, Array, Array]:
        """(values across, values up, J of shape (up, across)).

        The two chosen parameters run over their sliders, the other five stay as they are.
        """
        s, ranges = self.state, ranges_for(self.points)
        across, up = (np.linspace(*ranges[name][:2], GRID_SIDE) for name in (s.across, s.up))
        values: dict[str, float | Array] = {**s.parameters, s.across: across[None, :],
                                            s.up: up[:, None]}
        return across, up, mean_squared_error(values, s.activation, self.points)

    @property
    def decades(self) -> tuple[int, int]:
        """Powers of ten around the variance of y, for the colours of the landscape."""
        variance = float(self.points.y.var()) or 1.0
        middle = max(int(np.floor(np.log10(variance))), -250)
        return middle - 1, middle + 2
