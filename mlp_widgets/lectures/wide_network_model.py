"""The numbers of the wider-networks lab: many networks drawn at random, measured layer by layer.

    z[l] = w[l] a[l-1],  a[l] = f(z[l]) for the hidden layers 1..D,  ŷ = w[D+1] a[D],
    J = mean over the points of (ŷ - y)²,  w[l] ~ N(0, c²/n_{l-1})

Every initialization of the lecture is a number c: zeros 0, Xavier 1, He √2; "too small" and "too
large" are c below 1 and above √2. All of them take the same draws, times c, so that a comparison
shows c and not the luck of a draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..core import (
    BackwardTrace,
    Diverged,
    ForwardTrace,
    Network,
    backward,
    forward,
    gradient_descent,
    initial_weights,
)
from ..drawing.numbers import counted_steps, number
from ..drawing.wide_layers import over_draws

MOST = {"depth": 50, "width": 200, "seeds": 8}
"""Largest depth (hidden layers), width (neurons of a layer) and number of networks."""
MOST_POINTS, ONE_THREAD = 24, 262_144
"""Random inputs of a network, and multiplications in one product of matrices up to which OpenBLAS
(0.3, interface/gemm.c) stays on one thread. Beyond, a busy machine with two cores took ten times
as long, because the threads wait for each other; so wide networks get fewer inputs."""
STACKED = 250_000
"""Parameters of all networks together up to which one stack is faster than one by one."""
ACTIVATIONS = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}
INITS = {"zeros": "zeros", "small": "too small", "xavier": "Xavier", "he": "He",
         "large": "too large"}
SATURATED = 0.01
"""A sigmoid or tanh with a slope below this counts as saturated."""
DIVERGED = 1e6
"""Descent is stopped when J is so many times what it was at the start."""


@dataclass(frozen=True)
class WideState:
    """All that the lab shows follows from these."""

    depth: int = 20
    width: int = 100
    activation: str = "relu"
    init: str = "he"
    compare: str = "xavier"
    small: float = 0.1
    large: float = 3.0
    seeds: int = 5
    seed: int = 0
    learning_rate: float = 0.01


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
    "sigmoid saturates": _preset("sigmoid", "large", "xavier", large=30.0),
}


def factor(state: WideState, init: str) -> float:
    """c of an initialization: the weights of layer l are drawn from N(0, c²/n_{l-1})."""
    return {"zeros": 0.0, "small": float(state.small), "xavier": 1.0, "he": float(np.sqrt(2.0)),
            "large": float(state.large)}[init]


# -- drawing networks ---------------------------------------------------------------------------


@lru_cache(maxsize=MOST["seeds"])
def _draws(depth: int, width: int, seed: int) -> tuple[np.ndarray, ...]:
    """Weights N(0, 1/n_{l-1}) of one network with one output neuron (Xavier, c = 1)."""
    return tuple(initial_weights([width] * (depth + 1) + [1], "xavier", seed))


def network(depth: int, width: int, activation: str, c: float, seeds: tuple[int, ...]) -> Network:
    """The networks of these seeds as a stack, or a single one, with the factor c.

    w[l] has shape (len(seeds), n_l, n_{l-1}), without the first axis for one seed.
    """
    draws = [_draws(depth, width, seed) for seed in seeds]
    layers = zip(*draws, strict=True)
    w = [c * (layer[0] if len(seeds) == 1 else np.stack(layer)) for layer in layers]
    return Network(w, None, [activation] * depth + ["identity"])


def point_count(width: int) -> int:
    """How many random inputs a network of this width gets: 24, and 6 at a width of 200."""
    return min(MOST_POINTS, ONE_THREAD // width**2)


def points(width: int, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs x, shape (width, count), and targets y, shape (1, count), all from N(0, 1)."""
    generator = np.random.default_rng([seed, 1])
    return generator.normal(size=(width, count)), generator.normal(size=(1, count))


# -- measuring them -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Profile:
    """What was measured in S networks that differ in their seed only; D hidden layers.

    variance: of a[l] over neurons and points, l = 0..D, shape (S, D+1); by_point: the part of it
    that is there from point to point (variance over the points, mean over the neurons), the same
    shape; gradient: the length of ∂J/∂W^l, l = 1..D+1, shape (S, D+1). All three are infinite
    where a number is beyond the range of a float. J: shape (S,). samples: layer -> a[l] of the
    first seed, for the first, middle and last hidden layer; slopes: layer -> f'(z[l]).
    overflow: the first layer of any network with an a[l] that is not finite, or None. off: for
    each network, whether some hidden layer has only ReLUs that are off, shape (S,).
    """

    variance: np.ndarray
    by_point: np.ndarray
    gradient: np.ndarray
    J: np.ndarray
    samples: dict[int, np.ndarray]
    slopes: dict[int, np.ndarray]
    overflow: int | None
    off: np.ndarray

    @property
    def typical_variance(self) -> np.ndarray:
        """Geometric mean of the variance over the seeds, shape (D+1,)."""
        return typical(self.variance)

    @property
    def typical_gradient(self) -> np.ndarray:
        """Geometric mean of the length of ∂J/∂W^l over the seeds, shape (D+1,)."""
        return typical(self.gradient)

    @property
    def per_layer(self) -> float:
        """By what the variance is multiplied at each layer from 1 to D (at D = 1, from x to a[1]).

        Geometric mean over layers and seeds; seeds that end in exactly 0 or overflow count only
        if there are no others.
        """
        first = min(1, self.variance.shape[1] - 2)
        start, end = self.variance[:, first], self.variance[:, -1]
        steps = self.variance.shape[1] - 1 - first
        good = (start > 0) & (end > 0) & np.isfinite(start) & np.isfinite(end)
        if not good.any():
            return float("inf") if np.isinf(end).any() else 0.0
        logs = np.log(end[good]) - np.log(start[good])
        return float(np.exp(np.mean(logs) / steps))


def typical(values: np.ndarray) -> np.ndarray:
    """Geometric mean over the first axis; 0 and infinity count only where there is nothing else."""
    return np.where(np.isnan(mean := over_draws(values)[0]),
                    np.where(np.isinf(values).any(axis=0), np.inf, 0.0), mean)


def shown_layers(depth: int) -> tuple[int, ...]:
    """First, middle and last hidden layer; fewer if they are the same."""
    return tuple(sorted({1, (depth + 1) // 2, depth}))


@lru_cache(maxsize=48)
def profile(depth: int, width: int, activation: str, c: float, seeds: int, seed: int) -> Profile:
    """Both passes of the networks of ``seeds`` seeds, from ``seed`` on, measured."""
    x, y = points(width, seed, point_count(width))
    numbers = tuple(range(seed, seed + seeds))
    together = seeds * (depth * width**2 + width) <= STACKED
    parts = [_measured(forward(network(depth, width, activation, c, part), x, y))
             for part in ([numbers] if together else [(n,) for n in numbers])]
    layers = [part.overflow for part in parts if part.overflow is not None]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts])
              for name in ("variance", "by_point", "gradient", "J", "off")}
    return Profile(**arrays, samples=parts[0].samples, slopes=parts[0].slopes,
                   overflow=min(layers, default=None))


def _measured(trace: ForwardTrace) -> Profile:
    """The profile of one network or of a stack."""
    depth = trace.network.depth - 1
    back = backward(trace)
    stack = np.atleast_1d(trace.J).shape
    spreads = [_variances(a) for a in trace.a[:-1]]
    variance, by_point = (np.stack([np.broadcast_to(pair[k], stack) for pair in spreads], axis=1)
                          for k in (0, 1))
    gradient = np.stack([np.broadcast_to(_length(g), stack) for g in back.dJ_dw[1:]], axis=1)
    first = (0,) * (trace.a[1].ndim - 2)
    layers = shown_layers(depth)
    samples = {layer: trace.a[layer][first] for layer in layers}
    with np.errstate(invalid="ignore", over="ignore"):
        slopes = {layer: trace.network.f[layer].df(trace.z[layer][first]) for layer in layers}
    finite = [np.isfinite(a).all() for a in trace.a]
    return Profile(variance, by_point, gradient, np.atleast_1d(trace.J), samples, slopes,
                   None if all(finite) else finite.index(False),
                   np.broadcast_to(_all_off(trace, variance), stack))


def _all_off(trace: ForwardTrace, variance: np.ndarray) -> np.ndarray:
    """Whether a layer has no a > 0 although some z < 0: off ReLUs, not zeros or underflow."""
    found = np.zeros(variance.shape[0], bool)
    for layer in np.flatnonzero((variance == 0).any(axis=0)):
        if layer and trace.network.activations[layer] == "relu":
            z = trace.z[layer]
            found |= (z.max(axis=(-2, -1)) <= 0) & (z.min(axis=(-2, -1)) < 0)
    return found


def _variances(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance over neurons and points, and the mean over neurons of that over the points.

    Divided by the largest |a| first, so that squares neither overflow nor underflow on the way.
    """
    size, safe = _largest(a)
    with np.errstate(over="ignore", invalid="ignore"):
        share = a / safe
        means = share.mean(axis=-1, keepdims=True)  # of each neuron
        by_point = np.square(share - means).mean(axis=(-2, -1))
        both = (by_point + means.var(axis=(-2, -1)), by_point)
        return tuple(np.where(np.isfinite(size), (np.sqrt(v) * size) ** 2, np.inf) for v in both)


def _length(gradient: np.ndarray) -> np.ndarray:
    """Square root of the sum of the squares over the last two axes; infinite for NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares = np.einsum("...ij,...ij->...", gradient, gradient)
        if ((squares > 1e-280) & (squares < 1e280)).all():
            return np.sqrt(squares)
        size, safe = _largest(gradient)
        share = gradient / safe
        lengths = np.sqrt(np.einsum("...ij,...ij->...", share, share)) * size
    return np.where(np.isfinite(size), lengths, np.inf)


def _largest(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest size over the last two axes, and a divisor: the same, but 1 for 0."""
    size = np.abs(values).max(axis=(-2, -1))
    return size, np.where((size > 0) & np.isfinite(size), size, 1.0)[..., None, None]


class Solution:
    """All numbers of a state: the profile of its initialization and of the one beside it.

    ``network``, ``trace`` and ``back`` are a small network of the same kind (at most 2 hidden
    layers of 3 neurons, 2 points), whose every number can be followed by hand.
    """

    def __init__(self, state: WideState) -> None:
        self.state = state
        self.main = self.of(state.init)
        self.other = self.of(state.compare) if state.compare not in ("none", state.init) else None
        depth, width = min(int(state.depth), 2), min(int(state.width), 3)
        self.network = network(depth, width, state.activation, factor(state, state.init),
                               (int(state.seed),))
        self.trace: ForwardTrace = forward(self.network, *points(width, int(state.seed), 2))
        self.back: BackwardTrace = backward(self.trace)

    def of(self, init: str) -> Profile:
        """The profile of any initialization at this depth, width, activation and seeds."""
        s = self.state
        return profile(int(s.depth), int(s.width), s.activation, factor(s, init),
                       int(s.seeds), int(s.seed))

    @property
    def profiles(self) -> dict[str, Profile]:
        """Initialization -> profile: the one that is chosen, then the one beside it, if any."""
        both = {self.state.init: self.main}
        return both if self.other is None else both | {self.state.compare: self.other}


def saturated(profile: Profile, layer: int) -> float:
    """The share of the slopes f'(z) of a layer that are below 0.01 of 1."""
    return float((profile.slopes[layer] < SATURATED).mean())


# -- does it learn? -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Learning:
    """Gradient descent on the network of the first seed.

    steps: taken; J: before each of them and at the end, shape (steps + 1,); moved: the largest
    change of a weight, by layer 1..D+1; apart: the largest difference between the weights of two
    neurons of one hidden layer, by layer 1..D; blocked: whether every gradient was exactly 0 at the
    start; problem: what went wrong, or "".
    """

    steps: int
    J: np.ndarray
    moved: np.ndarray
    apart: np.ndarray
    blocked: bool
    problem: str


def learn(state: WideState, init: str, steps: int) -> Learning:
    """``steps`` steps of gradient descent on all points; stops early if it diverges."""
    start = network(int(state.depth), int(state.width), state.activation, factor(state, init),
                    (int(state.seed),))
    x, y = points(int(state.width), int(state.seed), point_count(int(state.width)))
    now, losses, problem = start, [], ""
    try:
        for step in gradient_descent(start, x, y, alpha=state.learning_rate, steps=steps):
            now = step.network
            losses.append(step.J)
            if DIVERGED * losses[0] < step.J:
                break
    except Diverged:
        losses = losses or [float("inf")]
    last = float(forward(now, x, y).J)
    losses.append(last if np.isfinite(last) else np.inf)
    if losses[0] == np.inf:
        problem = "there is nothing to descend from: J is too large for a float at the start"
    elif max(losses) > DIVERGED * losses[0]:
        problem = (f"it diverges: J = {number(max(losses))} after "
                   + counted_steps(len(losses) - 1))
    pairs = list(zip(now.w[1:], start.w[1:], strict=True))
    return Learning(len(losses) - 1, np.array(losses),
                    np.array([np.abs(w - old).max() for w, old in pairs]),
                    np.array([np.ptp(w, axis=0).max() for w, _ in pairs[:-1]]),
                    not any(g.any() for g in backward(forward(start, x, y)).dJ_dw[1:]), problem)
