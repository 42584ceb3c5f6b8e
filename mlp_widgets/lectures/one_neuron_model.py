"""The numbers of the one-neuron lab: its state, and everything computed from a state.

    z = w x,   g = f(z),   L = (g - y)²,   ∂L/∂w = x f'(z) 2(g - y)

Source: MIT 6.390, Lecture 6 "Neural Networks II", one neuron on the point (x, y) = (3, 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core import Network, backward, forward
from ..core.passes import BackwardTrace, ForwardTrace
from ..drawing.neuron import ActivationView, LossView
from ..drawing.numbers import inner, number
from ..drawing.picture import round_limit, stepped_limit, thinned

ACTIVATION_NAMES = ("identity", "relu", "sigmoid", "tanh", "threshold", "leaky_relu")
POINT = {"x": 3.0, "y": 6.0}
PRESETS = {
    "linear": {"w": 1.5, **POINT, "activation": "identity"},
    "relu": {"w": 1.5, **POINT, "activation": "relu"},
    "dead": {"w": -1.0, **POINT, "activation": "relu"},
}
"""The lecture's three one-point examples."""

Z_REACH, W_REACH = 10.0, 3.0
"""The axes of z and w reach at least so far from 0: with x = 3, z stays inside for all of w."""
MOST_PATH_POINTS = 500
NEAR_ZERO = -1e-12
"""A place just left of a jump at 0, in parts of the axis."""


@dataclass(frozen=True)
class OneNeuronState:
    """All that the student can set."""

    w: float = 1.5
    x: float = 3.0
    y: float = 6.0
    activation: str = "identity"
    learning_rate: float = 0.01

    @property
    def parameters(self) -> dict[str, float]:
        """The one parameter by name."""
        return {"w": self.w}


def named(network: Network) -> dict[str, float]:
    """The one parameter of a network by name."""
    return {"w": float(network.w[1][0, 0])}


class Solution:
    """Everything a state determines. The passes run at once; the rest when it is asked for."""

    def __init__(self, state: OneNeuronState) -> None:
        self.state = state
        self.network = Network([[[state.w]]], None, [state.activation])
        self.trace: ForwardTrace = forward(self.network, [state.x], [state.y])
        if not np.isfinite(self.trace.J):
            raise ValueError("these numbers make L infinite; move them closer to 0")
        self.back: BackwardTrace = backward(self.trace)

    @property
    def z(self) -> float:
        """z = w x."""
        return float(self.trace.z[1][0, 0])

    @property
    def g(self) -> float:
        """g = f(z), the output."""
        return float(self.trace.output[0, 0])

    @property
    def slope(self) -> float:
        """f'(z)."""
        return float(self.network.f[1].df(self.trace.z[1])[0, 0])

    @property
    def loss(self) -> float:
        """L = (g - y)²."""
        return float(self.trace.J)

    @property
    def gradient(self) -> dict[str, float]:
        """∂L/∂w by name."""
        return {"w": float(self.back.dJ_dw[1][0, 0])}

    @property
    def zero_factors(self) -> list[str]:
        """Which of the factors of ∂L/∂w are exactly 0."""
        s = self.state
        factors = (("x", s.x), ("f′(z)", self.slope), ("g − y", self.g - s.y))
        return [name for name, value in factors if value == 0]

    @cached_property
    def lines(self) -> dict[str, str]:
        """z, g, L and ∂L/∂w: in symbols, with the numbers put in, and the result."""
        s, f = self.state, self.network.f[1].symbol
        z, g, x = number(self.z), number(self.g), number(s.x)
        error = _difference(self.g, float(s.y))
        put_in = f if f == "z" else f.replace("z", z)
        return {
            "z": f"z = w · x = {number(s.w)} · {inner(x)} = {z}",
            "g": f"g = f(z) = {put_in} = {g}",
            "L": f"L = (g − y)² = ({error})² = {number(self.loss)}",
            "∂L/∂w": f"∂L/∂w = x · f′(z) · 2(g − y) = {x} · {inner(number(self.slope))} · "
                     f"2({error}) = {number(self.gradient['w'])}",
        }

    # -- pictures ---------------------------------------------------------------------------

    def activation_view(self) -> ActivationView:
        """f and f' over z, on an axis that widens in steps."""
        f, reach = self.network.f[1], stepped_limit(abs(self.z), Z_REACH)
        grid, points = _grid(reach)
        at_zero = np.array([NEAR_ZERO, 0.0])
        curves = [_with_gap(function(points)) for function in (f.f, f.df)]
        jumps = [tuple(np.round(function(at_zero), 9).tolist()) for function in (f.f, f.df)]
        limits = float(f.f(points)[0]), float(f.f(points)[-1])
        return ActivationView(self.z, self.g, self.slope, (f.name, reach), f.symbol, grid,
                              *curves, tuple(jumps), limits)

    def loss_view(self, path: list[tuple[dict[str, float], float]]) -> LossView:
        """L over w from one forward pass of a stack of networks, and the path of SGD."""
        s, reach = self.state, stepped_limit(abs(self.state.w), W_REACH)
        grid, points = _grid(reach)
        kept = [path[k] for k in thinned(len(path), MOST_PATH_POINTS)]
        kept = [step for k, step in enumerate(kept) if not k or step[0] != kept[k - 1][0]]
        return LossView(
            float(s.w), self.loss, self.gradient["w"], (s.x, s.y, s.activation, reach), grid,
            _with_gap(self._losses(points)), self._top(),
            np.array([values["w"] for values, _ in kept]), np.array([loss for _, loss in kept]),
        )

    def _losses(self, w: np.ndarray) -> np.ndarray:
        """L at many weights, shape (G,)."""
        s = self.state
        stack = Network([w[:, None, None]], None, [s.activation])
        return forward(stack, [s.x], [s.y]).J

    def _top(self) -> float:
        """End of the axis of L: room for L at w = 0 and for the present L, widened in steps."""
        at_zero = float(self._losses(np.zeros(1))[0])
        return stepped_limit(1.1 * self.loss, round_limit(1.3 * at_zero))


def _grid(reach: float) -> tuple[np.ndarray, np.ndarray]:
    """From -reach to reach in two halves: with a NaN between them, and without."""
    left = np.linspace(-reach, reach * NEAR_ZERO, 81)
    points = np.concatenate([left, np.linspace(0.0, reach, 81)])
    return _with_gap(points), points


def _with_gap(values: np.ndarray) -> np.ndarray:
    """A NaN between the two halves, so that no line is drawn across a jump."""
    return np.insert(values, len(values) // 2, np.nan)


def _difference(a: float, b: float) -> str:
    """ "a − b" with so many digits that the difference of what is written is the true one."""
    for digits in range(4, 18):
        texts = number(a, digits), number(b, digits)
        written = [float(text.replace("−", "-")) for text in texts]
        if abs((written[0] - written[1]) - (a - b)) <= 5e-4 * abs(a - b):
            break
    return f"{texts[0]} − {inner(texts[1])}"
