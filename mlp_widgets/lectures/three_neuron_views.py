"""What the pictures of the three-neuron lab show, made from a solution; no widget here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..drawing.diagram import DiagramView, Edge, Node
from ..drawing.fit import FitView
from ..drawing.landscape import LandscapeView
from ..drawing.numbers import fixed, number, symbol
from ..drawing.picture import thinned
from ..drawing.table import TablePicture
from ..widgets.parameters import Group
from .three_neuron_model import PARAMETERS, Rivals, Solution

ACTIVATION_TITLES = {"relu": "ReLU", "sigmoid": "σ", "tanh": "tanh"}
LEGEND = "blue, solid: positive\norange, dashed: negative\nthicker: larger    grey: no effect"


def groups(activation: str) -> tuple[Group, ...]:
    """The rows of the parameter table, by neuron."""
    f = ACTIVATION_TITLES[activation]
    return (
        Group(f"Neuron 1 <small>a₁₁ = {f}(w₁₁x + b₁₁)</small>", ("w11", "b11")),
        Group(f"Neuron 2 <small>a₁₂ = {f}(w₁₂x + b₁₂)</small>", ("w12", "b12")),
        Group("Output <small>ŷ = w₂₁a₁₁ + w₂₂a₁₂ + b₂₁</small>", ("w21", "w22", "b21")),
    )


def fit(solution: Solution, rivals: Rivals) -> FitView:
    """Data, ŷ, contributions, kinks and the rivals that are switched on."""
    chosen = {name: getattr(rivals, name)(solution.grid) for name in solution.state.rivals}
    kinks = solution.kinks if solution.state.activation == "relu" else (None, None)
    return FitView(
        solution.points.x, solution.points.y, solution.y_hat, solution.grid,
        solution.curves.output[0], solution.contributions, kinks, chosen,
        *(("x", "") if solution.points.own else ("hour of the day", "[1000 vehicles / h]")),
    )


def diagram(solution: Solution, lit: dict[str, str] | None = None) -> DiagramView:
    """Four circles, seven edges (biases come from small ones), at the chosen hour."""
    state, trace = solution.state, solution.at_hour
    z, a = trace.z[1][:, 0], trace.a[1][:, 0]
    hidden = [
        Node(f"h{j}", 0.47, y, f"z{sub} = {number(z[j - 1], 3)}\na{sub} = {number(a[j - 1], 3)}",
             solution.off[j - 1], 88)
        for j, sub, y in ((1, "₁₁", 0.71), (2, "₁₂", 0.31))
    ]
    output = number(trace.output[0, 0], 4)
    nodes = (
        Node("x", 0.1, 0.51, f"x = {number(state.hour)}"), *hidden,
        Node("y", 0.87, 0.51, f"ŷ = {output}"),
        Node("1b11", 0.47, 0.955, "1", size=17, still=True),
        Node("1b12", 0.47, 0.05, "1", size=17, still=True),
        Node("1b21", 0.87, 0.83, "1", size=17, still=True),
    )
    edges = tuple(_edge(solution, name) for name in PARAMETERS)
    if lit:
        nodes = tuple(replace(node, lit=lit.get(node.key, "")) for node in nodes)
        edges = tuple(replace(edge, lit=lit.get(name, ""))
                      for name, edge in zip(PARAMETERS, edges, strict=True))
    return DiagramView(nodes, edges, LEGEND)


ENDS = {
    "w11": ("x", "h1"), "w12": ("x", "h2"), "w21": ("h1", "y"), "w22": ("h2", "y"),
    "b11": ("1b11", "h1"), "b12": ("1b12", "h2"), "b21": ("1b21", "y"),
}  # fmt: skip
PLACES = {
    "b11": {"beside": 14.0}, "b12": {"beside": 14.0}, "b21": {"beside": -14.0},
    "w12": {"side": -1}, "w22": {"side": -1},
}  # fmt: skip


def _edge(solution: Solution, name: str) -> Edge:
    """An edge that shows the parameter or its gradient; grey where it has no effect."""
    state = solution.state
    if state.edges == "gradients":
        value = solution.gradient[name]
        return Edge(*ENDS[name], f"∂J/∂{symbol(name)} = {number(value, 3, plus=True)}", value,
                    "on" if value else "off", **PLACES.get(name, {}))
    value = state.parameters[name]
    neuron = {"w21": 0, "w22": 1}.get(name)
    carries = value != 0 and (neuron is None or solution.off[neuron] == "on")
    return Edge(*ENDS[name], f"{symbol(name)} = {number(value, 3)}", value,
                "on" if carries else "off", **PLACES.get(name, {}))


def landscape(solution: Solution, ranges: dict, path: list[tuple[dict, float]]) -> LandscapeView:
    """J over the two chosen parameters, and the path of the descent seen from above."""
    state = solution.state
    across, up, J = solution.landscape(ranges)
    steps = thinned(len(path))
    kept = [path[k] for k in steps]
    places = np.array([(values[state.across], values[state.up]) for values, _ in kept])
    return LandscapeView(
        (symbol(state.across), symbol(state.up)), across, up, J, tuple(places[-1]), places,
        steps, np.array([J for _, J in kept]), solution.decades,
    )


def numbers_picture(lab, scale: float) -> TablePicture:
    """The panel's numbers as a picture, for viewers without a kernel."""
    values, slopes = lab.parameters, lab.gradient
    rows = [("parameter", "value", "∂J/∂θ")]
    rows += [(symbol(n), number(values[n]), number(slopes[n], plus=True)) for n in PARAMETERS]
    rows += [("", "", ""), ("MSE", "", fixed(lab.mse))]
    if lab.best is not None:
        rows.append(("your best", "", fixed(lab.best[0])))
    rows += [("lecture's parameters", "", fixed(lab.rivals.lecture_mse)),
             ("quadratic", "", fixed(lab.rivals.quadratic.mse)),
             ("line", "", fixed(lab.rivals.line.mse))]
    notes = (f"data: {lab.state.data.name}", f"hidden neurons: {lab.state.activation}",
             "Run this notebook to move the sliders.")
    return TablePicture("Three-neuron traffic network", rows, notes, 300, 568, scale)
