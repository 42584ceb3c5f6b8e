"""Calls that cannot be, errors that are over, and runs that could not begin: in every lab."""

from __future__ import annotations

import threading

import pytest
from any_state import examples
from helpers import live_widgets
from lab_tools import EACH_LAB, EACH_LAB_MUCH, KINDS, SMALLER, find, text_of, wait_until

from mlp_widgets import ThreeNeuronLab
from mlp_widgets.core import Diverged
from mlp_widgets.fields import declared
from mlp_widgets.widgets.runner import Runner
from mlp_widgets.widgets.training_run import NO_STEP

TRAINING = [name for name, kind in KINDS.items()
            if not kind.descends and hasattr(kind, "training")]
"""Labs with a training beside their parameters."""


@pytest.fixture
def no_threads(monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)


# -- counts ---------------------------------------------------------------------------------------


@EACH_LAB
@pytest.mark.parametrize("count", [1.5, -1, "2", True, None, 10**400, float("nan")])
def test_a_count_of_steps_is_a_whole_number(name, count, unseen):
    lab = unseen(name)
    before = lab.state
    with pytest.raises(ValueError) as error:
        lab.step(count)
    sentence = str(error.value)
    assert sentence.startswith("count must be a") or "no gradient descent" in sentence
    assert "\n" not in sentence and lab.state is before and lab.progress.key in (0, None)


# -- errors that are over -------------------------------------------------------------------------


@EACH_LAB
@pytest.mark.parametrize("what", ["reset", "undo", "preset", "refresh"])
def test_an_error_is_over_with_the_next_thing_that_works(name, what, unseen):
    lab = unseen(name)
    with lab.asked(by_hand=True):
        lab.change(**next(iter(changed(lab))))
    lab.show_error("an error from before")
    if what == "preset":
        next(iter(lab.preset_buttons.values())).click()
    else:
        getattr(lab, what)()
    assert text_of(lab.error) == ""


def changed(lab):
    """Changes of one field that a lab takes."""
    for name, of in declared(lab.state_type).items():
        for value in examples(name, of) if of.role.of_the_network else ():
            try:
                if lab.state.changed(**{name: value}) != lab.state:
                    yield {name: value}
            except ValueError:
                continue


@pytest.mark.parametrize("name", TRAINING)
def test_an_error_is_over_with_the_next_training(name, unseen):
    lab = unseen(name)
    for go in (lambda: lab.step(1), lab.training_run.rewind):
        lab.show_error("an error from before")
        go()
        assert text_of(lab.error) == ""


def test_an_error_stays_where_the_lab_shows_the_last_good_state(kept):
    lab = kept("three_neuron")
    lab.set(learning_rate=10.0)
    for _ in range(2):
        find(lab, "mlp-step").click()
        find(lab, "mlp-ten-steps").click()
        assert "Stopped after step" in text_of(lab.error)
    with pytest.raises(Diverged):
        lab.step(10)


def test_the_steps_of_revive_say_that_they_diverged(kept):
    lab = kept("two_hidden")
    lab.preset("worked example")
    lab.set(learning_rate=10.0)
    assert lab.numbers.dead_weights
    find(lab, "mlp-revive").click()
    assert "Stopped after step 0" in text_of(lab.error)
    assert "the first step diverges" in text_of(lab.status)


# -- a training that has not begun ----------------------------------------------------------------


@pytest.mark.parametrize("name", TRAINING)
def test_a_training_that_is_stopped_before_its_first_step_says_so(name, unseen, monkeypatch):
    lab = unseen(name)
    monkeypatch.setattr(lab.training_run.runner, "start", lambda: None)
    monkeypatch.setattr(Runner, "running", property(lambda runner: True))
    lab.training_run._begin()
    lab.pause()
    assert text_of(lab.status) == f"Training paused. {NO_STEP}"
    lab.step(1)
    assert NO_STEP not in text_of(lab.status) and "After 1" in text_of(lab.status)


# -- the stepper ----------------------------------------------------------------------------------


def test_back_goes_back_where_other_points_have_fewer_steps():
    lab = ThreeNeuronLab(scale=0.5, data=([0, 1, 2], [1, 2, 3]), hour=1)
    stepper = lab.stepper
    lab.operation = full = stepper.count
    lab.hour = 1.5  # no point: no loss, and so no backward pass
    assert stepper.count < full and stepper.slider.value == stepper.count
    find(lab, "mlp-back").click()
    assert stepper.slider.value == stepper.count - 1
    lab.close()


# -- where no thread can start --------------------------------------------------------------------


@EACH_LAB_MUCH
def test_a_lab_whose_run_could_not_begin_closes_and_leaves_nothing(name, no_threads):
    before = live_widgets()
    lab = KINDS[name](scale=0.5, **SMALLER.get(name, {}))
    for css in ("mlp-run", "mlp-play"):
        if (button := find(lab, css)) is not None and not button.disabled:
            button.click()
            assert "can't start new thread" in text_of(lab.error)
            assert not any(runner.running for runner in runners(lab))
    lab.close()
    assert live_widgets() == before


def runners(lab):
    """All that may run in a lab."""
    parts = (lab.descent, lab.stepper, getattr(lab, "training_run", None))
    return [part.runner for part in parts if part is not None]


def test_a_run_that_could_not_begin_begins_when_it_can(monkeypatch):
    ticks = []
    runner = Runner(lambda: bool(ticks.append(1)))
    with monkeypatch.context() as no_thread:
        no_thread.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError):
            runner.start()
        assert not runner.running
        runner.stop()
        runner.join()
    runner.start()
    wait_until(lambda: not runner.running)
    assert ticks == [1]


def fail(thread):
    raise RuntimeError("can't start new thread")
