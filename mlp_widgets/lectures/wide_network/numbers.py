"""The numbers of the wider-networks lab: its state, and everything computed from a state.

    z[l] = w[l] a[l-1],  a[l] = f(z[l]) for the hidden layers 1..D,  ŷ = w[D+1] a[D],
    J = mean over the points of (ŷ - y)²,  w[l] ~ N(0, c²/n_{l-1})

Source: MIT 6.390, "Neural Networks II", "Reference: weight initialization".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...core import BackwardTrace, ForwardTrace, Network, backward, forward
from ...explain.whole_layers import why_weights_zero
from ...explain.zeros import Why
from ...fields import DATA, RATE, State, choice, cover, number, whole
from .learning import Learning, learn
from .networks import MOST_DEPTH, MOST_SEEDS, MOST_WIDTH, network, points
from .profile import Profile, profile

LARGEST_SEED = 1_000_000
ACTIVATIONS = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}
INITS = {"zeros": "zeros", "small": "too small", "xavier": "Xavier", "he": "He",
         "large": "too large"}
COMPARED = {"none": "nothing", **INITS}


@dataclass(frozen=True)
class WideState(State):
    """All that the student can set."""

    depth: int = whole(20, DATA, 1, MOST_DEPTH, always=True, says="hidden layers")
    # one network of 50 x 200 is two million weights: the slider acts when it is let go
    width: int = whole(100, DATA, 1, MOST_WIDTH, always=True, continuous=False,
                       says="neurons of each, and inputs")
    activation: str = choice("relu", ACTIVATIONS, DATA, always=True,
                             label="activation f of the hidden layers")
    init: str = choice("he", INITS, DATA, always=True, called="initialization",
                       label="● initialization",
                       says="weights ~ N(0, c²/n), with c = 0, small, 1, √2, large")
    compare: str = choice("xavier", COMPARED, DATA, always=True,
                          called="initialization", label="■ compared with",
                          says="the initialization beside it")
    small: float = number(0.1, DATA, slider=(-3.0, 0.0, 0.05), log=True, positive=True,
                          label="too small: c")
    large: float = number(3.0, DATA, slider=(0.0, 1.5, 0.05), log=True, positive=True,
                          label="too large: c")
    seeds: int = whole(5, DATA, 1, MOST_SEEDS, label="draws", says="networks drawn")
    seed: int = whole(0, DATA, 0, LARGEST_SEED, slider=None, label="first seed",
                      says="of the first draw")
    learning_rate: float = number(0.01, RATE, positive=True, most=1e9, fine_step=0.01,
                                  label="learning rate η", called="learning rate",
                                  says="of step(count)")
    covered: bool = cover()

    def c(self, init: str) -> float:
        """c of an initialization: the weights of layer l are drawn from N(0, c²/n_{l-1})."""
        return {"zeros": 0.0, "small": self.small, "xavier": 1.0, "he": float(np.sqrt(2.0)),
                "large": self.large}[init]


def _preset(activation: str, init: str, compare: str, large: float = 3.0) -> dict[str, object]:
    return {"depth": 20, "width": 100, "activation": activation, "init": init,
            "compare": compare, "small": 0.1, "large": large}


PRESETS = {
    "zeros": _preset("relu", "zeros", "he"),
    "too small": _preset("tanh", "small", "xavier"),
    "too large": _preset("relu", "large", "he"),
    "Xavier on tanh": _preset("tanh", "xavier", "small"),
    "Xavier on ReLU": _preset("relu", "xavier", "he"),
    "He on ReLU": _preset("relu", "he", "xavier"),
    # nothing beside it: the gradient of Xavier on the sigmoid is a question of its own
    "sigmoid saturates": _preset("sigmoid", "large", "none", large=30.0),
}


class Numbers:
    """Everything a state determines: the profiles of the chosen initialization and of the one
    beside it over all draws, and on request the network of the first draw with its gradient."""

    def __init__(self, state: WideState) -> None:
        self.state = state
        self.main = self.of(state.init)
        self.other = self.of(state.compare) if state.compare not in ("none", state.init) else None

    def of(self, init: str) -> Profile:
        """The profile of any initialization at this depth, width, activation and seeds."""
        s = self.state
        return profile(s.depth, s.width, s.activation, s.c(init), s.seeds, s.seed)

    @property
    def profiles(self) -> dict[str, Profile]:
        """Initialization -> profile: the one that is chosen, then the one beside it, if any."""
        both = {self.state.init: self.main}
        return both if self.other is None else both | {self.state.compare: self.other}

    # -- the network of the first draw ------------------------------------------------------------

    def first_draw(self, init: str) -> Network:
        """The network of the first seed."""
        s = self.state
        return network(s.depth, s.width, s.activation, s.c(init), (s.seed,))

    @cached_property
    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs x and targets y, shapes (width, N) and (1, N)."""
        return points(self.state.width, self.state.seed)

    @cached_property
    def trace(self) -> ForwardTrace:
        """Its forward pass over all points."""
        return forward(self.first_draw(self.state.init), *self.points)

    @cached_property
    def back(self) -> BackwardTrace:
        """Its backward pass."""
        return backward(self.trace)

    @property
    def loss(self) -> float:
        """J over all points; infinite where it is too large for a float."""
        return float(self.trace.J) if np.isfinite(self.trace.J) else np.inf

    @property
    def parameters(self) -> Mapping[str, np.ndarray]:
        """{"W1": W¹, ...}, each of shape (n_l, n_{l-1}), read only."""
        return {f"W{layer}": w for layer, w in enumerate(self.trace.network.w) if layer}

    @property
    def gradient(self) -> Mapping[str, np.ndarray]:
        """{"W1": ∂J/∂W¹, ...}, shaped like the weights, read only."""
        return {f"W{layer}": g for layer, g in enumerate(self.back.dJ_dw) if layer}

    def why_zero(self, name: str) -> Why | None:
        """Why all of a gradient is 0; None if it is not."""
        return why_weights_zero(self.back, int(name[1:]))

    def learn(self, init: str, steps: int) -> Learning:
        """Steps of gradient descent on the network of the first seed of an initialization."""
        return learn(self.first_draw(init), *self.points, self.state.learning_rate, steps)
