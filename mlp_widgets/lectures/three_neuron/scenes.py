"""What the pictures of the three-neuron lab show, made from its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...drawing.diagram import DiagramScene, Edge, Node, halos_of
from ...drawing.fit import FitScene
from ...drawing.landscape import LandscapeScene
from ...drawing.picture import thinned
from ...drawing.style import GRADIENT, HIDDEN, VALUE
from ...explain.notation import Var
from ...explain.operations import lit
from ...text import number, symbol
from .numbers import NOTATION, Numbers

LEGEND = ("edge dashed: negative\nedge thick: large\ngrey: no effect\n"
          "crossed out: off everywhere")


def fit(numbers: Numbers) -> FitScene:
    """Data, ŷ, contributions, kinks and the baselines that are switched on."""
    points, state = numbers.points, numbers.state
    chosen = {name: getattr(numbers.baselines, name)(numbers.grid) for name in state.compare}
    kinks = numbers.kinks if state.activation == "relu" else (None, None)
    labels = ("x", "") if points.own else ("hour of the day", "[1000 vehicles / h]")
    return FitScene(points.x, points.y, numbers.y_hat, numbers.grid, numbers.curves.output[0],
                    numbers.contributions, kinks, chosen, *labels)


# -- the diagram ----------------------------------------------------------------------------------

ENDS = {
    "w11": ("x", "h1"), "w12": ("x", "h2"), "w21": ("h1", "y"), "w22": ("h2", "y"),
    "b11": ("1b11", "h1"), "b12": ("1b12", "h2"), "b21": ("1b21", "y"),
}
"""Parameter -> the circles between which its edge lies; biases come from small ones."""
BESIDE = {"b11": 14.0, "b12": 14.0, "b21": -14.0}
BELOW = ("w12", "w22")


def diagram(numbers: Numbers) -> DiagramScene:
    """What the edges show is chosen: the parameters, or the gradients of the chosen hour."""
    return gradients_diagram(numbers) if numbers.state.edges == "gradients" else (
        values_diagram(numbers))


def values_diagram(numbers: Numbers) -> DiagramScene:
    """The parameters on the edges."""
    edges = (_value_edge(numbers, name) for name in NOTATION.parameters)
    return _diagram(numbers, edges, VALUE, f"at x = {number(numbers.state.hour)}")


def gradients_diagram(numbers: Numbers) -> DiagramScene:
    """The gradients ∂ℓ/∂θ of the chosen hour on the edges; the circles are of the same hour."""
    hour = f"x = {number(numbers.state.hour)}"
    if numbers.at.back is None:
        edges = (_edge(name, f"∂ℓ/∂{symbol(name)}: –", 0.0, False) for name in NOTATION.parameters)
        return _diagram(numbers, edges, GRADIENT, f"no data point at {hour}:\nno ∂ℓ/∂θ there")
    edges = (_gradient_edge(name, value) for name, value in numbers.gradient_at.items())
    return _diagram(numbers, edges, GRADIENT,
                    f"∂ℓ/∂θ at {hour};\n∂J/∂θ (beside the sliders)\n"
                    f"is the mean over {len(numbers.points.x)} points")


def _diagram(numbers: Numbers, edges: Iterable[Edge], color: str, note: str) -> DiagramScene:
    """Four circles, seven edges, at the chosen hour; a halo around what the stepper is at."""
    at = lit(numbers.operations, numbers.state.operation)
    halos = halos_of(at, NOTATION.parameters, ENDS)
    nodes = (
        Node("x", 0.088, 0.5, f"x = {number(numbers.state.hour)}", size=72, lit=halos.get("x", "")),
        _hidden(numbers, 0, 0.697, halos), _hidden(numbers, 1, 0.303, halos),
        Node("y", 0.904, 0.5, f"ŷ = {number(numbers.output)}", size=82, lit=halos.get("y", "")),
        Node("1b11", 0.48, 0.955, "1", size=17, still=True),
        Node("1b12", 0.48, 0.045, "1", size=17, still=True),
        Node("1b21", 0.904, 0.83, "1", size=17, still=True),
    )
    named = zip(NOTATION.parameters, edges, strict=True)
    shown = tuple(replace(edge, lit=halos.get(name, "")) for name, edge in named)
    return DiagramScene(nodes, shown, LEGEND, caption_at=(0.012, 0.14), color=color, note=note)


def _hidden(numbers: Numbers, neuron: int, y: float, halos: dict[str, str]) -> Node:
    """A hidden neuron with its z and a."""
    lines = (f"{NOTATION.symbol(Var(kind, 1, neuron))} = "
             f"{number(numbers.value(kind, 1, neuron), 3)}" for kind in "za")
    key = f"h{neuron + 1}"
    return Node(key, 0.48, y, "\n".join(lines), numbers.off[neuron], 90, lit=halos.get(key, ""),
                color=HIDDEN[neuron])


def _value_edge(numbers: Numbers, name: str) -> Edge:
    """An edge that shows its parameter; grey where that has no effect at this hour."""
    value, var = numbers.parameters[name], NOTATION.parameters[name]
    from_hidden = var.kind == "w" and var.layer == 2
    carries = value != 0 and (not from_hidden or numbers.off[var.input] == "on")
    return _edge(name, f"{symbol(name)} = {number(value, 3)}", value, carries)


def _gradient_edge(name: str, value: float) -> Edge:
    """An edge that shows the gradient of one hour; grey where that is 0."""
    return _edge(name, f"∂ℓ/∂{symbol(name)} = {number(value, 3, plus=True)}", value, value != 0)


def _edge(name: str, text: str, value: float, carries: bool) -> Edge:
    """The edge of a parameter."""
    start, end = ENDS[name]
    return Edge(start, end, text, value, "on" if carries else "off", BESIDE.get(name, 0.0),
                -1 if name in BELOW else 1)


# -- the landscape --------------------------------------------------------------------------------


def landscape(numbers: Numbers, path: list[tuple[dict[str, float], float]]) -> LandscapeScene:
    """J over the two chosen parameters, and the path of the descent seen from above."""
    state = numbers.state
    across, up, J = numbers.landscape()
    steps = thinned(len(path))
    kept = [path[k] for k in steps]
    places = np.array([(values[state.across], values[state.up]) for values, _ in kept])
    return LandscapeScene(
        (symbol(state.across), symbol(state.up)), across, up, J, tuple(places[-1]), places,
        steps, np.array([J for _, J in kept]), numbers.decades,
    )
