"""Sliders that stand on steps: what the lab puts there comes back from the browser unmoved."""

from __future__ import annotations

import math
import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_widgets.widgets import sliders
from mlp_widgets.widgets.sliders import (
    CELLS,
    RETURN_SECONDS,
    SteppedLogSlider,
    SteppedSlider,
    _CellClock,
    set_ends,
)

RANGES = [(-2.0, 2.0, 0.05), (-15.0, 15.0, 0.1), (0.0, 23.0, 1.0), (-7.0, 1e4, 13.3)]
RANGES += [(3.0, 3.1, 7e-4), (-5e9, 5e9, 1e8), (1e-5, 3e-5, 4e-7)]


@pytest.fixture
def clock(monkeypatch):
    """The time that the sliders see; it moves only when a test moves it."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(sliders, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def moved():
    """A slider of step 0.05 and the list of values that its observers saw."""
    slider, seen = SteppedSlider(min=-2.0, max=2.0, step=0.05, value=0.0), []
    slider.observe(lambda change: seen.append(change["new"]), names="value")
    yield slider, seen
    slider.layout.close()
    slider.style.close()
    slider.close()


# --- steps ---


@given(st.sampled_from(RANGES), st.floats(-1e6, 1e6))
def test_a_handle_stands_on_the_nearest_step(ends, value):
    low, high, step = ends
    slider = SimpleNamespace(min=low, max=high, step=step)
    got = SteppedSlider.on_step(slider, value)
    assert low <= got <= high
    inside = min(max(value, low), high)
    assert abs(got - inside) <= 0.5001 * step or got + step > high
    k = (got - low) / step
    assert abs(k - round(k)) < 2e-3 or got == high
    assert SteppedSlider.on_step(slider, got) == got


@given(st.floats(-400, 400))
def test_a_log_handle_stands_on_the_nearest_step(exponent):
    slider = SimpleNamespace(min=-5.0, max=1.0, step=0.05)
    got = SteppedLogSlider.on_step(slider, 10.0 ** max(min(exponent, 300), -320))
    assert 1e-5 <= got <= 10
    assert abs(math.log10(got) - min(max(exponent, -5), 1)) <= 0.0251
    assert SteppedLogSlider.on_step(slider, got) == got


def test_a_log_handle_of_zero_stands_at_its_low_end():
    slider = SimpleNamespace(min=-5.0, max=1.0, step=0.05)
    assert SteppedLogSlider.on_step(slider, 0.0) == SteppedLogSlider.on_step(slider, -1.0) == 1e-5


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)), min_size=1, max_size=5))
def test_ends_change_to_any_others(ranges):
    slider = SteppedSlider(min=-1.0, max=1.0, step=0.1)
    for low, width in ranges:
        set_ends(slider, low, low + width, width / 50)
        assert (slider.min, slider.max, slider.step) == (low, low + width, width / 50)
        assert low <= slider.value <= low + width
    slider.layout.close()
    slider.style.close()
    slider.close()


def test_a_value_outside_stands_at_the_end(moved):
    slider, _ = moved
    slider.put(17.3)
    assert slider.value == 2.0
    slider.put(-17.3)
    assert slider.value == -2.0


# --- what the browser sends ---


@pytest.mark.parametrize("given_value", [0.123, 0.15, -1.9999, 17.0, 1e-9])
@pytest.mark.parametrize("noise", [0.0, 1e-16, -3e-13])
def test_a_value_that_comes_back_is_no_move(moved, clock, given_value, noise):
    slider, seen = moved
    slider.put(given_value)
    put, seen[:] = slider.value, []
    slider.set_state({"value": put + noise})
    clock.seconds += 100  # however late, the last value given is no move
    slider.set_state({"value": put + noise})
    assert seen == [] and slider.value == put


def test_an_earlier_value_that_comes_back_late_is_no_move(moved, clock):
    slider, seen = moved
    for value in (0.5, 0.6, 0.7):  # a run: three frames are under way
        slider.put(value)
    seen.clear()
    clock.seconds += 0.9 * RETURN_SECONDS
    for value in (0.5, 0.6, 0.7):
        slider.set_state({"value": value})
    assert seen == [] and slider.value == 0.7


def test_the_earlier_value_counts_as_a_move_when_time_has_passed(moved, clock):
    slider, seen = moved
    slider.put(0.5)
    slider.put(0.7)
    seen.clear()
    clock.seconds += 1.1 * RETURN_SECONDS
    slider.set_state({"value": 0.5})
    assert seen == [0.5] and slider.value == 0.5


def test_right_after_a_cell_every_value_given_before_may_come_back(moved, clock, monkeypatch):
    """While cells run, the kernel does not listen: what the page sends back waits for their end."""
    slider, seen = moved
    for value in (0.5, 0.5, 0.6, 0.7):
        slider.put(value)
    seen.clear()
    clock.seconds += 60
    sent = []
    monkeypatch.setattr(CELLS, "ended", clock.seconds - 0.5)
    monkeypatch.setattr(type(slider), "send_state", lambda _, key: sent.append(key))
    for value in (0.5, 0.6, 0.7):
        slider.set_state({"value": value})
    assert seen == [] and slider.value == 0.7
    assert sent == ["value"] * 3  # if it was a move after all, the handle must not stay there
    slider.set_state({"value": 0.65})
    assert seen == [0.65]
    slider.set_state({"value": 0.5})
    assert seen == [0.65, 0.5]


def test_an_old_value_comes_back_once_and_the_next_time_it_is_a_move(moved, clock, monkeypatch):
    slider, seen = moved
    for value in (1.0, 0.5, 1.0, -1.0):
        slider.put(value)
    seen.clear()
    clock.seconds += 60
    monkeypatch.setattr(CELLS, "ended", clock.seconds - 0.5)
    for _ in range(2):  # given twice
        slider.set_state({"value": 1.0})
        assert seen == [] and slider.value == -1.0
    slider.set_state({"value": 1.0})
    assert seen == [1.0]


def test_the_end_of_a_cell_is_noted(monkeypatch):
    told = []
    shell = SimpleNamespace(events=SimpleNamespace(register=lambda *what: told.append(what)))
    monkeypatch.setattr("mlp_widgets.widgets.sliders.get_ipython", lambda: shell)
    clock = _CellClock()
    clock.watch()
    clock.watch()
    assert [name for name, _ in told] == ["post_run_cell"] and clock.ended < 0
    told[0][1](None)
    assert time.monotonic() - clock.ended < 60


def test_a_move_is_a_move(moved, clock):
    slider, seen = moved
    slider.put(0.123)
    seen.clear()
    slider.set_state({"value": 0.15000000000000002})  # as the browser computes min + k step
    slider.set_state({"value": 0.2})
    slider.set_state({"value": 0.15})
    assert seen == [0.15, 0.2, 0.15]


def test_after_a_move_the_value_given_before_is_a_move(moved, clock):
    slider, seen = moved
    slider.put(0.1)
    seen.clear()
    slider.set_state({"value": 0.15})
    slider.set_state({"value": 0.1})
    assert seen == [0.15, 0.1]


def test_a_log_slider_knows_its_value_again(clock):
    slider, seen = SteppedLogSlider(min=-5, max=1, step=0.05), []
    slider.put(0.001234)
    slider.observe(lambda change: seen.append(change["new"]), names="value")
    slider.set_state({"value": 10 ** (-5 + 42 * 0.05)})
    assert seen == [] and slider.value == pytest.approx(10**-2.9, rel=1e-5)
    slider.set_state({"value": 10 ** (-5 + 43 * 0.05)})
    assert seen == [pytest.approx(10**-2.85, rel=1e-5)]
    slider.layout.close()
    slider.style.close()
    slider.close()


def test_other_fields_pass(moved):
    slider, seen = moved
    slider.put(0.5)
    seen.clear()
    slider.set_state({"description": "w", "value": 0.5})
    slider.set_state({"disabled": True})
    assert (slider.description, slider.disabled, seen) == ("w", True, [])


@pytest.mark.parametrize("echo", [True, False])
def test_a_move_is_echoed_as_ipywidgets_does(moved, clock, monkeypatch, echo):
    # JUPYTER_WIDGETS_ECHO=1: the kernel confirms each value to all views of the widget
    from ipywidgets.widgets import widget as base

    if not hasattr(base, "JUPYTER_WIDGETS_ECHO"):
        return  # ipywidgets 7 has no echo
    slider, _ = moved
    sent = []
    monkeypatch.setattr(base, "JUPYTER_WIDGETS_ECHO", echo)
    monkeypatch.setattr(type(slider), "_send", lambda _, msg, buffers=None: sent.append(msg))
    slider.put(0.5)
    sent.clear()
    slider.set_state({"value": 0.75})
    echoes = [msg["state"] for msg in sent if msg["method"] == "echo_update"]
    assert echoes == ([{"value": 0.75}] if echo else [])
