"""The two-hidden-neuron lab: the lecture's numbers, and that every reason it gives is true.

Numbers of MIT 6.390, "Neural Networks II", Spring 2026 (worked example) and Fall 2025 (blackboard).
"""

from __future__ import annotations

import html
import re
from functools import cache
from itertools import product as pairs_of

import numpy as np
import pytest
from lab_tools import all_words, find, text_of
from matplotlib.colors import to_hex
from matplotlib.path import Path
from oracle import check_gradients, compare, complex_step

from mlp_widgets.drawing.diagram import DiagramPicture, DiagramScene, Edge, Node
from mlp_widgets.drawing.quick_artists import QuickText, _outline
from mlp_widgets.lectures.two_hidden import scenes, words
from mlp_widgets.lectures.two_hidden.lab import HEIGHT, WIDTH
from mlp_widgets.lectures.two_hidden.numbers import (
    NOTATION,
    OTHERS,
    OUTPUTS,
    PRESETS,
    SKIPS,
    Numbers,
    TwoHiddenState,
    other_skip,
)

SYMBOLS = {"w1_1": "w₁¹", "w2_1": "w₂¹", "w1_2": "w₁²", "w2_2": "w₂²"}
NODES = {"x", "h1", "h2", "z2", "g", "L"}
EDGES = {*SYMBOLS, "f", "gL", "skip z", "skip a1", "skip a2"}

# All signs of z₁¹ and z₂¹, z² positive or negative (0 where both neurons are off), both outputs,
# three skips. The first is the worked example's signs.
CASES = [
    pytest.param(
        TwoHiddenState(1.5 * first, 0.8 * second, 0.6 * last, 0.35 * last, 1.25, 0.9, output, skip),
        id=f"{first:+d}{second:+d}{last:+d}-{output}-{skip}",
    )
    for first, second, last, output, skip in pairs_of((1, -1), (1, -1), (1, -1), OUTPUTS, SKIPS)
]
EACH_CASE = pytest.mark.parametrize("case", CASES)


@pytest.fixture
def lab(kept):
    """One lab for many tests, each of which finds it as it was made."""
    return kept("two_hidden")


def solve(**changes) -> Numbers:
    """The numbers of the worked example with these changes."""
    return Numbers(TwoHiddenState(**{**PRESETS["worked example"], **changes}))


@cache
def values_of(case: TwoHiddenState) -> dict[str, float]:
    """Every number of a case by the lecture's symbol: forward by formula, the rest complex step."""
    v = {symbol: getattr(case, name) for name, symbol in SYMBOLS.items()}
    v |= {"x": case.x, "y": case.y}
    for sub in "₁₂":
        v[f"z{sub}¹"] = v[f"w{sub}¹"] * case.x
        v[f"a{sub}¹"] = max(0.0, v[f"z{sub}¹"])
        v[f"𝟙[z{sub}¹]"] = 1.0 if v[f"z{sub}¹"] >= 0 else 0.0
    z = v["z²"] = v["w₁²"] * v["a₁¹"] + v["w₂²"] * v["a₂¹"]
    v["𝟙[z²]"] = 1.0 if z >= 0 else 0.0
    v["f′"] = v["𝟙[z²]"] if case.output == "relu" else 1.0
    v["f"] = max(0.0, z) if case.output == "relu" else z
    v["g"] = v["f"] + {"none": 0.0, "z": z, "a": v["a₁¹"] + v["a₂¹"]}[case.skip]
    v["L"] = (v["g"] - case.y) ** 2
    truth = complex_step(Numbers(case).network, [case.x], [case.y])
    for symbol, (name, *place) in {
        "g": ("a[2]", 0, 0), "z²": ("z[2]", 0, 0), "a₁¹": ("a[1]", 0, 0), "a₂¹": ("a[1]", 1, 0),
        "z₁¹": ("z[1]", 0, 0), "z₂¹": ("z[1]", 1, 0), "w₁¹": ("w[1]", 0, 0),
        "w₂¹": ("w[1]", 1, 0), "w₁²": ("w[2]", 0, 0), "w₂²": ("w[2]", 0, 1),
    }.items():
        v[f"∂L/∂{symbol}"] = float(truth[f"dJ_d{name}"][tuple(place)])
    return v


def gets_update(name: str, case: TwoHiddenState) -> bool:
    """Lecture section 4, by hand: does this weight get an update?

    Layer 2: its neuron passes something on, and the loss reaches z² (the output is on, or the skip
    is z²). Layer 1: its neuron is on, and the loss reaches a¹ through wⱼ² and z², or by the skip.
    """
    j, layer = name[1], name[-1]
    z = {k: getattr(case, f"w{k}_1") * case.x for k in "12"}
    z_2 = sum(getattr(case, f"w{k}_2") * max(z[k], 0.0) for k in "12")
    reaches = case.output == "identity" or z_2 >= 0 or case.skip == "z"
    if layer == "2":
        return z[j] > 0 and reaches
    return z[j] > 0 and ((reaches and getattr(case, f"w{j}_2") != 0) or case.skip == "a")


def evaluate(text: str) -> float:
    """What a formula with numbers in it comes to, as a student with a calculator finds it."""
    for sign, python in (("−", "-"), ("·", "*")):
        text = text.replace(sign, python)
    return eval(text, {"__builtins__": {}})


SYMBOL = re.compile(r"∂L/∂[a-z][₁₂]?[¹²]?|𝟙\[([^ ]*) [>≥] 0\]|[a-z][₁₂]?[¹²]?")


def put_in(formula: str, values: dict[str, float]) -> float:
    """What a formula in symbols comes to with these values."""
    return evaluate(SYMBOL.sub(
        lambda found: f"({values[f'𝟙[{found[1]}]' if found[1] else found[0]]!r})", formula))


def near(received: float, expected: float) -> bool:
    """Equal to the rounding of five digits; exactly 0 is only 0."""
    return abs(received - expected) <= 1e-3 * abs(expected)


def shows(text: str, value: float, digits: int = 3) -> bool:
    """True if the text is the value, rounded to so many digits; an exact 0 is 0."""
    found = float(text.replace("−", "-"))
    return abs(found - value) <= 0.51 * 10 ** (1 - digits) * abs(value) and (text == "0") == (
        value == 0)


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def said(lab) -> str:
    return text_of(lab.status)


# --- 1. the lecture's numbers ---


def test_the_worked_example(lab):
    assert lab.parameters == {"w1_1": 2.0, "w2_1": -1.0, "w1_2": 1.0, "w2_2": 2.0}
    v = lab.values
    assert (v["x"], v["y"]) == (1, 3)
    assert (v["z₁¹"], v["a₁¹"], v["z₂¹"], v["a₂¹"]) == (2, 2, -1, 0)
    assert (v["z²"], v["g"], v["L"], lab.loss) == (2, 2, 1, 1)
    assert (v["∂L/∂g"], v["∂L/∂z²"]) == (-2, -2)
    assert (v["∂L/∂a₁¹"], v["∂L/∂z₁¹"], v["∂L/∂a₂¹"], v["∂L/∂z₂¹"]) == (-2, -2, -4, 0)
    assert lab.gradient == lab.gradient_at == {"w1_1": -2, "w2_1": 0, "w1_2": -4, "w2_2": 0}
    assert lab.why_zero("w1_1") == lab.why_zero("w1_2") == ""
    assert lab.why_zero("w2_1") == "neuron 2 is off (z₂¹ = −1 < 0)"
    assert lab.why_zero("w2_2") == "a₂¹ = 0, because neuron 2 is off (z₂¹ = −1 < 0)"


def test_the_blackboard_network(lab):
    # z¹ = 4.5 twice, z² = 6.75 + 6.75 = 13.5, ∂L/∂g = 2 (13.5 - 6) = 15
    lab.preset("(3, 6), weight 1.5")
    assert set(lab.parameters.values()) == {1.5} and (lab.x, lab.y) == (3, 6)
    assert lab.output == "relu"
    v = lab.values
    assert (v["z₁¹"], v["a₂¹"], v["z²"], v["g"], v["L"]) == (4.5, 4.5, 13.5, 13.5, 56.25)
    assert (v["∂L/∂g"], v["∂L/∂z²"], v["∂L/∂z₁¹"]) == (15, 15, 22.5)


@pytest.mark.parametrize(("name", "css", "weights", "g", "L", "gradient"), [
    ("worked example", "worked", (2, -1, 1, 2), 2, 1, (-2, 0, -4, 0)),
    ("(3, 6), weight 1.5", "weight", (1.5,) * 4, 13.5, 56.25, (67.5, 67.5, 67.5, 67.5)),
    ("one neuron dead", "neuron-dead", (-1.5, 1.5, 1.5, 1.5), 6.75, 0.5625, (0, 6.75, 0, 6.75)),
    ("output dead", "output-dead", (1.5, 1.5, -1.5, -1.5), 0, 36, (0, 0, 0, 0)),
    # g = z² = -13.5: ∂L/∂g = -39 reaches every weight by the +1
    ("output dead, skip z²", "skip-z", (1.5, 1.5, -1.5, -1.5), -13.5, 380.25,
     (175.5, 175.5, -175.5, -175.5)),
    # g = 4.5 + 4.5 = 9: ∂L/∂g = 6, times x = 3; layer 2 gets nothing
    ("output dead, skip a¹", "skip-a", (1.5, 1.5, -1.5, -1.5), 9, 9, (18, 18, 0, 0)),
])
def test_the_presets(lab, name, css, weights, g, L, gradient):
    lab.set(others=[(1, 2)], w1_1=0.3)
    button = find(lab, f"mlp-preset-{css}")
    assert button.description == name and len(lab.presets) == 6
    button.click()
    assert (lab.values["g"], lab.values["L"], lab.loss) == (g, L, L)
    assert (tuple(lab.parameters.values()), tuple(lab.gradient.values())) == (weights, gradient)
    assert lab.others == () and said(lab).startswith(f"Preset {name}. ")
    grey = {n for n, value in lab.gradient.items() if value == 0}
    assert greys_drawn(lab) == grey == {n for n in SYMBOLS if lab.why_zero(n)}
    off = [key for key, z in (("h1", "z₁¹"), ("h2", "z₂¹"), ("z2", "z²")) if lab.values[z] < 0]
    assert crosses_drawn(lab) == {key for key in off if (key, lab.skip) != ("z2", "z")}


def diagram_of(lab) -> DiagramPicture:
    return lab.canvases["diagram"].picture


def test_labels_lie_where_there_is_room_when_gradients_are_covered_and_shown():
    shown = scenes.diagram(solve())
    covered = scenes.diagram_of_values(solve())
    assert ([edge.text.count("\n") for edge in shown.edges]
            == [edge.text.count("\n") for edge in covered.edges])
    assert "w₂¹ = −1; w₁² = 1;" in covered.words() and "∂" not in covered.words()


def test_the_status_line_does_not_call_the_cover_by_its_field(lab):
    lab.set(covered=True)
    assert lab.status.value.count("cover") == 1  # "The gradients are covered"
    lab.set(covered=False)
    assert "cover" not in lab.status.value


def greys_drawn(lab) -> set[str]:
    """The weights whose line in the picture has the colour of what gets no update."""
    edges = scenes.diagram(lab.numbers).edges
    colours = [to_hex(color) for color in diagram_of(lab).lines.get_color()]
    drawn = dict(zip(edges, colours, strict=True))
    return {n for n, edge in weight_edges(edges).items() if drawn[edge] == "#d0d0d0"}


def crosses_drawn(lab) -> set[str]:
    """The circles on which the lines of a cross are drawn."""
    places = {key: np.array(place) for key, place in diagram_of(lab).places.items()}
    middles = [line.mean(axis=0) for line in diagram_of(lab).crosses.get_segments()]
    return {min(places, key=lambda key: np.hypot(*(places[key] - m))) for m in middles}


def test_output_dead_no_weight_updates_and_a_skip_brings_the_first_layer_back(lab):
    lab.preset("output dead")
    assert lab.values["z²"] < 0 and set(lab.gradient.values()) == {0.0}
    assert {lab.why_zero(name) for name in SYMBOLS} == {"the output is off (z² = −13.5 < 0)"}
    for skip in ("z", "a"):
        lab.skip = skip
        assert lab.values["z²"] < 0
        assert lab.gradient["w1_1"] != 0 != lab.gradient["w2_1"]
    assert lab.why_zero("w1_2").endswith("the skip goes around this layer")


# --- 2. gradients ---


@EACH_CASE
def test_gradients_are_those_of_complex_step(case):
    s, v = Numbers(case), values_of(case)
    check_gradients(s.network, [case.x], [case.y])
    for name, symbol in SYMBOLS.items():
        compare(name, s.gradient[name], v[f"∂L/∂{symbol}"])
    slopes = {f"slope{sub}": v[f"𝟙[z{sub}¹]"] for sub in "₁₂"}
    known = {symbol: value for symbol, value in v.items()
             if "𝟙" not in symbol and not symbol.startswith("∂L/∂w")}
    assert s.values.keys() == {**known, **slopes}.keys()
    for symbol, value in {**known, **slopes}.items():
        compare(symbol, s.values[symbol], value)


@EACH_CASE
def test_with_several_points_the_gradient_is_the_mean_and_one_is_kept(case):
    others = ((-1.0, 2.0), (2.0, 5.0))
    s = Numbers(case.changed(others=others))
    x, y = zip((case.x, case.y), *others, strict=True)
    truth = complex_step(s.network, [x], [y])
    for name, var in NOTATION.parameters.items():
        compare(name, s.gradient[name], truth[f"dJ_dw[{var.layer}]"][var.neuron, var.input])
        compare(name, s.gradient_at[name], values_of(case)[f"∂L/∂{SYMBOLS[name]}"])
    compare("L", s.values["L"], values_of(case)["L"])


def test_no_number_is_minus_0():
    assert "-0.0" not in str(solve(x=0.0, w1_2=-1.0, w2_2=-1.0).values)


def test_the_cases_have_all_signs():
    signs = {tuple(np.sign([v["z₁¹"], v["z₂¹"], v["z²"]]))
             for v in (values_of(case.values[0]) for case in CASES)}
    assert signs == {(1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1), (-1, 1, 1), (-1, 1, -1),
                     (-1, -1, 0)}
    assert len(CASES) == 48


def test_numbers_beside_sliders_are_of_all_points_the_diagram_is_of_one(lab):
    lab.others = OTHERS  # neuron 2 is on at x = -1
    assert lab.gradient_at["w2_1"] == 0 != lab.gradient["w2_1"]
    assert lab.why_zero("w2_1") == "" and "∂J/∂w₂¹" in all_words(lab)
    assert lab.loss == pytest.approx((1 + (2 - 4) ** 2 + (4 - 5) ** 2) / 3)
    assert "w2_1" in greys_drawn(lab) and lab.product("w2_1").endswith(" = 0")
    assert "<b>w₂¹</b>: no update, neuron 2 is off (z₂¹ = −1 &lt; 0)." in all_words(lab)
    before = lab.parameters
    lab.set(learning_rate=0.03)
    gradient = lab.gradient
    lab.step(1)
    for name in SYMBOLS:
        assert lab.parameters[name] == pytest.approx(before[name] - 0.03 * gradient[name], 1e-12)


# --- 3. grey edges, crossed-out neurons ---


def weight_edges(edges) -> dict[str, Edge]:
    """The edges that carry a weight, found by their text."""
    return {name: edge for edge in edges for name, symbol in SYMBOLS.items()
            if re.search(rf"(^|∂){symbol}( = |\n)", edge.text)}


def blocked_in_words(numbers: Numbers) -> set[str]:
    """The weights of which the lab says that they get no update."""
    text = words.blocked(numbers)
    assert ("no update" in text) == ("<b>" in text)
    return {name for names in re.findall(r"<b>([^<]*)</b>", text) for name in names.split(", ")}


@EACH_CASE
def test_an_edge_is_grey_exactly_if_its_weight_gets_no_update(case):
    s, v = Numbers(case), values_of(case)
    expected = {name for name in SYMBOLS if not gets_update(name, case)}
    edges = weight_edges(scenes.diagram(s).edges)
    assert {name: edge.state for name, edge in edges.items()} == {
        name: "off" if name in expected else "on" for name in SYMBOLS}
    assert s.blocked.keys() == expected == {n for n in SYMBOLS if s.gradient_at[n] == 0}
    assert blocked_in_words(s) == {SYMBOLS[name] for name in expected}
    for name, symbol in SYMBOLS.items():
        weight, gradient = edges[name].text.split("\n")
        assert weight.startswith(f"{symbol} = ") and gradient.startswith(f"∂L/∂{symbol} = ")
        assert shows(weight.split(" = ")[1], getattr(case, name))
        assert shows(gradient.split(" = ")[1], v[f"∂L/∂{symbol}"])


def numbers_in(text: str) -> list[tuple[str, str]]:
    """(name, number) of "z₁¹ = 2"; of a gradient the number may stand below its name."""
    return re.findall(r"(\S+)(?: = |\n)(\S+)", text)


@EACH_CASE
def test_the_circles_and_other_edges_of_one_point(case):
    v, scene = values_of(case), scenes.diagram(Numbers(case))
    dead = {f"h{j}" for j, sub in ((1, "₁"), (2, "₂")) if v[f"z{sub}¹"] < 0}
    off = case.output == "relu" and v["z²"] < 0
    # with the skip z² the gradient reaches z² around the ReLU: only the edge of the ReLU is grey
    dead |= {"z2"} if off and case.skip != "z" else set()
    assert {node.key: node.state for node in scene.nodes} == {
        key: "dead" if key in dead else "on" for key in NODES}
    skips = {(e.start, e.end) for e in scene.edges if "skip" in e.text and e.state != "hidden"}
    assert skips == {"none": set(), "z": {("z2", "g")}, "a": {("h1", "g"), ("h2", "g")}}[case.skip]
    (f,) = [e for e in scene.edges if "slope" in e.text]
    assert f.text.endswith(f"slope {v['f′']:g}") and (f.state == "off") == off
    for node in scene.nodes:
        for symbol, text in numbers_in(node.text):
            assert shows(text, v[symbol]), node.text


@EACH_CASE
def test_the_diagram_beside_shows_the_other_skip(case):
    other = other_skip(case)
    assert other.skip == ("none" if case.skip != "none" else "z")
    v, scene = values_of(other), scenes.beside(Numbers(case))
    edges = weight_edges(scene.edges)
    for name, symbol in SYMBOLS.items():
        assert (edges[name].state == "off") == (not gets_update(name, other))
        ((named, text),) = numbers_in(edges[name].text)
        assert named == f"∂L/∂{symbol}" and shows(text, v[named])
    for node in scene.nodes:
        if node.key != "x":
            symbol, text = node.text.split("\n")
            assert shows(text, v[symbol])
    skip = {"none": "no skip", "z": "z²"}[other.skip]
    assert skip in scene.name and skip in words.below(Numbers(case.changed(below="beside")))


@pytest.mark.parametrize(("changes", "blocked", "why"), [
    ({"x": 0.0}, {*SYMBOLS}, "x = 0"),
    ({"w1_2": 0.0}, {"w1_1", "w2_1", "w2_2"}, "w₁² = 0"),
    ({"y": 2.0}, {*SYMBOLS}, "g = y: the loss is at its minimum"),
    ({"skip": "a", "w1_2": -1.0}, {"w1_1", "w2_1", "w2_2"},
     "layer 2 takes away what its skip brings"),
    ({"w1_1": 0.0}, {"w1_2", "w2_1", "w2_2"}, ""),  # on the kink the slope is 1: w₁¹ moves
])
def test_other_reasons_for_no_update(changes, blocked, why):
    s = solve(**changes)
    assert s.blocked.keys() == blocked and words.why_zero(s, "w1_1") == why


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
])
@pytest.mark.parametrize("skip", SKIPS)
def test_off_at_this_point_or_dead_on_all_points(changes, others, expected, skip):
    s = solve(**changes, others=others, skip=skip)
    assert list(s.states.values()) == expected.split()  # a skip does not change z
    h1, h2, z2 = expected.split()
    nodes = {node.key: node.state for node in scenes.diagram(s).nodes}
    assert [nodes[key] for key in ("h1", "h2", "z2")] == [h1, h2, "on" if skip == "z" else z2]
    beside = {node.key: node.state for node in scenes.beside(s).nodes}
    assert [beside["h1"], beside["h2"]] == [h1, h2]


def test_a_neuron_off_at_this_point_only_is_grey_without_a_cross(lab):
    lab.others = [(-1, 2)]
    assert diagram_of(lab).states[2] == "off" and crosses_drawn(lab) == set()
    lab.others = [(2, 5)]
    assert diagram_of(lab).states[2] == "dead" and crosses_drawn(lab) == {"h2"}


# --- 4. the product along the path ---


def chunks(row: str) -> list[tuple[str, bool]]:
    """The factors of a product in HTML: (text, is it marked as a zero?)."""
    return [(plain(part), 'class="mlp-zero"' in part) for part in row.split(" · ")]


def rows_of(text: str) -> tuple[list[tuple[str, str, str]], str]:
    """([(symbols, numbers, value) of each path as HTML], what stands before the total)."""
    divs = re.findall(r"<div>(.*?)</div>", text)
    total = divs[-1]
    if divs[0].startswith("through f"):
        paths = [tuple(row.split(": ", 1)[1].split(" = ")) for row in divs[:-1]]
        return paths, total
    (_, symbols), (_, numbers, value) = divs[0].split(" = ", 1), total.split("= ")
    return [(symbols, numbers.removesuffix(" "), plain(value))], total


@EACH_CASE
def test_the_product(case):
    v = values_of(case)
    for name in SYMBOLS:
        s = Numbers(case.changed(explain=name))
        two = case.skip == "z" or (case.skip == "a" and name.endswith("1"))
        check_board(words.product_board(s), v, name, two)
        check_line(words.product_line(s, name), v, name, two)


def check_board(text: str, v: dict[str, float], name: str, two: bool) -> None:
    """Paths, factors, marks, values and sum of one product in HTML."""
    gradient = v[f"∂L/∂{SYMBOLS[name]}"]
    paths, total = rows_of(text)
    assert len(paths) == 1 + two
    assert ("through f: " in text) == ("by the skip: " in text) == two == ("(+1)" in plain(text))
    sum_of_paths = 0.0
    for symbols, numbers, value in paths:
        left, right = chunks(symbols), chunks(numbers)
        for (symbol, marked), (number, marked_too) in zip(left, right, strict=True):
            truth = 1.0 if symbol == "(+1)" else put_in(symbol, v)
            assert near(evaluate(number), truth), (symbol, number)
            assert marked == marked_too == (truth == 0), symbol
        assert near(evaluate(plain(numbers)), evaluate(plain(value)))
        sum_of_paths += evaluate(plain(numbers))
    shown = re.search(r'<b class="mlp-product-value">([^<]*)</b>', total)[1]
    assert shows(shown, gradient, 5) and near(sum_of_paths, gradient)
    if two:
        assert near(evaluate(plain(total).split(" = ")[1]), gradient)
    note = plain(re.search(r"<small>(.*?)</small>", text)[1])
    assert note.startswith("0, because ") == (gradient == 0)


def check_line(line: str, v: dict[str, float], name: str, two: bool) -> None:
    """Symbols, numbers and value of one product as a line."""
    head, symbols, numbers, value = line.split(" = ")
    gradient = v[f"∂L/∂{SYMBOLS[name]}"]
    assert head == f"∂L/∂{SYMBOLS[name]}" and shows(value, gradient, 5)
    assert near(evaluate(numbers), gradient)
    assert put_in(symbols, v) == pytest.approx(gradient, rel=1e-12)
    assert symbols.count(" · ") == numbers.count(" · ")
    assert ("· 1 ·" in symbols) == two


def test_the_product_of_the_lecture(lab):
    assert lab.product("w2_1") == (
        "∂L/∂w₂¹ = ∂L/∂g · w₂² · 𝟙[z₂¹ > 0] · x = −2 · 2 · 0 · 1 = 0")
    assert lab.product("w1_2") == "∂L/∂w₁² = ∂L/∂g · a₁¹ = −2 · 2 = −4"
    board = words.product_board(lab.numbers)
    assert lab.explain == "w2_1" and board in all_words(lab)
    zeros = re.findall(r'class="mlp-zero">([^<]*)<', board)
    assert [html.unescape(zero) for zero in zeros] == ["𝟙[z₂¹ > 0]", "0"]
    assert "0, because neuron 2 is off (z₂¹ = −1 < 0)." in plain(board)
    lab.preset("output dead")
    assert lab.product("w1_1") == (
        "∂L/∂w₁¹ = ∂L/∂g · 𝟙[z² > 0] · w₁² · 𝟙[z₁¹ > 0] · x = −12 · 0 · (−1.5) · 1 · 3 = 0")
    lab.set(skip="a", explain="w1_1")
    assert all(f"<div>{row} = " in words.product_board(lab.numbers) for row in (
        "by the skip: ∂L/∂g · (+1) · 𝟙[z₁¹ &gt; 0] · x = 6 · 1 · 1 · 3", "∂L/∂w₁¹ = 0 + 18"))
    lab.set(skip="z", explain="w1_2")
    assert "<div>∂L/∂w₁² = 0 + (−175.5) = " in words.product_board(lab.numbers)
    with pytest.raises(ValueError, match=r"^unknown weight 'w'; known are w1_1, w2_1, "):
        lab.product("w")


# --- 5. the operations ---

ORDER = {
    "z₁¹": "h1", "a₁¹": "h1", "z₂¹": "h2", "a₂¹": "h2", "z²": "z2", "g": "g", "L": "L",
    "∂L/∂g": "g", "∂L/∂z²": "z2", "∂L/∂w₁²": "w1_2", "∂L/∂w₂²": "w2_2", "∂L/∂a₁¹": "h1",
    "∂L/∂z₁¹": "h1", "∂L/∂w₁¹": "w1_1", "∂L/∂a₂¹": "h2", "∂L/∂z₂¹": "h2", "∂L/∂w₂¹": "w2_1",
}
"""The operations in their order, and where in the diagram each number stands."""
ALONG = {"z₁¹": {"w1_1"}, "z₂¹": {"w2_1"}, "z²": {"w1_2", "w2_2"}, "g": {"f"}, "L": {"gL"},
         "∂L/∂g": {"gL"}, "∂L/∂z²": {"f"}, "∂L/∂a₁¹": {"w1_2"}, "∂L/∂a₂¹": {"w2_2"}}
"""The edges along which a number is computed."""
BY_SKIP = {("z", "g"): {"skip z"}, ("z", "∂L/∂z²"): {"skip z"},
           ("a", "g"): {"skip a1", "skip a2"}, ("a", "∂L/∂a₁¹"): {"skip a1"},
           ("a", "∂L/∂a₂¹"): {"skip a2"}}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("skip", SKIPS)
def test_what_is_lit_at_each_operation(skip, output):
    found = solve(skip=skip, output=output).operations
    assert [op.symbol for op in found] == list(ORDER)
    for place, op in enumerate(found, start=1):
        s = solve(skip=skip, output=output, operation=place)
        halos = scenes.lit(s)
        now = {key for key, halo in halos.items() if halo == "now"}
        assert now == {ORDER[op.symbol], *ALONG.get(op.symbol, ()),
                       *BY_SKIP.get((skip, op.symbol), ())}
        # what a formula needs from an earlier operation has a halo: its own place or a dashed one
        needed = {{**ORDER, "x": "x"}.get(part[0]) for part in SYMBOL.finditer(op.formula)}
        assert halos.keys() == now | needed - {None} and halos.keys() <= NODES | EDGES
        scene = scenes.diagram(s)
        lit = [part for part in (*scene.nodes, *scene.edges) if part.lit]
        assert sorted(part.lit for part in lit) == sorted(halos.values())
        assert "hidden" not in {part.state for part in lit}
    assert scenes.lit(solve(skip=skip, output=output)) == {}


def test_the_picture_follows_the_stepper(lab):
    before = diagram_of(lab).render().copy()
    lab.operation = 5
    assert (diagram_of(lab).render() != before).any()


# --- 6. gradient descent ---


@pytest.mark.parametrize("preset", PRESETS)
def test_dead_weights_stay_bit_for_bit_and_are_flat_lines(lab, preset):
    lab.preset(preset)
    lab.learning_rate = 0.001
    before, dead = lab.parameters, {name for name in SYMBOLS if lab.gradient[name] == 0}
    lab.step(100)
    path = lab.path
    assert len(path) == 101
    for name in SYMBOLS:
        assert (lab.parameters[name].hex() == before[name].hex()) == (name in dead), name
    for name in dead:
        assert {values[name].hex() for values, _ in path} == {before[name].hex()}
    picture = lab.canvases["curves"].picture
    np.testing.assert_array_equal(picture.loss.get_ydata(), [J for _, J in path])
    for k, (name, symbol) in enumerate(SYMBOLS.items()):
        drawn = picture.lines[k].get_ydata()
        np.testing.assert_array_equal(drawn, [values[name] for values, _ in path])
        assert picture.names[k].text == (f"{symbol} flat" if name in dead else symbol)


def test_the_names_of_descent_follow_the_points(lab):
    assert "SGD <small>w ← w − η ∂L/∂w</small>" in all_words(lab)
    assert scenes.curves(lab.numbers, lab.path).title == "loss L over the steps"
    lab.others = OTHERS
    assert "Gradient descent <small>w ← w − η ∂J/∂w, J over all points</small>" in all_words(lab)
    assert scenes.curves(lab.numbers, lab.path).title == "J, mean loss of 3 points"


@pytest.mark.parametrize(("changes", "answer", "stays"), [
    ({}, "No", {"w2_1", "w2_2"}),
    ({"others": [(2, 5)]}, "No", {"w2_1", "w2_2"}),
    ({"w1_1": -1.0, "others": [(2, 5), (0.5, 1)]}, "No", {*SYMBOLS}),
    ({"output": "relu", "w1_2": -1.0}, "No", {*SYMBOLS}),
    ({"w1_2": 0.0}, "Yes", {"w2_1", "w2_2"}),  # w₁² moves first, then w₁¹
    ({"w1_2": 0.0, "others": [(2, 5)]}, "Yes", {"w2_1", "w2_2"}),
    ({"w2_1": 1.0, "w1_2": 0.0, "w2_2": 0.0, "others": [(2, 5)]}, "Yes", set()),
])
def test_can_it_revive(lab, changes, answer, stays):
    lab.set(**changes)
    before, dead = lab.parameters, {name for name in SYMBOLS if lab.gradient[name] == 0}
    find(lab, "mlp-revive").click()
    assert said(lab).startswith(f"{answer}: ") and text_of(lab.error) == ""
    assert {name for name in SYMBOLS if lab.parameters[name].hex() == before[name].hex()} == stays
    named = {name for name, symbol in SYMBOLS.items() if symbol in said(lab)}
    assert named == (dead - stays if answer == "Yes" else dead)
    if answer == "Yes":
        for name in named:
            came = re.search(rf"{SYMBOLS[name]} from (\S+) to ([^ ,]+)", said(lab))
            assert shows(came[1], before[name], 4) and shows(came[2], lab.parameters[name], 4)


def test_a_trial_has_a_path_of_its_own(lab):
    lab.step(5)
    before = lab.parameters
    lab.revive()
    assert len(lab.path) == 101 and lab.parameters != before
    find(lab, "mlp-rewind").click()
    assert {n: v.hex() for n, v in lab.parameters.items()} == {
        n: v.hex() for n, v in before.items()}


def test_a_trial_that_diverges_tells_of_the_steps_before(lab):
    lab.set(w1_1=0.5, w2_1=1.0, w1_2=0.0, w2_2=-1.0, y=6.0, others=OTHERS, learning_rate=0.2)
    lab.revive()
    assert len(lab.path) == 6 and text_of(lab.error).startswith("Stopped after step 5: ")
    (found,) = re.findall(r"^Yes: in 5 steps .* w₁¹ from 0.5 to (\S+) followed", said(lab))
    assert shows(found, lab.w1_1, 4)


def test_the_answer_stands_in_the_lab_until_the_state_changes(lab):
    lab.revive()
    answer = ("No: w₂¹, w₂² stayed exactly as before in 100 steps. Their gradient is 0, and no "
              "weight that moves can change that: a step of any size is 0.")
    assert said(lab) == answer and f'<div class="mlp-blocked">{answer}</div>' in all_words(lab)
    lab.w1_1 = 0.5
    assert answer not in all_words(lab) and words.blocked(lab.numbers) in all_words(lab)


@pytest.mark.parametrize(("changes", "answer"), [
    ({"others": [(-1, 1)]},  # there neuron 2 is on
     "Yes: this point gives w₂¹, w₂² no update, but other points do: off at one point is not dead."
     ),
    (PRESETS["(3, 6), weight 1.5"], "No weight is dead: every one has a gradient."),
    ({"y": 2.0}, "Nothing is dead: g = y, the loss is at its minimum, so every gradient is 0."),
    ({"w1_2": 0.0, "learning_rate": 2.5},
     "Not tried: the first step diverges. Choose a smaller learning rate."),
])
def test_where_nothing_can_be_tried(lab, changes, answer):
    lab.set(**changes)
    before = lab.parameters
    lab.revive()
    assert said(lab) == answer and lab.parameters == before and len(lab.path) == 1
    assert text_of(lab.error).startswith("Stopped after step 0") == ("Not tried" in answer)


def test_more_steps_may_help_where_some_still_move(lab):
    # w₁² moves w₁¹'s factor away from 0, but not in a trial of steps that round to nothing
    lab.set(w1_2=0.0, w2_1=1.0, w2_2=1.0, learning_rate=1e-25)
    lab.revive()
    assert said(lab) == ("Not here: w₁¹ stayed exactly as before in 100 steps. More steps or "
                         "another learning rate may change that.")


def test_what_never_moves_is_not_said_of_points_whose_gradients_cancel(lab):
    # the gradients of the two points cancel; neither is 0
    lab.set(w1_1=1.0, w1_2=1.0, w2_2=0.0, y=0.0, others=[(1, 2)])
    assert lab.gradient_at["w1_1"] != 0 and not any(lab.gradient.values())
    assert lab.why_zero("w1_1") == "the gradients of the 2 points add up to 0"
    lab.revive()
    assert "on every point" not in said(lab)


def test_a_neuron_that_is_off_on_every_point_but_x_0_never_moves(lab):
    lab.set(x=0.0, others=[(1, 2), (2, 5)])  # w₂¹ = -1: z₂¹ is 0, -1, -2; at x = 0 nothing moves
    lab.revive()
    assert said(lab).startswith("No: ")


# --- 7. words and points ---


def test_the_worked_example_in_words(lab):
    assert lab.describe() == (
        "L = 1 at x = 1, y = 3 (g = z² = 2). No update for w₂¹: neuron 2 is off (z₂¹ = −1 < 0). "
        "No update for w₂²: a₂¹ = 0, because neuron 2 is off (z₂¹ = −1 < 0).")
    assert plain(lab.headline_text.value) == "L = (g − y)² = 1"
    assert plain(words.board(lab.numbers)) == "g2y3"
    assert lab.table_notes()[0] == "g = z²" and lab.table_rows()[2] == ("w₂¹", "−1", "0")
    texts = [getattr(words, name)(lab.numbers)
             for name in ("board", "blocked", "product_board", "below")]
    assert all(text in all_words(lab) for text in texts)
    lab.set(others=OTHERS, below="beside")
    assert plain(words.board(lab.numbers)).endswith("J, mean over 3 points2")
    assert "skip g = z² + f(z²), gradients at the same weights." in all_words(lab)


@pytest.mark.parametrize(("output", "skip", "formula"), [
    ("identity", "none", "g = z²"), ("relu", "none", "g = ReLU(z²)"),
    ("relu", "z", "g = z² + ReLU(z²)"), ("relu", "a", "g = a₁¹ + a₂¹ + ReLU(z²)"),
])
def test_how_g_comes_from_z(output, skip, formula):
    s = solve(output=output, skip=skip, w2_1=1.5)
    assert words.describe(s).endswith(f"({formula} = {s.values['g']:g}). "
                                      "Every weight gets an update.")


@pytest.mark.parametrize(("changes", "names"), [
    ({"w1_1": 0.0}, ["z₁¹"]), ({"w2_1": 0.0}, ["z₂¹"]), ({"x": 0.0}, ["z₁¹", "z₂¹"]),
    ({"w1_1": -1.0, "output": "relu"}, ["z²"]), ({"w1_1": -1.0}, []), ({}, []),
    ({"w1_1": -1.0, "output": "relu", "skip": "z"}, ["z²"]),
    ({"w1_1": -1.0, "output": "relu", "skip": "a"}, ["z²"]),
])
def test_exactly_on_the_kink_says_so(changes, names):
    s = solve(**changes, explain="w1_1")
    line = f"{' and '.join(names)} = 0: exactly on the kink; the slope there counts as 1."
    assert s.on_the_kink == names
    assert ("on the kink" in plain(words.blocked(s))) == bool(names)
    assert plain(words.blocked(s)).endswith(line) or not names
    kinks = {op.symbol for op in s.operations if "on the kink" in op.notes}
    activations = {"z₁¹": "a₁¹", "z₂¹": "a₂¹", "z²": "g"}
    assert kinks == {activations[name] for name in names}
    if "z₁¹" in names:
        assert "𝟙[z₁¹ ≥ 0]" in words.product_line(s, "w1_1") and s.values["slope₁"] == 1
        assert words.why_zero(s, "w1_2") == ("x = 0" if "x" in changes else
                                             "a₁¹ = 0, because w₁¹ = 0")


def test_a_product_that_is_not_0_says_where_it_is_on_the_kink():
    s = solve(w1_1=0.0, w2_1=1.0, w2_2=0.0, output="relu", explain="w2_2")
    assert "z₁¹ and z² exactly on the kink: slope 1 there." in words.product_board(s)
    assert "<small>&nbsp;</small>" in words.product_board(solve(explain="w1_1"))


def test_the_list_of_points(lab):
    control = find(lab, "mlp-others")
    (_, only), (text, several) = control.options
    assert only == () and several == OTHERS and text == "(x, y) and (−1, 4), (2, 5)"
    control.value = several
    assert lab.others == several and lab.numbers.states["h2"] == "off"
    lab.others = [(1, 2)]
    assert control.value == ((1.0, 2.0),) and control.options[2][0] == "(x, y) and your own"
    lab.others = ()
    assert control.value == () and len(control.options) == 2


@pytest.mark.parametrize("given", [[(1, 2), (0.1, -3)], np.array([[1.0, 2.0], [0.1, -3.0]]),
                                   [[1, 2], (x for x in (0.1, -3))]], ids=["list", "array", "any"])
def test_points_are_any_pairs(lab, given):
    lab.others = given
    assert lab.others == ((1.0, 2.0), (0.1, -3.0))
    assert repr(lab).endswith(", others=((1.0, 2.0), (0.1, -3.0)), scale=0.5)")
    code = lab.code
    lab.reset()
    lab.load(code)
    assert lab.others == ((1.0, 2.0), (0.1, -3.0))


@pytest.mark.parametrize(("others", "message"), [
    (3, r"^others must be a list of at most 20 points \(x, y\), such as \[\(-1, 2\)\], got 3$"),
    ("ab", r"^others must be a list"), ([1, 2], r"^others must be a list"),
    ([(1,)], r"^others must be a list"), (None, r"^others must be a list"),
    ([(1, 2, 3)], r"^others must be a list"), (["ab"], r"^others must be a list"),
    ([(1, 2)] * 21, r"^others must be a list of at most 20"),
    ([(1, "b")], r"^y of a point must be a number, got 'b'$"),
    ([(float("nan"), 1)], r"^x of a point must be a number from .* got not a number$"),
    ([(1, 1e200)], r"^y of a point must be a number from −1e9 to 1e9, got 1e200$"),
], ids=str)
def test_other_points_are_refused_in_one_sentence(lab, others, message):
    before = lab.state
    with pytest.raises(ValueError, match=message) as info:
        lab.others = others
    assert "\n" not in str(info.value) and len(str(info.value)) < 200 and lab.state is before


# --- 8. texts keep apart ---


@cache
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


def uniform(value: float, skip: str, output: str) -> Numbers:
    """Numbers that are all shown as this one."""
    s = solve(skip=skip, output=output)
    kept = {name: v for name, v in s.values.items() if name in ("f′", "slope₁", "slope₂")}
    s.__dict__["values"] = {**dict.fromkeys(s.values, value), **kept}
    s.__dict__["gradient_at"] = s.__dict__["parameters"] = dict.fromkeys(SYMBOLS, value)
    return s


@pytest.mark.parametrize(("value", "text"), [
    (-175.5, "−175.5"), (0.5625, "0.5625"), (-0.012345, "−0.0123"), (0.0, "0"),
    (123456.0, "123456"), (1234567.0, "1e6"), (-2.34e-5, "−2e−5"),
])
def test_numbers_in_circles_are_short(value, text):
    assert scenes.short(value) == text


@pytest.mark.parametrize("beside", [False, True], ids=["diagram", "beside"])
def test_no_text_of_the_diagrams_touches_another_or_leaves_the_picture(beside, monkeypatch):
    picture = DiagramPicture(height=260, scale=0.5) if beside else DiagramPicture(
        WIDTH, HEIGHT, 0.5)
    monkeypatch.setattr(scenes, "Numbers", lambda state: uniform(value, skip, output))
    for value, skip, output in pairs_of([-3.75, 0.421], SKIPS, OUTPUTS):
        scene = (scenes.beside if beside else scenes.diagram)(uniform(value, skip, output))
        picture.update(scene)
        boxes = boxes_of(picture)
        # 4 weights, 5 or 6 circles, and what the skip and the legend write
        assert len(boxes) >= 9 + {"none": 0, "z": 1, "a": 2}[skip]
        assert overlaps(picture) == []
        for name, box in boxes.items():
            low, high = box.get_extents().min, box.get_extents().max
            assert (low >= 0).all() and (high <= (picture.width, picture.height)).all(), name
        for node, text in zip(scene.nodes, picture.texts, strict=True):
            low, high = ink_of(text.text, text.align)
            assert (high - low).max() * text.size * 96 / 72 <= node.size


def test_the_overlap_check_sees_an_overlap_of_equal_texts():
    nodes = (Node("a", 0.1, 0.5), Node("b", 0.9, 0.5), Node("c", 0.11, 0.5), Node("d", 0.89, 0.5))
    picture = DiagramPicture()
    picture.update(DiagramScene(nodes, (Edge("a", "b", "+1", 1.0), Edge("c", "d", "+1", 2.0))))
    assert len(overlaps(picture)) == 1
