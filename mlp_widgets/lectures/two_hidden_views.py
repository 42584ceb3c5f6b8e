"""What the pictures and the words of the two-hidden-neuron lab show, made from a solution."""

from __future__ import annotations

import html

import numpy as np

from ..drawing.curves import CurvesView
from ..drawing.diagram import DiagramView, Edge, Node
from ..drawing.numbers import inner, number, symbol
from ..drawing.picture import thinned
from ..drawing.table import TablePicture
from ..widgets.parameters import Group
from .steps import Factor, product, sum_of_products
from .two_hidden_model import PARAMETERS, TITLES, Solution, TwoHiddenState

WIDTH, HEIGHT = 828, 284
GROUPS = (
    Group("Layer 1 <small>zⱼ¹ = wⱼ¹·x, aⱼ¹ = ReLU(zⱼ¹)</small>", ("w1_1", "w2_1")),
    Group("Layer 2 <small>z² = w₁²a₁¹ + w₂²a₂¹</small>", ("w1_2", "w2_2")),
)
LEGEND = "blue, solid: positive weight\norange, dashed: negative\ngrey: gets no update"
SKIP_TITLES = {"none": "plain (no skip)", "z": "skip g = z² + f(z²)", "a": "skip g = a¹ + f(z²)"}


def short(value: float) -> str:
    """Three digits, or one where a power of ten has to be written, so that it fits a circle."""
    return number(value, 3 if value == 0 or 1e-3 <= abs(value) < 1e6 else 1)


def formula(state) -> str:
    """How g comes from z²."""
    f = "z²" if state.output == "identity" else "ReLU(z²)"
    return {"none": f"g = {f}", "z": f"g = z² + {f}", "a": f"g = a₁¹ + a₂¹ + {f}"}[state.skip]


def diagram(solution: Solution, lit: dict[str, str]) -> DiagramView:
    """Six circles with z, a and ∂L/∂z, and on every edge its weight and gradient."""
    v, states = solution.values, _circle_states(solution)

    def n(name: str) -> str:
        return f"{name} = {short(v[name])}"

    places = {"x": (0.05, 0.5, 62), "h1": (0.285, 0.765, 116), "h2": (0.285, 0.235, 116),
              "z2": (0.57, 0.5, 106), "g": (0.785, 0.5, 100), "L": (0.948, 0.5, 80)}
    texts = {"x": n("x"), "z2": f"{n('z²')}\n{n('∂L/∂z²')}", "g": f"{n('g')}\n{n('∂L/∂g')}",
             "L": f"{n('L')}\n{n('y')}"}
    texts |= {f"h{j}": f"{n(f'z{s}¹')}\n{n(f'a{s}¹')}\n{n(f'∂L/∂z{s}¹')}"
              for j, s in ((1, "₁"), (2, "₂"))}
    nodes = [Node(key, x, y, texts[key], states.get(key, "on"), size, lit=lit.get(key, ""))
             for key, (x, y, size) in places.items()]
    edges = [_weight_edge(solution, name, lit) for name in PARAMETERS]
    return DiagramView(nodes, [*edges, *_other_edges(solution, lit)], LEGEND)


ENDS = {"w1_1": ("x", "h1", 1), "w2_1": ("x", "h2", -1), "w1_2": ("h1", "z2", 1),
        "w2_2": ("h2", "z2", -1)}


def _weight_edge(solution: Solution, name: str, lit: dict[str, str]) -> Edge:
    """An edge with its weight and gradient; grey if the weight gets no update at this point."""
    start, end, side = ENDS[name]
    value, gradient = solution.state.parameters[name], solution.gradient[name]
    text = f"{symbol(name)} = {short(value)}\n∂L/∂{symbol(name)} = {short(gradient)}"
    return Edge(start, end, text, value, "on" if gradient else "off", side=side,
                lit=lit.get(name, ""))


def _circle_states(solution: Solution) -> dict[str, str]:
    """Which circles are grey: with the skip z² only the ReLU after z² is off, not z² itself."""
    return {**solution.states, "z2": "on"} if solution.state.skip == "z" else solution.states


def _function_state(solution: Solution) -> str:
    """The edge from z² through f to g: grey where f passes nothing back."""
    return "plain" if solution.states["z2"] == "on" else "off"


def _skip_state(solution: Solution, kind: str) -> str:
    """A skip is there or it is not."""
    return "plain" if solution.state.skip == kind else "hidden"


def _other_edges(solution: Solution, lit: dict[str, str]) -> list[Edge]:
    """From z² through f to g, from g to L, and the skips; those not chosen are hidden."""
    slope = number(solution.values["f′"], 3)
    skip_z, skip_a = _skip_state(solution, "z"), _skip_state(solution, "a")
    f = Edge("z2", "g", f"{TITLES[solution.state.output]}\nslope {slope}",
             state=_function_state(solution), side=-1, lit=lit.get("f", ""))
    return [
        f, Edge("g", "L", state="plain", lit=lit.get("gL", "")),
        Edge("z2", "g", "skip: +1", state=skip_z, bend=66.0, lit=lit.get("skip z", "")),
        Edge("h1", "g", "skip: +1", state=skip_a, bend=64.0, lit=lit.get("skip a1", "")),
        Edge("h2", "g", "skip: +1", state=skip_a, bend=-64.0, side=-1,
             lit=lit.get("skip a2", "")),
    ]  # fmt: skip


def beside(other: Solution) -> DiagramView:
    """A small diagram of the same weights with another skip: gradients only."""
    v, states = other.values, _circle_states(other)
    places = {"x": (0.06, 0.46, 46), "h1": (0.33, 0.73, 78), "h2": (0.33, 0.24, 78),
              "z2": (0.66, 0.46, 92), "g": (0.915, 0.46, 78)}
    texts = {"x": "x", "z2": f"∂L/∂z²\n{short(v['∂L/∂z²'])}",
             "g": f"∂L/∂g\n{short(v['∂L/∂g'])}",
             "h1": f"∂L/∂z₁¹\n{short(v['∂L/∂z₁¹'])}",
             "h2": f"∂L/∂z₂¹\n{short(v['∂L/∂z₂¹'])}"}
    nodes = [Node(key, x, y, texts[key], states.get(key, "on"), size)
             for key, (x, y, size) in places.items()]
    edges = [
        Edge(*ENDS[name][:2], f"∂L/∂{symbol(name)} = {short(other.gradient[name])}",
             other.state.parameters[name], "on" if other.gradient[name] else "off",
             side=ENDS[name][2])
        for name in PARAMETERS
    ]  # fmt: skip
    skip_z, skip_a = _skip_state(other, "z"), _skip_state(other, "a")
    edges += [Edge("z2", "g", state=_function_state(other)),
              Edge("z2", "g", "+1", state=skip_z, bend=52.0),
              Edge("h1", "g", "+1", state=skip_a, bend=42.0),
              Edge("h2", "g", "+1", state=skip_a, bend=-42.0, side=-1)]
    return DiagramView(nodes, edges, "", f"The same weights, {SKIP_TITLES[other.state.skip]}")


def loss_title(state: TwoHiddenState) -> str:
    """Of the plot of the loss: of one point, or the mean over several."""
    count = 1 + len(state.others)
    return "loss L over the steps" if count == 1 else f"J, mean loss of {count} points"


def curves(path: list[tuple[dict[str, float], float]], title: str) -> CurvesView:
    """The descent so far: loss and weights by step, and which weights never moved."""
    kept = thinned(len(path))
    weights = {symbol(name): np.array([path[k][0][name] for k in kept]) for name in PARAMETERS}
    flat = tuple(name for name, values in weights.items()
                 if len(path) > 1 and (values == values[0]).all())
    return CurvesView(kept, np.array([path[k][1] for k in kept]), weights, flat, title)


def products(solution: Solution, name: str) -> str:
    """∂L/∂w as the sum of its paths: symbols, numbers, value; zero factors marked."""
    paths = solution.paths(name)
    total = number(solution.gradient[name], 5)
    lines = [_path_lines(factors) for factors in paths.values()]
    head = f"∂L/∂{symbol(name)}"
    if len(lines) == 1:
        symbols, numbers, _ = lines[0]
        body = (f"<div>{head} = {symbols}</div><div>&emsp;= {numbers} = "
                f'<b class="mlp-product-value">{total}</b></div>')
    else:
        rows = "".join(f"<div>{label}: {symbols} = {numbers} = {value}</div>"
                       for label, (symbols, numbers, value) in zip(paths, lines, strict=True))
        values = " + ".join(inner(v) if k else v for k, (_, _, v) in enumerate(lines))
        body = (f'{rows}<div>{head} = {values} = <b class="mlp-product-value">{total}</b></div>')
    why = solution.blocked_by(name)
    note = f"0, because {html.escape(why)}." if why else _kink_note(solution)
    return f'<div class="mlp-product">{body}<small>{note}</small></div>'


def _path_lines(factors: list[Factor]) -> tuple[str, str, str]:
    """Symbols, numbers and value of a path as HTML, zeros marked."""
    symbols = " · ".join(_marked(f.symbol if f.symbol != "1" else "(+1)", f.value == 0)
                         for f in factors)
    numbers = " · ".join(
        _marked(inner(f.text) if k else f.text, f.value == 0) for k, f in enumerate(factors))
    return symbols, numbers, number(product(factors)[2], 5)


def _marked(text: str, zero: bool) -> str:
    """A zero factor stands out: bold and underlined."""
    text = html.escape(text)
    return f'<span class="mlp-zero">{text}</span>' if zero else text


def _kink_note(solution: Solution) -> str:
    names = solution.on_the_kink
    return f"{' and '.join(names)} exactly on the kink: slope 1 there." if names else "&nbsp;"


def board(solution: Solution) -> str:
    """The loss, g, and what gets no update at this point, with the reason."""
    state = solution.state
    rows = [("g", "g", number(solution.values["g"], 5)), ("y", "y", number(state.y, 5))]
    if state.others:
        rows.append((f"J, mean over {1 + len(state.others)} points", "mean",
                     number(float(solution.trace.J), 5)))
    body = "".join(f'<tr><td>{text}</td><td class="mlp-value-{key}">{value}</td></tr>'
                   for text, key, value in rows)
    return (f'<table><tr class="mlp-now"><td>L = (g − y)²</td><td class="mlp-mse-now">'
            f"{number(solution.values['L'], 5)}</td></tr>{body}</table>")


def reasons(solution: Solution) -> dict[str, list[str]]:
    """What blocks weights at this point -> the symbols of those weights."""
    found: dict[str, list[str]] = {}
    for name in PARAMETERS:
        if why := solution.blocked_by(name):
            found.setdefault(why, []).append(symbol(name))
    return found


def blocked(solution: Solution) -> str:
    """One line for each reason why weights get no update."""
    lines = [f"<div><b>{', '.join(names)}</b>: no update, {html.escape(why)}.</div>"
             for why, names in reasons(solution).items()]
    if not lines:
        lines = ["<div>Every weight gets an update at this point.</div>"]
    if solution.on_the_kink:
        lines.append(f"<div>{' and '.join(solution.on_the_kink)} = 0: exactly on the kink; "
                     "the slope there counts as 1.</div>")
    return f'<div class="mlp-blocked">{"".join(lines)}</div>'


def numbers_picture(lab, scale: float) -> TablePicture:
    """The panel's numbers as a picture, for viewers without a kernel."""
    s = lab.solution
    rows = [("weight", "value", "∂L/∂w")]
    rows += [(symbol(n), number(lab.parameters[n]), number(s.gradient[n], plus=True))
             for n in PARAMETERS]
    rows += [("", "", ""), ("x", "", number(lab.state.x)), ("y", "", number(lab.state.y)),
             ("g", "", number(s.values["g"])), ("L", "", number(s.values["L"]))]
    notes = (formula(lab.state), "Run this notebook to move the sliders.")
    return TablePicture("Two hidden neurons", rows, notes, 338, 420, scale)


def product_line(solution: Solution, name: str) -> str:
    """The product or sum of products as one line of plain text, for use from code."""
    symbols, numbers, _ = sum_of_products(list(solution.paths(name).values()))
    return (f"∂L/∂{symbol(name)} = {symbols} = {numbers} = "
            f"{number(solution.gradient[name], 5)}")
