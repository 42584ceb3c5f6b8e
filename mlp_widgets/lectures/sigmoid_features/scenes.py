"""What the pictures of the two-sigmoid-features lab show, made from its numbers."""

from __future__ import annotations

import numpy as np

from ...core import forward
from ...drawing.feature_maps import FeatureMapsScene
from ...drawing.loss_curve import LossCurveScene
from ...drawing.picture import thinned
from ...drawing.point_panel import Marked
from ...drawing.separation import SeparationScene
from .attempts import Path
from .numbers import CELLS, HALF, ROOM, Numbers, grid_of, network_of

TITLES = {"nll": "J, mean negative log-likelihood", "squared": "J, mean squared error"}


def _square(values: np.ndarray) -> np.ndarray:
    """A row of cells as a map."""
    return values.reshape(CELLS, CELLS)


def _in_plane(numbers: Numbers, right: np.ndarray) -> Marked:
    state = numbers.state
    return Marked(numbers.points.x, numbers.points.label, right, (state.x1, state.x2))


def _features_at_mark(numbers: Numbers) -> np.ndarray:
    return np.array([numbers.value("a", 1, neuron) for neuron in range(2)])


def features(numbers: Numbers) -> FeatureMapsScene:
    """σ₁ and σ₂ over the plane; no ring says which points the output has wrong."""
    no_rings = np.ones(numbers.points.count, bool)
    maps = np.array([_square(row) for row in numbers.over_the_plane.a[1]])
    return FeatureMapsScene(numbers.plane, maps, _in_plane(numbers, no_rings), numbers.features,
                            _features_at_mark(numbers))


def space(numbers: Numbers, path: Path) -> SeparationScene:
    """ŷ over the features and over the plane, and the boundary where the descent began."""
    state, parameters = numbers.state, numbers.parameters
    threshold = HALF if state.loss_name == "squared" else 0.0  # of z: σ(0) is ½
    s1, s2 = _features_at_mark(numbers)
    before = None
    if len(path) > 1:
        start = network_of(path[0][0], state.loss_name)
        before = _square(forward(start, grid_of(numbers.plane)).output[0])
    return SeparationScene(
        ROOM, numbers.plane, _square(numbers.over_the_features.output[0]),
        _square(numbers.over_the_plane.output[0]),
        Marked(numbers.features, numbers.points.label, numbers.right, (float(s1), float(s2))),
        _in_plane(numbers, numbers.right),
        (parameters["w211"], parameters["w212"], threshold - parameters["b21"]),
        numbers.value("a", 2), before, (numbers.best_line_of_features, numbers.best_line))


def steps(numbers: Numbers, path: Path) -> LossCurveScene:
    """J over the steps of the descent."""
    kept = thinned(len(path))
    J = np.array([path[k][1] for k in kept])
    return LossCurveScene(kept, J, TITLES[numbers.state.loss_name])
