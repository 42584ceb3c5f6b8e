"""What the pictures of the lab of sums of ReLUs show, made from its numbers."""

from __future__ import annotations

import numpy as np

from ...core import Network
from ...drawing.hinges import HingesScene
from ...drawing.relu_ways import Fitted, WaysScene
from . import words
from .numbers import MOST, Numbers, best, bounds, kinks_of, least_squares
from .training import Training

EVERY_K = np.arange(1, MOST + 1)


def hinges(numbers: Numbers) -> HingesScene:
    """The target, ŷ, and what each neuron adds to it."""
    target, state = numbers.target, numbers.state
    grid, trace = numbers.curves(numbers.network)
    return HingesScene(target.x, target.y, grid, trace.output[0],
                       numbers.network.w[2].T * trace.a[1], numbers.kinks, state.neuron - 1,
                       state.point - 1, target.x_label)


def ways(numbers: Numbers, found: Training | None) -> WaysScene:
    """The three ways with the K of the state, and J against K."""
    target, state = numbers.target, numbers.state
    trained = {K: way.J for K, way in found.ways.items()} if found and found.rounds else {}
    known = {K: numbers.error(network) for K in EVERY_K.tolist()
             if (network := best(target, K)) is not None}
    least = least_squares(target, state.start)
    errors = {"bound": bounds(target), "least": least}
    return WaysScene(target.x, target.y, {
        "least": _fitted(numbers, numbers.with_best_heights),
        "descent": (_fitted(numbers, found.own.network, found) if found and found.rounds else
                    Fitted(words.NOT_TRAINED)),
        "best": (_fitted(numbers, numbers.best) if numbers.best else
                 Fitted(words.not_known(state.K)))},
        state.K, {**{name: _points(numbers, dict(zip(EVERY_K.tolist(), J, strict=True)))
                     for name, J in errors.items()},
                  "descent": _points(numbers, trained), "best": _points(numbers, known),
                  "own": _points(numbers, {state.K: numbers.loss})})


def _fitted(numbers: Numbers, network: Network, found: Training | None = None) -> Fitted:
    """What a network gives, and its J."""
    grid, trace = numbers.curves(network)
    kinks = kinks_of(network)
    note = words.way_went(found.own) if found else words.error(numbers.error(network))
    return Fitted(note, grid, trace.output[0], kinks[np.isfinite(kinks)])


def _points(numbers: Numbers, J: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """K and J as two arrays; 0 where only rounding is left."""
    return np.array(list(J), float), np.array([numbers.rounded(value) for value in J.values()])
