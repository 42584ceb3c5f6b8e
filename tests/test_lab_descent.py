"""Gradient descent of every lab that has one: step, run, pause, rewind, divergence, path, undo."""

from __future__ import annotations

import math
import re
import threading
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from any_state import examples
from lab_tools import (
    KINDS,
    WAIT,
    all_words,
    as_new,
    check_same,
    check_sent,
    drawn,
    find,
    run_threads,
    text_of,
    these_labs,
    type_in,
    wait_until,
)

from mlp_widgets.core import Diverged
from mlp_widgets.fields import PARAMETER, Place, Role, declared
from mlp_widgets.widgets import descent as module

DESCENDING = [name for name, kind in KINDS.items() if kind.descends
              and {"learning_rate"} < set(declared(kind.state_type))
              and any(of.role is PARAMETER for of in declared(kind.state_type).values())]
EACH = pytest.mark.parametrize("name", DESCENDING)
EACH_MUCH = these_labs(*DESCENDING)
OTHERS = [name for name in KINDS if name not in DESCENDING]


@pytest.fixture
def lab(name, kept):
    """The lab; frames of its runs follow each other at once."""
    made = kept(name)
    made.descent.runner._pause = 0.001
    yield made
    made.descent.stop()
    made.descent.runner.join(WAIT)


def button(lab, name):
    return find(lab, f"mlp-{name}")


def changes(lab):
    """(name, field, another value) of every field, those of the network last; each of them is
    chosen for the state that the lab then has."""
    own = declared(lab.state_type)
    for name in sorted(own, key=lambda name: own[name].role.of_the_network):
        for value in examples(name, own[name]):
            with suppress(ValueError):
                if lab.state.changed(**{name: value}) != lab.state:
                    yield name, own[name], value
                    break


def run_says(lab) -> str:
    return button(lab, "run").description


def apart(lab) -> None:
    """What follows is a step of its own for undo, however soon it follows."""
    lab._history.separate()


def test_which_labs_descend():
    assert DESCENDING == ["one_neuron", "two_hidden", "three_neuron", "computational_graph",
                          "sigmoid_features", "example"]


@pytest.mark.parametrize("name", OTHERS)
def test_other_labs_say_that_they_have_none(name, kept):
    lab = kept(name)
    assert lab.descent is None
    with pytest.raises(ValueError, match=f"{KINDS[name].__name__} has no gradient descent"):
        _ = lab.path


# --- steps ---


@EACH
def test_a_step_is_theta_minus_alpha_times_the_gradient_beside_the_slider(lab):
    before, gradient, rate = lab.parameters, lab.gradient, lab.learning_rate
    button(lab, "step").click()
    for name, value in lab.parameters.items():
        assert math.isclose(value, before[name] - rate * gradient[name], rel_tol=1e-12)
        assert find(lab, f"mlp-box-{name}").number == float(f"{value:.4g}")
    assert lab.parameters != before and [values for values, _ in lab.path] == [
        before, lab.parameters]
    assert lab.state.parameters == lab.parameters


@EACH
def test_ten_steps_are_ten_times_one_and_the_path_keeps_all(lab):
    button(lab, "ten-steps").click()
    ten, path = lab.parameters, lab.path
    assert len(path) == 11 and path[-1] == (lab.parameters, lab.loss)
    assert all(later < earlier for (_, earlier), (_, later) in pairwise(path))
    lab.undo()
    for _ in range(10):
        lab.step()
    assert lab.parameters == ten and lab.path == path
    for values, loss in path[::5]:
        lab.set(**values)
        assert lab.loss == loss


@EACH
def test_steps_are_one_step_of_undo_and_a_move_between_them_another(lab):
    first = lab.parameters
    for count in (3, 2, 1):
        lab.step(count)
    name = next(iter(first))
    apart(lab)
    lab.set(**{name: first[name] + 0.1})
    moved = lab.parameters
    lab.step(2)
    lab.undo()
    assert lab.parameters == moved
    lab.undo()
    lab.undo()
    assert lab.parameters == first
    lab.undo()
    assert text_of(lab.status) == "Nothing to undo."


@EACH
def test_a_move_begins_a_new_path_and_rewind_goes_to_its_start(lab):
    name = next(iter(lab.parameters))
    lab.step(3)
    lab.set(**{name: lab.parameters[name] + 0.1})
    assert lab.path == [(lab.parameters, lab.loss)]
    start = lab.parameters
    lab.step(3)
    lab.set(learning_rate=lab.learning_rate / 2)
    lab.step(2)
    assert len(lab.path) == 6  # another rate goes on
    button(lab, "rewind").click()
    assert lab.parameters == start and len(lab.path) == 1
    lab.rewind()
    assert text_of(lab.status).startswith("Nothing to rewind")


@EACH
def test_other_data_begin_a_new_path(lab):
    for name, of, value in changes(lab):
        if of.role is Role.DATA:
            lab.step(2)
            lab.set(**{name: value})
            assert lab.path == [(lab.parameters, lab.loss)], name


@EACH
def test_steps_that_change_nothing_say_so_and_lengthen_the_path(lab):
    own = declared(lab.state_type)
    lab.set(**dict.fromkeys(lab.parameters, 0.0))
    if any(lab.gradient.values()):  # a bias may move alone
        lab.set(**{n: 0.0 for n, of in own.items() if of.role is Role.DATA and n == "x"})
    still = not any(lab.gradient.values())
    before = lab.parameters
    lab.step(4)
    assert len(lab.path) == 5
    if still:
        assert lab.parameters == before
        assert text_of(lab.status).startswith("After 4 steps ")
        assert lab.describe() in text_of(lab.status)
        lab.rewind()
        assert len(lab.path) == 1


@EACH_MUCH
def test_the_pictures_after_steps_are_those_of_a_new_lab_after_them(name, lab):
    lab.step(5)
    shown = drawn(lab)
    check_sent(lab)
    lab.rewind()
    lab.step(5)
    assert shown and all(np.array_equal(*pair) for pair in zip(shown, drawn(lab), strict=True))
    other = KINDS[name](scale=0.5)
    other.step(5)
    assert all(np.array_equal(*pair) for pair in zip(drawn(lab), drawn(other), strict=True))
    assert lab.words == other.words
    other.close()


# --- divergence ---


FALLS_NOT = {"example": {"activation": "tanh"}, "sigmoid_features": {"loss_name": "squared"}}
"""Where a rate that is too large would just switch a ReLU off, or make a sigmoid flat."""


def too_fast(name: str, lab, rate: float) -> None:
    """A rate with which descent diverges."""
    lab.set(learning_rate=rate, **FALLS_NOT.get(name, {}))


def diverge(name: str, lab, rate: float) -> str:
    """Steps with this rate until they diverge; what is said then, or ""."""
    too_fast(name, lab, rate)
    for _ in range(3):
        try:
            lab.step(100)
        except Diverged as error:
            return str(error)
    return ""


@EACH
@pytest.mark.parametrize("rate", [10.0, 1e9])
def test_divergence_keeps_the_last_sensible_state_and_says_what_to_try(name, lab, rate):
    message = diverge(name, lab, rate)
    assert message.startswith("Stopped after step ") and "\n" not in message
    letter = lab.objective_of(lab.state)
    assert f"the next step would take {letter} from " in message
    assert np.isfinite([*lab.parameters.values(), lab.loss]).all()
    assert lab.path[-1] == (lab.parameters, lab.loss)
    assert not re.search(r"\bnan\b|not a number|∞", all_words(lab), re.IGNORECASE)
    check_sent(lab)
    tried = float(re.search(r"Try a learning rate of (\S+) ", message)[1].replace("−", "-"))
    assert 0 < tried < rate
    before = lab.loss
    lab.learning_rate = tried
    lab.step()
    assert lab.loss < before and text_of(lab.error) == ""


@EACH
@pytest.mark.parametrize("most", [0, module.MOST_STEPS], ids=["anew", "goes on"])
def test_pictures_show_the_path_also_after_a_step_that_diverges_at_once(name, lab, most,
                                                                         monkeypatch):
    lab.appear()
    lab.step(3)
    too_fast(name, lab, 1e9)
    lab.step(0)
    monkeypatch.setattr(module, "MOST_STEPS", most)  # a path that is too long begins anew
    with pytest.raises(Diverged):
        lab.step()
    assert len(lab.path) == 1 or most
    for canvas in lab._shown():
        assert canvas._drawn == canvas.slot.key(lab.state, lab.progress.key), canvas.slot.name


@EACH
def test_divergence_in_a_click_is_a_sentence(name, lab):
    before = lab.parameters
    too_fast(name, lab, 1e9)
    button(lab, "ten-steps").click()
    assert text_of(lab.error).startswith("Stopped after step 0: the next step would take ")
    assert lab.parameters == before
    button(lab, "rewind").click()
    lab.learning_rate = lab.initial.learning_rate
    button(lab, "step").click()
    assert text_of(lab.error) == "" and lab.parameters != before


# --- runs ---


@EACH
def test_run_descends_until_paused(lab):
    first = lab.parameters
    button(lab, "run").click()
    assert lab.descent.running and "Pause" in run_says(lab)
    wait_until(lambda: len(lab.path) > 60)
    button(lab, "run").click()
    assert not lab.descent.running and "Run" in run_says(lab)
    lab.descent.runner.join(WAIT)
    after = lab.state
    assert run_threads() == [] and (len(lab.path) - 1) % lab.descent.steps_per_frame == 0
    assert lab.state is after and text_of(lab.status) == lab.describe()
    shown = [canvas for canvas in lab.canvases.values() if canvas.is_shown(after)]
    assert shown and [text_of(c._words) for c in shown] == [c.words for c in shown]
    lab.undo()
    assert lab.parameters == first


@EACH
def test_a_run_that_diverges_ends_itself(name, lab):
    too_fast(name, lab, 1e9)
    lab.run()
    lab.descent.runner.join(WAIT)
    assert not lab.descent.running and run_threads() == [] and "Run" in run_says(lab)
    assert "Stopped after step" in text_of(lab.error) and math.isfinite(lab.loss)


@EACH_MUCH
def test_the_role_of_a_field_says_whether_a_run_ends(lab):
    """One verb, one rule: by code as from the controls."""
    lab.descent.runner._pause = 5 * WAIT  # one frame, then it waits
    for name, of, value in changes(lab):
        if not lab.descent.running:
            lab.descent.runner.join(WAIT)
            lab.set(learning_rate=1e-4)  # with which every one of these states can descend
            count = len(lab.path)
            lab.run()
            wait_until(lambda count=count: len(lab.path) > count)
        lab.set(**{name: value})
        assert lab.descent.running == (not of.role.of_the_network), name
        assert ("Pause" in run_says(lab)) == lab.descent.running
        assert of.role.of_the_network or getattr(lab.state, name) == of.check(value)


ENDING = {
    "a slider": lambda lab, name: setattr(find(lab, f"mlp-slider-{name}"), "value", 1),
    "a box": lambda lab, name: type_in(find(lab, f"mlp-box-{name}"), 0.125),
    "a preset": lambda lab, name: list(lab.preset_buttons.values())[-1].click(),
    "undo": lambda lab, name: lab.undo_button.click(),
    "reset": lambda lab, name: lab.reset_button.click(),
    "rewind": lambda lab, name: button(lab, "rewind").click(),
    "a step": lambda lab, name: button(lab, "step").click(),
    "load": lambda lab, name: lab.load(f"{type(lab).__name__}({name}=0.125)"),
    "close": lambda lab, name: lab.close(),
}


@pytest.mark.parametrize("what", ENDING)
@pytest.mark.parametrize("name", ["example"])
def test_what_ends_a_run(name, make, what):
    lab = make(name, scale=0.25)
    lab.descent.runner._pause = 5 * WAIT
    lab.run()
    wait_until(lambda: len(lab.path) > 1)
    descent = lab.descent
    ENDING[what](lab, "w1")
    after = lab.state
    assert not descent.running and (what == "close" or "Run" in run_says(lab))
    descent.runner.join(WAIT)
    assert lab.state is after and run_threads() == []


@EACH_MUCH
def test_moves_on_other_threads_while_it_runs(name, lab):
    errors, own = [], [(n, v) for n, of, v in changes(lab)
                       if of.role is not Role.RATE and not isinstance(of, Place)]

    def student():
        try:
            for field, value in own:
                lab.run()
                with suppress(ValueError):  # what does not go with a change of the other thread
                    lab.set(**{field: value})
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=student) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    lab.pause()
    for thread in run_threads():
        thread.join(WAIT)
    assert errors == [] and run_threads() == [] and text_of(lab.error) == ""
    other = KINDS[name](scale=0.5)
    other.load(repr(lab))
    check_same(lab, other)
    other.close()


@pytest.mark.parametrize("name", ["example"])
def test_a_long_run_pauses_and_keeps_a_bounded_path(lab, monkeypatch):
    monkeypatch.setattr(module, "MOST_STEPS", 50)
    lab.run()
    lab.descent.runner.join(WAIT)
    assert 50 < len(lab.path) <= 71 and "Run" in run_says(lab)
    assert text_of(lab.status).startswith("Paused after 60 steps; Run goes on from here. J = ")
    last = lab.parameters
    lab.step()
    assert len(lab.path) == 2 and lab.path[0][0] == last


@EACH
def test_a_run_ends_when_the_loss_hardly_falls_and_says_so(lab, monkeypatch):
    monkeypatch.setattr(module, "STILL_STEPS", 60)
    monkeypatch.setattr(module, "STILL_SHARE", 1.0)
    letter = lab.objective_of(lab.state)
    for count in (61, 121):  # a second run goes on from there
        lab.run()
        lab.descent.runner.join(WAIT)
        assert len(lab.path) == count and "Run" in run_says(lab)
        assert text_of(lab.status).startswith(
            f"{letter} hardly falls any more: by less than 100 % in the last 60 steps. ")


@pytest.mark.parametrize("name", ["example"])
def test_a_run_goes_on_while_the_loss_falls_and_gets_faster(lab, monkeypatch):
    monkeypatch.setattr(module, "MOST_STEPS", 1000)
    monkeypatch.setattr(module, "STILL_STEPS", 60)
    monkeypatch.setattr(module, "STILL_SHARE", -1.0)
    counts = []
    lab.listeners.add(counter := Frames(lambda: counts.append(len(lab.path) - 1)))
    lab.run()
    lab.descent.runner.join(WAIT)
    assert counter and counts[:22] == [*range(20, 401, 20), 440, 480]
    assert 2 * lab.descent.steps_per_frame < counts[-1] - counts[-2] <= counts[-2] / 9
    assert lab.descent._next_frame(30_000) == lab.descent.most_per_frame


class Frames:
    """Told of each state that the lab shows."""

    def __init__(self, lab_changed):
        self.lab_changed = lab_changed


@pytest.mark.parametrize("name", ["example"])
def test_words_of_the_pictures_wait_for_the_end_of_a_run(lab, rests, monkeypatch):
    monkeypatch.setattr("mlp_widgets.widgets.later.REST_SECONDS", 3600)
    before, words = lab.canvases["curve"]._words.value, lab.canvases["curve"].words
    lab.set(x=1.0)
    words = lab.canvases["curve"]._words.value
    assert words != before
    lab.descent.runner._pause = 5 * WAIT
    lab.run()
    wait_until(lambda: len(lab.path) > 1)
    with lab.locked():
        assert lab.canvases["curve"]._words.value == words
    lab.pause()
    lab.descent.runner.join(WAIT)
    assert lab.canvases["curve"]._words.value == lab.canvases["curve"].words


@pytest.mark.parametrize("name", ["example"])
def test_the_next_step_may_begin_a_new_path(lab):
    lab.step(3)
    here = lab.parameters
    lab.descent.begin_here()
    lab.step(2)
    lab.rewind()
    assert lab.parameters == here
    as_new(lab)
    assert len(lab.path) == 1
