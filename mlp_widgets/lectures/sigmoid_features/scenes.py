"""What the pictures of the two-sigmoid-features lab show, made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...core import forward
from ...drawing.diagram import DiagramScene, Edge, Node, halos_of
from ...drawing.feature_maps import FeatureMapsScene
from ...drawing.loss_curve import LossCurveScene
from ...drawing.picture import thinned
from ...drawing.point_panel import Marked
from ...drawing.separation import SeparationScene
from ...drawing.style import BLACK, GRADIENT, HIDDEN, VALUE
from ...explain.notation import Var
from ...explain.operations import lit
from ...text import number, symbol
from .attempts import Path
from .numbers import CELLS, HALF, NOTATION, ROOM, Numbers, grid_of, network_of

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
        numbers.value("a", 2), state.label, before,
        (numbers.best_line_of_features, numbers.best_line))


def steps(numbers: Numbers, path: Path) -> LossCurveScene:
    """J over the steps of the descent."""
    kept = thinned(len(path))
    J = np.array([path[k][1] for k in kept])
    return LossCurveScene(kept, J, TITLES[numbers.state.loss_name])


# -- the network at the mark ----------------------------------------------------------------------

ENDS = {
    "w111": ("x1", "h1"), "w112": ("x2", "h1"), "b11": ("1b11", "h1"),
    "w121": ("x1", "h2"), "w122": ("x2", "h2"), "b12": ("1b12", "h2"),
    "w211": ("h1", "y"), "w212": ("h2", "y"), "b21": ("1b21", "y"),
}
"""Parameter -> the circles between which its edge lies; biases come from small ones."""
BELOW = ("w121", "w122", "w212")
CROSSING = {"w112": 0.29, "w121": 0.29}
"""Where the labels of the two edges that cross have their middle: before the crossing."""
BESIDE = {"b11": 14.0, "b12": 14.0, "b21": -14.0}
LEGEND = "dashed: negative\nthicker: larger"


def network(numbers: Numbers) -> DiagramScene:
    """What the edges show is chosen: the parameters, or the gradients at the mark."""
    return network_of_gradients(numbers) if numbers.state.edges == "gradients" else (
        network_of_values(numbers))


def network_of_values(numbers: Numbers) -> DiagramScene:
    """The parameters on the edges."""
    texts = {name: (f"{symbol(name)} = {number(value, 3)}", value)
             for name, value in numbers.parameters.items()}
    return _diagram(numbers, texts, VALUE)


def network_of_gradients(numbers: Numbers) -> DiagramScene:
    """∂ℓ/∂θ at the mark on the edges."""
    texts = {name: (f"∂ℓ/∂{symbol(name)} = {number(value, 2, plus=True)}", value)
             for name, value in numbers.gradient_at.items()}
    return _diagram(numbers, texts, GRADIENT)


def _diagram(numbers: Numbers, texts: Mapping[str, tuple[str, float]], color: str) -> DiagramScene:
    """Five circles and nine edges; a halo around what the stepper is at."""
    at = lit(numbers.operations, numbers.state.operation)
    halos = halos_of(at, NOTATION.parameters, ENDS)
    places = {"x1": (0.075, 0.87, 60), "x2": (0.075, 0.13, 60), "h1": (0.51, 0.7, 80),
              "h2": (0.51, 0.3, 80), "y": (0.915, 0.5, 78)}
    said = {"x1": _lines(numbers, Var("a")), "x2": _lines(numbers, Var("a", 0, 1)),
            **{f"h{j + 1}": _lines(numbers, Var("z", 1, j), Var("a", 1, j)) for j in range(2)},
            "y": _lines(numbers, Var("z", 2), Var("a", 2), Var("y"))}
    rims = {f"h{j + 1}": rim for j, rim in enumerate(HIDDEN)}
    nodes = [Node(key, x, y, said[key], size=size, lit=halos.get(key, ""),
                  color=rims.get(key, BLACK)) for key, (x, y, size) in places.items()]
    ones = {"1b11": (0.51, 0.955), "1b12": (0.51, 0.045), "1b21": (0.915, 0.83)}
    nodes += [Node(key, x, y, "1", size=17, still=True) for key, (x, y) in ones.items()]
    edges = [Edge(*ENDS[name], text, value, "on" if value else "off", BESIDE.get(name, 0.0),
                  -1 if name in BELOW else 1, CROSSING.get(name, 0.5), lit=halos.get(name, ""))
             for name, (text, value) in texts.items()]
    return DiagramScene(nodes, edges, LEGEND, "The network at the mark ×", (0.785, 0.09), color)


def _lines(numbers: Numbers, *variables: Var) -> str:
    """Symbols with their values, each in its line."""
    return "\n".join(f"{NOTATION.symbol(var)} = {number(numbers.at.value(var), 3)}"
                     for var in variables)
