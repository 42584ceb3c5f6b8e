"""What the pictures of the two-hidden-neuron lab show, made from its numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

import numpy as np

from ...drawing.curves import CurvesScene
from ...drawing.diagram import DiagramScene, Edge, Node
from ...drawing.picture import thinned
from ...explain import operations
from ...explain.notation import Var
from ...text import TITLES, number, symbol, whole
from .numbers import HIDDEN, NOTATION, SUBSCRIPTS, Numbers, TwoHiddenState, other_skip

LEGEND = "dashed: weight < 0\nthicker: larger\npurple: gradients\ngrey: no update"
LEGEND_OF_VALUES = "dashed: weight < 0\nthicker: larger"
SHORT_LEGEND = "dashed: weight < 0    grey: no update"
SKIP_TITLES = {"none": "plain (no skip)", "z": "skip g = z² + f(z²)", "a": "skip g = a¹ + f(z²)"}
PLACES = {"x": (38 / 696, 0.5, 68), "h1": (218 / 696, 0.775, 100), "h2": (218 / 696, 0.225, 100),
          "z2": (413 / 696, 0.5, 90), "g": (556 / 696, 0.5, 88), "L": (650 / 696, 0.5, 78)}
"""Circle -> x and y, shares of the picture, and diameter."""
PLACES_BESIDE = {"x": (0.07, 0.52, 46), "h1": (0.33, 0.77, 78), "h2": (0.33, 0.27, 78),
                 "z2": (0.65, 0.52, 78), "g": (0.9, 0.52, 78)}
ENDS = {"w1_1": ("x", "h1", 1), "w2_1": ("x", "h2", -1), "w1_2": ("h1", "z2", 1),
        "w2_2": ("h2", "z2", -1)}
"""Weight -> the circles that its edge joins, and the side of its label."""


def short(value: float) -> str:
    """So many digits that it fits a circle: four ("175.5", "0.5625"), a fifth with which the number
    ends ("380.25"), three of a small number ("0.00123"), and one where a power of ten has to be
    written."""
    if value != 0 and not 1e-3 <= abs(value) < 1e6:
        return number(value, 1)
    if abs(value) >= 1:
        return whole(value)
    return number(value, 4 if value == 0 or abs(value) >= 0.1 else 3)


# -- the diagram --------------------------------------------------------------------------


def diagram_of_values(numbers: Numbers) -> DiagramScene:
    """The diagram without gradients, and without what they make grey."""
    shown = diagram(numbers)
    nodes = [replace(node, text=_values_of(node.text), state="on") for node in shown.nodes]
    # an empty line in the place of the gradient: labels lie where there is room for two
    edges = [replace(edge, text=_values_of(edge.text) + "\n", state="on")
             if "∂" in edge.text else edge for edge in shown.edges]
    return replace(shown, nodes=nodes, edges=edges, caption=LEGEND_OF_VALUES)


def _values_of(text: str) -> str:
    """The lines before the first that tells a gradient."""
    lines = text.split("\n")
    return "\n".join(takewhile(lambda line: "∂" not in line, lines))


def diagram(numbers: Numbers) -> DiagramScene:
    """Six circles with z, a and ∂L/∂z, and on every edge its weight and gradient."""
    v, states, halos = numbers.values, _circle_states(numbers), lit(numbers)

    def lines(*names: str, gradient: str = "") -> str:
        texts = [f"{name} = {short(v[name])}" for name in names]
        return "\n".join(texts + ([_gradient_text(numbers, gradient)] if gradient else []))

    texts = {"x": lines("x"), "z2": lines("z²", gradient="z²"), "g": lines("g", gradient="g"),
             "L": lines("L", "y")}
    texts |= {f"h{j + 1}": lines(f"z{s}¹", f"a{s}¹", gradient=f"z{s}¹")
              for j, s in zip(HIDDEN, SUBSCRIPTS, strict=True)}
    nodes = [Node(key, x, y, texts[key], states.get(key, "on"), size, lit=halos.get(key, ""))
             for key, (x, y, size) in PLACES.items()]
    edges = [_weight_edge(numbers, name, halos) for name in ENDS]
    return DiagramScene(nodes, [*edges, *_other_edges(numbers, halos)], LEGEND,
                        caption_at=(0.8, 0.835))


def _gradient_text(numbers: Numbers, name: str) -> str:
    """The gradient by z or g, its number below its name, so that it fits a circle."""
    return f"∂L/∂{name}\n{short(numbers.values[f'∂L/∂{name}'])}"


def _weight_edge(numbers: Numbers, name: str, halos: dict[str, str]) -> Edge:
    """An edge with its weight and gradient; grey if the weight gets no update at this point."""
    start, end, side = ENDS[name]
    value, gradient = numbers.parameters[name], numbers.gradient_at[name]
    text = f"{symbol(name)} = {short(value)}\n∂L/∂{symbol(name)} = {short(gradient)}"
    return Edge(start, end, text, value, "on" if gradient else "off", side=side,
                lit=halos.get(name, ""))


def _circle_states(numbers: Numbers) -> dict[str, str]:
    """Which circles are grey: with the skip z² only the ReLU after z² is off, not z² itself."""
    return {**numbers.states, "z2": "on"} if numbers.state.skip == "z" else numbers.states


def _function_state(numbers: Numbers) -> str:
    """The edge from z² through f to g: grey where f passes nothing back."""
    return "plain" if numbers.states["z2"] == "on" else "off"


def _skip_state(numbers: Numbers, kind: str) -> str:
    """A skip is there or it is not."""
    return "plain" if numbers.state.skip == kind else "hidden"


def _other_edges(numbers: Numbers, halos: dict[str, str]) -> list[Edge]:
    """From z² through f to g, from g to L, and the skips; those not chosen are hidden."""
    slope = number(numbers.values["f′"], 3)
    skip_z, skip_a = _skip_state(numbers, "z"), _skip_state(numbers, "a")
    f = Edge("z2", "g", f"{TITLES[numbers.state.output]}\nslope {slope}",
             state=_function_state(numbers), side=-1, lit=halos.get("f", ""))
    return [
        f, Edge("g", "L", state="plain", lit=halos.get("gL", "")),
        Edge("z2", "g", "skip: +1", state=skip_z, bend=62.0, lit=halos.get("skip z", "")),
        Edge("h1", "g", "skip: +1", state=skip_a, bend=64.0, lit=halos.get("skip a1", "")),
        Edge("h2", "g", "skip: +1", state=skip_a, bend=-64.0, side=-1,
             lit=halos.get("skip a2", "")),
    ]


# -- what is lit at an operation ----------------------------------------------------------

PARTS: dict[Var, str] = {
    Var("a"): "x", Var("z", 2): "z2", Var("dz", 2): "z2", Var("a", 2): "g", Var("da", 2): "g",
    Var("loss"): "L", Var("skip", 2): "skip z",
    **{Var("skip", 1, j): f"skip a{j + 1}" for j in HIDDEN},
    **{Var(kind, 1, j): f"h{j + 1}" for kind in ("z", "a", "dz", "da") for j in HIDDEN},
    **{var._replace(kind=kind): name for name, var in NOTATION.parameters.items()
       for kind in ("w", "dw")},
}
"""Variable -> the circle or edge on which it stands. The target y has none of its own."""
WAYS = {Var("a", 2): "f", Var("dz", 2): "f", Var("loss"): "gL", Var("da", 2): "gL"}
"""Variable -> the edge along which it is computed."""


def lit(numbers: Numbers) -> dict[str, str]:
    """Circle or edge -> "now" or "reused", at the operation in view."""
    halos: dict[str, str] = {}
    for var, halo in operations.lit(numbers.operations, numbers.state.operation).items():
        if var in PARTS:  # "now" comes last and wins: z and a stand on one circle
            halos[PARTS[var]] = halo
        if var in WAYS and halo == "now":
            halos[WAYS[var]] = halo
    return halos


# -- below the diagram --------------------------------------------------------------------


def beside(numbers: Numbers) -> DiagramScene:
    """A small diagram of the same weights with another skip: gradients only."""
    other = Numbers(other_skip(numbers.state))
    states = _circle_states(other)

    texts = {"x": "x"} | {key: _gradient_text(other, name) for key, name in
                          (("z2", "z²"), ("g", "g"), ("h1", "z₁¹"), ("h2", "z₂¹"))}
    nodes = [Node(key, x, y, texts[key], states.get(key, "on"), size)
             for key, (x, y, size) in PLACES_BESIDE.items()]
    edges = [_gradient_edge(other, name) for name in ENDS]
    skip_z, skip_a = _skip_state(other, "z"), _skip_state(other, "a")
    edges += [Edge("z2", "g", state=_function_state(other)),
              Edge("z2", "g", "+1", state=skip_z, bend=52.0),
              Edge("h1", "g", "+1", state=skip_a, bend=42.0),
              Edge("h2", "g", "+1", state=skip_a, bend=-42.0, side=-1)]
    name = f"The same weights, {SKIP_TITLES[other.state.skip]}"
    return DiagramScene(nodes, edges, SHORT_LEGEND, name, caption_at=(0.016, 0.045))


def _gradient_edge(numbers: Numbers, name: str) -> Edge:
    """An edge with the gradient of its weight alone."""
    start, end, side = ENDS[name]
    gradient = numbers.gradient_at[name]
    return Edge(start, end, f"∂L/∂{symbol(name)}\n{short(gradient)}", numbers.parameters[name],
                "on" if gradient else "off", side=side)


def curves(numbers: Numbers, path: list[tuple[dict[str, float], float]]) -> CurvesScene:
    """The descent so far: loss and weights by step, and which weights never moved."""
    kept = thinned(len(path))
    weights = {symbol(name): np.array([path[k][0][name] for k in kept]) for name in ENDS}
    flat = tuple(name for name, values in weights.items()
                 if len(path) > 1 and (values == values[0]).all())
    return CurvesScene(kept, np.array([path[k][1] for k in kept]), weights, flat,
                       _loss_title(numbers.state))


def _loss_title(state: TwoHiddenState) -> str:
    """Of the plot of the loss: of one point, or the mean over several."""
    count = 1 + len(state.others)
    return "loss L over the steps" if count == 1 else f"J, mean loss of {count} points"
