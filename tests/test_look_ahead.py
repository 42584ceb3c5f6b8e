"""At rest: frames drawn ahead are found by the next key press and are right; words follow."""

from __future__ import annotations

import html

import ipywidgets as widgets
import pytest
from test_labs import LABS, canvases, check_like_new, of_kind
from test_panel import text_of

from mlp_widgets.widgets.look_ahead import neighbours
from mlp_widgets.widgets.sliders import SteppedLogSlider, SteppedSlider

pytestmark = pytest.mark.usefixtures("looks_ahead")
WAIT = 20
SLIDERS = (SteppedSlider, SteppedLogSlider, widgets.IntSlider)


def one_step(slider, direction: int) -> float:
    """What an arrow key sends to the kernel."""
    if isinstance(slider, SteppedLogSlider):
        return slider.value * 10 ** (direction * slider.step)
    return slider.value + direction * slider.step


def press(lab, slider, direction: int) -> None:
    """One arrow key, as a message of the page."""
    slider.set_state({"value": one_step(slider, direction)})
    lab.look_ahead.join(WAIT)


def middle(lab, slider) -> None:
    """Move a slider away from its ends, and forget what was drawn ahead."""
    low, high = slider.min, slider.max
    if isinstance(slider, SteppedLogSlider):
        slider.value = slider.on_step(10 ** (0.45 * low + 0.55 * high))
    elif isinstance(slider, SteppedSlider):
        slider.value = slider.on_step(0.45 * low + 0.55 * high)
    else:
        slider.value = (low + high) // 2
    lab.look_ahead.join(WAIT)
    for canvas in canvases(lab):
        canvas._ready.clear()


@pytest.mark.parametrize("name", LABS)
def test_the_next_key_press_finds_its_frame_ready(name, make):
    lab, moved = make(name), 0
    for slider in of_kind(lab, *SLIDERS):
        for direction in (1, -1):
            middle(lab, slider)
            press(lab, slider, direction)
            ready = [dict(canvas._ready) for canvas in canvases(lab)]
            names = [canvas._name(canvas._shown) for canvas in canvases(lab)]
            press(lab, slider, direction)
            for canvas, pngs, before in zip(canvases(lab), ready, names, strict=True):
                now = canvas._name(canvas._shown)
                if now != before:  # some sliders change one canvas only
                    assert now in pngs and bytes(canvas.image.value) == pngs[now].png, slider
                    moved += 1
            assert text_of(lab.error) == ""
    assert moved > 5
    lab.look_ahead.stop()
    check_like_new(lab, make)


@pytest.mark.parametrize("name", LABS)
def test_going_on_and_back_shows_what_a_new_lab_shows(name, make):
    lab = make(name)
    for slider in of_kind(lab, *SLIDERS)[:4]:
        middle(lab, slider)
        for direction in (1, 1, -1, 1, -1, -1, -1):
            press(lab, slider, direction)
    check_like_new(lab, make)


@pytest.mark.parametrize("name", LABS)
def test_looking_ahead_changes_no_state(name, make):
    lab = make(name)
    slider = of_kind(lab, *SLIDERS)[0]
    middle(lab, slider)
    press(lab, slider, 1)
    state, solution, path = lab.state, lab.solution, getattr(lab, "path", None)
    press(lab, slider, 1)
    press(lab, slider, -1)
    assert lab.state == state and lab.solution.state == solution.state
    assert getattr(lab, "path", None) == path


def test_the_next_state_is_not_solved_twice(make, monkeypatch):
    lab, solved = make("deep_chain"), []
    real = lab.solve
    monkeypatch.setattr(lab, "solve", lambda state: solved.append(state) or real(state))
    slider = lab.controls.rows["w"].slider
    press(lab, slider, 1)
    ahead = [state.w for state in solved]
    assert ahead == [1.05, 1.1, 1.0]
    press(lab, slider, 1)
    assert lab.w == 1.1 and lab.solution.state == lab.state
    assert [state.w for state in solved[3:]] == [1.15, 1.05]  # the new neighbours only


def test_only_a_slider_that_moved_one_number_is_looked_ahead_for(make):
    lab = make("three_neuron")
    lab.set(w11=0.8)
    lab.controls.presets[1].click()
    assert lab.look_ahead._timer is None
    lab.table.boxes["w11"].value = 0.7
    assert ahead(lab) == []
    lab.table.sliders["w11"].value = 1.0
    assert [state.w11 for state in ahead(lab)] == [1.05, 0.95]


def ahead(lab) -> list:
    """The states that are to be drawn ahead once the control rests."""
    _turn, states = lab.look_ahead._timer.args
    return states


@pytest.mark.parametrize("name", LABS)
def test_words_come_when_the_slider_rests_and_at_once_from_a_button(name, make, monkeypatch):
    lab = make(name)
    monkeypatch.setattr("mlp_widgets.widgets.look_ahead.REST_SECONDS", 0.3)
    slider = of_kind(lab, *SLIDERS)[0]
    before = [canvas.words.value for canvas in canvases(lab)]
    middle(lab, slider)
    press(lab, slider, 1)
    lab.look_ahead.join(WAIT)
    rested = [canvas.words.value for canvas in canvases(lab)]
    assert rested != before and " ".join(map(html.unescape, rested)) in lab.words
    lab.reset()
    assert [canvas.words.value for canvas in canvases(lab)] == before


def test_while_a_slider_moves_no_words_are_sent(make, monkeypatch):
    monkeypatch.setattr("mlp_widgets.widgets.look_ahead.REST_SECONDS", 3600)
    lab = make("three_neuron")
    before, told = lab.canvas.words.value, lab.words
    lab.table.sliders["w11"].value = 1.0
    assert lab.canvas.words.value == before and lab.words != told


def test_a_state_that_cannot_be_solved_is_passed_over(make, monkeypatch):
    lab = make("three_neuron")

    def solve(state, real=lab.solve):
        if state.w11 > 1.0:
            raise ValueError("too far")
        return real(state)

    monkeypatch.setattr(lab, "solve", solve)
    press(lab, lab.table.sliders["w11"], 1)
    lab.table.sliders["w11"].value = 1.0
    lab.look_ahead.join(WAIT)
    assert text_of(lab.error) == "" and len(lab.canvas._ready) == 2  # before, and one step down
    lab.table.sliders["w11"].value = 1.05
    assert "too far" in text_of(lab.error) and lab.w11 == 1.0


def test_after_a_slow_move_nothing_is_drawn_ahead(make, monkeypatch):
    lab = make("three_neuron")
    before = lab.state
    lab.table.sliders["w11"].value = 1.0
    for seconds, drawn in ((0.1, True), (0.2, False)):
        monkeypatch.setattr("mlp_widgets.widgets.look_ahead.LONGEST_SECONDS", 0.15)
        lab.look_ahead._timer = None
        lab.look_ahead.moved(lab.table.sliders["w11"], before, seconds)
        assert bool(ahead(lab)) == drawn


def test_a_closed_lab_draws_nothing_ahead(make):
    lab = make("three_neuron")
    lab.table.sliders["w11"].value = 1.0
    lab.close()
    lab.look_ahead.join(WAIT)
    assert not lab.look_ahead._timer.is_alive()


def test_neighbours_are_one_step_away_and_inside():
    made = [SteppedSlider(min=-1, max=1, step=0.1, value=0.3),
            SteppedSlider(min=0, max=1, step=0.5),
            SteppedLogSlider(min=-3, max=0, step=0.5, value=0.01), widgets.IntSlider(4, 0, 4),
            widgets.FloatText(3.0), widgets.Checkbox()]  # fmt: skip
    found = [neighbours(control) for control in made]
    assert found == [[0.4, 0.2], [0.5], [0.0316228, 0.00316228], [3], [], []]
    for widget in made:
        widget.close()
