"""The map of all chains: log10 |∂J/∂w_1| over depth and weight."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...core.activations import Array
from .log_chain import log10_gradients
from .numbers import MOST_LAYERS, OWN, DeepChainState, drawn


class Map(NamedTuple):
    """log10 |∂J/∂w_1|, shape (D, W), for these depths (D,) and scales (W,)."""

    scales: Array
    depths: Array
    log10: Array


@dataclass(frozen=True)
class MapAxis:
    """What goes across the map, and its columns.

    The columns stand half a slider step apart, so that every step of a slider is on the map.
    """

    name: str
    low: float
    high: float
    scales: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = round((self.high - self.low) / 0.025) + 1
        scales = np.round(np.linspace(self.low, self.high, count), 3) + 0.0
        scales.setflags(write=False)
        object.__setattr__(self, "scales", scales)


AXES = {
    "shared": MapAxis("w of every layer", -3.0, 3.0),
    "each": MapAxis("factor on all weights", -3.0, 3.0),
    "random": MapAxis("std of the weights", 0.0, 3.0),
}
"""By the mode of a state."""


def map_key(state: DeepChainState) -> tuple[Any, ...]:
    """What the map depends on; the shared weight, the std and the depth only move its point."""
    pattern = {"shared": (), "each": state.weights, "random": (state.seed,)}[state.mode]
    return state.mode, pattern, state.activation, state.skip, state.x, state.y


def map_point(state: DeepChainState) -> tuple[float, int]:
    """(scale, depth) of the present setting."""
    return {"shared": state.w, "each": 1.0, "random": state.std}[state.mode], state.depth


def shown_on_map(state: DeepChainState) -> Hashable:
    """What the map and its point depend on."""
    return map_key(state), map_point(state)


@lru_cache(maxsize=6)
def make_map(key: tuple[Any, ...]) -> Map:
    """The map of a ``map_key``, in one vectorized call."""
    mode, pattern, activation, skip, x, y = key
    axis = AXES[mode]
    weights = {"shared": lambda: np.ones(MOST_LAYERS), "each": lambda: np.array(pattern),
               "random": lambda: drawn(*pattern)}[mode]()
    log10 = log10_gradients(weights, axis.scales, x=x, y=y, activation=activation, skip=skip)
    return Map(axis.scales, np.arange(1, len(weights) + 1), log10)


def changes_to(state: DeepChainState, scale: float, depth: int) -> dict[str, Any]:
    """What to set to be at a place of the map; a factor multiplies the weights of all layers."""
    scale = round(scale, 2) + 0.0
    own = {name: w * scale for name, w in zip(OWN, state.weights, strict=False)}
    weights = {"shared": {"w": scale}, "random": {"std": scale}, "each": own}[state.mode]
    return {"depth": depth, **weights}
