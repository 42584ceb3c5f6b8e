"""The stepper: buttons, slider, play, and the operation in view with the numbers of the moment."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import numpy as np
import pytest
from test_numbers import half_a_digit, read
from test_panel import text_of
from test_runner import WAIT, run_threads
from test_two_hidden import evaluate, near

from mlp_widgets import TwoHiddenLab
from mlp_widgets.lectures import two_hidden_views as views
from mlp_widgets.widgets import stepper as module
from mlp_widgets.widgets.stepper import lit_by

COUNT = 17
PLAY, PAUSE = "▶ Play", "❚❚ Pause"


def new_lab():
    return TwoHiddenLab(scale=0.5)


@pytest.fixture
def lab(shared):
    """One lab for many tests, each of which finds it as it was made; its play is fast."""
    shared.controls.stepper.runner._pause = 0.001
    shared.reset()
    shared.complain("")
    yield shared
    shared.controls.stepper.stop()
    shared.controls.stepper.runner.join(WAIT)


@pytest.fixture
def stepper(lab):
    return lab.controls.stepper


@dataclass(frozen=True)
class Op:
    """As much of an operation as lit_by looks at."""

    lit: tuple[str, ...]
    reused: tuple[str, ...] = ()


def words(stepper) -> str:
    return text_of(stepper.words)


def part(stepper, name: str) -> str:
    """What stands in the span of this name."""
    found = re.search(rf'class="mlp-operation-{name}">([^<]*)<', stepper.words.value)
    return html.unescape(found[1])


def shows(lab, stepper, step: int) -> None:
    """Number, slider, words and halos are those of this operation."""
    assert lab.operation == step == stepper.slider.value
    lit = lit_by(lab.solution.steps, step)
    assert (f"{step} of {COUNT}, " in words(stepper)) == (step > 0)
    view = views.diagram(lab.solution, lit)
    for artist, things, width in ((lab.diagram.halos, view.edges, 14.0),
                                  (lab.diagram.rings, view.nodes, 6.0)):
        assert artist.get_visible() == any(thing.lit for thing in things)
        if artist.get_visible():
            drawn = [w > 0 for w in artist.get_linewidth()]
            assert drawn == [bool(thing.lit) for thing in things]
            dashed = [style[1] is not None for style in artist.get_linestyle()]
            assert dashed == [thing.lit == "reused" for thing in things]
            assert max(artist.get_linewidth()) == width


# --- by hand ---


def test_before_the_first_operation(lab, stepper):
    shows(lab, stepper, 0)
    assert words(stepper).startswith(f"{COUNT} operations: forward, then backward.")
    assert (stepper.slider.min, stepper.slider.max, stepper.slider.step) == (0, COUNT, 1)
    assert not lab.diagram.halos.get_visible() and not lab.diagram.rings.get_visible()


def test_next_and_back_through_all_operations(lab, stepper):
    for step in range(1, COUNT + 1):
        stepper.next.click()
        shows(lab, stepper, step)
        op = lab.solution.steps[step - 1]
        assert f"{step} of {COUNT}, {op.way}{op.result} = {op.formula}" in words(stepper)
        assert part(stepper, "numbers") == op.numbers
    for step in range(COUNT - 1, -1, -1):
        stepper.back.click()
        shows(lab, stepper, step)
    assert text_of(lab.error) == ""


def test_forward_and_backward_once_each(lab):
    ways = [op.way for op in lab.solution.steps]
    assert ways == ["forward"] * 7 + ["backward"] * 10


@pytest.mark.parametrize("step", [1, 8, COUNT])
def test_the_slider(lab, stepper, step):
    stepper.slider.value = float(step)
    shows(lab, stepper, step)
    assert isinstance(lab.operation, int)


def test_a_message_of_the_browsers_slider(lab, stepper):
    stepper.slider.set_state({"value": 6})  # as the arrow keys and PageUp send it
    shows(lab, stepper, 6)
    stepper.slider.set_state({"value": 11})
    shows(lab, stepper, 11)


def test_beyond_the_ends_is_the_end(lab, stepper):
    stepper.back.click()
    shows(lab, stepper, 0)
    stepper.go(99)
    shows(lab, stepper, COUNT)
    stepper.next.click()
    shows(lab, stepper, COUNT)
    stepper.go(-5)
    shows(lab, stepper, 0)
    assert text_of(lab.error) == ""


def test_stepping_is_no_move_for_undo(lab, stepper):
    lab._undo = []
    for _ in range(3):
        stepper.next.click()
    lab.undo()
    assert lab.operation == 3 and text_of(lab.status) == "Nothing to undo."


# --- in the numbers of the moment ---


@pytest.mark.parametrize("changes", [
    {}, {"w1_1": -0.35, "x": 3.3}, {"output": "relu", "skip": "a", "w1_2": -2.7, "y": -1.9},
    {"skip": "z", "x": -0.07}, {"w1_1": 0.0},
], ids=str)  # fmt: skip
def test_the_numbers_put_in_come_to_the_result(lab, stepper, changes):
    lab.set(**changes)
    for step in range(1, COUNT + 1):
        stepper.go(step)
        value, shown = lab.solution.steps[step - 1].value, part(stepper, "value")
        assert near(evaluate(part(stepper, "numbers")), value)
        assert shown == "0" if value == 0 else abs(read(shown) - value) <= half_a_digit(shown)
        symbol = lab.solution.steps[step - 1].result
        if symbol in lab.values:
            assert value == lab.values[symbol]


def test_a_move_computes_the_operation_in_view_anew(lab, stepper):
    stepper.go(5)
    assert (part(stepper, "numbers"), part(stepper, "value")) == ("1 · 2 + 2 · 0", "2")
    lab.table.sliders["w1_1"].value = 3.0
    assert (part(stepper, "numbers"), part(stepper, "value")) == ("1 · 3 + 2 · 0", "3")
    shows(lab, stepper, 5)
    lab.table.boxes["w2_1"].value = 0.5
    assert (part(stepper, "numbers"), part(stepper, "value")) == ("1 · 3 + 2 · 0.5", "4")
    shows(lab, stepper, 5)


@pytest.mark.parametrize("changes", [
    {"skip": "z"}, {"skip": "a"}, {"output": "relu"}, {"others": [(1, 2)]}, {"x": 0.0},
    {"w2_2": -1.5},
], ids=str)  # fmt: skip
def test_the_operation_stays_in_view_whatever_changes(lab, stepper, changes):
    stepper.go(12)
    assert words(stepper).startswith("12 of 17, backward∂L/∂a₁¹ = ")
    lab.set(**changes)
    shows(lab, stepper, 12)
    assert words(stepper).startswith("12 of 17, backward∂L/∂a₁¹ = ")
    assert ("∂L/∂g · 1" in words(stepper)) == (changes.get("skip") == "a")


def test_a_step_of_descent_keeps_the_operation(lab, stepper):
    stepper.go(10)
    before = words(stepper)
    lab.step(3)
    shows(lab, stepper, 10)
    assert words(stepper) != before


def test_what_is_reused_is_said_and_dashed(lab, stepper):
    stepper.go(10)  # ∂L/∂w₁² = ∂L/∂z² · a₁¹
    assert "∂L/∂z² and, from the forward pass, a₁¹ are reused." in words(stepper)
    assert lit_by(lab.solution.steps, 10) == {"z2": "reused", "h1": "reused", "w1_2": "now"}
    order = [node.key for node in lab.diagram.movable]
    ring = dict(zip(order, lab.diagram.rings.get_linewidth(), strict=True))
    dash = dict(zip(order, lab.diagram.rings.get_linestyle(), strict=True))
    assert {key for key, width in ring.items() if width} == {"z2", "h1"}
    assert dash["z2"][1] is not None and dash["h1"][1] is not None


def test_halos_are_pixels(lab, stepper):
    seen = []
    for step in range(COUNT + 1):
        stepper.go(step)
        seen.append(lab.diagram.render().copy())
    for k in range(1, COUNT + 1):
        assert (seen[k] != seen[0]).any(), k
    # where operations light up other things, the pictures differ
    lit = [tuple(sorted(lit_by(lab.solution.steps, k).items())) for k in range(COUNT + 1)]
    for k in range(COUNT + 1):
        for m in range(k):
            assert (lit[k] == lit[m]) == np.array_equal(seen[k], seen[m]), (k, m)
    stepper.go(0)
    assert (lab.diagram.render() == seen[0]).all()


def test_the_picture_sent_to_the_page_follows(lab, stepper):
    images = []
    for step in (0, 5, 12):
        stepper.go(step)
        images.append(lab.canvas.image.value)
    assert len(set(map(bytes, images))) == 3


# --- lit_by ---


OPS = [Op(("a",)), Op(("b", "ab"), ("a",)), Op(("b",), ("a", "b"))]


@pytest.mark.parametrize(("step", "lit"), [
    (0, {}), (1, {"a": "now"}), (2, {"a": "reused", "b": "now", "ab": "now"}),
    (3, {"a": "reused", "b": "now"}),  # what is both is lit as now
])  # fmt: skip
def test_lit_by(step, lit):
    assert lit_by(OPS, step) == lit


# --- play ---


def finish(stepper) -> None:
    stepper.runner.join(WAIT)
    assert not stepper.runner.running and run_threads() == []


def test_the_time_between_two_operations():
    assert 0.5 <= module.SECONDS <= 3


def test_a_lab_plays_with_the_seconds_of_the_module(monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.001)
    made = TwoHiddenLab(scale=0.25)
    made.controls.stepper.play.click()
    finish(made.controls.stepper)
    assert made.operation == COUNT
    made.close()


def record(lab) -> list[int]:
    """Every operation that is shown from now on."""
    seen, show = [], lab.controls.stepper.show

    def shown(steps, step):
        seen.append(step)
        show(steps, step)

    lab.controls.stepper.show = shown
    return seen


@pytest.fixture
def seen(lab):
    yield record(lab)
    del lab.controls.stepper.show


def test_play_shows_every_operation_and_stops_at_the_last(lab, stepper, seen):
    stepper.play.click()
    finish(stepper)
    assert seen == list(range(1, COUNT + 1))
    shows(lab, stepper, COUNT)
    assert stepper.play.description == PLAY and text_of(lab.error) == ""


def test_play_goes_on_from_the_operation_in_view(lab, stepper, seen):
    stepper.go(14)
    stepper.play.click()
    finish(stepper)
    assert seen == [14, 15, 16, 17]


@pytest.mark.parametrize("button", ["play", "replay"])
def test_play_at_the_end_and_replay_anywhere_begin_anew(lab, stepper, seen, button):
    stepper.go(COUNT if button == "play" else 9)
    seen.clear()
    getattr(stepper, button).click()
    finish(stepper)
    assert seen == list(range(COUNT + 1))


@pytest.fixture
def slow(stepper):
    """A play that does no second operation by itself before a test ends."""
    stepper.runner._pause = 5 * WAIT
    yield stepper
    stepper.stop()


def first_frame(lab, stepper) -> None:
    """Press Play and wait until its first operation is shown."""
    at = lab.operation
    stepper.play.click()
    for _ in range(int(WAIT / 0.005)):
        if lab.operation > at:
            return
        stepper.runner._stop.wait(0.005)
    raise AssertionError("play showed nothing")


def test_pause(lab, slow):
    first_frame(lab, slow)
    assert slow.play.description == PAUSE and slow.runner.running
    slow.play.click()
    assert slow.play.description == PLAY
    finish(slow)
    assert lab.operation == 1


@pytest.mark.parametrize("press", ["next", "back"])
def test_next_and_back_end_a_play(lab, slow, press):
    slow.go(4)
    first_frame(lab, slow)
    getattr(slow, press).click()
    finish(slow)
    assert lab.operation == {"next": 6, "back": 4}[press] and slow.play.description == PLAY


def test_the_slider_ends_a_play(lab, slow):
    first_frame(lab, slow)
    slow.slider.value = 12.0
    finish(slow)
    shows(lab, slow, 12)
    assert slow.play.description == PLAY


def test_a_move_of_a_weight_does_not_end_a_play(lab, slow):
    first_frame(lab, slow)
    lab.table.sliders["w1_1"].value = -1.5
    assert slow.runner.running and lab.operation == 1
    assert (part(slow, "numbers"), part(slow, "value")) == ("−1.5 · 1", "−1.5")


def test_closing_the_lab_ends_a_play():
    made = TwoHiddenLab(scale=0.25)
    made.controls.stepper.runner._pause = 5 * WAIT
    made.controls.stepper.play.click()
    made.close()
    finish(made.controls.stepper)


def test_every_button_has_a_name_and_a_tooltip(stepper):
    names = [button.description for button in (stepper.back, stepper.next, stepper.play,
                                               stepper.replay)]
    assert names == ["◂ Back", "Next ▸", PLAY, "Replay"]
    assert all(b.tooltip for b in (stepper.back, stepper.next, stepper.play, stepper.replay))


def test_an_arrow_key_just_after_next_is_a_move(lab):
    stepper = lab.controls.stepper
    stepper.next.click()
    stepper.next.click()
    stepper.slider.set_state({"value": 1})  # as the browser sends it
    assert lab.operation == 1 == stepper.slider.value
