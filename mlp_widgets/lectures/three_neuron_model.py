"""The numbers of the three-neuron traffic lab: its state, and everything computed from a state.

    ŷ = b21 + w21 a11 + w22 a12,   a1j = f(z1j),   z1j = b1j + w1j x,   j = 1, 2

Source: CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core import Network, backward, forward
from ..core.optimum import ReluFit, best_relu_fit
from ..core.passes import BackwardTrace, ForwardTrace
from ..core.polynomial import PolynomialFit, fit_polynomial
from ..drawing.picture import round_limit
from .points import Points
from .steps import Step
from .three_neuron_steps import steps

# fmt: off
PARAMETERS: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "w11": ("w", 1, (0, 0)), "b11": ("b", 1, (0,)),
    "w12": ("w", 1, (1, 0)), "b12": ("b", 1, (1,)),
    "w21": ("w", 2, (0, 0)), "w22": ("w", 2, (0, 1)), "b21": ("b", 2, (0,)),
}
"""The lecture's name of each parameter -> where the network keeps it."""

LECTURE = {"w11": 0.4, "b11": -5.9, "w12": -0.6, "b12": 5.2, "w21": -1.0, "w22": -1.0, "b21": 5.1}
ZEROS = dict.fromkeys(PARAMETERS, 0.0)
STUCK = {"w11": 0.35, "b11": -5.9, "w12": -0.6, "b12": 5.4, "w21": -1.6, "w22": -1.0, "b21": 4.8}
"""From here gradient descent flattens out at MSE 0.365 (all days); the optimum is 0.321."""
# fmt: on

ACTIVATION_NAMES = ("relu", "sigmoid", "tanh")
GRID_SIDE = 101


@dataclass(frozen=True)
class ThreeNeuronState:
    """All that the student can set. ``data`` is a :class:`Points`; ``hour`` is the chosen x."""

    w11: float
    b11: float
    w12: float
    b12: float
    w21: float
    w22: float
    b21: float
    data: Points
    activation: str = "relu"
    hour: float = 8.0
    view: str = "network"
    edges: str = "values"
    across: str = "w11"
    up: str = "b11"
    rivals: tuple[str, ...] = ()
    learning_rate: float = 0.001
    operation: int = 0

    @property
    def parameters(self) -> dict[str, float]:
        """The seven parameters by name."""
        return {name: getattr(self, name) for name in PARAMETERS}


def build_network(parameters: dict[str, float | np.ndarray], activation: str) -> Network:
    """The network with these parameters; any of them may be arrays of one shape: a stack."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in parameters.values()))
    w1, b1 = np.empty((*shape, 2, 1)), np.empty((*shape, 2))
    w2, b2 = np.empty((*shape, 1, 2)), np.empty((*shape, 1))
    arrays = {("w", 1): w1, ("b", 1): b1, ("w", 2): w2, ("b", 2): b2}
    for name, (letter, layer, index) in PARAMETERS.items():
        arrays[letter, layer][(..., *index)] = parameters[name]
    return Network([w1, w2], [b1, b2], [activation, "identity"])


def named(network: Network) -> dict[str, float]:
    """The seven parameters of a network by name."""
    return {
        name: float(getattr(network, letter)[layer][index])
        for name, (letter, layer, index) in PARAMETERS.items()
    }


class Rivals:
    """What does not depend on the sliders: the rivals' fits on a data set, each made once."""

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
    def lecture_mse(self) -> float:
        """MSE of the lecture's parameters (with ReLU) on these points."""
        network = build_network(LECTURE, "relu")
        return float(forward(network, self.points.x[None], self.points.y[None]).J)


class Solution:
    """Everything a state determines. The passes run at once; the rest when it is asked for."""

    def __init__(self, state: ThreeNeuronState) -> None:
        self.state = state
        self.points = state.data
        self.network = build_network(state.parameters, state.activation)
        self.trace: ForwardTrace = forward(
            self.network, self.points.x[None], self.points.y[None]
        )
        if not np.isfinite(self.trace.J):
            raise ValueError("these parameters make J infinite; move them closer to 0")
        self.back: BackwardTrace = backward(self.trace)

    @property
    def mse(self) -> float:
        """J, the mean squared error over the points."""
        return float(self.trace.J)

    @cached_property
    def gradient(self) -> dict[str, float]:
        """∂J/∂θ by name."""
        found = {"w": self.back.dJ_dw, "b": self.back.dJ_db}
        return {
            name: float(found[letter][layer][index])
            for name, (letter, layer, index) in PARAMETERS.items()
        }

    @cached_property
    def y_hat(self) -> np.ndarray:
        """ŷ at the points, shape (N,)."""
        return self.trace.output[0]

    @cached_property
    def kinks(self) -> tuple[float | None, float | None]:
        """Where z1j = 0: x = -b1j / w1j, and None where w1j is 0."""
        s = self.state
        pairs = ((s.w11, s.b11), (s.w12, s.b12))
        return tuple(-float(b) / float(w) if w else None for w, b in pairs)

    @cached_property
    def grid(self) -> np.ndarray:
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
    def contributions(self) -> np.ndarray:
        """w2j a1j on the grid, shape (2, G)."""
        return self.network.w[2].T * self.curves.a[1]

    @cached_property
    def at_hour(self) -> ForwardTrace:
        """The forward pass for the chosen hour."""
        return forward(self.network, [self.state.hour])

    @cached_property
    def off(self) -> tuple[str, str]:
        """For each hidden neuron "on", "off" (at the chosen hour) or "dead" (at every point)."""
        if self.state.activation != "relu":
            return ("on", "on")
        dead = (self.trace.z[1] < 0).all(axis=1)
        off = self.at_hour.z[1][:, 0] < 0
        return tuple(
            "dead" if d else "off" if o else "on" for d, o in zip(dead, off, strict=True)
        )

    def path_factors(self, name: str, x: float) -> np.ndarray:
        """The factors of ∂ℓ/∂θ for the one point at x, from ℓ back to the parameter.

        For w1j: ∂ℓ/∂ŷ = 2(ŷ - y), ∂ŷ/∂a1j = w2j, ∂a1j/∂z1j = f'(z1j), ∂z1j/∂w1j = x. Their
        product is this point's share of ∂J/∂θ, before the mean. ValueError if no point has
        this x.
        """
        at = np.flatnonzero(self.points.x == x)
        if name not in PARAMETERS or not len(at):
            raise ValueError(f"no parameter {name!r} or no data point at x = {x:g}")
        # points of one x count as one with their mean y: that gives the same gradient
        trace = forward(self.network, [x], [self.points.y[at].mean()])
        letter, layer, index = PARAMETERS[name]
        outer = [2.0 * float(trace.output[0, 0] - trace.y[0, 0])]
        j = index[0]
        if layer == 1:
            slope = self.network.f[1].df(trace.z[1])[j, 0]
            outer += [self.network.w[2][0, j], slope]
        inner = trace.a[layer - 1][index[-1] if layer == 2 else 0, 0]
        return np.array([*outer, inner if letter == "w" else 1.0])

    @cached_property
    def steps(self) -> list[Step]:
        """Both passes at the chosen hour, one operation a step."""
        return steps(self)

    def landscape(self, ranges: dict[str, tuple[float, float, float]]) -> tuple[np.ndarray, ...]:
        """(values across, values up, J of shape (up, across)) in one vectorized call.

        The two chosen parameters run over their ranges, the other five stay as they are.
        """
        s = self.state
        across, up = (np.linspace(*ranges[name][:2], GRID_SIDE) for name in (s.across, s.up))
        parameters = {**s.parameters, s.across: across[None, :], s.up: up[:, None]}
        stack = build_network(parameters, s.activation)
        return across, up, forward(stack, self.points.x[None], self.points.y[None]).J

    @cached_property
    def decades(self) -> tuple[int, int]:
        """Powers of ten around the variance of y, for the colours of the landscape."""
        variance = float(self.points.y.var()) or 1.0
        middle = max(int(np.floor(np.log10(variance))), -250)
        return middle - 1, middle + 2


def ranges_for(points: Points) -> dict[str, tuple[float, float, float]]:
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


def random_start(seed: int, points: Points) -> dict[str, float]:
    """A seeded random start: kinks inside the data, slopes of the data's scale, either sign."""
    generator = np.random.default_rng(seed)
    ranges = ranges_for(points)
    kinks = generator.uniform(points.x[0], points.x[-1], 2)
    slopes = generator.uniform(0.1, 0.32, 2) * ranges["w11"][1] * generator.choice([-1, 1], 2)
    w2 = generator.uniform(0.5, 1.5, 2) * generator.choice([-1, 1], 2)
    values = (slopes[0], -slopes[0] * kinks[0], slopes[1], -slopes[1] * kinks[1], *w2,
              generator.uniform(0, 1) * float(points.y.max()))
    return {name: float(f"{v:.4g}") for name, v in zip(PARAMETERS, values, strict=True)}
