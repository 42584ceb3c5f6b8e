"""The three-neuron lab: the lecture's numbers, own data, the student's best, the exact optimum.

Numbers of CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network, polls 1 to 3;
the losses are those of the measured means in mlp_widgets/lectures/three_neuron/traffic.py.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest
from lab_tools import WAIT, find, much_of, text_of, type_in, upload, wait_until
from oracle import SCALAR_ACTIVATIONS, H, compare

from mlp_widgets import ThreeNeuronLab
from mlp_widgets.data.points import load_points
from mlp_widgets.fits.optimum import best_relu_fit
from mlp_widgets.lectures.three_neuron import scenes, words
from mlp_widgets.lectures.three_neuron.attempts import HINT_AFTER, levels_of
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
from mlp_widgets.widgets import descent

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
            ] == ["0.5019", "–", "0.5019", "2.5534", "?", "?"]


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


@much_of("three_neuron")
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
            for name in p}


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
    }.items():
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
}
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
    # at 8 neuron 1 is off: its gradients are 0 at this hour, whatever they are in the mean
    assert grey(edges="gradients") == {"w11", "b11", "w21"}
    assert grey(edges="gradients", hour=20.0) == {"w12", "b12", "w22"}
    assert grey(edges="gradients", hour=8.5) == set(LECTURE)


@EACH_ACTIVATION
def test_circles_and_edges_are_of_the_same_hour_and_say_which(activation):
    numbers = numbers_of(edges="gradients", hour=20.0, activation=activation)
    scene = scenes.diagram(numbers)
    for name, edge in zip(LECTURE, scene.edges, strict=True):
        share = float(np.prod(numbers.path_factors(name, 20.0)))
        assert edge.value == pytest.approx(share, rel=1e-12, abs=1e-300)
        assert edge.text.startswith(f"∂ℓ/∂{symbol(name)} = ")
    assert scene.note.startswith("∂ℓ/∂θ at x = 20;") and scene.nodes[0].text == "x = 20"
    assert scenes.diagram(numbers_of(hour=20.0)).note == "at x = 20"
    between = scenes.diagram(numbers_of(edges="gradients", hour=8.5, activation=activation))
    assert between.note.startswith("no data point at x = 8.5")


def test_what_is_covered_is_not_on_the_edges(lab):
    lab.set(edges="gradients", covered=True)
    assert "∂" not in lab.canvases["diagram"].words and "w₁₁ = 0.4" in lab.words
    assert lab.table_rows()[1] == ("w₁₁", "0.4", "?")


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
], ids=["lecture", "dead", "perfect", "optimum"])
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
    by_hand(lab, w21=-1.5)
    rows = lab.table_rows()
    assert rows[1] == ("w₁₁", "0.4", "+24.17") and len(rows) == 14
    assert rows[9:] == [("MSE", "", "0.9011"), ("your best", "", "0.9011"),
                        ("lecture's parameters", "", "0.5019"), ("quadratic", "", "0.5012"),
                        ("line", "", "2.5534")]


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
], ids=str)
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


def by_hand(lab, **values):
    """A student types numbers."""
    for name, value in values.items():
        type_in(find(lab, f"mlp-box-{name}"), value)


def press(lab, *names: str):
    """A student presses buttons."""
    for name in names:
        find(lab, f"mlp-{name}").click()


def board(lab) -> str:
    """The text of the board, below its rows."""
    return html.unescape(find(lab, "mlp-board").value.split('<div class="mlp-about">')[1][:-6])


def test_best_is_the_smallest_you_found(lab):
    press(lab, "best")
    assert "No best yet" in said(lab) and lab.best is None
    for preset in ("stuck", "zeros", "random"):
        press(lab, f"preset-{preset}")
        assert lab.best is None and cell(lab, "best") == "–"  # it was given, not found
    press(lab, "preset-stuck")
    by_hand(lab, w21=-1.5)
    found = lab.loss, lab.parameters
    assert lab.best == found and cell(lab, "best") == cell(lab, "now") == f"{found[0]:.4f}"
    for worse in (-1.45, 2.0):
        by_hand(lab, w21=worse)
        assert lab.best == found and lab.loss > found[0]
    press(lab, "best")
    assert (lab.loss, lab.parameters) == found
    press(lab, "step")
    assert lab.best[0] < found[0]


def test_a_run_that_was_asked_for_in_the_page_counts_and_one_from_code_does_not(lab):
    lab.descent.runner._pause = 0.001
    for start, counts in ((lab.run, False), (lambda: press(lab, "run"), True)):
        press(lab, "preset-lecture")
        start()
        wait_until(lambda: len(lab.path) > 50)
        lab.pause()
        lab.descent.runner.join(WAIT)
        assert (lab.best is not None) == counts
    assert lab.best[0] == pytest.approx(lab.loss, abs=1e-3)


FROM_CODE = {
    "a value": lambda lab: lab.set(w21=-1.5), "steps": lambda lab: lab.step(50),
    "a state": lambda lab: lab.load("ThreeNeuronLab(b21=5.0)"),
    "a way that begins by hand": lambda lab: (by_hand(lab, b21=9.0), lab.step(50)),
}


@pytest.mark.parametrize("what", FROM_CODE)
def test_what_code_did_does_not_count_nor_what_follows_from_it(lab, what):
    press(lab, "preset-stuck")
    FROM_CODE[what](lab)
    best = lab.best
    assert best is None or best[0] > 10
    by_hand(lab, w22=lab.w22 - 0.01, hour=9.0)
    press(lab, "ten-steps")
    assert lab.best == best and "The present parameters were given." in board(lab)
    press(lab, "preset-stuck")
    assert board(lab) == ""
    by_hand(lab, w22=-1.01)
    assert lab.best == (lab.loss, lab.parameters)


def test_a_shared_state_and_the_loaded_optimum_do_not_count(lab):
    lab.share.toggle.value = True
    find(lab, "mlp-load").value = "ThreeNeuronLab(b21=5.0)"
    press(lab, "load-button")
    assert lab.b21 == 5.0 and lab.best is None
    press(lab, "preset-lecture", "reveal", "reveal")
    by_hand(lab, b21=lab.b21 + 0.001)
    press(lab, "step")
    assert lab.best is None and lab.loss < 0.3213
    press(lab, "undo", "undo", "undo")
    assert lab.parameters == LECTURE
    by_hand(lab, b21=5.0)
    assert lab.best == (lab.loss, lab.parameters)


def test_best_belongs_to_the_data_and_the_activation(lab):
    by_hand(lab, w21=-1.5)
    all_days = lab.best
    find(lab, "mlp-data").value = "weekend"
    assert lab.best == (lab.loss, lab.parameters) != all_days
    press(lab, "preset-lecture")
    lab.set(data="all days", activation="sigmoid")
    assert lab.best is None
    lab.set(activation="relu")
    assert lab.best == all_days


# --- levels and hints ---


@pytest.mark.parametrize("data", ["all days", "weekday", "weekend"])
def test_the_levels_are_in_the_order_of_difficulty(data):
    levels = levels_of(numbers_of(data=data))
    assert {level.key for level in levels} == {"line", "lecture", "quadratic", "descent", "optimum"}
    values = [level.mse() for level in levels]
    assert values == sorted(values, reverse=True)
    assert [level.key for level in levels[-2:]] == ["descent", "optimum"]
    assert [level.key for level in levels_of(numbers_of(data=OWN))] == ["line", "quadratic"]
    assert len(levels_of(numbers_of(data=data, activation="tanh"))) == 3


def test_each_level_is_said_once_when_it_is_passed(lab):
    press(lab, "preset-zeros")
    by_hand(lab, b21=3.0)
    assert not said(lab).startswith("You") and cell(lab, "descent") == "?"
    by_hand(lab, w11=0.1, w21=1.0, b21=1.0)
    assert lab.best[0] > lab.baselines.line.mse
    by_hand(lab, **LECTURE | {"b21": 5.2})
    assert said(lab).startswith("You beat the best straight line: 2.5534. b₂₁ = 5.2. J = ")
    assert cell(lab, "quadratic") == "?", "until the lecture's parameters are beaten"
    by_hand(lab, b21=4.9)
    assert said(lab).startswith("You beat the lecture's parameters: 0.5019. "
                                "You beat the best quadratic: 0.5012. b₂₁ = 4.9. J = ")
    assert board(lab) == "You beat the best quadratic: 0.5012."  # the signs tell the others
    quadratic = lab.baselines.quadratic.mse
    assert lab.attempts.praised == ("quadratic", quadratic, False), "numbers, which keep no data"
    assert cell(lab, "quadratic") == "0.5012" and cell(lab, "descent") == "0.3649"
    assert cell(lab, "optimum") == "?"
    by_hand(lab, b21=4.95)
    assert said(lab).startswith("b₂₁ = 4.95.")
    by_hand(lab, b21=4.0, w22=-0.9)
    by_hand(lab, b21=4.97)
    assert "You beat" not in said(lab) and "✓ quadratic" in find(lab, "mlp-board").value


@much_of("three_neuron")
def test_poll_3_can_be_won_with_what_the_hints_say(lab):
    """By hand and by the student's own descent: no number but what the lab says."""
    lab.descent.runner._pause = 0.001
    press(lab, "preset-stuck")
    by_hand(lab, b21=4.9)
    press(lab, "run")
    lab.descent.runner.join(WAIT)
    assert board(lab).startswith(
        "You reached what gradient descent from Stuck reaches, within 1 %: 0.3649.")
    while lab.attempts.moves < HINT_AFTER:
        by_hand(lab, w21=lab.w21 - 0.1)
        by_hand(lab, w22=lab.w22 - 0.1)
    assert board(lab).endswith(
        "Hint: From your best no slider helps alone. The best fit has another shape: neuron 1 is "
        "on from x = 7.39, with w₂₁ < 0 and neuron 2 is on up to x = 16, with w₂₂ < 0; b₂₁ is "
        "about 9.8. Set that roughly, then press Run.")
    press(lab, "preset-lecture")
    by_hand(lab, b11=-3.0, b12=9.6, b21=9.8)
    press(lab, "run")
    lab.descent.runner.join(WAIT)
    assert lab.best[0] < 1.01 * lab.baselines.optimum.mse
    assert board(lab) == "You reached the smallest MSE there is, within 1 %: 0.3212."


def test_a_hint_names_the_one_slider_that_helps_most(lab):
    by_hand(lab, b21=5.0)
    said_by = words.hint(lab.numbers, lab.best)
    name, value, J = re.fullmatch(
        r"From your best, move (\S+) to (\S+): that makes the MSE (\S+)\.", said_by).groups()
    code = next(n for n in LECTURE if symbol(n) == name)
    by_hand(lab, **{code: value})
    assert f"{lab.loss:.4f}" == J and lab.best[1][code] == getattr(lab, code)
    for other, (low, high, step) in ranges_for(lab.state.data).items():
        for count in range(round((high - low) / step) + 1):
            moved = {**LECTURE, "b21": 5.0, other: low + count * step}
            points = lab.state.data
            assert complex(formula_J(moved, points.x.tolist(), points.y.tolist(), "relu")
                           ).real > lab.loss - 1e-9, other


def test_without_relu_or_with_own_data_the_hint_knows_no_best_fit():
    for changes in ({"data": OWN}, {"activation": "tanh"}):
        numbers = numbers_of(**ZEROS, **changes)
        assert words.hint(numbers, (1e-9, ZEROS)).endswith("press Run, or begin somewhere else.")


# --- where descent ends ---


def descent_of_all(starts: list[dict[str, float]], points, rate: float, steps: int) -> np.ndarray:
    """J before each step of gradient descent from each start, shape (steps, starts)."""
    p = {name: np.array([[start[name]] for start in starts]) for name in LECTURE}
    x, y, J = points.x, points.y, np.empty((steps, len(starts)))
    for k in range(steps):
        z = [p[f"w1{j}"] * x + p[f"b1{j}"] for j in "12"]
        a = [np.maximum(one, 0) for one in z]
        error = p["b21"] + p["w21"] * a[0] + p["w22"] * a[1] - y
        J[k] = (error**2).mean(axis=1)
        error *= 2 / x.size
        slope = {"b21": error}
        for j in (0, 1):
            back = error * p[f"w2{j + 1}"] * (z[j] >= 0)
            slope |= {f"w2{j + 1}": error * a[j], f"w1{j + 1}": back * x, f"b1{j + 1}": back}
        for name, each in slope.items():
            p[name] = p[name] - rate * each.sum(axis=1, keepdims=True)
    return J


def frames_to_the_end(J: np.ndarray, lab) -> tuple[int, int]:
    """(frames, steps) of a run over these J, counted as the descent counts them."""
    smallest, frames, steps = np.minimum.accumulate(J), 0, 0
    while steps <= descent.MOST_STEPS:
        steps += lab.descent._next_frame(steps + 1)
        frames += 1
        if steps >= descent.STILL_STEPS:
            before, now = smallest[steps - descent.STILL_STEPS], J[:steps + 1].min()
            if before - now <= descent.STILL_SHARE * before:
                return frames, steps
    raise AssertionError("it does not end")


@much_of("three_neuron")
def test_a_run_from_each_random_start_ends_soon_and_not_all_at_the_same_place(lab):
    """A frame rests 0.06 s, and draws and sends two pictures: 75 of them and 30,000 steps take
    less than 20 s."""
    points = load_points("all days")
    J = descent_of_all([random_start(seed, points) for seed in range(50)], points, 0.001, 30_000)
    ends = []
    for run in J.T:
        frames, steps = frames_to_the_end(run, lab)
        assert frames <= 75 and steps <= 30_000
        assert run[steps] < run[steps:].min() + 0.06  # where it would be after 30,000 steps
        ends.append(round(float(run[steps]), 1))
    assert {0.4, 1.2, 2.6} <= set(ends[:20]) and len(set(ends)) >= 4


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


@pytest.mark.parametrize(("count", "says"), [(100, False), (101, True)])
def test_a_search_of_seconds_is_announced(lab, monkeypatch, count, says):
    lab.set(data=(range(count), np.sin(np.arange(count))))
    seen = []

    def search(x, y):
        seen.append(said(lab))
        return best_relu_fit(x[:9], y[:9])

    monkeypatch.setattr("mlp_widgets.lectures.three_neuron.numbers.best_relu_fit", search)
    lab.reveal()
    assert [words.SEARCHING in text for text in seen] == [says]
    assert "smallest possible MSE" in said(lab) and words.SEARCHING not in said(lab)


@pytest.mark.parametrize("seed", [-1, 1.5, "one", True, 10**400])
def test_a_seed_is_a_whole_number(lab, seed):
    before = lab.state
    with pytest.raises(ValueError, match=r"^seed must be a (whole )?number") as error:
        lab.preset("random", seed=seed)
    assert "\n" not in str(error.value) and lab.state is before
    lab.preset("random", seed=7.0)
    assert "seed 7." in said(lab)
    lab.preset("random")
    assert "seed 8." in said(lab)


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
    assert lab.hour == 2010 == find(lab, "mlp-box-hour").number
    lab.undo()
    assert lab.state.data.name == "all days" and lab.hour == 20 == find(lab, "mlp-box-hour").number
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
    (b"", "the file is empty: it has no line of numbers"),
])
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
