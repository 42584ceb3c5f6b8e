"""What the pictures of the lab of sums of ReLUs show, made from its numbers."""

from __future__ import annotations

import numpy as np

from ...core import Network
from ...drawing.hinges import HingesScene, heights_shown
from ...drawing.relu_ways import Fitted, WaysScene
from ...explain.operations import lit
from . import words
from .numbers import MOST, Numbers, best, bounds, error, kinks_of, least_squares
from .targets import NAMES, Target, as_target
from .training import Training


def hinges(numbers: Numbers) -> HingesScene:
    """The target, ŷ, and what each neuron adds to it."""
    target, state = numbers.target, numbers.state
    grid, trace = numbers.curves(numbers.network)
    return HingesScene(target.x, target.y, grid, trace.output[0],
                       numbers.network.w[2].T * trace.a[1], numbers.kinks, state.neuron - 1,
                       state.point - 1, heights(target), target.x_label, _halos(numbers))


def _halos(numbers: Numbers) -> dict[tuple[str, str], tuple[float, float]]:
    """(plot, kind of halo) -> its place, at the point that the stepper walks through."""
    x = numbers.value("a")
    found = {}
    for var, halo in lit(numbers.operations, numbers.state.operation).items():
        kind, layer = var.kind.removeprefix("d"), var.layer
        if kind in ("y", "loss"):
            found["target", halo] = x, numbers.value("y")
        elif layer == 1 or kind == "w":
            found["hinge", halo] = x, numbers.added
        elif layer == 2:
            found["sum", halo] = x, numbers.value("a", 2)
    return found


def heights(target: Target) -> tuple[float, float]:
    """The axis of y: that of the named target with the same x, as long as the points are on it, so
    that it stays while somebody draws on that target."""
    same = next((named for named in map(as_target, NAMES) if named.at == target.at), target)
    low, high = heights_shown(same.y)
    spare = 1e-3 * (high - low)  # what is drawn is rounded to four digits
    inside = low - spare <= target.y.min() and target.y.max() <= high + spare
    return (low, high) if inside else heights_shown(target.y)


def ways(numbers: Numbers, found: Training | None) -> WaysScene:
    """The three ways with the K of the state, and J against K."""
    target, K = numbers.target, numbers.state.K
    found = found if found and found.rounds else None
    shown = {
        "least": _fitted(numbers, numbers.with_best_heights),
        "descent": (_fitted(numbers, found.own.network, found) if found else
                    Fitted(words.NOT_TRAINED)),
        "best": _fitted(numbers, numbers.best) if numbers.best else Fitted(words.not_known(K))}
    return WaysScene(target.x, target.y, shown, K, heights(target), _errors(numbers, found))


def _errors(numbers: Numbers, found: Training | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """J against K: of each way where it is known, the bound, and the network of the sliders."""
    target, state = numbers.target, numbers.state
    every = range(1, MOST + 1)
    known = {K: error(network, target) for K in every
             if (network := numbers.best if state.K == K else best(target, K))}
    trained = {K: way.J for K, way in found.ways.items()} if found else {}
    J = {"bound": dict(zip(every, bounds(target), strict=True)),
         "least": dict(zip(every, least_squares(target, state.start), strict=True)),
         "descent": trained, "best": known, "own": {state.K: numbers.loss}}
    return {name: (np.array([*of], float), np.array([numbers.rounded(v) for v in of.values()]))
            for name, of in J.items()}


def _fitted(numbers: Numbers, network: Network, found: Training | None = None) -> Fitted:
    """What a network gives, and its J."""
    grid, trace = numbers.curves(network)
    kinks = kinks_of(network)
    note = words.way_went(found.own) if found else words.error(numbers.error(network))
    return Fitted(note, grid, trace.output[0], kinks[np.isfinite(kinks)])
