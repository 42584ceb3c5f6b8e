"""Sums of ReLUs: the fits, the state with its K neurons, the three ways, and drawing a target."""

from __future__ import annotations

import math
import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import (
    all_words,
    check_same,
    find,
    much_of,
    problem,
    text_of,
    type_in,
    upload,
    wait_until,
)
from oracle import check_gradients

from mlp_widgets import ReluSumsLab
from mlp_widgets.core import backward, descend, forward
from mlp_widgets.data.traffic import TRAFFIC
from mlp_widgets.drawing.hinges import HingesPicture, heights_shown
from mlp_widgets.fits.hinges import (
    best_known,
    exact_from,
    lower_bounds,
    network_of,
    through_all_points,
    with_best_heights,
)
from mlp_widgets.fits.optimum import best_relu_fit
from mlp_widgets.lectures.relu_sums import scenes, words
from mlp_widgets.lectures.relu_sums.numbers import (
    MOST,
    PRESETS,
    Numbers,
    ReluSumsState,
    best,
    bounds,
    built,
    error,
    hinges_of,
    least_squares,
)
from mlp_widgets.lectures.relu_sums.scenes import heights
from mlp_widgets.lectures.relu_sums.starts import STARTS, laid, short
from mlp_widgets.lectures.relu_sums.targets import MOST_POINTS, NAMES, as_target
from mlp_widgets.lectures.relu_sums.training import OTHERS, Training
from mlp_widgets.text import inner, number, symbol
from mlp_widgets.widgets.pointer import Touch

TARGETS = [as_target(name) for name in NAMES]
EACH_TARGET = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
MOVED = ((1.0, 0.5, 2.0), (-1.0, 0.25, 1.0), (0.5, 0.0, -1.5))


def new_lab() -> ReluSumsLab:
    return ReluSumsLab(scale=0.5)


@pytest.fixture
def lab(kept) -> ReluSumsLab:
    return kept("relu_sums")


def y_hat(neurons, b2, x):
    """The formula of the lecture, written out."""
    return b2 + sum(w2 * np.maximum(w1 * x + b1, 0.0) for w1, b1, w2 in neurons)


# --- fits ---


def data(count, seed):
    generator = np.random.default_rng(seed)
    return np.sort(generator.uniform(-1, 1, count)), generator.normal(size=count)


@pytest.mark.parametrize("seed", range(4))
def test_best_heights_are_a_minimum_and_leave_the_hinges(seed):
    x, y = data(12, seed)
    start = network_of(*np.random.default_rng(seed).normal(size=(3, 4)), 0.3)
    fitted = with_best_heights(start, x, y)
    assert np.array_equal(fitted.w[1], start.w[1]) and np.array_equal(fitted.b[1], start.b[1])
    back = backward(forward(fitted, x[None], y[None]))
    assert np.abs(back.dJ_dw[2]).max() < 1e-12 and abs(back.dJ_db[2][0]) < 1e-12
    assert forward(fitted, x[None], y[None]).J <= forward(start, x[None], y[None]).J


curves = st.lists(st.integers(-5, 5), min_size=3, max_size=10)


@given(curves, st.randoms(use_true_random=False))
def test_enough_hinges_go_through_all_points(heights, random):
    x = np.cumsum([random.uniform(0.1, 1.0) for _ in heights])
    y = np.array(heights, float)
    network = through_all_points(x, y)
    K = network.widths[1]
    assert K == exact_from(x, y) <= max(len(x) - 1, 1)
    assert np.allclose(forward(network, x[None]).output[0], y, atol=1e-9)


@pytest.mark.parametrize("curve, hinges", [
    (lambda x: 0.0 * x + 3.0, 1), (lambda x: 2.0 * x, 1), (lambda x: np.maximum(x, 0), 1),
    (lambda x: np.maximum(-x, 0), 1), (np.abs, 2), (lambda x: (x > 0) * 1.0, 2),
    (lambda x: np.maximum(x, 0) - 2 * np.maximum(x - 1, 0), 2), (lambda x: x**2, 8)])
def test_how_many_hinges_a_curve_needs(curve, hinges):
    x = np.arange(-4.0, 5.0)
    assert exact_from(x, curve(x)) == hinges


def sum_of_squares(x, y):
    """Of the best line through some points."""
    if len(x) < 3:
        return 0.0
    columns = np.column_stack([x, np.ones_like(x)])
    return float(np.sum((y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]) ** 2))


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_that_of_the_best_lines_that_need_not_meet(seed):
    x, y = data(9, seed)
    found = lower_bounds(x, y, 8)
    for K in (1, 2, 3):
        cuts = ((0, *inner, 9) for inner in combinations(range(1, 9), K))
        expected = min(sum(sum_of_squares(x[a:b], y[a:b]) for a, b in pairwise(cut))
                       for cut in cuts) / 9
        assert found[K - 1] == pytest.approx(expected, rel=1e-9, abs=1e-14)
    assert (np.diff(found) <= 0).all() and (found[3:] == 0).all()  # two points for each line


@EACH_TARGET
def test_bound_best_and_least_squares_stand_in_this_order(target):
    least = {start: least_squares(target, start) for start in STARTS}
    for K in range(1, MOST + 1):
        network, low = best(target, K), bounds(target)[K - 1]
        top = min(J[K - 1] for J in least.values())
        J = error(network, target) if network else top
        assert low - 1e-18 <= J <= top + 1e-18, K
    assert best(target, 2) is not None and best(target, min(exact_from(target.x, target.y), 30))


def test_the_best_two_hinges_on_the_traffic_are_those_of_the_three_neuron_lab():
    target = as_target("all days")
    assert error(best(target, 2), target) == pytest.approx(0.3212, abs=5e-5)
    for K in (1, 2):  # x is put onto -1..1, which changes no J
        fit = best_relu_fit(np.arange(24.0), target.y, K)
        assert error(best(target, K), target) == pytest.approx(fit.mse, rel=1e-9)
    assert best(target, 3) is None and best(target, 22) is None and best(target, 23) is not None
    assert best_known(target.x, target.y, 30).widths == (1, 23, 1)


@EACH_TARGET
def test_a_j_that_is_told_as_0_is_the_best_there_is(target):
    for K in (27, 28, 29):  # evenly spaced hinges on the sine: J is 7e-21, 2e-30 and 6e-28
        numbers = Numbers(ReluSumsState(K=K, target=target))
        scene = scenes.ways(numbers, None)
        places, J = scene.errors["least"]
        zeros = set(places[J == 0])
        places, J = scene.errors["best"]
        assert zeros <= set(places[J == 0])
        if scene.ways["least"].note == "J = 0":
            assert scene.ways["best"].note == "J = 0" and numbers.exact_from <= K
            assert "not known" not in words.why_not(numbers, None)
            assert words.verdict(numbers, None).startswith("So many hinges can go through")
    sine = Numbers(ReluSumsState(K=26))
    assert sine.best is None and "from K = 27 on it is J = 0" in words.verdict(sine, None)


def test_hinges_by_hand_that_go_through_all_points_are_the_best_there_is():
    own = (1.0, 0.5, 1.0), (-1.0, 0.0, 1.0), (1.0, -0.5, -2.0)
    x = np.linspace(-1, 1, 17)
    target = as_target((x, y_hat(own, 0.0, x)))
    assert exact_from(target.x, target.y) == 4 and best(target, 3) is None
    numbers = Numbers(ReluSumsState(K=3, neurons=own, target=target))
    scene = scenes.ways(numbers, None)
    assert scene.ways["best"].note == scene.ways["least"].note == "J = 0"
    places, J = scene.errors["best"]
    assert J[places == 3] == 0 and "So many hinges can go" in words.verdict(numbers, None)


# --- targets ---


def test_the_targets_are_what_they_are_called():
    sine, step, traffic = (as_target(name) for name in ("sine", "step", "weekday"))
    assert np.allclose(sine.y, np.sin(np.pi * sine.x), atol=1e-11) and sine.count == 31
    assert step.values == tuple((step.x >= 0) * 1.0) and traffic.values == TRAFFIC["weekday"]
    assert (traffic.at[0], traffic.at[-1], traffic.x[0], traffic.x[-1]) == (0, 23, -1, 1)
    assert traffic.x_label == "x: −1 is hour 0, 1 is hour 23" and sine.x_label == "x"
    assert all(as_target(name) is as_target(name) for name in NAMES)


@pytest.mark.parametrize("source, sentence", [
    ("nothing", "there is no file"), (3, "target must be one of 'sine', 'step'"),
    (([1, 2, 2], [1, 2, 3]), "one y for each x, and x = 2 stands twice"),
    (([1, 2], [1, 2]), "at least 3 points"),
    (([1, 2, 3], [1, 2]), "x and y must have as many numbers each, got 3 and 2"),
    ((list(range(61)), [0] * 61), f"at most {MOST_POINTS} points, got 61"),
    (([1, 2, 3], [1, math.nan, 2]), "must be finite"),
])
def test_other_targets_are_refused_in_a_sentence(source, sentence):
    with pytest.raises(ValueError, match=sentence):
        as_target(source)


# --- the state: K neurons, three of whose parameters are on sliders ---


def test_the_network_is_the_sum_of_the_hinges():
    state = ReluSumsState(neurons=MOVED, b2=0.5, neuron=2)
    numbers = Numbers(state)
    assert (state.w1j, state.b1j, state.w2j) == MOVED[1] and state.shown == MOVED
    assert np.allclose(numbers.trace.output[0], y_hat(MOVED, 0.5, state.target.x), rtol=1e-15)
    assert numbers.loss == pytest.approx(
        np.mean((y_hat(MOVED, 0.5, state.target.x) - state.target.y) ** 2), rel=1e-14)
    assert numbers.kinks.tolist() == [-0.5, 0.25, 0.0] and numbers.kink == 0.25


@pytest.mark.parametrize("start, K", [("even", 1), ("random", 7), ("zero", 4), ("even", 30)])
def test_all_gradients_of_all_neurons_are_those_of_the_oracle(start, K):
    state = ReluSumsState(K=K, neurons=start, b2=0.25, target="weekend", neuron=K)
    numbers = Numbers(state)
    check_gradients(numbers.network, state.target.x[None], state.target.y[None], rtol=1e-7)
    back = numbers.back
    assert list(numbers.gradient.values()) == [
        back.dJ_dw[1][-1, 0] + 0.0, back.dJ_db[1][-1] + 0.0, back.dJ_dw[2][0, -1] + 0.0,
        back.dJ_db[2][0] + 0.0]


def test_what_is_moved_stays_when_another_neuron_comes_to_the_sliders(lab):
    lab.w2j = 3
    lab.neuron = 2
    assert lab.state.shown == ((1.0, 1.0, 3.0), *laid("even", 3)[1:])
    lab.b1j = 0.125
    lab.neuron = 1
    assert lab.w2j == 3 and lab.state.shown[1][1] == 0.125
    for _ in range(4):
        lab.undo()
    assert lab.state == lab.initial


moves = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["w1j", "b1j", "w2j"]),
                           st.integers(-20, 20)), max_size=6,
                 unique_by=lambda move: move[:2])


@given(moves, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_in_which_neurons_are_moved_does_not_matter(given_moves, random):
    shuffled = list(given_moves)
    random.shuffle(shuffled)
    ends = []
    for order in (given_moves, shuffled):
        state = ReluSumsState(K=4)
        for neuron, name, tenths in order:
            state = state.changed(neuron=neuron).changed(**{name: tenths / 10})
        ends.append(state.changed(neuron=1).shown)
    assert ends[0] == ends[1]
    for neuron, name, tenths in given_moves:
        place = ["w1j", "b1j", "w2j"].index(name)
        assert ends[0][neuron - 1][place] == tenths / 10


@pytest.mark.parametrize("K", [4, 9, 30])
def test_more_neurons_add_nothing_at_first_to_those_that_were_moved(K):
    state = ReluSumsState().changed(w2j=2.5).changed(neuron=3).changed(b1j=-0.1)
    more = state.changed(K=K)
    assert more.shown[:3] == state.shown and {w2 for *_, w2 in more.shown[3:]} == {0.0}
    assert Numbers(more).loss == Numbers(state).loss and more.neuron == 3
    assert more.changed(K=3).shown == state.shown
    fewer = state.changed(K=2)
    assert fewer.shown == state.shown[:2] and fewer.neuron == 2


def test_a_student_asks_for_more_neurons_after_moving_one(make):
    lab = make("relu_sums", w2j=2.5)  # what is typed, and what the slider gives, are floats
    type_in(find(lab, "mlp-box-K"), 4)
    assert (lab.K, problem(lab, "K")) == (4, "")
    find(lab, "mlp-slider-K").value += 1
    assert lab.K == 5 and lab.state.shown[0][2] == 2.5


@pytest.mark.parametrize("start", STARTS)
def test_a_start_that_nobody_moved_is_laid_anew_for_another_K(start):
    state = ReluSumsState().changed(neurons=start).changed(neuron=2).changed(K=12)
    assert state.shown == laid(start, 12) and state.neurons == start and state.is_laid
    assert state.changed(w1j=0.3).changed(neurons=start).shown == laid(start, 12)


def test_the_starts_are_what_they_are_called():
    kinks = {start: [-b / w for w, b, _ in laid(start, 8)] for start in STARTS}
    assert np.allclose(kinks["even"], -1 + np.arange(8) / 4, atol=1e-15)
    assert set(kinks["zero"]) == {0.0}
    assert all(-1 < kink < 1 for kink in kinks["random"]) and len(set(kinks["random"])) == 8


@pytest.mark.parametrize("changes, sentence", [
    ({"neuron": 4}, "neuron must be at most K = 3, got 4"),
    ({"neurons": MOVED[:2]}, "K is 3, and neurons has 2 triples"),
    ({"neurons": "oval"}, "neurons must be one of 'even', 'random', 'zero'"),
    ({"neurons": [(1, 2)]}, "a list of 1 to 30 triples"),
    ({"neurons": [(1, 2, math.inf)] * 3}, "w2j must be a number from"),
    ({"point": 32}, "this target has 31 points, and point is 32"),
    ({"K": 31}, "K must be a whole number from 1 to 30"),
    ({"K": 2.5}, "K must be a whole number"), ({"K": "many"}, "K must be a number"),
])
def test_what_is_not_allowed_is_said_and_changes_nothing(lab, changes, sentence):
    before = lab.state
    with pytest.raises(ValueError, match=sentence):
        lab.set(**changes)
    assert lab.state is before


# --- the target: drawn, and its points one by one ---


def test_a_point_at_another_height_makes_an_own_curve(lab):
    lab.set(point=16)
    assert lab.y_at == 0 and lab.target.name == "sine"
    lab.y_at = 0.75
    assert lab.target.name == "" and lab.target.values[15] == 0.75
    assert sum(a != b for a, b in zip(lab.target.values, as_target("sine").values,
                                      strict=True)) == 1
    assert find(lab, "mlp-target").value == "own data"
    lab.undo()
    assert lab.target is as_target("sine") and lab.y_at == 0
    lab.set(target="all days")
    assert lab.point == 16 and lab.y_at == TRAFFIC["all days"][15]
    lab.set(point=24, target="sine")
    lab.set(target=([0, 1, 2], [3, 4, 5]))
    assert (lab.point, lab.y_at, lab.target.x.tolist()) == (3, 5, [-1, 0, 1])


def share_of(lab, x, y):
    """Where a place of the upper plot is, in shares of the picture."""
    picture = lab.canvases["hinges"].picture
    across, up = picture.fit.transData.transform((x, y))
    box = picture.figure.bbox
    return across / box.width, 1 - up / box.height


def drag(lab, *places):
    kinds = ["press", *["drag"] * (len(places) - 1)]
    for kind, place in zip(kinds, places, strict=True):
        lab.draw_target(Touch(kind, *share_of(lab, *place)))


def test_a_curve_is_drawn_by_dragging_and_no_point_is_passed_over(lab):
    lab.target = "flat"
    drag(lab, (-1.0, -1.0), (0.0, 1.0), (1.0, 0.0))
    expected = np.where(lab.target.x < 0, 1 + 2 * lab.target.x, 1 - lab.target.x)
    assert np.allclose(lab.target.y, expected, atol=1e-3)
    assert lab.point == 31 and lab.y_at == lab.target.values[-1]
    check_same(lab, lab_again := type(lab)(**vars_of(lab)))
    lab_again.close()
    lab.undo()
    assert lab.target.name == "flat" or not np.allclose(lab.target.y, expected, atol=1e-3)


def vars_of(lab):
    return {"target": lab.target, "point": lab.point, "scale": lab.scale}


def test_a_second_drag_begins_anew_and_what_is_outside_changes_nothing(lab):
    lab.target = "flat"
    drag(lab, (-1.0, 1.0))
    drag(lab, (1.0, -1.0))
    assert np.count_nonzero(lab.target.y) == 2
    before = lab.state
    lab.draw_target(Touch("press", 0.01, 0.99))
    assert lab.state is before


@EACH_TARGET
def test_the_axis_stays_where_points_are_dragged_to_its_ends(target):
    low, high = heights(target)
    assert low < target.y.min() and target.y.max() < high
    for end in (low, high):
        drawn = target.with_values({3: short(end)})
        assert heights(drawn) == (low, high) == heights(drawn.with_values({5: 0.0}))
    assert heights(target.with_values({0: 3 * high}))[1] > 3 * high


@pytest.mark.parametrize("y, ends", [([0, 1], (-0.4, 1.6)), ([-1, 1], (-1.6, 1.6)),
                                     ([-2, 0.1], (-3.2, 3.2)), ([1000, 1010], (996.5, 1013.5))])
def test_the_axis_of_data(y, ends):
    assert heights_shown(np.array(y, float)) == pytest.approx(ends)


def test_a_file_becomes_the_target(lab):
    upload(lab, b"x;y\n0;1,5\n2;2,5\n4;0\n")
    assert text_of(lab.error) == "" and lab.target.values == (1.5, 2.5, 0.0)
    assert lab.target.x.tolist() == [-1, 0, 1] and len(repr(lab)) < 200
    other = type(lab)(scale=0.5)
    other.load(lab.code)
    assert other.target == lab.target
    other.close()


# --- facts about hinges ---


def facts(neurons, target="sine", b2=0.3):
    numbers = Numbers(ReluSumsState(K=len(neurons), neurons=neurons, b2=b2, target=target))
    return numbers.hinges


def test_dead_neurons_lines_and_gaps_are_counted():
    found = facts([(1, 1.5, 1), (1, -1.5, 1), (-1, -1.2, 2), (1, -0.51, 1), (1, -0.52, -1),
                   (0, 1, 1), (1, 0.3, 0)])
    assert (found.inside, found.gaps, found.dead, found.lines) == (3, 2, 2, 2)
    assert found.blocked == 2 and math.isnan(found.kinks[5]) and found.kinks[0] == -1.5


def test_a_dead_neuron_gets_no_update_and_the_lab_says_why(lab):
    lab.preset("one is dead")
    assert [lab.gradient[name] for name in ("w1j", "b1j", "w2j")] == [0, 0, 0]
    assert lab.gradient["b2"] != 0 and lab.hinges.dead == 1
    assert lab.why_zero("w2j").endswith("because neuron 2 is off")
    assert lab.why_zero("w1j") == "neuron 2 is off at every point: it is dead"
    assert "∂J/∂w₁ⱼ = ∂J/∂b₁ⱼ = 0, because neuron 2 is off at every point" in text_of(lab.status)


def test_a_weight_that_is_0_is_the_reason_also_where_most_points_are_hit():
    """The notebook's new hinge: ŷ = y at four of the five points, and w₂ⱼ = 0."""
    neurons = [(1, 1, 2), (1, 0.5, -3), (1, 0, 3)]
    lab = ReluSumsLab(neurons=neurons, target=([-1, -0.5, 0, 0.5, 1], [0, 1, 0.5, 1.5, 0.5]))
    lab.set(K=4, neuron=4)
    assert lab.why_zero("w1j") == lab.why_zero("b1j") == "w₂ⱼ = 0"
    assert text_of(lab.status).endswith("∂J/∂w₁ⱼ = ∂J/∂b₁ⱼ = 0, because w₂ⱼ = 0.")
    lab.close()


def test_the_formula_of_the_notebook_is_that_of_the_lab_also_on_the_kink():
    text = (Path(__file__).parent.parent / "notebooks" / "07_relu_sums.ipynb").read_text("utf-8")
    (sign,) = re.findall(r"mathbb\{1\}\[z_\{1j\}\^\{\(i\)\} (\S+) 0\]", text)
    # neuron 2 of the preset, where the student is sent to: z = 0 at the first point
    numbers = Numbers(ReluSumsState(**{**PRESETS["one is dead"], "b1j": -1.0}))
    x, y, theta = numbers.target.x, numbers.target.y, numbers.parameters
    z = theta["w1j"] * x + theta["b1j"]
    on = {">": z > 0, "\\\\ge": z >= 0}[sign]
    delta = y_hat(numbers.state.shown, theta["b2"], x) - y
    assert z[0] == 0 and not (z[1:] >= 0).any() and delta[0] != 0
    assert numbers.gradient["b1j"] == pytest.approx(np.mean(2 * delta * theta["w2j"] * on))


def test_the_notebook_asks_before_it_shows_the_table_with_the_answers():
    """After Train the table has J with the best heights on the hinges of descent."""
    text = (Path(__file__).parent.parent / "notebooks" / "07_relu_sums.ipynb").read_text("utf-8")
    asked = text.index("J with the best heights on the hinges of descent is")
    assert asked < text.index('twelve.part(\\"training\\", \\"why\\"')


# --- three ways from one start ---


def test_two_hinges_make_a_step_exactly(lab):
    lab.preset("two make a step")
    assert lab.loss == 0 and lab.errors()["best"] == 0
    assert least_squares(lab.target, "even")[11] > 0.008  # twelve that may not move cannot


def test_as_many_hinges_as_points_go_through_all_of_them():
    for name in ("sine", "all days"):
        numbers = Numbers(ReluSumsState(K=as_target(name).count - 1, target=name))
        assert numbers.error(numbers.with_best_heights) == 0 == numbers.error(numbers.best)
    with_fewer = Numbers(ReluSumsState(K=20, target="all days"))
    assert with_fewer.error(with_fewer.with_best_heights) > 1e-6


def test_kinks_at_one_place_are_one_kink_whatever_K_is():
    J = least_squares(as_target("sine"), "zero")
    assert max(J[3:]) == pytest.approx(min(J[3:]), rel=1e-9) and J[3] > 0.2


def test_a_training_is_gradient_descent_on_all_parameters_from_the_present_network():
    state = ReluSumsState(neurons=MOVED, b2=0.5, learning_rate=0.05, steps=7, target="step")
    training = Training(state)
    training.step(5)
    network, x, y = Numbers(state).network, state.target.x[None], state.target.y[None]
    assert training.own.start == Numbers(state).loss
    for _ in range(5):
        network = descend(network, backward(forward(network, x, y)).parameters(), 0.05)
    for ours, expected in zip(training.own.network.parameters(), network.parameters(),
                              strict=True):
        assert np.allclose(ours, expected, rtol=1e-13, atol=0)
    assert math.isclose(training.own.J, float(forward(network, x, y).J), rel_tol=1e-13)
    assert training.rounds == 5 and training.going and training.share == pytest.approx(5 / 7)
    training.step(5)
    assert not training.going and training.own.taken == 7 and training.share == 1


def test_the_other_K_begin_at_the_same_start():
    training = Training(ReluSumsState(K=4, neurons="random", steps=1).changed(w2j=9.0))
    assert set(training.ways) == {*OTHERS, 4}
    for K in OTHERS:
        assert training.ways[K].start == error(built(laid("random", K), 0.0), as_target("sine"))
    assert training.own.start > training.ways[3].start


def test_a_descent_that_diverges_stops_and_the_others_go_on(lab):
    lab.set(K=30, learning_rate=50.0, steps=300, target="all days")
    found = lab.learn()
    assert found.own.diverged is not None and math.isinf(found.own.J)
    assert "diverged at step" in lab.words and "Descent diverged" in words.why_not(
        lab.numbers, found)
    assert text_of(lab.error) == "" and lab.state.is_laid
    lab.step(1)


def test_a_training_leaves_the_sliders_and_belongs_to_its_setting(lab):
    lab.steps = 5
    before = lab.state
    found = lab.learn()
    assert lab.state is before and lab.training is found
    assert lab.errors()["descent"] == found.own.J < lab.errors()["sliders"]
    lab.set(neuron=2)  # the same network
    assert lab.training is found
    lab.set(w2j=0.5)
    assert lab.training is None and "press Train" in lab.words
    lab.step(2)
    assert lab.training.rounds == 2 and "After 2 of 5 steps" in all_words(lab)


def test_run_pause_and_a_change_that_ends_it(lab):
    lab.steps = 20_000
    lab.run()
    wait_until(lambda: lab.training and lab.training.rounds)
    lab.pause()
    assert text_of(lab.status).startswith("Training paused. After ")
    lab.run()
    lab.set(K=4)
    assert text_of(lab.status).startswith("Training stopped, because the setting has changed.")
    lab.training_run.runner.join(10)
    assert lab.training is None


@much_of("relu_sums")
def test_rewind_forgets_what_a_training_has_found(lab):
    lab.learn()
    assert lab.training is not None and lab.errors()["descent"] is not None
    lab.rewind()
    assert lab.training is None and lab.errors()["descent"] is None
    assert text_of(lab.status) == "Back at the start." and lab.training_run.bar.value == 0
    lab.rewind()
    assert text_of(lab.status) == "Nothing to rewind: no training yet."


def test_why_descent_does_not_reach_the_best():
    state = ReluSumsState(K=8, target="all days", steps=700)
    numbers, training = Numbers(state), Training(state)
    training.step(700)
    after, again = numbers.hinges_of(training.own.network), numbers.error(
        numbers.with_heights_of(training.own.network))
    told = words.why_not(numbers, training)
    assert again < training.own.J
    assert f"7 → {after.inside}<" in told and f"0 → {after.dead}<" in told
    assert after.dead >= 1 and after.gaps < numbers.hinges.gaps == 7
    assert "not known, at least" in told and "from K = 23 on it is J = 0" in told
    moved = [abs(b - a) for a, b in zip(numbers.hinges.kinks, after.kinks, strict=True)]
    assert words.moved(numbers.hinges, after) == max(moved)
    known = words.why_not(Numbers(ReluSumsState(K=2)), None)
    assert "not known" not in known and "0.0416" in known


def test_facts_of_a_trained_network_are_those_of_its_own_passes():
    state = ReluSumsState(K=5, steps=10)
    training = Training(state)
    training.step(10)
    x, y = state.target.x[None], state.target.y[None]
    assert Numbers(state).hinges_of(training.own.network) == hinges_of(
        backward(forward(training.own.network, x, y)))


# --- what a student does wrong ---


@pytest.mark.parametrize("text, said", [
    ("abc", "'abc' is no number"), ("1e400", "must be a number from"), ("", "an empty box")])
def test_what_is_no_number_is_said_beside_the_box(lab, text, said):
    before = lab.state
    type_in(find(lab, "mlp-box-w2j"), text)
    assert said in problem(lab, "w2j") and lab.state is before
    type_in(find(lab, "mlp-box-w2j"), "1,5")
    assert lab.w2j == 1.5 and problem(lab, "w2j") == ""


def test_undo_and_the_same_move_again(lab):
    lab.K = 5
    lab.undo()
    assert lab.state == lab.initial
    lab.K = 5
    assert lab.state.shown == laid("even", 5)


def test_the_words_tell_the_state(lab):
    assert lab.describe() == ("J = 0.7999 with K = 3 on the target sine. "
                              "Neuron 1: its kink is at x = −1.")
    lab.w1j = 0
    assert "Neuron 1: it has no kink, for w₁ⱼ = 0." in lab.describe()
    assert "neuron 1: no kink" in lab.canvases["hinges"].words or not lab.canvases[
        "hinges"].in_lab


# --- the stepper: one point, as one neuron takes part in it ---


@pytest.mark.parametrize("K", [1, 3, 30])
def test_a_walk_has_eleven_steps_of_the_neuron_on_the_sliders(K):
    for neuron in {1, K}:
        found = Numbers(ReluSumsState().changed(K=K, neuron=neuron, b2=0.25, point=12))
        x, y = (float(values[11]) for values in (found.target.x, found.target.y))
        w1, b1, w2 = found.state.shown[neuron - 1]
        z, ŷ = w1 * x + b1, float(found.trace.output[0, 11])
        slope, on = 2 * (ŷ - y), float(z >= 0)
        wanted = {"z₁ⱼ": z, "a₁ⱼ": z * on, "ŷ": ŷ, "ℓ": (ŷ - y) ** 2, "∂ℓ/∂ŷ": slope,
                  "∂ℓ/∂b₂": slope, "∂ℓ/∂w₂ⱼ": slope * z * on, "∂ℓ/∂a₁ⱼ": slope * w2,
                  "∂ℓ/∂z₁ⱼ": slope * w2 * on, "∂ℓ/∂b₁ⱼ": slope * w2 * on,
                  "∂ℓ/∂w₁ⱼ": slope * w2 * on * x}
        assert {op.symbol: op.value for op in found.operations} == pytest.approx(wanted, rel=1e-12)
        assert found.added + found.others == pytest.approx(ŷ, rel=1e-12)
        assert found.state.changed(operation=11).operation == len(found.operations)


def test_in_the_sum_the_other_hinges_are_one_number():
    one, three = (Numbers(ReluSumsState().changed(K=K, b2=0.5, b1j=0.75)) for K in (1, 3))
    assert one.operations[2].formula == "w₂ⱼ · a₁ⱼ + b₂"
    assert one.operations[2].numbers.endswith(" + 0.5")
    assert three.operations[2].formula == "w₂ⱼ · a₁ⱼ + (b₂ + 2 other hinges)"
    assert three.operations[2].numbers.endswith(f"+ {inner(number(three.others, 5))}")


def test_the_mean_of_the_walks_over_all_points_is_the_gradient_beside_the_sliders():
    state = ReluSumsState().changed(neuron=2, b1j=-0.2)
    walks = [Numbers(state.changed(point=k)) for k in range(1, state.target.count + 1)]
    for name, gradient in walks[0].gradient.items():
        sign = f"∂ℓ/∂{symbol(name)}"
        shares = [op.value for walk in walks for op in walk.operations if op.symbol == sign]
        assert len(shares) == len(walks)
        assert np.mean(shares) == pytest.approx(gradient, rel=1e-12)


def test_a_walk_lights_the_point_of_the_hinge_of_the_sum_and_of_the_target():
    shown = [scenes.hinges(Numbers(ReluSumsState().changed(operation=k))) for k in range(12)]
    keys = [set(scene.halos) for scene in shown]
    assert keys[0] == set() and keys[1] >= {("hinge", "now")}
    assert keys[3] >= {("sum", "now"), ("hinge", "reused")}
    assert keys[4] == {("target", "now"), ("target", "reused"), ("sum", "reused")}
    x, ŷ = shown[3].halos["sum", "now"]
    assert x == shown[3].x[shown[3].point]
    assert ŷ == pytest.approx(np.interp(x, shown[3].grid, shown[3].curve), rel=1e-12)
    picture = HingesPicture(scale=1.0)
    for scene in shown:
        picture.update(scene)
        lit = {key for key, halo in picture.halos.items() if len(halo.get_xdata())}
        assert lit == set(scene.halos)
