"""The two-hidden-neuron lab: the lecture's numbers, and that every reason it gives is true.

Numbers of MIT 6.390, "Neural Networks II", Spring 2026 (worked example) and Fall 2025 (blackboard).
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import product as pairs_of

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.path import Path
from oracle import check_gradients, compare, complex_step
from test_numbers import half_a_digit, read
from test_panel import text_of

from mlp_widgets import TwoHiddenLab
from mlp_widgets.core import Diverged
from mlp_widgets.drawing.diagram import DiagramPicture, DiagramView, Edge, Node
from mlp_widgets.drawing.quick_artists import QuickText, _outline
from mlp_widgets.lectures import two_hidden_views as views
from mlp_widgets.lectures.two_hidden_model import (
    PARAMETERS,
    PRESETS,
    Solution,
    TwoHiddenState,
    other_skip,
)

SYMBOLS = {"w1_1": "w₁¹", "w2_1": "w₂¹", "w1_2": "w₁²", "w2_2": "w₂²"}
OUTPUTS, SKIPS = ("identity", "relu"), ("none", "z", "a")
NODES = {"x", "h1", "h2", "z2", "g", "L"}
EDGES = {*SYMBOLS, "f", "gL", "skip z", "skip a1", "skip a2"}

# All signs of z₁¹ and z₂¹, z² positive or negative (0 where both neurons are off), both outputs,
# three skips. The first line is the worked example's signs.
CASES = [
    pytest.param(
        {"w1_1": 1.5 * first, "w2_1": 0.8 * second, "w1_2": 0.6 * last, "w2_2": 0.35 * last,
         "x": 1.25, "y": 0.9, "output": output, "skip": skip},
        id=f"{first:+d}{second:+d}{last:+d}-{output}-{skip}",
    )
    for first, second, last, output, skip in pairs_of((1, -1), (1, -1), (1, -1), OUTPUTS, SKIPS)
]  # fmt: skip
EACH_CASE = pytest.mark.parametrize("case", CASES)


def new_lab():
    return TwoHiddenLab(scale=0.5)


@pytest.fixture
def lab(shared):
    """One lab for many tests, each of which finds it as it was made."""
    shared.reset()
    shared._undo, shared._group = [], (None, 0.0)
    shared._path = []
    shared.complain("")
    shared._refresh()
    return shared


@pytest.fixture
def new():
    """A function that makes labs, which are closed at the end."""
    made = []

    def make(**options):
        made.append(TwoHiddenLab(**{"scale": 0.5, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def solve(**changes) -> Solution:
    """The numbers of the worked example with these changes."""
    return Solution(TwoHiddenState(**{**PRESETS["worked example"], **changes}))


def values_of(case: dict) -> dict[str, float]:
    """Every number of a case by the lecture's symbol: forward by formula, the rest complex step."""
    x, y, relu = case["x"], case["y"], case["output"] == "relu"
    v = {symbol: case[name] for name, symbol in SYMBOLS.items()} | {"x": x, "y": y}
    for sub in "₁₂":
        v[f"z{sub}¹"] = v[f"w{sub}¹"] * x
        v[f"a{sub}¹"] = max(0.0, v[f"z{sub}¹"])
        v[f"𝟙[z{sub}¹]"] = 1.0 if v[f"z{sub}¹"] >= 0 else 0.0
    z = v["z²"] = v["w₁²"] * v["a₁¹"] + v["w₂²"] * v["a₂¹"]
    v["𝟙[z²]"] = 1.0 if z >= 0 else 0.0
    skip = {"none": 0.0, "z": z, "a": v["a₁¹"] + v["a₂¹"]}[case["skip"]]
    v["g"] = (max(0.0, z) if relu else z) + skip
    v["L"] = (v["g"] - y) ** 2
    truth = complex_step(solve(**case).network, [x], [y])
    for symbol, (name, *place) in {
        "g": ("a[2]", 0, 0), "z²": ("z[2]", 0, 0), "a₁¹": ("a[1]", 0, 0), "a₂¹": ("a[1]", 1, 0),
        "z₁¹": ("z[1]", 0, 0), "z₂¹": ("z[1]", 1, 0), "w₁¹": ("w[1]", 0, 0),
        "w₂¹": ("w[1]", 1, 0), "w₁²": ("w[2]", 0, 0), "w₂²": ("w[2]", 0, 1),
    }.items():  # fmt: skip
        v[f"∂L/∂{symbol}"] = float(truth[f"dJ_d{name}"][tuple(place)])
    return v


def gets_update(name: str, case: dict) -> bool:
    """Lecture section 4, by hand: does this weight get an update?

    Layer 2: its neuron passes something on, and the loss reaches z² (the output is on, or the skip
    is z²). Layer 1: its neuron is on, and the loss reaches a¹ through wⱼ² and z², or by the skip.
    """
    j, layer = name[1], name[-1]
    on = {k: case[f"w{k}_1"] * case["x"] > 0 for k in "12"}
    a = {k: case[f"w{k}_1"] * case["x"] if on[k] else 0.0 for k in "12"}
    z = case["w1_2"] * a["1"] + case["w2_2"] * a["2"]
    reaches = case["output"] == "identity" or z >= 0 or case["skip"] == "z"
    if layer == "2":
        return on[j] and reaches
    return on[j] and ((reaches and case[f"w{j}_2"] != 0) or case["skip"] == "a")


def relu(z: float) -> float:
    return max(0.0, z)


def evaluate(text: str) -> float:
    """What a formula with numbers in it comes to, as a student with a calculator finds it."""
    for sign, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("ReLU", "relu")):
        text = text.replace(sign, python)
    return eval(text, {"__builtins__": {}}, {"relu": relu})


SYMBOL = re.compile(r"ReLU|∂L/∂[a-z][₁₂]?[¹²]?|𝟙\[([^ ]*) [>≥] 0\]|[a-z][₁₂]?[¹²]?")


def put_in(formula: str, values: dict[str, float]) -> float:
    """What a formula in symbols comes to with these values."""
    def value(found):
        if found[0] == "ReLU":
            return "ReLU"
        return f"({values[f'𝟙[{found[1]}]' if found[1] else found[0]]!r})"

    return evaluate(SYMBOL.sub(value, formula))


def near(received: float, expected: float) -> bool:
    """Equal to the rounding of five digits; exactly 0 is only 0."""
    return abs(received - expected) <= 1e-3 * abs(expected)


def shows(text: str, value: float) -> bool:
    """True if the text is the value to its last digit; an exact 0 is 0."""
    if value == 0 or text == "0":
        return value == 0 and text == "0"
    return abs(read(text) - value) <= 1.001 * half_a_digit(text)


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def said(lab) -> str:
    return text_of(lab.status)


def apart(lab) -> None:
    """Let the next move be a step of its own for undo."""
    lab._group = (None, 0.0)


# --- 1. the lecture's numbers ---


def test_the_worked_example(lab):
    assert lab.parameters == {"w1_1": 2.0, "w2_1": -1.0, "w1_2": 1.0, "w2_2": 2.0}
    v = lab.values
    assert (v["x"], v["y"]) == (1, 3)
    assert (v["z₁¹"], v["a₁¹"], v["z₂¹"], v["a₂¹"]) == (2, 2, -1, 0)
    assert (v["z²"], v["g"], v["L"], lab.loss) == (2, 2, 1, 1)
    assert (v["∂L/∂g"], v["∂L/∂z²"]) == (-2, -2)
    assert (v["∂L/∂a₁¹"], v["∂L/∂z₁¹"], v["∂L/∂a₂¹"], v["∂L/∂z₂¹"]) == (-2, -2, -4, 0)
    assert lab.gradient == {"w1_1": -2, "w2_1": 0, "w1_2": -4, "w2_2": 0}
    assert re.fullmatch(r"neuron 2 is off\W+z₂¹ = −1 < 0\W*", lab.blocked_by("w2_1"))
    assert lab.blocked_by("w1_1") == lab.blocked_by("w1_2") == ""
    assert "z₂¹ = −1 < 0" in lab.blocked_by("w2_2")
    assert re.search(r"No update for w₂¹\W+neuron 2 is off\W+z₂¹ = −1 < 0", said(lab))


def test_the_blackboard_network(lab):
    # z¹ = 4.5 twice, z² = 6.75 + 6.75 = 13.5, ∂L/∂g = 2 (13.5 - 6) = 15
    lab.preset("(3, 6), weight 1.5")
    assert set(lab.parameters.values()) == {1.5} and (lab.x, lab.y) == (3, 6)
    assert lab.output == "relu"
    v = lab.values
    assert (v["z₁¹"], v["a₂¹"], v["z²"], v["g"], v["L"]) == (4.5, 4.5, 13.5, 13.5, 56.25)
    assert (v["∂L/∂g"], v["∂L/∂z²"], v["∂L/∂z₁¹"]) == (15, 15, 22.5)
    assert lab.gradient == {"w1_1": 67.5, "w2_1": 67.5, "w1_2": 67.5, "w2_2": 67.5}


@pytest.mark.parametrize(("name", "g", "L", "gradient"), [
    ("worked example", 2, 1, (-2, 0, -4, 0)),
    ("(3, 6), weight 1.5", 13.5, 56.25, (67.5, 67.5, 67.5, 67.5)),
    ("one neuron dead", 6.75, 0.5625, (0, 6.75, 0, 6.75)),
    ("output dead", 0, 36, (0, 0, 0, 0)),
    # g = z² = -13.5: ∂L/∂g = -39 reaches every weight by the +1
    ("output dead, skip z²", -13.5, 380.25, (175.5, 175.5, -175.5, -175.5)),
    # g = 4.5 + 4.5 = 9: ∂L/∂g = 6, times x = 3; layer 2 gets nothing
    ("output dead, skip a¹", 9, 9, (18, 18, 0, 0)),
])  # fmt: skip
def test_the_presets(lab, name, g, L, gradient):
    lab.set(others=[(1, 2)], w1_1=0.3)
    place = list(PRESETS).index(name)
    assert lab.controls.presets[place].description == name
    lab.controls.presets[place].click()
    assert (lab.values["g"], lab.values["L"], lab.loss) == (g, L, L)
    assert tuple(lab.gradient.values()) == gradient
    assert lab.others == () and f"Preset {name}." in said(lab)


def test_every_preset_was_seen():
    assert len(PRESETS) == 6


def test_output_dead_no_weight_updates_and_a_skip_brings_the_first_layer_back(lab):
    lab.preset("output dead")
    assert lab.values["z²"] < 0 and set(lab.gradient.values()) == {0.0}
    for name in SYMBOLS:
        assert re.match(r"the output is off\W+z² = −13.5 < 0", lab.blocked_by(name))
    for skip in ("z", "a"):
        lab.skip = skip
        assert lab.values["z²"] < 0
        assert lab.gradient["w1_1"] != 0 != lab.gradient["w2_1"]


# --- 2. gradients ---


@EACH_CASE
def test_gradients_are_those_of_complex_step(case):
    s, v = solve(**case), values_of(case)
    check_gradients(s.network, [case["x"]], [case["y"]])
    for name, symbol in SYMBOLS.items():
        compare(name, s.gradient[name], v[f"∂L/∂{symbol}"])
        compare(name, s.mean_gradient[name], v[f"∂L/∂{symbol}"])
    for symbol, value in v.items():
        if symbol in s.values:
            compare(symbol, s.values[symbol], value)
    assert {"g", "L", "z²", "a₁¹", "∂L/∂g", "∂L/∂a₂¹", "∂L/∂z₁¹"} <= v.keys() & s.values.keys()


@EACH_CASE
def test_the_mean_gradient_is_that_of_all_points(case):
    others = ((-1.0, 2.0), (2.0, 5.0))
    s = solve(**case, others=others)
    x, y = zip((case["x"], case["y"]), *others, strict=True)
    truth = complex_step(s.network, [x], [y])
    for name, (layer, place) in PARAMETERS.items():
        compare(name, s.mean_gradient[name], truth[f"dJ_dw[{layer}]"][place])
        one = values_of(case)[f"∂L/∂{SYMBOLS[name]}"]
        compare(name, s.gradient[name], one)


def test_the_cases_have_all_signs():
    signs = {(np.sign(v["z₁¹"]), np.sign(v["z₂¹"]), np.sign(v["z²"]))
             for v in (values_of(case.values[0]) for case in CASES)}
    assert signs == {(1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1), (-1, 1, 1), (-1, 1, -1),
                     (-1, -1, 0)}  # fmt: skip
    assert len(CASES) == 48


# --- 3. grey edges, crossed-out neurons ---


def weight_edges(view: DiagramView) -> dict[str, Edge]:
    """The edges that carry a weight, found by their text."""
    return {name: edge for edge in view.edges for name, symbol in SYMBOLS.items()
            if re.search(rf"(^|∂){symbol} = ", edge.text)}  # fmt: skip


def blocked_in_words(lab) -> set[str]:
    """The weights of which the panel says that they get no update."""
    text = lab.controls.blocked.value
    assert ("no update" in text) == ("<b>" in text)
    return {name for names in re.findall(r"<b>([^<]*)</b>", text) for name in names.split(", ")}


def crossed_out(lab) -> set[str]:
    """The nodes on which the lines of a cross are drawn."""
    places = {key: np.array(place) for key, place in lab.diagram.places.items()}
    middles = [line.mean(axis=0) for line in lab.diagram.crosses.get_segments()]
    return {min(places, key=lambda key: np.hypot(*(places[key] - m))) for m in middles}


def greys(lab) -> set[str]:
    """The weights whose drawn line has the colour of what gets no update."""
    view = views.diagram(lab.solution, {})
    colors = [to_hex(color) for color in lab.diagram.lines.get_color()]
    drawn = {edge: color for edge, color in zip(view.edges, colors, strict=True)}
    return {n for n, edge in weight_edges(view).items() if drawn[edge] == "#d0d0d0"}


@EACH_CASE
def test_an_edge_is_grey_exactly_if_its_weight_gets_no_update(lab, case):
    lab.set(**case)
    v, expected = values_of(case), {name for name in SYMBOLS if not gets_update(name, case)}
    edges = weight_edges(views.diagram(lab.solution, {}))
    assert edges.keys() == SYMBOLS.keys()
    assert {name for name, edge in edges.items() if edge.state == "off"} == expected
    assert {edge.state for edge in edges.values()} <= {"on", "off"}
    assert greys(lab) == expected
    assert {name for name in SYMBOLS if lab.blocked_by(name)} == expected
    assert {name for name in SYMBOLS if lab.gradient[name] == 0} == expected
    assert blocked_in_words(lab) == {SYMBOLS[name] for name in expected}
    for name, symbol in SYMBOLS.items():
        weight, gradient = edges[name].text.split("\n")
        assert weight.startswith(f"{symbol} = ") and gradient.startswith(f"∂L/∂{symbol} = ")
        assert shows(weight.split(" = ")[1], case[name])
        assert shows(gradient.split(" = ")[1], v[f"∂L/∂{symbol}"])


@pytest.mark.parametrize(("preset", "expected"), [
    ("worked example", {"w2_1", "w2_2"}), ("(3, 6), weight 1.5", set()),
    ("one neuron dead", {"w1_1", "w1_2"}), ("output dead", {*SYMBOLS}),
    ("output dead, skip z²", set()), ("output dead, skip a¹", {"w1_2", "w2_2"}),
])  # fmt: skip
def test_the_grey_edges_of_the_presets(lab, preset, expected):
    lab.preset(preset)
    assert greys(lab) == expected


@pytest.mark.parametrize(("changes", "blocked", "why"), [
    ({"x": 0.0}, {*SYMBOLS}, "x = 0"),
    ({"w1_2": 0.0}, {"w1_1", "w2_1", "w2_2"}, "w₁² = 0"),
    ({"y": 2.0}, {*SYMBOLS}, "g = y: the loss is at its minimum"),
    ({"skip": "a", "w1_2": -1.0}, {"w1_1", "w2_1", "w2_2"}, "the two paths cancel"),
    ({"w1_1": 0.0}, {"w1_2", "w2_1", "w2_2"}, ""),  # on the kink the slope is 1: w₁¹ moves
])  # fmt: skip
def test_other_reasons_for_no_update(lab, changes, blocked, why):
    lab.set(**changes)
    assert {n for n in SYMBOLS if lab.gradient[n] == 0} == blocked == greys(lab)
    assert lab.blocked_by("w1_1") == why


@EACH_CASE
def test_the_nodes_and_other_edges_of_one_point(lab, case):
    lab.set(**case)
    v, view = values_of(case), views.diagram(lab.solution, {})
    dead = {f"h{j}" for j, sub in ((1, "₁"), (2, "₂")) if v[f"z{sub}¹"] < 0}
    off = case["output"] == "relu" and v["z²"] < 0
    # with the skip z² the gradient reaches z² around the ReLU: only the edge of the ReLU is grey
    dead |= {"z2"} if off and case["skip"] != "z" else set()
    assert {node.key for node in view.nodes} == NODES
    assert {n.key for n in view.nodes if n.state == "dead"} == dead
    assert {n.key for n in view.nodes if n.state == "on"} == NODES - dead
    assert crossed_out(lab) == dead
    skips = {(e.start, e.end) for e in view.edges if "skip" in e.text and e.state != "hidden"}
    assert skips == {"none": set(), "z": {("z2", "g")}, "a": {("h1", "g"), ("h2", "g")}}[
        case["skip"]]
    (f,) = [e for e in view.edges if "slope" in e.text]
    slope = v["𝟙[z²]"] if case["output"] == "relu" else 1
    assert f.text.endswith(f"slope {slope:g}") and (f.state == "off") == off
    for node in view.nodes:
        for line in node.text.split("\n"):
            symbol, text = line.split(" = ")
            assert shows(text, v[symbol]), line


@pytest.mark.parametrize(("changes", "others", "expected"), [
    ({}, (), "on dead on"),
    ({}, [(-1, 2)], "on off on"),  # neuron 2 is on at x = -1
    ({}, [(2, 5)], "on dead on"),
    ({}, [(2, 5), (-1, 2)], "on off on"),
    ({"x": -1.0}, [(2, 5)], "off on on"),
    ({"w1_1": -1.0}, [(-1, 2)], "off off on"),
    ({"w1_1": -1.0}, [(0.5, 2), (4, 1)], "dead dead on"),
    # z² = -2 at x = 1, and 2 at x = -1
    ({"output": "relu", "w1_2": -1.0}, (), "on dead dead"),
    ({"output": "relu", "w1_2": -1.0}, [(-1, 2)], "on off off"),
    ({"output": "relu", "w1_2": -1.0}, [(3, 2)], "on dead dead"),
    ({"output": "identity", "w1_2": -1.0}, [(3, 2)], "on dead on"),
    ({"w2_1": 0.0}, (), "on on on"),  # on the kink
])  # fmt: skip
@pytest.mark.parametrize("skip", SKIPS)
def test_off_at_this_point_or_dead_on_all_points(lab, changes, others, expected, skip):
    lab.set(**changes, others=others, skip=skip)
    assert list(lab.solution.states.values()) == expected.split()  # a skip does not change z
    expected = expected if skip != "z" else f"{expected[:-len(expected.split()[2])]}on"
    nodes = {n.key: n.state for n in views.diagram(lab.solution, {}).nodes}
    assert [nodes[key] for key in ("h1", "h2", "z2")] == expected.split()
    assert crossed_out(lab) == {key for key, state in nodes.items() if state == "dead"}
    for node in views.beside(Solution(other_skip(lab.state))).nodes:
        if node.key != "z2":
            assert node.state == nodes[node.key]


@EACH_CASE
def test_the_diagram_beside_shows_the_other_skip(lab, case):
    lab.set(**case, below="beside")
    skip = "none" if case["skip"] != "none" else "z"
    other = {**case, "skip": skip}
    v, view = values_of(other), views.beside(Solution(other_skip(lab.state)))
    edges = weight_edges(view)
    for name, symbol in SYMBOLS.items():
        assert (edges[name].state == "off") == (not gets_update(name, other))
        assert shows(edges[name].text.split(" = ")[1], v[f"∂L/∂{symbol}"])
    for node in view.nodes:
        if node.key != "x":
            symbol, text = node.text.split("\n")
            assert shows(text, v[symbol])
    assert {"none": "no skip", "z": "z²"}[skip] in plain(lab.controls.words.value)


# --- 4. the product along the path ---


def chunks(row: str) -> list[tuple[str, bool]]:
    """The factors of a product in HTML: (text, is it marked as a zero?)."""
    return [(plain(part), 'class="mlp-zero"' in part) for part in row.split(" · ")]


def rows_of(view: str) -> tuple[list[tuple[str, str, str]], str]:
    """([(symbols, numbers, value) of each path as HTML], what stands before the total)."""
    divs = re.findall(r"<div>(.*?)</div>", view)
    total = divs[-1]
    if divs[0].startswith("through f"):
        paths = [tuple(row.split(": ", 1)[1].split(" = ")) for row in divs[:-1]]
        return paths, total
    (_, symbols), (_, numbers, value) = divs[0].split(" = ", 1), total.split("= ")
    return [(symbols, numbers.removesuffix(" "), plain(value))], total


@EACH_CASE
def test_the_product_in_html(case):
    s, v = solve(**case), values_of(case)
    for name in SYMBOLS:
        check_product(views.products(s, name), case, v, name)


def check_product(text: str, case: dict, v: dict[str, float], name: str) -> None:
    """Paths, factors, marks, values and sum of one product in HTML."""
    gradient = v[f"∂L/∂{SYMBOLS[name]}"]
    paths, total = rows_of(text)
    two = case["skip"] == "z" or (case["skip"] == "a" and name.endswith("1"))
    assert len(paths) == 1 + two
    assert ("through f: " in text) == ("by the skip: " in text) == two == ("(+1)" in plain(text))
    sum_of_paths = 0.0
    for symbols, numbers, value in paths:
        left, right = chunks(symbols), chunks(numbers)
        assert len(left) == len(right)
        for (symbol, marked), (number, marked_too) in zip(left, right, strict=True):
            truth = 1.0 if symbol == "(+1)" else put_in(symbol, v)
            assert near(evaluate(number), truth), (symbol, number)
            assert marked == marked_too == (truth == 0), symbol
        assert near(evaluate(plain(numbers)), evaluate(plain(value)))
        assert put_in(plain(symbols).replace("(+1)", "1"), v) == pytest.approx(
            evaluate(plain(value)), rel=1e-3)
        sum_of_paths += evaluate(plain(numbers))
    shown = re.search(r'<b class="mlp-product-value">([^<]*)</b>', total)[1]
    assert shows(shown, gradient) and near(sum_of_paths, gradient)
    if two:
        assert near(evaluate(plain(total).split(" = ")[1]), gradient)
    note = plain(re.search(r"<small>(.*?)</small>", text)[1])
    assert note.startswith("0, because ") == (gradient == 0)


@EACH_CASE
def test_the_product_as_a_line(case):
    s, v = solve(**case), values_of(case)
    for name in SYMBOLS:
        check_line(views.product_line(s, name), case, v, name)


def check_line(line: str, case: dict, v: dict[str, float], name: str) -> None:
    """Symbols, numbers and value of one product as a line."""
    head, symbols, numbers, value = line.split(" = ")
    gradient = v[f"∂L/∂{SYMBOLS[name]}"]
    assert head == f"∂L/∂{SYMBOLS[name]}" and shows(value, gradient)
    assert near(evaluate(numbers), gradient)
    assert put_in(symbols, v) == pytest.approx(gradient, rel=1e-12)
    assert symbols.count(" · ") == numbers.count(" · ")
    for symbol, number in zip(re.split(" · | \\+ ", symbols), re.split(" · | \\+ ", numbers),
                              strict=True):
        outer = number.count("(") - number.count(")")  # a bracket around a whole product
        bare = number.removeprefix("(") if outer > 0 else number[: outer or None]
        assert near(evaluate(bare), put_in(symbol, v)), (symbol, number)
    assert ("· 1 ·" in symbols) == (
        case["skip"] == "z" or (case["skip"] == "a" and name.endswith("1")))


@pytest.mark.parametrize("name", SYMBOLS)
def test_the_lab_shows_the_product_of_the_weight_that_is_picked(lab, name):
    lab.skip = "a"
    lab.controls.explain.value = name
    assert lab.controls.product.value == views.products(lab.solution, name)
    assert lab.product(name) == views.product_line(lab.solution, name)


def test_the_product_of_the_lecture(lab):
    assert lab.product("w2_1") == (
        "∂L/∂w₂¹ = ∂L/∂g · w₂² · 𝟙[z₂¹ > 0] · x = −2 · 2 · 0 · 1 = 0")
    assert lab.product("w1_2") == "∂L/∂w₁² = ∂L/∂g · a₁¹ = −2 · 2 = −4"
    assert lab.explain == "w2_1"
    zeros = re.findall(r'class="mlp-zero">([^<]*)<', lab.controls.product.value)
    assert [html.unescape(zero) for zero in zeros] == ["𝟙[z₂¹ > 0]", "0"]
    assert f"0, because {lab.blocked_by('w2_1')}." in plain(lab.controls.product.value)


def test_the_output_relu_is_a_factor_of_its_own(lab):
    lab.preset("output dead")
    assert lab.product("w1_1") == (
        "∂L/∂w₁¹ = ∂L/∂g · 𝟙[z² > 0] · w₁² · 𝟙[z₁¹ > 0] · x = −12 · 0 · (−1.5) · 1 · 3 = 0")


# --- 5. the operations ---


@EACH_CASE
def test_every_operation_computes_what_it_says(case):
    s, v = solve(**case), values_of(case)
    for step in s.steps:
        assert near(evaluate(step.numbers), step.value), step
        compare(step.result, step.value, v[step.result])
        assert put_in(step.formula, v) == pytest.approx(v[step.result], rel=1e-12, abs=0), step
        signs = step.formula.count(" · "), step.formula.count("ReLU"), step.formula.count("²")
        assert step.numbers.count(" · ") == signs[0] and step.numbers.count("ReLU") == signs[1]


ORDER = ["z₁¹", "a₁¹", "z₂¹", "a₂¹", "z²", "g", "L", "∂L/∂g", "∂L/∂z²", "∂L/∂w₁²", "∂L/∂w₂²",
         "∂L/∂a₁¹", "∂L/∂z₁¹", "∂L/∂w₁¹", "∂L/∂a₂¹", "∂L/∂z₂¹", "∂L/∂w₂¹"]  # fmt: skip
PLACES = {"z₁¹": "h1", "a₁¹": "h1", "z₂¹": "h2", "a₂¹": "h2", "z²": "z2", "g": "g", "L": "L",
          "∂L/∂g": "g", "∂L/∂z²": "z2", "∂L/∂w₁²": "w1_2", "∂L/∂w₂²": "w2_2", "∂L/∂a₁¹": "h1",
          "∂L/∂z₁¹": "h1", "∂L/∂w₁¹": "w1_1", "∂L/∂a₂¹": "h2", "∂L/∂z₂¹": "h2",
          "∂L/∂w₂¹": "w2_1", "x": "x"}  # fmt: skip
"""Where in the diagram each number stands."""


@EACH_CASE
def test_operations_are_always_the_same_and_in_an_order_that_can_be_computed(case):
    steps = solve(**case).steps
    assert [step.result for step in steps] == ORDER
    assert [step.way for step in steps] == ["forward"] * 7 + ["backward"] * 10
    known = {*SYMBOLS.values(), "x", "y"}
    for step in steps:
        needed = {m[1] or m[0] for m in SYMBOL.finditer(step.formula)} - {"ReLU"}
        assert needed <= known, step
        known.add(step.result)


@EACH_CASE
def test_what_is_lit_and_reused_stands_in_the_diagram(case):
    s, seen = solve(**case), {"x"}
    for step in s.steps:
        assert set(step.lit) | set(step.reused) <= NODES | EDGES
        assert PLACES[step.result] in step.lit and not set(step.lit) & set(step.reused)
        assert set(step.reused) <= seen, step
        seen |= set(step.lit)
        view = views.diagram(s, dict.fromkeys(step.lit, "now"))
        lit = [n for n in view.nodes if n.lit] + [e for e in view.edges if e.lit]
        assert len(lit) == len(step.lit)
        assert "hidden" not in {thing.state for thing in lit}
    assert NODES | {*SYMBOLS, "f", "gL"} <= seen


@pytest.mark.parametrize("skip", SKIPS)
def test_every_number_of_an_earlier_operation_is_shown_as_reused(skip):
    # what a formula needs from an earlier operation has a halo: its own place or a dashed one
    for step in solve(skip=skip).steps:
        for found in SYMBOL.finditer(step.formula):
            place = PLACES.get(found[0])  # of weights, y and slopes: None
            assert place is None or place in {*step.lit, *step.reused}, (step.result, found[0])


# --- 6. gradient descent ---


@pytest.mark.parametrize("preset", PRESETS)
def test_dead_weights_stay_bit_for_bit_and_others_move(lab, preset):
    lab.preset(preset)
    lab.learning_rate = 0.001
    before = lab.parameters
    dead = {name for name in SYMBOLS if lab.gradient[name] == 0}
    lab.step(100)
    after = lab.parameters
    for name in SYMBOLS:
        assert (after[name].hex() == before[name].hex()) == (name in dead), name
    path = lab.path
    assert len(path) == 101
    for name in dead:
        assert {values[name].hex() for values, _ in path} == {before[name].hex()}


def test_a_step_is_w_minus_eta_times_the_gradient(lab):
    lab.set(others=[(-1, 2), (2, 5)], learning_rate=0.03)
    before, gradient = lab.parameters, lab.solution.mean_gradient
    lab.controls.descent.one.click()
    for name in SYMBOLS:
        moved = before[name] - 0.03 * gradient[name]
        assert lab.parameters[name] == pytest.approx(moved, rel=1e-12)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_curves_are_the_path_and_dead_weights_are_flat_lines(lab, preset):
    lab.preset(preset)
    lab.learning_rate = 0.001
    dead = {name for name in SYMBOLS if lab.gradient[name] == 0}
    lab.step(10)
    picture = lab.pictures["curves"]
    np.testing.assert_array_equal(picture.loss.get_xdata(), np.arange(11))
    np.testing.assert_array_equal(picture.loss.get_ydata(), [J for _, J in lab.path])
    for k, (name, symbol) in enumerate(SYMBOLS.items()):
        drawn = picture.lines[k].get_ydata()
        np.testing.assert_array_equal(drawn, [values[name] for values, _ in lab.path])
        assert (np.ptp(drawn) == 0) == (name in dead)
        assert picture.names[k].text == (f"{symbol} flat" if name in dead else symbol)


@pytest.mark.parametrize(("changes", "answer", "stays"), [
    ({}, "No", {"w2_1", "w2_2"}),
    ({"others": [(2, 5)]}, "No", {"w2_1", "w2_2"}),
    ({"w1_1": -1.0, "others": [(2, 5), (0.5, 1)]}, "No", {*SYMBOLS}),
    ({"output": "relu", "w1_2": -1.0}, "No", {*SYMBOLS}),
    ({"w1_2": 0.0}, "Yes", {"w2_1", "w2_2"}),  # w₁² moves first, then w₁¹
    ({"w1_2": 0.0, "others": [(2, 5)]}, "Yes", {"w2_1", "w2_2"}),
    ({"w2_1": 1.0, "w1_2": 0.0, "w2_2": 0.0, "others": [(2, 5)]}, "Yes", set()),
])  # fmt: skip
def test_can_it_revive(lab, changes, answer, stays):
    lab.set(**changes)
    before = lab.parameters
    dead = {name for name in SYMBOLS if lab.solution.mean_gradient[name] == 0}
    lab.controls.revive.click()
    assert said(lab).startswith(f"{answer}: ") and text_of(lab.error) == ""
    assert {name for name in SYMBOLS if lab.parameters[name].hex() == before[name].hex()} == stays
    named = {name for name, symbol in SYMBOLS.items() if symbol in said(lab)}
    assert named == (dead - stays if answer == "Yes" else dead)
    if answer == "Yes":
        for name in named:
            came = re.search(rf"{SYMBOLS[name]} from (\S+) to ([^ ,]+)", said(lab))
            assert shows(came[1], before[name]) and shows(came[2], lab.parameters[name])
    lab.controls.descent.rewind.click()
    assert {n: v.hex() for n, v in lab.parameters.items()} == {
        n: float(v).hex() for n, v in before.items()}


def test_dead_at_one_point_only_is_not_dead(lab):
    lab.set(others=[(-1, 1)])  # there neuron 2 is on
    assert lab.gradient["w2_1"] == 0 != lab.solution.mean_gradient["w2_1"]
    before = lab.parameters
    lab.revive()
    assert said(lab).startswith("Yes: this point gives w₂¹, w₂² no update, but other points do")
    assert lab.parameters == before
    lab.step(1)
    assert lab.w2_1 != before["w2_1"] and lab.w2_2 != before["w2_2"]


def test_no_weight_is_dead(lab):
    lab.preset("(3, 6), weight 1.5")
    before = lab.parameters
    lab.revive()
    assert said(lab) == "No weight is dead: every one has a gradient."
    assert lab.parameters == before


def test_a_loss_of_zero_is_not_called_dead(lab):
    lab.y = 2.0
    lab.revive()
    assert "g = y" in said(lab) and not said(lab).startswith("No: ")


def test_the_points_of_the_panel_tell_dead_here_from_dead_everywhere(lab):
    (_, only), (_, several) = lab.controls.others.options
    assert only == ()
    lab.controls.others.value = several
    assert lab.others == several and lab.solution.states["h2"] == "off"
    assert lab.gradient["w2_1"] == 0 != lab.solution.mean_gradient["w2_1"]
    before = lab.parameters
    lab.step(1)
    assert lab.w2_1 != before["w2_1"] and lab.w2_2 != before["w2_2"]


def test_that_every_point_has_gradient_0_is_said_only_if_it_is_so(lab):
    # the gradients of the two points cancel; neither is 0
    lab.set(w1_1=1.0, w1_2=1.0, w2_2=0.0, y=0.0, others=[(1, 2)])
    assert lab.gradient["w1_1"] != 0 and not any(lab.solution.mean_gradient.values())
    lab.revive()
    assert "on every point" not in said(lab)


def test_a_neuron_that_is_off_on_every_point_but_x_0_never_moves(lab):
    lab.set(x=0.0, others=[(1, 2), (2, 5)])  # w₂¹ = -1: z₂¹ is 0, -1, -2; at x = 0 nothing moves
    lab.revive()
    assert said(lab).startswith("No: ")


def test_the_numbers_of_revive_are_those_of_the_path_when_it_diverges(lab):
    lab.set(w1_2=0.0, learning_rate=2.5)  # the first step is already too large
    lab.revive()
    moved = {name: re.search(rf"{symbol} from (\S+) to ([^ ,]+)", said(lab))
             for name, symbol in SYMBOLS.items()}  # fmt: skip
    for name, found in moved.items():
        assert found is None or shows(found[2], lab.parameters[name]), (name, found[0])


def test_divergence_keeps_the_last_sensible_state(lab):
    lab.learning_rate = 5.0
    with pytest.raises(Diverged, match=r"Stopped after step .* would take L .*Try a learning rate"):
        lab.step(100)
    assert np.isfinite(lab.loss) and all(np.isfinite(v) for v in lab.parameters.values())


# --- 7. the state ---


def test_undo_goes_back_move_by_move(lab):
    states = [lab.state]
    for changes in ({"w1_1": 0.5}, {"x": -1.0}, {"output": "relu"}, {"skip": "a"},
                    {"others": ((1.0, 2.0),)}, {"w2_2": -3.0, "y": 1.0}):  # fmt: skip
        apart(lab)
        lab.set(**changes)
        states.append(lab.state)
    lab.set(explain="w1_1", operation=4)  # what is in view is no move
    for state in states[-2::-1]:
        lab.controls.undo.click()
        for field in lab.undoable:
            assert getattr(lab.state, field) == getattr(state, field)
    assert (lab.explain, lab.operation) == ("w1_1", 4)
    lab.undo()
    assert said(lab) == "Nothing to undo."


def test_undo_of_a_preset_and_of_steps(lab):
    start = lab.state
    lab.preset("output dead, skip a¹")
    apart(lab)
    lab.step(3)
    assert lab.parameters != PRESETS["output dead, skip a¹"]
    lab.undo()
    assert lab.w1_1 == 1.5 and lab.skip == "a"
    lab.undo()
    assert lab.state == start


def test_reset(lab):
    start = lab.state
    lab.set(w1_1=0.5, x=2.0, skip="z", others=[(1, 2)], explain="w1_2", operation=9,
            learning_rate=0.5, below="beside")  # fmt: skip
    lab.controls.reset.click()
    assert lab.state == start
    lab.undo()
    assert lab.skip == "z" and lab.w1_1 == 0.5


@pytest.mark.parametrize("options", [
    {}, {"w1_1": 0.1 + 0.2, "x": -1e-7, "y": 1e9}, {"output": "relu", "skip": "a", "operation": 17},
    {"others": [(1, 2), (0.1, -3)], "skip": "z", "below": "beside", "explain": "w1_2"},
    {"learning_rate": 0.3, "w2_2": np.float64(0.7), "w1_2": np.int64(2)},
    {"others": np.array([[1.0, 2.5], [3.0, -1.0]])},
], ids=str)  # fmt: skip
def test_repr_rebuilds_the_lab(new, options):
    made = new(**options)
    again = eval(repr(made), {"TwoHiddenLab": TwoHiddenLab})
    assert again.state == made.state and again.scale == made.scale == 0.5
    assert repr(again) == repr(made) and "np." not in repr(made)
    again.close()


NUMBERS = (*SYMBOLS, "x", "y", "learning_rate")
BAD = [float("nan"), float("inf"), -float("inf"), 1e200, "text", None, [1.0], 10**400]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad!r:.12}")
@pytest.mark.parametrize("field", [*NUMBERS, "operation"])
def test_bad_numbers_are_refused_in_one_sentence(lab, field, bad):
    refused(lab, {field: bad}, rf"^{field} must be a (whole )?number[^.]*, got .*")


@pytest.mark.parametrize(("changes", "message"), [
    ({"skip": "b"}, r"^unknown skip 'b'; known are none, z, a$"),
    ({"skip": None}, r"^unknown skip None"),
    ({"output": "tanh"}, r"^unknown output 'tanh'; known are identity, relu$"),
    ({"output": ["relu"]}, r"^unknown output \['relu'\]"),
    ({"explain": "w3_1"}, r"^unknown weight 'w3_1'; known are w1_1, w2_1, w1_2, w2_2$"),
    ({"below": "map"}, r"^unknown picture 'map'; known are curves, beside$"),
    ({"w3_1": 1.0}, r"^unknown field 'w3_1'; known are w1_1, "),
    ({"learning_rate": 0.0}, r"^the learning rate must be positive, got 0$"),
    ({"learning_rate": -1.0}, r"^the learning rate must be positive, got -1$"),
    ({"operation": 99}, r"^operation must be a whole number from 0 to 17, got 99$"),
    ({"operation": -1}, r"^operation must be a whole number from 0 to 17, got −1$"),
    ({"operation": 1.5}, r"^operation must be a whole number from 0 to 17, got 1.5$"),
    ({"others": 3}, r"^others must be a list of at most 20 points \(x, y\), .*got 3$"),
    ({"others": "ab"}, r"^others must be a list"), ({"others": [1, 2]}, r"^others must be a list"),
    ({"others": [(1,)]}, r"^others must be a list"), ({"others": None}, r"^others must be a list"),
    ({"others": [(1, 2, 3)]}, r"^others must be a list"),
    ({"others": ["ab"]}, r"^others must be a list"),
    ({"others": [(1, 2)] * 21}, r"^others must be a list of at most 20"),
    ({"others": [(1, "b")]}, r"^y of a point must be a number, got 'b'$"),
    ({"others": [(float("nan"), 1)]}, r"^x of a point must be a number from .* got not a number$"),
    ({"others": [(1, 1e200)]}, r"^y of a point must be a number from −1e9 to 1e9, got 1e200$"),
    ({"w1_1": 0.5, "skip": "b"}, r"^unknown skip"),  # the good one is not taken either
], ids=str)  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_sentence(lab, changes, message):
    refused(lab, changes, message)


def refused(lab, changes: dict, message: str) -> None:
    """A ValueError of one line, and the lab as it was."""
    before, shown = lab.state, lab.diagram.render().copy()
    with pytest.raises(ValueError, match=message) as info:
        lab.set(**changes)
    assert "\n" not in str(info.value) and len(str(info.value)) < 200
    assert lab.state == before and (lab.diagram.render() == shown).all()
    if "w3_1" not in changes:
        with pytest.raises(ValueError, match=message):
            TwoHiddenLab(scale=0.5, **changes)


def test_unknown_preset_weight_and_attribute(lab):
    before = lab.state
    with pytest.raises(ValueError, match=r"^unknown preset 'dead'; known are worked example, "):
        lab.preset("dead")
    for question in (lab.product, lab.blocked_by):
        with pytest.raises(ValueError, match=r"^unknown weight 'w'; known are w1_1, "):
            question("w")
    with pytest.raises(AttributeError, match="no 'w11'"):
        lab.w11 = 2.0
    assert lab.state == before


@pytest.mark.parametrize("whole", [3, 3.0, np.int64(3), np.float64(3)], ids=repr)
def test_a_whole_number_of_any_kind_is_an_operation(lab, whole):
    lab.set(operation=whole)
    assert lab.operation == 3 and "3 of 17" in plain(lab.controls.stepper.words.value)


def test_a_bad_number_in_a_box_is_told_and_the_box_goes_back(lab):
    lab.controls.rows["x"].box.value = 1e12
    assert text_of(lab.error).startswith("x must be a number from −1e9 to 1e9")
    assert lab.x == 1.0 == lab.controls.rows["x"].box.value
    lab.controls.rows["x"].box.value = 2.0
    assert lab.x == 2.0 and text_of(lab.error) == ""


@pytest.mark.parametrize(("changes", "names"), [
    ({"w1_1": 0.0}, ["z₁¹"]), ({"w2_1": 0.0}, ["z₂¹"]), ({"x": 0.0}, ["z₁¹", "z₂¹"]),
    ({"w1_1": -1.0, "output": "relu"}, ["z²"]), ({"w1_1": -1.0}, []), ({}, []),
])  # fmt: skip
def test_exactly_on_the_kink_says_so(lab, changes, names):
    lab.set(**changes, explain="w1_1")
    line = f"{' and '.join(names)} = 0: exactly on the kink"
    blocked, words = plain(lab.controls.blocked.value), [s.says for s in lab.solution.steps]
    assert ("on the kink; the slope there counts as 1" in blocked) == bool(names)
    assert line in blocked or not names
    said_by = {s.result for s in lab.solution.steps if "exactly on the kink" in s.says}
    activations = {"z₁¹": "a₁¹", "z₂¹": "a₂¹", "z²": "g"}
    assert said_by == {activations[name] for name in names}, words
    if "z₁¹" in names:
        assert "𝟙[z₁¹ ≥ 0]" in lab.product("w1_1") and lab.values["slope₁"] == 1
        assert ("x = 0" if "x" in changes else "on the kink") in lab.blocked_by("w1_2")


@pytest.mark.parametrize("skip", ["z", "a"])
def test_on_the_kink_of_the_output_says_so_with_a_skip_too(lab, skip):
    lab.set(w1_1=-1.0, output="relu", skip=skip)  # both neurons off: z² = 0
    assert "z² = 0: exactly on the kink" in plain(lab.controls.blocked.value)
    (says,) = [s.says for s in lab.solution.steps if s.result == "g"]
    assert "exactly on the kink" in says


# --- 9. pictures ---

MOVES = [
    {"w1_1": -0.5}, {"output": "relu"}, {"w1_2": -2.0, "w2_2": -1.0, "w2_1": 1.0}, {"skip": "a"},
    {"x": -2.0}, {"others": [(1, 2)]}, {"skip": "z"}, {"operation": 9}, {"x": 0.0},
    {"operation": 6, "skip": "none"}, {"w1_1": 1234.5, "y": -7.25},
]  # fmt: skip


def test_a_picture_after_moves_equals_a_fresh_one(lab, new):
    for changes in MOVES:
        lab.set(**changes, below="beside")
        fresh = new(**{f: getattr(lab.state, f) for f in TwoHiddenState.__dataclass_fields__})
        assert (lab.diagram.render() == fresh.diagram.render()).all(), changes
        assert (lab.pictures["beside"].render() == fresh.pictures["beside"].render()).all(), changes
        lab.below = fresh.below = "curves"
        assert (lab.pictures["curves"].render() == fresh.pictures["curves"].render()).all(), changes


def test_the_picture_follows_every_field(lab):
    seen = [lab.diagram.render().copy()]
    for changes in ({"w1_1": 1.5}, {"w2_1": -2.0}, {"w1_2": 0.5}, {"w2_2": 1.0}, {"x": 2.0},
                    {"y": 1.0}, {"output": "relu"}, {"skip": "z"}, {"others": [(-1, 2)]},
                    {"operation": 1}):  # fmt: skip
        lab.set(**changes)
        seen.append(lab.diagram.render().copy())
        assert (seen[-1] != seen[-2]).any(), changes


# --- 10. texts keep apart ---

TYPICAL = [-3.75, 0.0, 0.421, 12.5]


@lru_cache(1000)
def ink_of(text: str, align: str) -> tuple[np.ndarray, np.ndarray]:
    """Lower left and upper right of a text's ink, in sizes of its letters."""
    extents = _outline(text, align)[0].get_extents()
    return extents.min, extents.max


def boxes_of(picture: DiagramPicture) -> dict[str, Path]:
    """Box of the ink of every text, in CSS pixels; equal texts are told apart by their number."""
    texts = [a for a in picture.axes.get_children() if isinstance(a, QuickText) and a.text]
    boxes = {}
    for number, text in enumerate(texts):
        low, high = ink_of(text.text, text.align)
        corners = np.array([low, (high[0], low[1]), high, (low[0], high[1]), low])
        turn = np.radians(text.rotation)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        name = f"{number} {text.text.splitlines()[0]}"
        boxes[name] = Path(corners * text.size * 96 / 72 @ matrix.T + np.array(text.place))
    return boxes


def overlaps(picture: DiagramPicture) -> list[tuple[str, str]]:
    boxes = list(boxes_of(picture).items())
    around = {name: box.get_extents() for name, box in boxes}
    return [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i]
            if around[a].overlaps(around[b]) and one.intersects_path(other, filled=True)]


def uniform(value: float, skip: str, output: str = "relu") -> Solution:
    """A solution in which every number that is shown is this one."""
    s = solve(skip=skip, output=output)
    kept = {name: v for name, v in s.values.items() if name in ("f′", "slope₁", "slope₂")}
    s.__dict__["values"] = {**dict.fromkeys(s.values, value), **kept}
    s.__dict__["gradient"] = dict.fromkeys(SYMBOLS, value)
    object.__setattr__(s, "state", TwoHiddenState(
        *[value] * 6, output=output, skip=skip))
    return s


@pytest.fixture(scope="module")
def two_diagrams():
    s = solve()
    main = DiagramPicture(views.diagram(s, {}), views.WIDTH, views.HEIGHT, 0.5)
    return main, DiagramPicture(views.beside(s), height=260, scale=0.5)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("skip", SKIPS)
@pytest.mark.parametrize("value", TYPICAL)
def test_no_text_of_the_diagrams_touches_another_or_leaves_the_picture(
        two_diagrams, value, skip, output):
    s = uniform(value, skip, output)
    for picture, view in zip(two_diagrams, (views.diagram(s, {}), views.beside(s)), strict=True):
        picture.update(view)
        boxes = boxes_of(picture)
        # 4 weights, 5 or 6 nodes, and what the skip and the legend write
        assert len(boxes) >= 9 + {"none": 0, "z": 1, "a": 2}[skip]
        assert overlaps(picture) == []
        for name, box in boxes.items():
            low, high = box.get_extents().min, box.get_extents().max
            assert (low >= 0).all() and (high <= (picture.width, picture.height)).all(), name
        for node, text in zip(picture.movable, picture.texts, strict=True):
            low, high = ink_of(text.text, text.align)
            assert (high - low).max() * text.size * 96 / 72 <= node.size


def test_the_overlap_check_sees_an_overlap_of_equal_texts():
    nodes = (Node("a", 0.1, 0.5), Node("b", 0.9, 0.5), Node("c", 0.11, 0.5), Node("d", 0.89, 0.5))
    view = DiagramView(nodes, (Edge("a", "b", "+1", 1.0), Edge("c", "d", "+1", 2.0)))
    picture = DiagramPicture(view)
    picture.update(view)
    assert len(overlaps(picture)) == 1


def test_the_snapshot_and_closing(new):
    made = new()
    assert made.snapshot().startswith(b"\x89PNG")
    made.close()


def test_rewind_goes_back_to_where_the_trial_began(lab):
    lab.step(5)
    before = lab.parameters
    lab.revive()
    assert lab.parameters != before
    lab.rewind()
    assert lab.parameters == before


def test_rewind_where_nothing_moved_takes_the_flat_lines_back(lab):
    lab.preset("output dead")
    lab.step(10)
    assert len(lab.path) == 11
    lab.rewind()
    assert len(lab.path) == 1


def test_a_trial_whose_first_step_diverges_says_so(lab):
    lab.set(w1_2=0.0, learning_rate=2.5)
    lab.revive()
    assert said(lab).startswith("Not tried: the first step diverges")
