"""The names-and-counts lab: the lecture's counts, names and shapes; its numbers by other ways."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from any_state import states
from drawn_texts import Recorder
from helpers import text_of
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import all_words
from oracle import check_gradients

from mlp_widgets import NamesCountsLab, lecture_poll
from mlp_widgets.drawing.kinds_of_layer import LayersPicture, boxes, dots
from mlp_widgets.drawing.named_network import (
    MOST,
    NEURON,
    Diagram,
    Matrix,
    NamesPicture,
    NamesScene,
    name_of,
    shown,
)
from mlp_widgets.lectures.names_counts import scenes, words
from mlp_widgets.lectures.names_counts.numbers import (
    PRESETS,
    STOPS,
    NamesState,
    Numbers,
    Pick,
    point,
)
from mlp_widgets.text import indexed, number
from mlp_widgets.widgets.pointer import Touch

WIDTHS = st.lists(st.integers(1, 12), min_size=2, max_size=5)
FEW = settings(max_examples=40)
LECTURE = "w₁,₁,₁ w₁,₁,₂ w₁,₁,₃ w₁,₂,₁ w₁,₂,₂ w₁,₂,₃ w₁,₃,₁ w₁,₃,₂ w₁,₃,₃ b₁,₁ b₁,₂ b₁,₃ " \
          "w₂,₁,₁ w₂,₁,₂ w₂,₁,₃ w₂,₂,₁ w₂,₂,₂ w₂,₂,₃ b₂,₁ b₂,₂ w₃,₁,₁ w₃,₁,₂ b₃,₁"
"""All names in the lecture's figure of 3-3-2-1."""


@pytest.fixture
def lab():
    made = NamesCountsLab(scale=0.5)
    yield made
    made.close()


def state_of(widths, **more) -> NamesState:
    own = {f"n{k}": n for k, n in enumerate(widths)}
    return NamesState().changed(layers=len(widths) - 1, **own, **more)


def preset(name: str) -> Numbers:
    return Numbers(NamesState().changed(**PRESETS[name]))


def scene_of(widths, **more) -> NamesScene:
    return scenes.names(Numbers(state_of(widths, **more)))


# --- counts ---


@pytest.mark.parametrize(("name", "by_layer", "of_neurons"), [
    ("3-3-2-1", [12, 8, 3], [4, 4, 3]),
    ("traffic 1-2-1", [4, 3], [2, 3]),  # poll 1: 7
    ("logistic regression 784-10", [7850], [785]),  # poll 4
    ("digits 784-300-100-10", [235_500, 30_100, 1_010], [785, 301, 101]),  # polls 6 and 5
])
def test_the_counts_of_the_lecture(name, by_layer, of_neurons):
    numbers = preset(name)
    assert [count.total for count in numbers.counts] == by_layer
    assert [count.of_one_neuron for count in numbers.counts] == of_neurons
    assert numbers.network.parameter_count == sum(by_layer)


def test_the_sums_are_shown():
    board = re.sub(r"<[^>]+>", " ", words.counts_board(preset("digits 784-300-100-10")))
    for text in ("784 + 1 = 785", "300 · 784 + 300 = 235,500", "100 · 300 + 100 = 30,100",
                 "10 · 100 + 10 = 1,010", "235,500 + 30,100 + 1,010 =  266,610",
                 "266,200 weights (lines) + 410 biases (neurons)"):
        assert text in board, text
    board = words.counts_board(Numbers(state_of([2, 1], biases=False)))
    assert "2 = 2" in board and "1 · 2 = 2" in board
    assert "2 weights (lines) + 0 biases (neurons)" in board


def test_one_layer_is_no_sum_of_layers():
    board = re.sub(r"<[^>]+>", " ", words.counts_board(preset("logistic regression 784-10")))
    assert re.search(r"all\s+7,850\s+7,840 weights", board), board


@FEW
@given(widths=WIDTHS, biases=st.booleans())
def test_counts_are_the_lines_and_the_circles_one_by_one(widths, biases):
    numbers = Numbers(state_of(widths, biases=biases))
    every = [Pick(layer, j, i) for layer, (inputs, outputs) in enumerate(pairwise(widths), start=1)
             for j in range(1, outputs + 1) for i in range(0 if biases else 1, inputs + 1)]
    assert numbers.network.parameter_count == len({pick.name for pick in every})
    for count in numbers.counts:
        own = [pick for pick in every if pick.layer == count.layer]
        assert count.total == len(own)
        assert count.biases == sum(pick.is_bias for pick in own)
        assert count.of_one_neuron == sum(pick.output == 1 for pick in own)


@pytest.mark.parametrize(("poll", "letter"), [(4, "D"), (5, "F"), (6, "F")])
def test_the_polls_are_answered_from_it(poll, letter):
    asked = lecture_poll(poll)
    asked.predict(letter)
    assert asked.right
    asked.close()


# --- names ---


def test_the_names_of_the_lecture():
    scene = scene_of([3, 3, 2, 1])
    written = {text for text, *_ in Diagram(scene).texts}
    assert set(LECTURE.split()) <= written and len(LECTURE.split()) == 23
    assert {"x₁", "x₂", "x₃", "a₁,₁", "a₂,₂", "a₃,₁"} <= written


@FEW
@given(widths=WIDTHS, data=st.data())
def test_a_name_is_its_place_in_diagram_matrix_and_code(widths, data):
    layer = data.draw(st.integers(1, len(widths) - 1))
    j, i = (data.draw(st.integers(low, widths[k])) for low, k in ((1, layer), (0, layer - 1)))
    state = state_of(widths, layer=layer, output=j, input=i)
    numbers, scene = Numbers(state), scene_of(widths, layer=layer, output=j, input=i)
    own = (numbers.network.b[layer][j - 1] if i == 0 else numbers.network.w[layer][j - 1, i - 1])
    assert own == state.value == numbers.parameters["value"] == Matrix(scene).value((layer, j, i))
    name = indexed("b", layer, j) if i == 0 else indexed("w", layer, j, i)
    assert state.pick.name == scene.name == name_of((layer, j, i)) == name
    matrix = Matrix(scene)
    x, y = (matrix.picked.left + matrix.picked.right) / 2, matrix.picked.y
    assert matrix.place_at(x, y) == (layer, j, i)
    if i:
        line = Diagram(scene).lines[-1]
        assert line.place == (layer, j, i) and line.label
        assert Diagram(scene).place_at(*line.label) == line.place


def test_what_is_said_of_a_weight_and_of_a_bias():
    numbers = Numbers(NamesState())
    assert words.describe(numbers) == ("3-3-2-1: 12 + 8 + 3 = 23 parameters. w₂,₁,₃ = −0.4: from "
                                       "neuron 3 of layer 1 to neuron 1 of layer 2.")
    board = words.names_board(numbers)
    assert "W², row 1, column 3: W²₁,₃" in board and "w[2][0, 2]: arrays" in board
    numbers = Numbers(NamesState(layer=1, output=2, input=0))
    assert "b₁,₂ = −0.16: the bias of neuron 2 of layer 1." in words.describe(numbers)
    assert "b[1][1]: arrays count" in words.names_board(numbers)
    assert "from input 3 to neuron 1" in words.describe(Numbers(NamesState(layer=1)))


def test_the_formula_holds_and_its_picked_term_is_bold():
    numbers = Numbers(NamesState())
    text = words.formula(numbers)
    assert "<b>w₂,₁,₃·a₁,₃</b> + b₂,₁" in text
    w, a, b = numbers.network.w[2][0], numbers.trace.a[1][:, 0], numbers.network.b[2][0]
    z = sum(x * y for x, y in zip(w, a, strict=True)) + b
    assert f"= {z:.3g}</div>" in text.replace("−", "-")
    assert f"σ({z:.3g}) = {1 / (1 + np.exp(-z)):.3g}" in text.replace("−", "-")
    wide = words.formula(preset("digits 784-300-100-10"))
    assert "w₃,₁₀,₁·a₂,₁ + w₃,₁₀,₂·a₂,₂ + ⋯ + w₃,₁₀,₉₉·a₂,₉₉" in wide and "<b>b₃,₁₀</b>" in wide


# --- what is shown, what is left out ---


@given(count=st.integers(1, 1000), data=st.data())
def test_what_is_picked_is_always_shown_and_a_gap_says_so(count, data):
    picked = data.draw(st.integers(0, count))
    found = shown(count, picked)
    numbers = [number for number in found if number]
    assert len(found) == min(count, MOST) and numbers == sorted(set(numbers))
    assert picked in (0, *numbers) and {1, count} <= {*numbers}
    for before, after in pairwise(found):
        assert None in (before, after) or after == before + 1


def test_names_stand_on_all_lines_of_a_layer_or_on_the_picked_one_alone():
    def named(layer: int, *widths: int) -> int:
        lines = Diagram(scene_of(widths)).lines
        return sum(line.label is not None for line in lines if line.place[0] == layer)

    assert [named(layer, 3, 3, 2, 1) for layer in (1, 2, 3)] == [9, 6, 2]
    assert [named(layer, 784, 300, 100, 10) for layer in (1, 2, 3)] == [0, 1, 0]


def test_a_box_for_every_layer_of_every_kind():
    assert [len(row) for row in boxes([3, 3, 2, 1])] == [4, 3, 3, 6]
    numbers = Numbers(NamesState())
    assert words.counted(numbers) == ("4 with x, 3 without", "3", "3", "6")
    assert re.findall(r"(\d+) layers?<", words.kinds_board(numbers)) == ["4", "3", "2", "6"]


def test_a_column_with_more_neurons_than_are_drawn_says_so():
    assert len(dots(5)) == 5 and len(dots(6)) == len(dots(784)) == 4
    picture = LayersPicture(scale=1)
    for name, gaps in (("3-3-2-1", 0), ("digits 784-300-100-10", 8)):  # twice four wide columns
        picture.update(scenes.kinds(preset(name)))
        assert [text for text, *_ in picture.small.texts].count("⋮") == gaps, name


# --- the state ---


def test_what_is_picked_stays_in_the_network_and_has_its_own_value():
    state = NamesState(value=2.0)
    assert state.changed(n0=7).value == 2.0 and state.changed(learning_rate=1).value == 2.0
    other = state.changed(n1=2)
    assert other.pick == (2, 1, 2) and other.value == other.drawn != 2.0
    assert state.changed(layers=1).pick == (1, 1, 3)
    assert NamesState(input=0).changed(biases=False).pick == (2, 1, 1)
    assert state.changed(output=2).changed(output=1) == NamesState()


def test_a_parameter_keeps_its_number_when_layers_get_wider():
    small, wide = (Numbers(state_of(widths)).network for widths in ([3, 3, 2, 1], [3, 8, 9, 7]))
    for layer, w in enumerate(small.w):
        if layer:
            assert np.array_equal(w, wide.w[layer][: w.shape[0], : w.shape[1]])
            assert np.array_equal(small.b[layer], wide.b[layer][: w.shape[0]])


@pytest.mark.parametrize(("changes", "said"), [
    ({"layer": 4}, "layer must be a whole number from 1 to 3, got 4: the network"),
    ({"output": 3}, "output must be a whole number from 1 to 2, got 3: layer 2 has"),
    ({"input": 4}, "input must be a whole number from 0 to 3, got 4: layer 2 has"),
    ({"biases": False, "input": 0}, "input must be a whole number from 1 to 3"),
    ({"n1": 1001}, "n1 must be a whole number from 1 to 1000"),
    ({"n1": "3"}, "n1 must be a number"), ({"layers": 2.5}, "layers must be a whole number"),
])
def test_what_is_not_there_cannot_be_picked(lab, changes, said):
    before = lab.state
    with pytest.raises(ValueError, match=said):
        lab.set(**changes)
    assert lab.state is before


def test_the_sliders_go_through_the_widths_of_the_lecture():
    assert {784, 300, 100, 10, 1, 2, 3} <= set(STOPS) and list(STOPS) == sorted(set(STOPS))


# --- gradients ---


@settings(max_examples=15)
@given(state=states(NamesState, small=True).filter(lambda s: max(s.widths) <= 12)
       | WIDTHS.map(state_of))
def test_the_gradient_is_that_of_the_oracle(state):
    numbers = Numbers(state)
    truth = check_gradients(numbers.network, numbers.trace.a[0], numbers.trace.y, rtol=1e-7)
    letter = "b" if state.pick.is_bias else "w"
    place = state.output - 1 if state.pick.is_bias else (state.output - 1, state.input - 1)
    expected = truth[f"dJ_d{letter}[{state.layer}]"][place]
    assert numbers.gradient["value"] == pytest.approx(expected, rel=1e-7, abs=1e-15)


def test_the_update_line_is_a_step(lab):
    lab.set(layer=3, output=1, input=2, learning_rate=0.5)
    new = lab.value - 0.5 * lab.gradient["value"]
    assert f"<b>{new:.4g}</b>".replace("-", "−") in words.gradient(lab.numbers)
    lab.covered = True
    assert "= ?" in all_words(lab) and f"{new:.4g}" not in all_words(lab).replace("−", "-")


def test_j_stands_beside_the_value_that_moves_it(lab):
    for covered in (False, True):
        lab.covered = covered
        for value in (-0.4, 2.0):
            lab.value = value
            assert f"J = {number(lab.numbers.loss)}" in text_of(lab.blocks["update"])


def test_why_it_is_0(lab):
    lab.preset("logistic regression 784-10")
    assert lab.gradient["value"] == 0 and lab.why_zero("value") == "x₃ = 0"
    assert text_of(lab.status).endswith("∂J/∂w₁,₄,₃ = 0, because x₃ = 0.")
    lab.covered = True
    assert "because" not in lab.in_words()
    lab.set(covered=False, input=1, value=1e9)
    assert "the slope of neuron 4 of layer 1 is 0" in lab.why_zero("value")


# --- the pointer ---


def test_a_click_picks_on_the_diagram_and_in_the_matrix(lab):
    lab.appear()
    picture = lab.canvases["names"].picture
    assert isinstance(picture, NamesPicture)

    def click(x: float, y: float) -> str:
        lab.pick_at(Touch("press", x / picture.width, 1 - y / picture.height))
        return lab.name

    for _ in range(2):  # the second time the picked line is drawn last
        for line in Diagram(scenes.names(lab.numbers)).lines:
            assert click(*line.label) == name_of(line.place)
    for _, place in zip(range(3), [(1, 2), (2, 1), (3, 1)], strict=True):
        middle = next(middle for *found, middle in picture.diagram.circles
                      if tuple(found) == place)
        assert click(*middle) == indexed("b", *place)
    for cell in picture.matrix.cells:
        assert click((cell.left + cell.right) / 2, cell.y) == name_of(cell.place)
    before = lab.name
    assert click(*next(middle for *_, middle in picture.diagram.circles)) == before  # x₁
    assert click(700, 10) == before
    lab.undo()
    assert lab.name != before


def step(numbers: Numbers, symbol: str) -> int:
    """The place of the operation that gives this variable."""
    return 1 + [op.symbol for op in numbers.operations].index(symbol)


def lit(state: NamesState, symbol: str) -> NamesScene:
    """The scene at the operation that gives this variable."""
    return scenes.names(Numbers(state.changed(operation=step(Numbers(state), symbol))))


def test_forward_takes_a_row_of_w_and_backward_a_column():
    """And the neurons at their other ends, which have been worked out before."""
    forward, backward = lit(NamesState(), "z₂,₁"), lit(NamesState(), "∂J/∂a₁,₁")
    assert forward.halos == {(2, 1, NEURON): "now", (2, 1, 0): "now",
                             **{(2, 1, i): "now" for i in (1, 2, 3)},
                             **{(1, i, NEURON): "reused" for i in (1, 2, 3)}}
    assert backward.halos == {(1, 1, NEURON): "now",
                              **{(2, j, 1): "now" for j in (1, 2)},
                              **{(2, j, NEURON): "reused" for j in (1, 2)}}
    assert lit(NamesState(), "J").halos == {(3, 1, NEURON): "now"}
    assert scenes.names(Numbers(NamesState())).halos == {(2, 1, 3): "now"}  # the picked one's


def test_the_halos_are_drawn_where_they_belong():
    scene = lit(NamesState(), "z₂,₁")
    picture = NamesPicture(scale=0.5)
    picture.update(scene)
    assert len(picture.halo.get_segments()) == 3 and len(picture.outline.get_paths()) == 4
    middles = {(layer, j): middle for layer, j, middle in Diagram(scene).circles}
    rings = {tuple(place): color[3] for place, color in zip(
        picture.rings.get_offsets().tolist(), picture.rings.get_facecolor(), strict=True)}
    assert rings == {middles[2, 1]: 1.0, **{middles[1, j]: 0.0 for j in (1, 2, 3)}}


@pytest.mark.parametrize("symbol", ["z₂,₁", "z₂,₂", "∂J/∂a₁,₁", "∂J/∂a₁,₂"])
def test_no_frame_in_the_matrix_touches_its_number(symbol, monkeypatch):
    picture = NamesPicture(scale=0.5)
    picture.update(lit(NamesState(), symbol))
    inside, half = [], picture.outline.get_linewidth()[0] * 96 / 72 / 2
    for box in Recorder(monkeypatch).texts_of(picture):
        low, high = box.ends
        for path in picture.outline.get_paths():
            left_low, right_high = path.vertices.min(axis=0), path.vertices.max(axis=0)
            if (left_low < (low + high) / 2).all() and ((low + high) / 2 < right_high).all():
                inside.append(box.text)
                assert (low - left_low > half).all() and (right_high - high > half).all(), box.text
    assert len(inside) == 2 * len(picture.outline.get_paths()) > 0  # name and number


@pytest.mark.parametrize(("name", "count"), [
    ("3-3-2-1", 48), ("traffic 1-2-1", 20), ("logistic regression 784-10", 0),
    ("digits 784-300-100-10", 0)])
def test_small_networks_with_one_output_are_walked_through(lab, name, count):
    lab.set(operation=9)
    lab.preset(name)
    assert len(lab.numbers.operations) == count == lab.stepper.count
    assert lab.stepper.next.disabled == (not count)
    assert (words.NO_STEPPER in text_of(lab.stepper.words)) == (not count)
    assert 0 <= lab.operation <= count


@pytest.mark.parametrize(("widths", "count"), [((5, 5, 1), 1), ((6, 2, 1), 0), ((2, 6, 1), 0),
                                               ((2, 2, 2), 0)])
def test_every_neuron_of_a_network_that_is_walked_through_is_drawn(widths, count):
    assert bool(Numbers(state_of(widths)).operations) == bool(count)


def test_each_operation_gives_its_number_and_the_last_ones_are_the_gradients():
    numbers = Numbers(NamesState())
    found = {op.symbol: op.value for op in numbers.operations}
    truth = check_gradients(numbers.network, *point(numbers.network.widths), "squared", rtol=1e-9)
    for layer, gradient in ((1, truth["dJ_dw[1]"]), (3, truth["dJ_dw[3]"])):
        for (j, i), value in np.ndenumerate(gradient):
            assert found[f"∂J/∂{Pick(layer, j + 1, i + 1).name}"] == pytest.approx(value, rel=1e-9)
