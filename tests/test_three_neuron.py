"""The three-neuron lab: the lecture's numbers, own data, the student's best, the exact optimum.

Numbers of CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network, polls 1 to 3;
the losses are those of the measured means in mlp_widgets/lectures/three_neuron/traffic.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone

import ipywidgets
import numpy as np
import pytest
from lab_tools import find, text_of
from oracle import SCALAR_ACTIVATIONS, H, compare

from mlp_widgets import ThreeNeuronLab
from mlp_widgets.lectures.three_neuron import scenes, words
from mlp_widgets.lectures.three_neuron.data import load_points
from mlp_widgets.lectures.three_neuron.numbers import (
    ACTIVATIONS,
    LECTURE,
    STUCK,
    ZEROS,
    Numbers,
    ThreeNeuronState,
    baselines_of,
    default_hour,
    hours_of,
    random_start,
    ranges_for,
)
from mlp_widgets.text import symbol

OWN = ([0.0, 2.0, 2.0, 5.0, 9.0], [40.0, -10.0, 20.0, 60.0, 30.0])  # x = 2 stands twice
TINY = ([1.0, 2.0, 3.0, 4.0], [1e-5, 2e-5, 1e-5, 3e-5])
LARGE = ([2000.0, 2010.0, 2020.0], [8.1e6, 9.3e6, 8.5e6])
FLAT = ([2.0, 2.0, 2.0], [5.0, 4.0, 5.0])
NARROW = ([0.0, 1e-100, 2e-100], [1e9, 1.0, 2.0])
DATA = ("all days", "weekday", "weekend", OWN)
OPTIMUM = 0.3212  # of all days, see test_optimum.py
EACH_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS)
EACH_DATA = pytest.mark.parametrize("data", DATA, ids=str)


@pytest.fixture
def lab(kept):
    return kept("three_neuron")


def numbers_of(**changes) -> Numbers:
    return Numbers(ThreeNeuronState(**changes))


def said(lab) -> str:
    return text_of(lab.status)


def cell(lab, name: str) -> str:
    """What a cell of the board shows, or the strip above it."""
    place = lab.headline_text if name == "now" else find(lab, "mlp-board")
    return re.search(rf'class="mlp-mse-{name}">([^<]*)<', place.value)[1]


# --- the lecture's numbers ---


def test_the_lecture_has_seven_parameters(lab):
    assert lab.parameters == LECTURE and len(lab.gradient) == 7
    assert lab.numbers.network.parameter_count == 7
    assert repr(ThreeNeuronState()) == repr(ThreeNeuronState(**LECTURE, data="all days", hour=8))


def test_the_losses(lab):
    assert round(lab.loss, 4) == round(lab.baselines.lecture_loss, 4) == 0.5019
    assert round(lab.baselines.quadratic.mse, 4) == 0.5012
    assert round(lab.baselines.line.mse, 3) == 2.553
    assert round(lab.baselines.optimum.mse, 4) == OPTIMUM
    assert [cell(lab, name) for name in ("now", "best", "lecture", "line", "quadratic", "optimum")
            ] == ["0.5019", "–", "0.5019", "2.5534", "0.5012", "?"]  # fmt: skip


def test_the_quadratic(lab):
    # in exact fractions the constant is -0.70832, which rounds to -0.7083
    c, b, a = np.round(lab.baselines.quadratic.coefficients, 4)
    assert (a, b, c) == (-0.0335, 0.8718, -0.7083)


def test_the_fit():
    first, second = numbers_of().kinks
    assert first == pytest.approx(14.75, rel=1e-12) and round(second, 3) == 8.667
    expected = {0: -0.1, 4: 2.3, 8: 4.7, 26 / 3: 5.1, 10: 5.1, 14.75: 5.1, 16: 4.6, 20: 3, 24: 1.4}
    for x, value in expected.items():
        assert numbers_of(hour=x).output == pytest.approx(value, rel=1e-12), x
    assert numbers_of(w11=0.0, w12=-0.0).kinks == (None, None)


def test_the_stuck_start_ends_on_a_plateau_above_the_optimum(lab):
    lab.preset("stuck")
    assert lab.parameters == STUCK
    lab.step(4000)
    assert lab.loss == pytest.approx(0.365, abs=5e-4)
    assert lab.loss > lab.baselines.optimum.mse + 0.04
    assert lab.path[-1000][1] - lab.loss < 1e-3  # it hardly falls any more


# --- gradients ---


def formula_J(p: dict, x, y, activation: str):
    """The lecture's J in Python's complex numbers, one point at a time."""
    f, J = SCALAR_ACTIVATIONS[activation], 0.0
    for u, target in zip(x, y, strict=True):
        a1, a2 = f(p["b11"] + p["w11"] * u), f(p["b12"] + p["w12"] * u)
        J += (p["b21"] + p["w21"] * a1 + p["w22"] * a2 - target) ** 2 / len(x)
    return J


def complex_gradient(numbers: Numbers) -> dict[str, float]:
    x, y = numbers.points.x.tolist(), numbers.points.y.tolist()
    p = {name: complex(value) for name, value in numbers.parameters.items()}
    return {name: formula_J({**p, name: p[name] + H * 1j}, x, y, numbers.state.activation).imag / H
            for name in p}  # fmt: skip


@EACH_ACTIVATION
@EACH_DATA
def test_gradients_are_those_of_complex_step(data, activation):
    points = load_points(data)
    for start in (LECTURE, STUCK, {**LECTURE, "b11": 2.0}, random_start(0, points)):
        numbers = numbers_of(**start, data=points, activation=activation)
        truth = complex_gradient(numbers)
        for name in LECTURE:
            compare(name, numbers.gradient[name], truth[name], 1e-9)
        J = formula_J(start, points.x.tolist(), points.y.tolist(), activation)
        compare("J", numbers.loss, complex(J).real, 1e-12)


@EACH_ACTIVATION
@EACH_DATA
def test_a_gradient_is_a_product_along_the_path(data, activation):
    numbers = numbers_of(data=data, activation=activation, w11=0.35, b12=5.0, w21=-1.5, w22=-0.7)
    for name, gradient in numbers.gradient.items():
        factors = [numbers.path_factors(name, x) for x in numbers.points.x]
        assert {len(f) for f in factors} == {4 if name in ("w11", "b11", "w12", "b12") else 2}
        mean = np.mean([np.prod(f) for f in factors])
        assert mean == pytest.approx(gradient, rel=1e-9, abs=1e-12)


def test_the_factors_are_those_of_the_lecture(lab):
    # at 8 o'clock: ŷ = 5.1 - (5.2 - 4.8) = 4.7, y = 4.587; neuron 1 is off, neuron 2 on
    outer = 2 * (4.7 - 4.587)
    for name, factors in {
        "b21": [outer, 1], "w21": [outer, 0], "w22": [outer, 0.4],
        "w11": [outer, -1, 0, 8], "b11": [outer, -1, 0, 1],
        "w12": [outer, -1, 1, 8], "b12": [outer, -1, 1, 1],
    }.items():  # fmt: skip
        assert lab.path_factors(name, 8) == pytest.approx(factors, rel=1e-12), name


@pytest.mark.parametrize(("name", "x"), [("w11", 8.5), ("w13", 8), ("w11", -1)])
def test_factors_of_what_is_not_there(lab, name, x):
    with pytest.raises(ValueError, match="no parameter"):
        lab.path_factors(name, x)


@pytest.mark.parametrize(("across", "up", "activation"), [("w11", "b11", "relu"),
                                                          ("b21", "w22", "tanh")])
def test_the_landscape_is_J_of_single_runs(across, up, activation):
    numbers = numbers_of(across=across, up=up, activation=activation, w21=-1.5)
    values, others, J = numbers.landscape()
    points, ranges = numbers.points, ranges_for(numbers.points)
    assert J.shape == (len(others), len(values)) == (101, 101)
    assert (values[0], values[-1]) == ranges[across][:2]
    assert (others[0], others[-1]) == ranges[up][:2]
    for row, column in np.random.default_rng(3).integers(0, 101, (25, 2)):
        p = {**numbers.parameters, across: values[column], up: others[row]}
        single = formula_J(p, points.x.tolist(), points.y.tolist(), activation)
        assert J[row, column] == pytest.approx(complex(single).real, rel=1e-12)


def test_neurons_are_on_off_or_dead():
    assert numbers_of().off == ("off", "on")  # at 8: z11 = -2.7, z12 = 0.4
    assert numbers_of(hour=20.0).off == ("on", "off")
    dead = numbers_of(hour=20.0, b12=-1.0)
    assert dead.off == ("on", "dead")
    assert [dead.gradient[name] for name in ("w12", "b12", "w22")] == [0, 0, 0]
    assert numbers_of(b12=-1.0, activation="sigmoid").off == ("on", "on")
    assert numbers_of(w12=0.0, b12=0.0).off[1] == "on"  # z is 0 everywhere: slope 1


# --- step by step ---


def operation(numbers: Numbers, place: int) -> str:
    op = numbers.operations[place - 1]
    return f"{op.symbol} = {op.formula} = {op.numbers} = {round(op.value, 6):g}"


def test_both_passes_at_eight_o_clock():
    numbers = numbers_of()
    assert " ".join(op.symbol for op in numbers.operations) == (
        "z₁₁ a₁₁ z₁₂ a₁₂ ŷ ℓ ∂ℓ/∂ŷ ∂ℓ/∂b₂₁ ∂ℓ/∂w₂₁ ∂ℓ/∂w₂₂ ∂ℓ/∂a₁₁ ∂ℓ/∂z₁₁ ∂ℓ/∂b₁₁ ∂ℓ/∂w₁₁ "
        "∂ℓ/∂a₁₂ ∂ℓ/∂z₁₂ ∂ℓ/∂b₁₂ ∂ℓ/∂w₁₂")
    assert [operation(numbers, place) for place in (1, 5, 6, 7, 10, 16, 18)] == [
        "z₁₁ = w₁₁ · x + b₁₁ = 0.4 · 8 + (−5.9) = -2.7",
        "ŷ = w₂₁ · a₁₁ + w₂₂ · a₁₂ + b₂₁ = −1 · 0 + (−1 · 0.4) + 5.1 = 4.7",
        "ℓ = (ŷ − y)² = (4.7 − 4.587)² = 0.012769",
        "∂ℓ/∂ŷ = 2 · (ŷ − y) = 2 · (4.7 − 4.587) = 0.226",
        "∂ℓ/∂w₂₂ = ∂ℓ/∂ŷ · a₁₂ = 0.226 · 0.4 = 0.0904",
        "∂ℓ/∂z₁₂ = ∂ℓ/∂a₁₂ · 𝟙[z₁₂ > 0] = −0.226 · 1 = -0.226",
        "∂ℓ/∂w₁₂ = ∂ℓ/∂z₁₂ · x = −0.226 · 8 = -1.808",
    ]


@EACH_ACTIVATION
@pytest.mark.parametrize(("data", "hour"), [("weekday", 20.0), (OWN, 2.0)], ids=str)
def test_the_operations_end_at_the_shares_of_the_gradient(data, hour, activation):
    """Points of one x count as one with their mean y."""
    numbers = numbers_of(data=data, hour=hour, activation=activation)
    found = {op.symbol: op.value for op in numbers.operations}
    assert len(found) == 18
    for name in LECTURE:
        share = np.prod(numbers.path_factors(name, hour))
        sign = f"∂ℓ/∂{symbol(name)}"
        assert found[sign] == pytest.approx(share, rel=1e-12, abs=1e-300), name


def test_without_a_point_at_the_hour_there_is_no_loss(lab):
    lab.set(hour=8.5, operation=5)
    assert len(lab.numbers.operations) == 5 and lab.numbers.output == pytest.approx(5.0)
    assert find(lab, "mlp-slider-step").max == 5
    lab.set(operation=12)  # it comes back with an hour that has a point
    assert find(lab, "mlp-slider-step").value == 5
    lab.hour = 9.0
    assert find(lab, "mlp-slider-step").value == 12


HALOS = {
    0: {}, 1: {"h1": "now", "w11": "now", "b11": "now", "x": "reused"}, 4: {"h2": "now"},
    5: {"y": "now", "w21": "now", "w22": "now", "b21": "now", "h1": "reused", "h2": "reused"},
    6: {"y": "now"}, 8: {"b21": "now", "y": "reused"},
    9: {"w21": "now", "y": "reused", "h1": "reused"},
    15: {"h2": "now", "w22": "now", "y": "reused"}, 16: {"h2": "now"},
    18: {"w12": "now", "h2": "reused", "x": "reused"},
}  # fmt: skip
"""Operation -> what has a halo in the diagram."""


@pytest.mark.parametrize("place", HALOS)
def test_the_diagram_shows_what_an_operation_is_about(place):
    scene = scenes.diagram(numbers_of(operation=place))
    parts = {node.key: node.lit for node in scene.nodes}
    parts |= {name: edge.lit for name, edge in zip(LECTURE, scene.edges, strict=True)}
    assert {key: lit for key, lit in parts.items() if lit} == HALOS[place]


# --- scenes ---


def test_edges_that_carry_nothing_are_grey():
    def grey(**changes) -> set[str]:
        edges = scenes.diagram(numbers_of(**changes)).edges
        return {name for name, edge in zip(LECTURE, edges, strict=True) if edge.state == "off"}

    assert grey() == {"w21"}  # at 8 neuron 1 is off
    assert grey(hour=20.0) == {"w22"}
    assert grey(b11=0.0, w12=0.0) == {"b11", "w12"}
    assert grey(edges="gradients", b11=-20.0) == {"w11", "b11", "w21"}


def test_the_fit_shows_the_baselines_that_are_chosen():
    numbers = numbers_of(compare=("quadratic", "line"))
    scene, baselines = scenes.fit(numbers), numbers.baselines
    assert list(scene.baselines) == ["quadratic", "line"] and scene.kinks == numbers.kinks
    assert (scene.baselines["line"] == baselines.line(scene.grid)).all()
    assert set(numbers.kinks) <= set(scene.grid)  # so that the bend is drawn sharp
    assert scenes.fit(numbers_of(activation="tanh")).kinks == (None, None)
    total = numbers.state.b21 + scene.contributions.sum(axis=0)
    np.testing.assert_allclose(total, scene.curve, rtol=1e-12)


def test_the_landscape_shows_the_path(lab):
    lab.set(view="landscape", across="b21", up="w22")
    lab.step(7)
    picture = lab.canvases["landscape"].picture
    expected = [(p["b21"], p["w22"]) for p, _ in lab.path]
    np.testing.assert_allclose(picture.path[1].get_xydata(), expected)
    np.testing.assert_allclose(picture.curve.get_xydata()[:, 1], [J for _, J in lab.path])
    assert picture.curve.get_xydata()[-1, 1] == lab.loss


# --- words ---


@pytest.mark.parametrize(("changes", "sentence"), [
    ({}, "J = 0.5019 on all days. At x = 8: ŷ = 4.7, neuron 1 is off and neuron 2 is on. "
         "Largest gradient: w₁₁ (+3.002), so J falls when it shrinks."),
    ({"b11": -20.0, "w12": 0.0, "b12": 0.0, "data": "weekend", "hour": 3.0},
     "J = 8.3110 on weekend. At x = 3: ŷ = 5.1, neuron 1 is dead (off at every point: its "
     "gradients are 0) and neuron 2 is on the kink (z = 0, slope 1). "
     "Largest gradient: w₁₂ (−45.43), so J falls when it grows."),
    ({"data": ([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]), **ZEROS, "b21": 5.0, "activation": "tanh"},
     "J = 0.0000 on own data. At x = 2: ŷ = 5, neuron 1 is on and neuron 2 is on. "
     "Every gradient is 0: no step changes anything."),
    (baselines_of(load_points("all days")).optimum.parameters,
     "Every gradient is 0 but for rounding: steps change next to nothing."),
], ids=["lecture", "dead", "perfect", "optimum"])  # fmt: skip
def test_what_the_status_line_says(changes, sentence):
    assert words.describe(numbers_of(**changes)).endswith(sentence)


def test_why_a_gradient_is_zero(lab):
    lab.b11 = -20.0
    for name in ("w11", "b11"):
        assert lab.why_zero(name) == "neuron 1 is off at every point: it is dead"
    assert lab.why_zero("w21") == "a₁₁ = 0 at every point, because neuron 1 is off"
    assert lab.why_zero("w12") == ""


def test_the_headings_name_the_activation_that_is_used(lab):
    for name, title in (("tanh", "tanh("), ("sigmoid", "σ("), ("relu", "ReLU(")):
        lab.activation = name
        titles = [group.title(lab.state) for group in lab.groups()]
        assert [title in heading for heading in titles] == [True, True, False]


def test_the_table_for_viewers_without_a_kernel(lab):
    lab.w21 = -1.5
    rows = lab.table_rows()
    assert rows[1] == ("w₁₁", "0.4", "+24.17") and len(rows) == 14
    assert rows[9:] == [("MSE", "", "0.9011"), ("your best", "", "0.9011"),
                        ("lecture's parameters", "", "0.5019"), ("quadratic", "", "0.5012"),
                        ("line", "", "2.5534")]  # fmt: skip


def test_calls_of_version_0_1_0_are_understood(lab):
    lab.load("ThreeNeuronLab(w11=0.3, rivals=('line', 'quadratic'))")
    assert lab.compare == ("line", "quadratic") and lab.w11 == 0.3
    assert find(lab, "mlp-compare-line").value and "compare=" in repr(lab)


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"across": "b11"}, "the landscape needs two different parameters, got b11 twice"),
    ({"up": "w11"}, "the landscape needs two different parameters, got w11 twice"),
    ({"up": "w13"}, "unknown axis 'w13'; known are w11, b11"),
    ({"data": "holiday"}, "there is no file 'holiday'"),
    ({"data": ([1, 2, np.nan], [3, 4, 5])}, "point 3 is (nan, 5.0)"),
    ({"data": "weekday", "hour": "8"}, "hour must be a number"),
], ids=str)  # fmt: skip
def test_errors_that_only_this_lab_has(lab, changes, sentence):
    before = lab.state
    with pytest.raises(ValueError, match=re.escape(sentence)):
        lab.set(**changes)
    assert lab.state is before


def test_both_axes_in_one_change(lab):
    lab.set(across="b11", up="w11")
    find(lab, "mlp-up").value = "b11"
    assert "got b11 twice" in text_of(lab.error) and find(lab, "mlp-up").value == "w11"


# --- presets, best, optimum ---


def test_presets(lab):
    lab.preset("zeros")
    assert lab.parameters == ZEROS
    lab.preset("random", seed=3)
    third = lab.parameters
    assert third == random_start(3, lab.state.data)
    find(lab, "mlp-preset-random").click()
    assert lab.parameters != third and said(lab).startswith("Preset random, seed 4. J = ")
    lab.preset("lecture")
    assert lab.parameters == LECTURE and said(lab).startswith("Preset lecture. J = 0.5019")


@pytest.mark.parametrize("data", [*DATA, TINY, LARGE], ids=str)
def test_random_starts_lie_on_the_sliders(data):
    points = load_points(data)
    ranges, x = ranges_for(points), points.x
    for seed in range(30):
        start = random_start(seed, points)
        for name, value in start.items():
            assert ranges[name][0] <= value <= ranges[name][1], (seed, name)
        for j in "12":
            kink, rounding = -start[f"b1{j}"] / start[f"w1{j}"], 1e-3 * np.abs(x).max()
            assert x[0] - rounding <= kink <= x[-1] + rounding


def test_best_is_the_smallest_you_found(lab):
    find(lab, "mlp-best").click()
    assert "No best yet" in said(lab) and lab.best is None
    for preset in ("stuck", "zeros", "random"):
        lab.preset(preset)
        assert lab.best is None and cell(lab, "best") == "–"  # it was given, not found
    lab.preset("stuck")
    lab.set(w21=-1.5)
    found = lab.loss, lab.parameters
    assert lab.best == found and cell(lab, "best") == cell(lab, "now") == f"{found[0]:.4f}"
    for worse in (-1.45, 2.0):
        lab.set(w21=worse)
        assert lab.best == found and lab.loss > found[0]
    find(lab, "mlp-best").click()
    assert (lab.loss, lab.parameters) == found
    lab.step()
    assert lab.best[0] < found[0]


def test_best_belongs_to_the_data_and_the_activation(lab):
    lab.set(w21=-1.5)
    all_days = lab.best
    lab.set(data="weekend")
    assert lab.best == (lab.loss, lab.parameters) != all_days
    lab.preset("lecture")
    lab.set(data="all days", activation="sigmoid")
    assert lab.best is None
    lab.set(activation="relu")
    assert lab.best == all_days


def test_the_second_press_loads_the_optimum(lab):
    button = find(lab, "mlp-reveal")
    assert cell(lab, "optimum") == "?" and not lab.revealed
    button.click()
    assert lab.parameters == LECTURE and lab.revealed
    assert cell(lab, "optimum") == "0.3212 (you: +0.1807)"
    assert said(lab) == ("The smallest possible MSE is 0.3212; you are 0.1807 above it. "
                         "Press again to load it.")
    assert button.description == "Load optimum"
    button.click()
    assert lab.loss == pytest.approx(lab.baselines.optimum.mse, rel=1e-12)
    assert lab.best is None  # it was given
    assert cell(lab, "optimum") == "0.3212 (you: +0.0000)"
    lab.set(data="weekday")
    assert cell(lab, "optimum") == "?" and button.description == "Reveal optimum"
    lab.undo()
    lab.undo()
    assert lab.parameters == LECTURE and lab.revealed


def test_the_optimum_is_known_for_relu_only(lab):
    lab.reveal()
    lab.set(activation="tanh")
    assert cell(lab, "optimum") == "known for ReLU only" and not lab.revealed
    find(lab, "mlp-reveal").click()
    assert text_of(lab.error) == "the exact optimum is known for ReLU only; choose ReLU first"


@pytest.mark.parametrize("data", [OWN, TINY, LARGE, FLAT], ids=str)
def test_the_optimum_of_own_data(data):
    optimum = baselines_of(load_points(data)).optimum
    numbers = numbers_of(**optimum.parameters, data=data)
    assert numbers.loss == pytest.approx(optimum.mse, rel=1e-6, abs=1e-18)
    assert numbers.above_optimum <= 1e-6 * numbers.loss
    assert numbers.loss <= numbers.baselines.quadratic.mse * (1 + 1e-9) or len(set(data[0])) > 4


def test_baselines_are_made_once_for_each_data_set():
    points = load_points(OWN)
    assert numbers_of(data=points).baselines is numbers_of(data=points, w11=1.0).baselines
    assert numbers_of().baselines is baselines_of(load_points("all days"))
    assert baselines_of(load_points(OWN)) is not baselines_of(points)


# --- own data ---


@pytest.mark.parametrize("data", [OWN, TINY, LARGE, NARROW, FLAT], ids=str)
def test_own_data_give_the_sliders_their_ends(data):
    points, (x, y) = load_points(data), (np.array(column) for column in data)
    ranges, (low, high, step) = ranges_for(points), hours_of(points)
    assert low == x.min() and high >= x.max() and (high - low) / step == pytest.approx(50)
    assert ranges["b21"][1] >= np.abs(y).max()
    assert ranges["b11"][1] >= min(ranges["w11"][1] * np.abs(x).max() / 3, 1e20)
    for low, high, step in ranges.values():
        assert low == -high < 0 < step < high / 20
    ends = {name: low for name, (low, _, _) in ranges.items()}
    numbers = numbers_of(**ends, data=points)
    assert np.isfinite([numbers.loss, *numbers.gradient.values()]).all()
    assert np.isfinite(numbers.landscape()[2]).all()


def test_the_sliders_follow_the_data(lab):
    slider = find(lab, "mlp-slider-b21")
    assert slider.ends == (-15, 15, 0.1) and find(lab, "mlp-slider-hour").ends == (0, 23, 1)
    lab.set(data=OWN)
    assert slider.ends == (-200, 200, pytest.approx(4 / 3)) and lab.hour == 8.0
    assert find(lab, "mlp-slider-hour").ends == (0, 9, 0.18)
    lab.undo()
    assert slider.ends == (-15, 15, 0.1)


def test_the_first_hour_lies_inside_the_data():
    assert default_hour(load_points("weekend")) == 8 == ThreeNeuronState(data=OWN).hour
    assert default_hour(load_points(LARGE)) == 2010 == ThreeNeuronState(data=LARGE).hour
    assert ThreeNeuronState(data=LARGE, hour=8.0).hour == 8  # what is asked for stays


def test_other_data_bring_another_hour_and_undo_takes_it_back(lab):
    lab.set(hour=20.0)
    lab.set(data=LARGE)
    assert lab.hour == 2010 == find(lab, "mlp-box-hour").value
    lab.undo()
    assert lab.state.data.name == "all days" and lab.hour == 20 == find(lab, "mlp-box-hour").value
    lab.hour = 5.0
    lab.w11 = 0.7
    lab.hour = 6.0
    lab.undo()  # of w11 only: the hour is a view
    assert (lab.w11, lab.hour) == (0.4, 6.0)
    state = replace(lab.state, hour=50.0)
    assert state.changed(data="weekday").hour == 8 and state.changed(hour=60.0).hour == 60
    assert state.changed(data="weekday", hour=50.0).hour == 50


def test_repr_holds_own_data_and_the_code_of_a_file_its_points(make, lab, tmp_path, monkeypatch):
    lab.set(data=OWN)
    assert f"data={OWN!r}" in repr(lab)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_text("hour,count\n0,1\n6,4\n12,2.5\n")
    lab.set(data="counts.csv")
    assert "data='counts.csv'" in repr(lab) and find(lab, "mlp-data").value == "own data"
    assert "counts.csv" in said(lab)
    other = make(repr(lab))
    assert repr(other) == repr(lab) and other.loss == lab.loss
    other.set(data="weekend")
    other.load(lab.code)
    assert "data=([0.0, 6.0, 12.0], [1.0, 4.0, 2.5])" in repr(other) and other.loss == lab.loss


def upload(lab, content: bytes, name="a.csv"):
    """What ipywidgets gives when a file was chosen; in 7 the page counts the files up."""
    control = find(lab, "mlp-upload")
    file = {"name": name, "type": "text/csv", "size": len(content)}
    if ipywidgets.__version__.startswith("7."):
        control.metadata, control.data = [{**file, "lastModified": 1767225600000}], [content]
        control._counter += 1
    else:
        control.value = ({**file, "content": memoryview(content),
                          "last_modified": datetime(2026, 1, 1, tzinfo=timezone.utc)},)  # fmt: skip


def test_a_file_from_the_browser(lab):
    names = find(lab, "mlp-data")
    for _ in range(2):  # the same file again, after other data
        upload(lab, b"x;y\n0;1,5\n3;2\n6;4,25\n")
        points = lab.state.data
        assert (points.x.tolist(), points.y.tolist()) == ([0, 3, 6], [1.5, 2, 4.25])
        assert names.value == "own data" and text_of(lab.error) == ""
        names.value = "weekday"
        assert lab.state.data.name == "weekday" and "own data" not in names.options


@pytest.mark.parametrize(("content", "sentence"), [
    (b"<b>\n<i>bold</i>, x\n1,2", "line 2 is not two numbers: '<i>bold</i>, x'"),
    (bytes(range(200)), "the file is not plain text"), (b"1,2,3\n" * 3, "line 1 has 3 columns"),
    (b"", "at least 3 points are needed, got 0"),
])  # fmt: skip
def test_a_bad_file_from_the_browser(lab, content, sentence):
    before = lab.state
    for _ in range(2):  # the same again is an error again
        upload(lab, content)
        assert text_of(lab.error).startswith(sentence) and lab.state is before
        assert "<i>" not in lab.error.value and find(lab, "mlp-data").value == "all days"
        lab.show_error("")


def test_the_way_from_one_data_set_to_the_next_keeps_what_is_known_of_it(lab):
    """A loaded state whose data equal the present ones keeps them, and their optimum."""
    lab.set(data=OWN)
    lab.reveal()
    lab.load(f"ThreeNeuronLab(data={OWN!r}, w11=0.5)")
    assert lab.w11 == 0.5 and lab.revealed
    assert type(lab) is ThreeNeuronLab
