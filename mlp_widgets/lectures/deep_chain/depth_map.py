"""The map of all chains: log10 |∂J/∂w_1| over depth and weight.

It reaches as far as the sliders do, whatever the present setting is. A chain with a weight for each
layer stands at its largest |w|, and beside it stand the chains whose weights are these times one
factor. So each place is a setting, and to go there changes neither the map nor the mode.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from ...core.activations import Array
from .log_chain import log10_gradients
from .numbers import MOST_DRAWN, MOST_LAYERS, OWN, DeepChainState, drawn


class Map(NamedTuple):
    """log10 |∂J/∂w_1|, shape (D, W), for these depths (D,) and scales (W,)."""

    scales: Array
    depths: Array
    log10: Array


@dataclass(frozen=True)
class MapAxis:
    """What goes across the map, its ends, and its columns.

    The columns stand half a slider step apart, so that every step of a slider is on the map.
    """

    name: str
    low: float
    high: float
    click: str
    """What a click on the map does."""
    scales: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = round((self.high - self.low) / 0.025) + 1
        scales = np.round(np.linspace(self.low, self.high, count), 3) + 0.0
        scales.setflags(write=False)
        object.__setattr__(self, "scales", scales)


AXES = {
    "shared": MapAxis("w of every layer", -3.0, 3.0, "sets w and the depth"),
    # a factor cannot make all weights 0 and then others again: this axis begins above 0
    "each": MapAxis("largest |w|", 0.05, 3.0,
                    "sets the depth and multiplies all weights by one number"),
    "random": MapAxis("std of the weights", 0.0, 3.0, "sets their std and the depth"),
}
"""By the mode of a state."""


class MapKey(NamedTuple):
    """What the map depends on; ``pattern`` makes the weights of its mode, up to their size."""

    mode: str
    pattern: tuple[float, ...]
    activation: str
    skip: bool
    x: float
    y: float


def map_key(state: DeepChainState) -> MapKey:
    """That of a state; the shared weight, the std and the depth only move the point of the map."""
    pattern = {"shared": (), "each": own_weights(state), "random": (state.seed,)}[state.mode]
    return MapKey(state.mode, pattern, state.activation, state.skip, state.x, state.y)


def map_point(state: DeepChainState) -> tuple[float, int]:
    """(scale, depth) of the present setting."""
    largest = max(map(abs, state.weights))
    return {"shared": state.w, "each": largest, "random": state.std}[state.mode], state.depth


def own_weights(state: DeepChainState) -> tuple[float, ...]:
    """w1 to w10 of mode "each", also of the layers that a chain of this depth does not have."""
    return tuple(getattr(state, name) for name in OWN)


def proportions(own: tuple[float, ...], depth: int) -> Array:
    """The weights over the largest |w| of the first layers; all equal where these are 0."""
    largest = max(map(abs, own[:depth]))
    return np.array(own) / largest if largest else np.ones(len(own))


def shown_on_map(state: DeepChainState) -> Hashable:
    """What the map and its point depend on."""
    return map_key(state), map_point(state)


@lru_cache(maxsize=6)
def make_map(key: MapKey) -> Map:
    """The map of a ``map_key``, in one vectorized call; with a weight for each layer in ten."""
    mode, pattern, activation, skip, x, y = key
    scales = AXES[mode].scales
    find = partial(log10_gradients, scales=scales, x=x, y=y, activation=activation, skip=skip)
    if mode == "each":
        depths = range(1, MOST_DRAWN + 1)
        log10 = np.array([find(proportions(pattern, depth)[:depth])[-1] for depth in depths])
    else:
        log10 = find(np.ones(MOST_LAYERS) if mode == "shared" else drawn(*pattern))
    return Map(scales, np.arange(1, len(log10) + 1), log10)


def changes_to(state: DeepChainState, scale: float, depth: int) -> dict[str, object]:
    """What leads to a place of the map: all of w1 to w10, so that they stay in proportion."""
    scale = round(scale, 2) + 0.0
    own = (scale * proportions(own_weights(state), depth)).tolist()
    weights = {"shared": {"w": scale}, "random": {"std": scale},
               "each": dict(zip(OWN, own, strict=True))}[state.mode]
    return {"depth": depth, **weights}
