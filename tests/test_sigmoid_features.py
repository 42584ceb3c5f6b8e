"""The two-sigmoid-features lab: the lecture's numbers, boundaries, best lines, own points.

Numbers of MIT 6.390, "Neural Networks II": σ₁ = σ(5x₁ − 5x₂ + 1), σ₂ = σ(−5x₁ + 5x₂ + 1), and
−3(σ₁ + σ₂).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import all_words, find, text_of, type_in, upload
from oracle import compare, complex_step

from mlp_widgets.core import forward, gradient_descent
from mlp_widgets.data.labelled import MOST, LabelledPoints, load_labelled
from mlp_widgets.drawing.point_panel import level_segments
from mlp_widgets.drawing.separation import clipped_line
from mlp_widgets.explain.notation import Var
from mlp_widgets.lectures.sigmoid_features import scenes
from mlp_widgets.lectures.sigmoid_features.lines import MOST_LINED, most_right
from mlp_widgets.lectures.sigmoid_features.numbers import (
    LECTURE,
    LOSSES,
    NOTATION,
    PRESETS,
    Numbers,
    SigmoidFeaturesState,
    grid_of,
    network_of,
    plane_of,
    ranges_for,
)
from mlp_widgets.lectures.sigmoid_features.sets import EACH, REACH, SETS
from mlp_widgets.widgets.pointer import Touch

N = 2 * EACH
EACH_LOSS = pytest.mark.parametrize("loss", LOSSES)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.fixture
def lab(kept):
    """One lab for many tests, each of which finds it as it was made."""
    return kept("sigmoid_features")


def of_preset(name: str, **changes) -> Numbers:
    return Numbers(SigmoidFeaturesState().changed(**{**PRESETS[name], **changes}))


def descended(numbers: Numbers, steps: int, rate: float = 1.0) -> Numbers:
    """The numbers after so many steps, by the core's own descent."""
    x, y = numbers.trace.a[0], numbers.trace.y
    *_, last = gradient_descent(numbers.network, x, y, alpha=rate, steps=steps,
                                loss=numbers.loss_name)
    return Numbers(numbers.state.changed(**NOTATION.values(last.network)))


# --- the lecture ---


def test_the_lecture_s_features_and_output():
    x1, x2 = grid_of(((-REACH, REACH), (-REACH, REACH)))
    found = of_preset("lecture", b21=0.0, loss_name="squared").over_the_plane
    first, second = sigmoid(5 * x1 - 5 * x2 + 1), sigmoid(-5 * x1 + 5 * x2 + 1)
    np.testing.assert_allclose(found.a[1], [first, second], rtol=1e-12)
    np.testing.assert_allclose(found.output[0], -3 * (first + second), rtol=1e-12)
    on_the_diagonal = -6 * sigmoid(1.0)
    assert on_the_diagonal == pytest.approx(-4.38635, abs=1e-5)
    assert found.output.min() == pytest.approx(on_the_diagonal) and found.output.max() < -3
    assert len(LECTURE) == 9 == of_preset("lecture").network.parameter_count


@EACH_LOSS
def test_with_the_bias_4_the_bands_are_parted_and_without_it_all_is_class_0(loss):
    with_bias, without = (of_preset("lecture", loss_name=loss, b21=b) for b in (4.0, 0.0))
    assert with_bias.count_right == N and without.count_right == EACH
    assert not (without.over_the_plane.output >= 0.5).any()


@pytest.mark.parametrize(("loss", "level"), [("nll", 4 / 3), ("squared", 3.5 / 3)])
def test_the_boundary_is_where_the_formula_says(loss, level):
    # σ(1 + t) + σ(1 − t) = (2 + 2qc) / (1 + 2qc + q²), with q = 1/e and c = cosh t
    q = math.exp(-1)
    t = math.acosh((2 - level * (1 + q * q)) / (2 * q * (level - 1)))
    scene = scenes.space(of_preset("lecture", loss_name=loss), [])
    (low, high), _ = scene.plane
    middles = low + (np.arange(81) + 0.5) / 81 * (high - low)
    ends = level_segments(middles, middles, scene.over_plane, 0.5).reshape(-1, 2)
    distance = np.abs(ends[:, 0] - ends[:, 1])
    assert len(ends) > 100 and np.abs(distance - t / 5).max() < 0.01


@EACH_LOSS
def test_on_the_line_of_the_features_the_output_is_one_half(loss):
    numbers = of_preset("XOR", loss_name=loss)
    scene = scenes.space(numbers, [])
    ((start, end),) = clipped_line(*scene.line, scene.room)
    p = numbers.parameters
    for share in (0.0, 0.3, 1.0):
        s1, s2 = start + share * (end - start)
        z = p["w211"] * s1 + p["w212"] * s2 + p["b21"]
        assert (sigmoid(z) if loss == "nll" else z) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ["XOR", "twins"])
def test_gradients_are_those_of_the_complex_step(name, loss):
    numbers = of_preset(name, loss_name=loss, points=([0.3, -1.2, 0.7], [0.1, 0.4, -1], [0, 1, 1]))
    truth = complex_step(numbers.network, numbers.trace.a[0], numbers.trace.y, loss)
    for parameter, var in NOTATION.parameters.items():
        place = (var.neuron, var.input) if var.kind == "w" else (var.neuron,)
        compare(parameter, numbers.gradient[parameter],
                truth[f"dJ_d{var.kind}[{var.layer}]"][place])


def test_symbols_are_those_of_the_lecture():
    symbols = {op.symbol: op.formula for op in of_preset("lecture").operations}
    assert symbols["σ₁"] == "σ(z₁)" and symbols["z"] == "w₂₁₁ · σ₁ + w₂₁₂ · σ₂ + b₂₁"
    assert symbols["z₂"] == "w₁₂₁ · x₁ + w₁₂₂ · x₂ + b₁₂"
    assert symbols["∂ℓ/∂z₁"] == "∂ℓ/∂σ₁ · σ′(z₁)" and len(symbols) == 22


# --- what each preset shows ---


def test_all_zeros_all_gradients_are_0_and_all_features_one_place(lab):
    lab.preset("zeros")
    assert set(lab.gradient.values()) == {0.0} and np.ptp(lab.numbers.features) == 0
    assert lab.loss == pytest.approx(math.log(2))
    assert lab.why_zero("w111") == "w₂₁₁ = 0"
    assert lab.why_zero("b21") == f"the gradients of the {N} points add up to 0"
    assert lab.numbers.best_line_of_features == EACH


def test_twins_stay_twins():
    after = descended(of_preset("twins"), 100).parameters
    for one, other in (("w111", "w121"), ("w112", "w122"), ("b11", "b12"), ("w211", "w212")):
        assert after[one] == after[other] != PRESETS["twins"][one]


def test_descent_gets_far_from_the_usual_start_and_not_from_stuck():
    assert descended(of_preset("XOR"), 400).count_right == N
    assert descended(of_preset("blobs"), 100).count_right == N
    stuck = descended(of_preset("stuck"), 900)
    later = descended(stuck, 100)
    assert later.loss > 0.98 * stuck.loss > 0.3 and later.count_right < N


def test_two_features_make_no_ring():
    numbers = descended(of_preset("ring"), 900)
    assert numbers.best_line < numbers.count_right < N


@given(st.lists(st.integers(-40, 40).map(lambda n: n / 8), min_size=9, max_size=9),
       st.tuples(st.floats(-2, 2), st.floats(-2, 2)))
def test_where_one_feature_stays_the_output_crosses_one_half_at_most_once(values, place):
    """Why: along such a line the other feature only rises or only falls."""
    parameters = dict(zip(NOTATION.parameters, values, strict=True))
    along = np.array([-parameters["w112"], parameters["w111"]])
    x = np.array(place)[:, None] + along[:, None] * np.linspace(-3, 3, 121)
    z = forward(network_of(parameters, "nll"), x).z[2][0]
    steps = np.diff(z)
    assert (steps >= -1e-9).all() or (steps <= 1e-9).all()


@pytest.mark.parametrize("name", SETS)
def test_the_sets(name):
    points = SETS[name]
    assert points.count == N and points.label.sum() == EACH and points.name == name
    assert plane_of(points) == ((-REACH, REACH), (-REACH, REACH)) and not points.own
    assert (most_right(points.x, points.label) == N) == (name == "blobs")
    assert len({tuple(place) for place in points.x.T}) == N


# --- the best line ---

DIRECTIONS = [(a, b) for a in range(-8, 9) for b in range(-8, 9) if a or b]


def by_trial(x: np.ndarray, label: np.ndarray) -> int:
    """Among all lines a x₁ + b x₂ = c with small whole a and b: enough for points 0 to 3."""
    best = 0
    for a, b in DIRECTIONS:
        across = a * x[0] + b * x[1]
        best = max(best, *(int(((across > c) == (label == 1)).sum())
                           for c in {*(across + 0.5), across.min() - 1}))
    return best


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 1)), min_size=1,
                max_size=9))
def test_the_best_line_is_the_best_of_all_lines(points):
    *x, label = np.array(points, float).T
    assert most_right(np.array(x), label) == by_trial(np.array(x), label)


@pytest.mark.parametrize(("x", "label", "right"), [
    ([[0, 1, 0, 1], [0, 1, 1, 0]], [0, 0, 1, 1], 3),  # XOR
    ([[0, 0], [0, 0]], [0, 1], 1), ([[2], [3]], [1], 1), ([[0, 1, 2], [0, 0, 0]], [0, 1, 0], 2),
    ([[0, 1, 2], [5, 5, 5]], [0, 1, 1], 3),
])
def test_best_lines_by_hand(x, label, right):
    assert most_right(np.array(x, float), np.array(label, float)) == right


def test_of_many_points_no_best_line_is_computed(lab):
    many = np.linspace(-1, 1, MOST_LINED + 1)
    lab.set(points=(many, many**2, np.arange(MOST_LINED + 1) % 2))
    assert lab.numbers.best_line is lab.numbers.best_line_of_features is None
    lab.set(view="steps")
    assert "not computed" in all_words(lab) and "A line" not in lab.describe()


# --- lines of a map ---


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-1, 1))
def test_the_level_of_a_plane_is_its_line(a, b, c):
    x, y = np.linspace(-1, 1, 7), np.linspace(0, 2, 5)
    found = level_segments(x, y, a * x[None] + b * y[:, None] + c, 0.25).reshape(-1, 2)
    np.testing.assert_allclose(a * found[:, 0] + b * found[:, 1] + c, 0.25, atol=1e-9)


def test_the_level_of_a_cone_is_a_circle_without_gaps():
    x = np.linspace(-1, 1, 41)
    segments = level_segments(x, x, np.hypot(x[None], x[:, None]), 0.61)
    assert np.abs(np.hypot(*segments.reshape(-1, 2).T) - 0.61).max() < 0.002
    ends, counts = np.unique(np.round(segments.reshape(-1, 2), 9), axis=0, return_counts=True)
    assert (counts == 2).all() and len(ends) == len(segments)
    assert level_segments(x, x, np.ones((41, 41)), 0.5).shape == (0, 2, 2)


@pytest.mark.parametrize(("line", "ends"), [
    ((1, 1, 1), [[0, 1], [1, 0]]), ((0, 2, 1), [[0, 0.5], [1, 0.5]]),
    ((-3, 0, -0.75), [[0.25, 0], [0.25, 1]]), ((1e30, 1e30, 1e30), [[0, 1], [1, 0]]),
])
def test_a_line_is_clipped_to_its_box(line, ends):
    np.testing.assert_allclose(clipped_line(*line, ((0, 1), (0, 1))), [ends], atol=1e-12)


@pytest.mark.parametrize("line", [(0, 0, 1), (1, 1, 3), (1, 0, -2)])
def test_a_line_beside_its_box_has_no_piece(line):
    assert clipped_line(*line, ((0, 1), (0, 1))).shape == (0, 2, 2)


def test_the_boundary_of_the_start_is_kept_while_the_lab_descends(lab):
    assert scenes.space(lab.numbers, lab.path).before is None
    first = scenes.space(lab.numbers, []).over_plane
    lab.step(20)
    scene = scenes.space(lab.numbers, lab.path)
    np.testing.assert_array_equal(scene.before, first)
    assert not np.array_equal(scene.over_plane, first) and "grey" in scene.words()
    assert "grey" not in replace(scene, before=np.full_like(first, 0.7)).words(), "no boundary"


# --- own points ---


def touch(lab, kind: str, x1: float, x2: float) -> None:
    """Press, drag or release on the map of the output."""
    picture = lab.canvases["space"].picture
    axes = picture.output.axes
    across, up = axes.transData.transform((x1, x2))
    lab.touch(Touch(kind, across / picture.figure.bbox.width,
                    1 - up / picture.figure.bbox.height))


def test_a_click_moves_the_mark_adds_or_removes(lab):
    touch(lab, "release", -0.5, 0.25)
    assert (lab.x1, lab.x2) == pytest.approx((-0.5, 0.25), abs=0.01) and not lab.state.points.own
    lab.set(click="add", label="1")
    touch(lab, "press", 0.4, 1.0)
    touch(lab, "drag", 0.5, 1.0)
    assert not lab.state.points.own
    touch(lab, "release", 0.5, 1.0)
    points = lab.state.points
    assert points.count == N + 1 and points.own and points.label[-1] == 1
    assert points.x[:, -1] == pytest.approx((0.5, 1.0), abs=0.01)
    lab.set(click="remove")
    touch(lab, "release", 0.51, 1.01)
    assert lab.state.points.count == N
    lab.undo()
    assert lab.state.points.count == N + 1


def test_a_click_beside_the_map_does_nothing(lab):
    before = lab.state
    lab.touch(Touch("release", 0.2, 0.5))
    assert lab.state is before


def test_buttons_do_what_clicks_do(lab):
    type_in(find(lab, "mlp-box-x1"), "-1,25")
    type_in(find(lab, "mlp-box-x2"), 0.75)
    find(lab, "mlp-label").value = "1"
    find(lab, "mlp-only-point").click()
    assert lab.state.points.contents == [[-1.25], [0.75], [1]]
    find(lab, "mlp-remove-point").click()
    assert text_of(lab.error).startswith("at least 1 point is needed, got 0")
    type_in(find(lab, "mlp-box-x1"), 0.5)
    find(lab, "mlp-label").value = "0"
    find(lab, "mlp-add-point").click()
    assert lab.state.points.contents == [[-1.25, 0.5], [0.75, 0.75], [1, 0]]
    find(lab, "mlp-remove-point").click()
    assert lab.state.points.contents == [[-1.25], [0.75], [1]] and text_of(lab.error) == ""
    find(lab, "mlp-points").value = "XOR"
    assert lab.state.points is SETS["XOR"]


def test_a_file_from_the_browser(lab):
    upload(lab, b"x1;x2;class\n0;1,5;0\n3;2;1\n6;4,25;1\n")
    assert lab.state.points.contents == [[0, 3, 6], [1.5, 2, 4.25], [0, 1, 1]]
    assert text_of(lab.error) == "" and find(lab, "mlp-points").value == "own data"
    before = lab.state
    upload(lab, b"1,2\n3,4\n")
    assert text_of(lab.error) == ("line 1 has 2 columns ('1,2'); three are needed: x1, x2 and "
                                  "class")
    upload(lab, b"0,0,0\n1,1,2\n")
    assert text_of(lab.error) == "the class of point 2 is 2; it must be 0 or 1"
    upload(lab, b"\0\0")
    assert text_of(lab.error) == ("the file is not plain text; save it as CSV (UTF-8) with three "
                                  "columns")
    assert lab.state is before


@pytest.mark.parametrize(("source", "sentence"), [
    ("no such.csv", "there is no file 'no such.csv' beside the notebook"),
    (([0], [1]), "points must be one of 'diagonal bands', 'XOR', 'ring', 'blobs', a file name, or "
                 "three lists (x1, x2, class), got ([0], [1])"),
    (([0], [1, 2], [0]), "x1, x2 and class must have as many numbers each, got 1, 2 and 1"),
    (([], [], []), "at least 1 point is needed, got 0"),
    (([math.nan], [1], [0]), "point 1 is (nan, 1); x1 and x2 must be numbers of at most 1e9"),
    (([1], [2e9], [0]), "point 1 is (1, 2e+09); x1 and x2 must be numbers of at most 1e9"),
    (([1], [2], [math.nan]), "the class of point 1 is nan; it must be 0 or 1"),
    ((["a"], [2], [1]), "x1 must be a list of numbers, got ['a']"),
    (([0] * (MOST + 1),) * 3, f"at most {MOST} points can be shown, got {MOST + 1}"),
])
def test_other_points_are_refused(source, sentence):
    with pytest.raises(ValueError) as error:
        load_labelled(source, SETS)
    assert str(error.value).startswith(sentence) and "\n" not in str(error.value)


def test_points_from_a_file_and_as_arrays(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("a,b,c\n0.5,1,0\n-2,3,1\n", encoding="utf-8")
    for source in (path, str(path), np.array([[0.5, -2], [1, 3], [0, 1]])):
        points = load_labelled(source, SETS)
        assert points.contents == [[0.5, -2], [1, 3], [0, 1]] and points.name == "own points"
        assert load_labelled(points, SETS) is points


def test_sliders_and_plane_follow_own_points():
    far = LabelledPoints(np.array([[1000.0, 1010], [0.0, 0.5]]), np.array([0.0, 1.0]))
    (low, high), (down, up) = plane_of(far)
    assert (low, high, down, up) == pytest.approx((999, 1011, -0.05, 0.55))
    ends = {name: end for name, (_, end, _) in ranges_for(far).items()}
    assert ends["w111"] * 12 > 20 and ends["b11"] >= ends["w111"] * 1000 and ends["w211"] == 10
    alone = LabelledPoints(np.array([[5.0], [5.0]]), np.array([1.0]))
    assert plane_of(alone) == ((4.0, 6.0), (4.0, 6.0))


# --- by hand, then by descent ---


def moved_by_hand(lab, name: str, value: float) -> None:
    type_in(find(lab, f"mlp-box-{name}"), value)


def test_the_best_by_hand_and_by_descent_are_kept_apart(lab):
    lab.preset_buttons["XOR"].click()
    assert lab.attempts.best == {}
    moved_by_hand(lab, "w112", -1.5)
    by_hand = lab.loss
    moved_by_hand(lab, "w112", 9)
    assert lab.attempts.best == {"hand": (by_hand, lab.attempts.best["hand"][1])} and (
        by_hand < lab.loss)
    find(lab, "mlp-ten-steps").click()
    assert lab.attempts.best["descent"] == (lab.loss, lab.right)
    moved_by_hand(lab, "b21", lab.b21 + 0.001)  # what descent found is no merit of a hand
    assert lab.attempts.best["hand"][0] == by_hand
    lab.set(view="steps")
    assert f"{by_hand:.4g}, " in all_words(lab)


def test_what_code_sets_is_no_attempt(lab):
    lab.set(b21=3.7)
    lab.step(5)
    lab.load("SigmoidFeaturesLab(b21=3.6)")
    assert lab.attempts.best == {}


def test_while_covered_it_says_how_many_are_right_but_not_what_lines_can_do(lab):
    """The notebook asks for the lines before the gradients are uncovered."""
    lab.set(b21=0, covered=True)
    assert text_of(lab.status) == "J = 1.575 on diagonal bands: 16 of 32 right. " \
        "The gradients are covered: predict first."


def test_words(lab):
    assert lab.describe() == ("J = 0.4546 on diagonal bands: 32 of 32 right. A line in the plane "
                              "gets at most 24, in the feature space 32.")
    assert "σ₁ = σ(5x₁ − 5x₂ + 1)" in all_words(lab) and "z = −3σ₁ − 3σ₂ + 4" in all_words(lab)
    lab.set(loss_name="squared")
    assert "ŷ = w₂₁₁σ₁ + w₂₁₂σ₂ + b₂₁" in all_words(lab)
    assert "32 of 32 points are on their side of ŷ = ½" in lab.words


def test_the_operation_in_view_lights_its_circles_and_edges():
    def halos(operation: int) -> dict[str, str]:
        scene = scenes.network(Numbers(SigmoidFeaturesState(operation=operation)))
        parts = {node.key: node.lit for node in scene.nodes}
        parts |= {name: edge.lit for name, edge in zip(scenes.ENDS, scene.edges, strict=True)}
        return {name: halo for name, halo in parts.items() if halo}

    operations = [op.result for op in Numbers(SigmoidFeaturesState()).operations]
    at = {var: halos(place) for place, var in enumerate(operations, 1)}
    assert halos(0) == {}
    assert at[Var("z", 1, 1)] == {"h2": "now", "x1": "reused", "x2": "reused", "w121": "now",
                                  "w122": "now", "b12": "now"}
    assert at[Var("loss")] == {"y": "now"}
    assert at[Var("dw", 1, 0, 1)] == {"w112": "now", "h1": "reused", "x2": "reused"}
    assert at[Var("da", 1, 1)] == {"h2": "now", "y": "reused", "w212": "now"}
