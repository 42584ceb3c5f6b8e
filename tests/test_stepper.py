"""The stepper of a lab: buttons, slider, play, and the operation in view with the present numbers.

The operations themselves are tested in test_operations.py, for any network.
"""

from __future__ import annotations

import html
import re

import pytest
from example_lab import ExampleLab
from lab_tools import WAIT, find, run_threads, text_of, wait_until

from mlp_widgets.text import number
from mlp_widgets.widgets import stepper as module
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.stepper import PAUSE, PLAY, Stepper

COUNT = 11


@pytest.fixture
def lab(kept):
    """The example lab; its play is fast."""
    made = kept("example")
    made.stepper.runner._pause = 0.001
    return made


@pytest.fixture
def stepper(lab):
    return lab.stepper


@pytest.fixture
def slow(lab):
    """A play that does no second operation by itself before a test ends."""
    lab.stepper.runner._pause = 5 * WAIT
    yield lab.stepper
    lab.stepper.stop()


def words(stepper) -> str:
    return text_of(stepper.words)


def part(stepper, name: str) -> str:
    """What stands in the element of this name."""
    found = re.search(rf'class="mlp-operation-{name}">([^<]*)<', stepper.words.value)
    return html.unescape(found[1]) if found else ""


def shows(lab, step: int) -> None:
    """Number, slider and words are those of this operation."""
    stepper = lab.stepper
    assert lab.operation == step == stepper.slider.value
    if step == 0:
        assert words(stepper).startswith(f"{COUNT} operations: forward, then backward.")
        assert "Yellow: what the step computes, and its parameters; in stripes:" in words(stepper)
        return
    op = lab.numbers.operations[step - 1]
    assert f"{step} of {COUNT}, {op.way}{op.symbol} = {op.formula}" in words(stepper)
    value = number(op.value, 5)
    assert part(stepper, "value") == value
    assert (part(stepper, "numbers") or value) == op.numbers  # a number alone is written once


def test_next_and_back_through_all_operations(lab, stepper):
    shows(lab, 0)
    assert (stepper.slider.min, stepper.slider.max, stepper.slider.step) == (0, COUNT, 1)
    for step in range(1, COUNT + 1):
        stepper.next.click()
        shows(lab, step)
    for step in range(COUNT - 1, -1, -1):
        stepper.back.click()
        shows(lab, step)
    assert text_of(lab.error) == ""


def test_the_slider_and_messages_of_its_page(lab, stepper):
    stepper.slider.value = 8
    shows(lab, 8)
    for step in (6, 11, 6):
        stepper.slider.set_state({"value": step})
        shows(lab, step)
    stepper.next.click()
    stepper.slider.set_state({"value": 6})  # an arrow key just after Next
    shows(lab, 6)


def test_beyond_the_ends_is_the_end(lab, stepper):
    stepper.back.click()
    shows(lab, 0)
    stepper.go(99)
    shows(lab, COUNT)
    stepper.next.click()
    shows(lab, COUNT)
    stepper.go(-5)
    shows(lab, 0)
    assert text_of(lab.error) == ""


def test_a_move_computes_the_operation_in_view_anew(lab, stepper):
    stepper.go(3)
    assert (part(stepper, "numbers"), part(stepper, "value")) == ("1.5 · 1.2", "1.8")
    find(lab, "mlp-slider-w2").value += 1
    assert (part(stepper, "numbers"), part(stepper, "value")) == ("1.55 · 1.2", "1.86")
    find(lab, "mlp-activation").value = "tanh"
    shows(lab, 3)
    lab.step(2)
    shows(lab, 3)


def test_what_is_special_stands_below(lab, stepper):
    lab.preset("off")
    stepper.go(2)
    assert words(stepper).endswith("Off: the ReLU gives 0.")
    stepper.go(10)
    assert words(stepper).endswith("∂J/∂a₁₁ is reused. Neuron 1 has slope 0 here.")


def test_without_operations_the_stepper_says_why_and_rests(lab):
    stepper = Stepper(lab, "Deep chains are not <walked> through.")
    stepper.refresh(lab.state, lab.numbers)
    assert not stepper.next.disabled and stepper.slider.max == COUNT
    stepper.refresh(lab.state, type("Numbers", (), {"operations": []}))
    assert words(stepper) == "Deep chains are not <walked> through."
    assert all(w.disabled for w in (stepper.next, stepper.back, stepper.play, stepper.slider))
    stepper.refresh(lab.state, lab.numbers)
    assert not stepper.next.disabled and stepper.slider.max == COUNT
    for widget in all_widgets(stepper.widget):
        widget.close()


def test_every_button_has_a_name_and_a_tooltip(stepper):
    buttons = (stepper.back, stepper.next, stepper.play, stepper.replay)
    assert [b.description for b in buttons] == ["◂ Back", "Next ▸", PLAY, "Replay"]
    assert all(b.tooltip for b in buttons) and stepper.slider.description == "operation"


# --- play ---


def finish(stepper) -> None:
    stepper.runner.join(WAIT)
    assert not stepper.runner.running and run_threads() == []


@pytest.fixture
def seen(lab, monkeypatch):
    """Every operation that is shown from now on."""
    steps, refresh = [], lab.stepper.refresh

    def shown(state, numbers):
        steps.append(state.operation)
        refresh(state, numbers)

    monkeypatch.setattr(lab.stepper, "refresh", shown)
    return steps


def test_play_shows_every_operation_and_stops_at_the_last(lab, stepper, seen):
    stepper.play.click()
    finish(stepper)
    assert seen == list(range(1, COUNT + 1)) and stepper.play.description == PLAY
    assert text_of(lab.error) == ""


@pytest.mark.parametrize(("button", "start", "shown"), [
    ("play", 8, [9, 10, 11]), ("play", COUNT, range(COUNT + 1)), ("replay", 9, range(COUNT + 1))])
def test_play_goes_on_or_begins_anew(stepper, seen, button, start, shown):
    stepper.go(start)
    seen.clear()
    getattr(stepper, button).click()
    finish(stepper)
    assert seen == list(shown)


def first_frame(lab) -> None:
    """Press Play and wait until its first operation is shown."""
    at = lab.operation
    lab.stepper.play.click()
    wait_until(lambda: lab.operation > at)
    assert lab.stepper.play.description == PAUSE and lab.stepper.runner.running


@pytest.mark.parametrize(("end", "at"), [("play", 5), ("next", 6), ("back", 4), ("slider", 9)])
def test_what_ends_a_play(lab, slow, end, at):
    slow.go(4)
    first_frame(lab)
    control = getattr(slow, end)
    control.set_state({"value": 9}) if end == "slider" else control.click()
    finish(slow)
    shows(lab, at)
    assert slow.play.description == PLAY


def test_a_move_of_a_weight_does_not_end_a_play(lab, slow):
    first_frame(lab)
    find(lab, "mlp-slider-w1").value = 5
    assert slow.runner.running and lab.operation == 1
    assert (part(slow, "numbers"), part(slow, "value")) == ("−1.75 · 2", "−3.5")


def test_a_lab_plays_with_the_seconds_of_the_module_and_its_end_ends_it(monkeypatch):
    assert 0.5 <= module.SECONDS <= 3
    monkeypatch.setattr(module, "SECONDS", 5 * WAIT)
    lab = ExampleLab(scale=0.25)
    first_frame(lab)
    stepper = lab.stepper
    lab.close()
    finish(stepper)
    assert lab.operation == 1
