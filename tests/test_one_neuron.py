"""The one-neuron lab: the lecture's numbers, gradients, the text of the product, its pictures."""

from __future__ import annotations

import html
import math
import re

import numpy as np
import pytest
from helpers import text_of
from hypothesis import given
from hypothesis import strategies as st
from oracle import complex_step

from mlp_widgets import OneNeuronLab
from mlp_widgets.core import Diverged
from mlp_widgets.lectures.one_neuron import scenes, words
from mlp_widgets.lectures.one_neuron.numbers import ACTIVATIONS, Numbers, OneNeuronState

EACH_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS)
FUNCTIONS = {
    "ReLU": lambda z: max(z, 0.0),
    "leakyReLU": lambda z: z if z >= 0 else 0.01 * z,
    "σ": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
}


@pytest.fixture
def lab():
    made = OneNeuronLab(scale=0.5)
    yield made
    made.close()


def evaluate(text: str) -> float:
    """What a formula with numbers in it comes to, as a student with a calculator finds it."""
    text = re.sub(r"1\[(.*) ≥ 0\]", r"float(\1 >= 0)", text)
    for sign, python in (("−", "-"), ("·", "*"), ("²", "**2"), ("leaky ", "leaky")):
        text = text.replace(sign, python)
    text = re.sub(r"2\(", "2*(", text)
    return eval(text, {"__builtins__": {"float": float}}, FUNCTIONS)


def parts(line: str) -> tuple[float, float]:
    """(what the last formula with numbers comes to, the number written after it)."""
    *_, formula, result = line.split(" = ")
    # the identity has no formula with numbers: g = z
    return evaluate(result if formula == "z" else formula), evaluate(result)


def board_of(lab) -> str:
    return words.board(lab.numbers)


def said(lab) -> str:
    return text_of(lab.status)


# --- the lecture's numbers ---


@pytest.mark.parametrize(
    ("preset", "w", "activation", "z", "g", "loss", "gradient"),
    [
        ("linear", 1.5, "identity", 4.5, 4.5, 2.25, -9.0),
        ("relu", 1.5, "relu", 4.5, 4.5, 2.25, -9.0),
        ("dead", -1.0, "relu", -3.0, 0.0, 36.0, 0.0),
    ],
)
def test_the_examples_of_the_lecture(lab, preset, w, activation, z, g, loss, gradient):
    lab.appear()
    lab.set(w=0.3, x=-1.0, y=2.0, activation="tanh")
    lab.preset(preset)
    assert (lab.w, lab.x, lab.y, lab.activation) == (w, 3.0, 6.0, activation)
    assert (lab.z, lab.g, lab.loss, lab.gradient) == (z, g, loss, {"w": gradient})
    assert said(lab).startswith("Preset ")


def test_the_product_of_the_lecture_as_text(lab):
    wanted = "∂L/∂w = x · f′(z) · 2(g − y) = 3 · 1 · 2(4.5 − 6) = −9"
    assert lab.lines["∂L/∂w"] == wanted
    lab.preset("relu")
    assert lab.lines["∂L/∂w"] == wanted
    lab.preset("dead")
    assert lab.lines["∂L/∂w"] == "∂L/∂w = x · f′(z) · 2(g − y) = 3 · 0 · 2(0 − 6) = 0"
    assert lab.lines["g"] == "g = f(z) = ReLU(−3) = 0"


def test_a_dead_neuron_is_never_moved(lab):
    lab.need_widgets()  # a lab that nobody sees says nothing
    lab.preset("dead")
    lab.step(100)
    assert np.float64(lab.w).tobytes() == np.float64(-1.0).tobytes()
    assert lab.loss == 36.0 and len(lab.path) == 101
    assert said(lab).startswith("After 100 steps of SGD w is still exactly −1.")


def test_a_run_to_the_end_says_that_it_has_arrived(lab):
    """The last digits of a float are no gradient for a student: w is 2."""
    lab.need_widgets()
    lab.preset("relu")
    lab.step(2000)
    lab.step(61)
    assert lab.gradient["w"] != 0 and lab.w == pytest.approx(2, rel=1e-15)
    assert said(lab) == ("After 2061 steps of SGD w stays at 2. z = 6 > 0: the ReLU is on, f′(z) = "
                         "1. g = y to the last digit of a float: SGD has arrived.")


def test_every_ring_of_the_path_is_on_the_axis(lab):
    """As the notebook asks with η = 0.2: w jumps to 3.3, and from there to −1.38."""
    lab.set(activation="relu", learning_rate=0.2)
    for _ in range(3):
        lab.step()
        scene = scenes.loss(lab.numbers, lab.path)
        assert np.abs(scene.path_w).max() <= scene.grid[-1] and scene.grid[-1] > 3


@pytest.mark.parametrize(("w", "learns"), [(-1, True), (3, False)])
def test_sgd_with_a_sigmoid_ends_where_it_begins_if_it_begins_where_the_sigmoid_is_flat(lab, w,
                                                                                       learns):
    """As the notebook says of y = 0.5: the best w is 0."""
    lab.set(w=w, y=0.5, activation="sigmoid", learning_rate=0.01)
    lab.step(1000)
    assert abs(lab.w) < 0.001 if learns else abs(lab.w - 3) < 0.01
    assert (lab.loss < 1e-6) == learns


def test_one_step_of_sgd_by_hand(lab):
    lab.step()
    assert lab.w == 1.5 - 0.01 * -9.0
    lab.step(99)
    # by hand: the error w - 2 shrinks by 1 - 2 η x² = 0.82 at each step
    assert math.isclose(lab.w, 2 - 0.5 * 0.82**100, rel_tol=1e-12)
    lab.rewind()
    assert lab.w == 1.5


def test_too_large_a_rate_is_told_in_the_symbols_of_this_lecture(lab):
    lab.learning_rate = 1.0
    with pytest.raises(Diverged, match=r"take L from 2\.25"):
        lab.step(20)
    assert math.isfinite(lab.loss)


# --- gradients and their text ---


@EACH_ACTIVATION
@pytest.mark.parametrize("w", [1.5, -1.0, 0.0, 0.4])
@pytest.mark.parametrize(("x", "y"), [(3.0, 6.0), (-2.0, 0.5), (0.0, 1.0)])
def test_the_gradient_against_the_complex_step(activation, w, x, y):
    numbers = Numbers(OneNeuronState(w, x, y, activation))
    truth = complex_step(numbers.network, [x], [y])["dJ_dw[1]"][0, 0]
    assert math.isclose(numbers.gradient["w"], truth, rel_tol=1e-10)
    product = x * numbers.slope * 2 * (numbers.g - y)
    assert math.isclose(product, numbers.gradient["w"], rel_tol=1e-12)


values = st.one_of(st.floats(-6, 6), st.integers(-6, 6).map(float),
                    st.floats(-1e9, 1e9), st.sampled_from([0.0, 1e-9, -1e-7, 5.9999999]))


@given(values, values, values, st.sampled_from([*ACTIVATIONS]))
def test_each_line_comes_to_the_number_at_its_end_which_is_that_of_the_passes(w, x, y, activation):
    numbers = Numbers(OneNeuronState(w, x, y, activation))
    true = {"z": numbers.z, "g": numbers.g, "L": numbers.loss, "∂L/∂w": numbers.gradient["w"]}
    for name, line in words.lines(numbers).items():
        assert math.isclose(evaluate(line.split(" = ")[-1]), true[name], rel_tol=1e-3), line
        if name == "g" and activation in ("sigmoid", "tanh") and abs(numbers.z) > 1:
            continue  # the digits of z left out count for more than those of g
        found, written = parts(line)
        assert math.isclose(found, written, rel_tol=3e-3, abs_tol=1e-300), line


def test_an_error_far_smaller_than_g_and_y_is_not_written_as_nothing(lab):
    lab.w = 1.999999
    assert "2(5.999997 − 6) = −1.8e−5" in lab.lines["∂L/∂w"]


@pytest.mark.parametrize(
    ("changes", "zeros"),
    [
        ({}, []),
        ({"w": -1, "activation": "relu"}, ["f′(z) = 0"]),
        ({"activation": "threshold"}, ["f′(z) = 0"]),
        ({"w": 2}, ["g − y = 0"]),
        ({"x": 0}, ["x = 0"]),
        ({"w": -1, "y": 0, "activation": "relu"}, ["f′(z) = 0", "g − y = 0"]),
    ],
)
def test_a_zero_factor_is_bold_and_named(lab, changes, zeros):
    if changes:
        lab.set(**changes)
    board = html.unescape(board_of(lab))
    mark = f"<b>← {' and '.join(zeros)}</b>"
    assert (mark in board) if zeros else ("←" not in board)
    product = board.split('mlp-last-line">')[1].split("<br>")[0].rpartition(" = ")[0]
    assert product.count("<b>") == len(zeros)
    assert board.count("<div") == 1 + 5


def test_the_loss_stands_alone_in_its_element(lab):
    for w, text in ((1.5, "2.25"), (1.0, "9"), (-1.0, "81")):
        lab.w = w
        assert f'class="mlp-mse-now">{text}<' in lab.headline_text.value


# --- words ---


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"w": -1, "activation": "relu"},
         "z = −3 < 0: the ReLU is off, f′(z) = 0, so ∂L/∂w = 0 and SGD never moves w."),
        ({"activation": "relu"}, "the ReLU is on, f′(z) = 1. ∂L/∂w = −9, so L falls when w grows."),
        ({"w": 0, "activation": "relu"}, "on the kink (z = 0, slope 1)"),
        ({"w": 0, "activation": "leaky_relu"}, "on the kink (z = 0, slope 1)"),
        ({"activation": "threshold"}, "the hard threshold has slope 0 everywhere, f′(z) = 0, so"),
        ({"w": 2}, "the error is 0, so ∂L/∂w = 0 and SGD has arrived."),
        ({"x": 0}, "Because x = 0, ∂L/∂w = 0 and SGD never moves w."),
        ({"activation": "sigmoid", "w": 3}, "the sigmoid is flat here (saturated)"),
        ({"w": 2.5}, "so L falls when w shrinks."),
    ],
)
def test_the_status_line_says_why(lab, changes, sentence):
    lab.set(**changes)
    assert sentence in html.unescape(said(lab))


@EACH_ACTIVATION
def test_what_the_status_line_says_of_sgd_is_true(lab, activation):
    for w in (-2.0, 0.0, 1.0, 300.0):
        lab.set(w=w, activation=activation)
        silent = "never moves w" in said(lab) or "has arrived" in said(lab)
        lab.step(5)
        assert (lab.w == w) is silent


def test_the_largest_numbers_allowed_can_be_shown(lab):
    for activation in ACTIVATIONS:
        lab.set(w=-1e30, x=1e9, y=-1e9, activation=activation)
        assert math.isfinite(lab.loss) and text_of(lab.error) == ""


def test_repr_names_what_is_not_the_default(lab):
    assert repr(lab) == "OneNeuronLab(w=1.5, x=3.0, y=6.0, scale=0.5)"
    lab.set(activation="tanh", learning_rate=0.5)
    assert repr(lab) == ("OneNeuronLab(w=1.5, x=3.0, y=6.0, activation='tanh', "
                         "learning_rate=0.5, scale=0.5)")


# --- pictures ---


def test_every_part_of_the_state_is_seen_in_the_pictures(lab):
    seen = [tuple(picture.render().tobytes() for picture in lab.pictures_in_view)]
    for changes in ({"w": 1.0}, {"y": 2.0}, {"x": 2.0}, {"activation": "tanh"}):
        lab.set(**changes)
        seen.append(tuple(picture.render().tobytes() for picture in lab.pictures_in_view))
    lab.step(2)
    seen.append(tuple(picture.render().tobytes() for picture in lab.pictures_in_view))
    assert len(set(seen)) == len(seen)


@EACH_ACTIVATION
def test_the_curves_are_those_of_the_passes(activation):
    numbers = Numbers(OneNeuronState(1.5, 3.0, 6.0, activation))
    scene = scenes.loss(numbers, [({"w": 1.5}, numbers.loss)])
    for place in (0, 40, 100, -1):
        other = Numbers(OneNeuronState(float(scene.grid[place]), 3.0, 6.0, activation))
        assert math.isclose(scene.curve[place], other.loss, rel_tol=1e-12)
    shown = scenes.activation(numbers)
    assert shown.grid[0] <= shown.z <= shown.grid[-1]
    finite = np.isfinite(shown.grid)
    assert np.isnan(shown.f[~finite]).all() and (~finite).sum() == 1
    for z, f, df in np.stack([shown.grid, shown.f, shown.df], axis=1)[finite][::20]:
        other = Numbers(OneNeuronState(float(z), 1.0, 0.0, activation))
        assert (other.g, other.slope) == (f, df)


def test_a_move_of_w_draws_the_curves_not_again(lab):
    still = [picture._still for picture in lab.pictures_in_view]
    lab.w = 1.2
    assert [picture._still for picture in lab.pictures_in_view] == still


def test_a_long_path_is_thinned_and_keeps_its_end():
    numbers = Numbers(OneNeuronState())
    path = [({"w": float(k)}, float(k)) for k in range(5000)]
    scene = scenes.loss(numbers, path)
    assert len(scene.path_w) <= 502 and (scene.path_w[0], scene.path_w[-1]) == (0, 4999)
