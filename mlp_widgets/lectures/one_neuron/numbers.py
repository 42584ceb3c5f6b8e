"""The numbers of the one-neuron lab: its state, and everything computed from a state.

    z = w x,   g = f(z),   L = (g - y)²,   ∂L/∂w = x f'(z) 2(g - y)

Source: MIT 6.390, Lecture 6 "Neural Networks II", one neuron on the point (x, y) = (3, 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...core import Network, forward
from ...explain.notation import Notation, Var
from ...explain.numbers import NetworkNumbers
from ...fields import DATA, PARAMETER, RATE, State, choice, cover, number
from ...text import Factor
from ...text import number as written

ACTIVATIONS = {"identity": "identity (linear)", "relu": "ReLU", "sigmoid": "sigmoid",
               "tanh": "tanh", "threshold": "hard threshold", "leaky_relu": "leaky ReLU"}
W_REACH = 3.0
LAST_DIGITS = 1e-15
"""Relative difference of two floats that are one number but for rounding."""
NOTATION = Notation({"w": Var("w", 1)}, depth=1, index=lambda layer, neuron: "", output="g",
                    loss="L", neuron=lambda layer, neuron: "the neuron")


@dataclass(frozen=True)
class OneNeuronState(State):
    """All that the student can set."""

    w: float = number(1.5, PARAMETER, slider=(-W_REACH, W_REACH, 0.05), always=True)
    x: float = number(3.0, DATA, most=1e9, slider=(-5.0, 5.0, 0.1), always=True)
    y: float = number(6.0, DATA, most=1e9, slider=(-10.0, 10.0, 0.1), always=True)
    activation: str = choice("identity", ACTIVATIONS, DATA, label="activation f")
    learning_rate: float = number(0.01, RATE, slider=(-5, 1, 0.05), log=True, positive=True,
                                  label="learning rate η", called="learning rate")
    covered: bool = cover()


POINT = {"x": 3.0, "y": 6.0}
PRESETS = {
    "linear": {"w": 1.5, **POINT, "activation": "identity"},
    "relu": {"w": 1.5, **POINT, "activation": "relu"},
    "dead": {"w": -1.0, **POINT, "activation": "relu"},
}
"""The lecture's three one-point examples."""


class Numbers(NetworkNumbers):
    """Everything a state determines."""

    def __init__(self, state: OneNeuronState) -> None:
        self.state = state
        network = Network([[[state.w]]], None, [state.activation])
        super().__init__(network, NOTATION, (state.x, state.y))

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
        return self.value("slope", 1)

    @cached_property
    def factors(self) -> tuple[Factor, Factor, Factor]:
        """The factors of ∂L/∂w; of the third, 2(g − y), only the difference is named."""
        s = self.state
        return Factor("x", s.x), Factor("f′(z)", self.slope), Factor("g − y", self.g - s.y)

    @property
    def zero_factors(self) -> list[str]:
        """Which of the factors of ∂L/∂w are exactly 0."""
        return [factor.symbol for factor in self.factors if factor.value == 0]

    @property
    def has_arrived(self) -> bool:
        """Whether g is y but for the last digits of a float, which no step of SGD mends."""
        g, y = self.g, self.state.y
        return abs(g - y) <= LAST_DIGITS * max(abs(g), abs(y))

    def losses(self, w: np.ndarray) -> np.ndarray:
        """L at many weights, shape (G,), from one forward pass of a stack of networks."""
        s = self.state
        stack = Network([w[:, None, None]], None, [s.activation])
        return np.asarray(forward(stack, [s.x], [s.y]).J)

    @property
    def difference(self) -> tuple[str, str]:
        """g and y with so many digits that the difference of what is written is the true one."""
        a, b = self.g, self.state.y
        for digits in range(4, 18):
            texts = written(a, digits), written(b, digits)
            first, second = (float(text.replace("−", "-")) for text in texts)
            if abs((first - second) - (a - b)) <= 5e-4 * abs(a - b):
                break
        return texts
