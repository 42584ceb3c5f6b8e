"""What all labs inherit, on the smallest panel: state, undo, errors in words, freed widgets."""

from __future__ import annotations

import gc
import html
import re
import threading
from dataclasses import dataclass, replace
from types import SimpleNamespace

import ipywidgets as widgets
import pytest

from mlp_widgets.widgets import panel as panel_module
from mlp_widgets.widgets.panel import GROUP_SECONDS, UNDO_LEVELS, Panel

WAIT = 20


@dataclass(frozen=True)
class State:
    number: float
    other: str = "a"
    note: str = ""


class Small(Panel):
    """A box, a slider and a button on a state of three fields; negative numbers are refused."""

    undoable = ("number", "other")

    def __init__(self, number=1.0, broken=False):
        super().__init__(State(number))
        self.solved, self.shown, self.broken = 0, [], broken
        self.box = widgets.FloatText()
        self.word = widgets.Text()
        self.on_value(self.box, lambda value: self.change(group="number", number=value))
        self.on_value(self.word, lambda value: self.change(other=value))
        self.double = self.button("Double", "mlp-double", lambda: self.change(number=2 * self.n))
        self.assemble(self.box, self.word, self.double)

    @property
    def n(self):
        return self.state.number

    def solve(self, state):
        if state.number < 0:
            raise ValueError(f"the number must not be <b>negative</b>, got {state.number:g}")
        if state.number > 1e6:
            raise ArithmeticError("the number is out of reach")
        return state.number**2

    def frames(self, state, solution):
        return ()

    def show(self):
        self.shown.append(self.state.number)
        if self.broken:
            raise KeyError("no picture")
        self.box.value, self.word.value = self.state.number, self.state.other

    def describe(self):
        return f"The square is {self.solution:g}, other <{self.state.other}>."


@pytest.fixture
def panel():
    made = Small()
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(panel_module, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def text_of(line) -> str:
    """What a status or error line says, without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", line.value)).removeprefix("⚠ ")


# --- one way to change the state ---


def test_a_change_reaches_state_solution_controls_and_status(panel):
    panel.change(number=3.0, other="b")
    assert (panel.state, panel.solution) == (State(3.0, "b"), 9.0)
    assert (panel.box.value, panel.word.value) == (3.0, "b")
    assert text_of(panel.status) == "The square is 9, other <b>."
    assert panel.shown[-1] == 3.0


def test_a_control_changes_the_state_once(panel):
    shown = len(panel.shown)
    panel.box.value = 4.0
    assert panel.n == 4.0 and len(panel.shown) == shown + 1
    panel.double.click()
    assert panel.n == panel.box.value == 8.0 and len(panel.shown) == shown + 2


def test_no_change_shows_nothing(panel):
    shown = len(panel.shown)
    panel.change(number=1.0)
    assert len(panel.shown) == shown and panel._undo == []


@pytest.mark.parametrize("bad", [-1.0, 2e6])
def test_a_state_without_solution_changes_nothing(panel, bad):
    before = panel.state, panel.solution, list(panel.shown), list(panel._undo)
    with pytest.raises((ValueError, ArithmeticError)):
        panel.change(number=bad)
    assert (panel.state, panel.solution, panel.shown, panel._undo) == before


def test_a_state_that_cannot_be_shown_is_taken_back(panel):
    real = panel.show

    def show():
        real()
        if panel.n == 5:
            raise ZeroDivisionError("picture of 5")

    panel.show = show
    with pytest.raises(ZeroDivisionError):
        panel.change(number=5.0)
    assert (panel.state, panel.solution, panel.box.value) == (State(1.0), 1.0, 1.0)
    assert text_of(panel.status).startswith("The square is 1,")
    panel.undo()
    assert text_of(panel.status) == "Nothing to undo."


def test_an_undo_that_cannot_be_shown_can_be_tried_again(panel):
    panel.change(number=2.0)
    panel.broken = True
    with pytest.raises(KeyError):
        panel.undo()
    panel.broken = False
    assert panel.n == 2.0
    panel.undo()
    assert panel.n == 1.0


# --- errors in callbacks ---


def test_an_error_in_a_callback_is_a_sentence_and_the_control_goes_back(panel):
    panel.box.value = -7.0
    assert panel.state == State(1.0) and panel.box.value == 1.0
    assert text_of(panel.error) == "the number must not be <b>negative</b>, got -7"
    assert 'role="alert"' in panel.error.value and "<b>" not in panel.error.value
    assert "&lt;b&gt;" in panel.error.value
    panel.box.value = 3e6
    assert text_of(panel.error) == "the number is out of reach" and panel.box.value == 1.0


def test_the_next_good_change_clears_the_error(panel):
    panel.box.value = -7.0
    panel.box.value = 2.0
    assert text_of(panel.error) == "" and panel.n == 2.0
    panel.box.value = -7.0
    panel.change(number=6.0)
    assert text_of(panel.error) == ""


def test_an_unexpected_exception_is_shown_with_its_name(panel):
    def fail():
        raise KeyError("<script>")

    made = panel.button("Fail", "mlp-fail", fail)
    made.click()
    assert text_of(panel.error) == ("This did not work (KeyError: '<script>'). "
                                    "The last good state is kept.")
    assert "<script>" not in panel.error.value and panel.state == State(1.0)
    made.layout.close()
    made.style.close()
    made.close()


def test_a_panel_that_cannot_show_at_all_still_says_so(panel):
    panel.broken = True
    panel.box.value = 2.0  # no exception leaves the callback
    assert "KeyError: 'no picture'" in text_of(panel.error)
    assert (panel.state, panel.solution) == (State(1.0), 1.0)
    panel.broken = False
    panel.box.value = 3.0
    assert panel.n == 3.0 and text_of(panel.error) == ""


def test_controls_set_by_the_lab_do_not_call_back(panel):
    with panel.syncing():
        with panel.syncing():
            panel.box.value = 5.0
        panel.box.value = 6.0
        panel.double.click()
    assert panel.n == 1.0
    panel.box.value = 7.0
    assert panel.n == 7.0


@dataclass(frozen=True)
class Fields:
    w2_1: float = 1.0
    learning_rate: float = 0.01
    skip: bool = False
    points: tuple = ()


@pytest.mark.parametrize(("changes", "words"), [
    ({"w2_1": -0.5}, "w₂¹ = −0.5. "),
    ({"skip": True, "learning_rate": 0.2}, "learning rate = 0.2. skip = on. "),
    ({"points": (1,)}, ""), ({}, ""),
    ({"skip": True, "learning_rate": 0.2, "w2_1": 0}, ""),
])  # fmt: skip
def test_what_changed_is_told_if_it_is_little(changes, words):
    assert panel_module.changes_in_words(Fields(), replace(Fields(), **changes)) == words


def test_the_status_is_escaped_and_live(panel):
    panel.say("a < b & <i>")
    assert 'role="status"' in panel.status.value
    assert "a &lt; b &amp; &lt;i&gt;" in panel.status.value


# --- undo and reset ---


def test_undo_goes_back_through_all_changes(panel, clock):
    for value in (2.0, 3.0, 4.0):
        panel.change(number=value)
    for value in (3.0, 2.0, 1.0):
        panel.undo()
        assert panel.n == panel.box.value == value
        assert text_of(panel.status) == f"Undone. The square is {value**2:g}, other <a>."
    panel.undo()
    assert panel.n == 1.0 and text_of(panel.status) == "Nothing to undo."


def test_quick_moves_of_one_control_are_undone_together(panel, clock):
    for value in (2.0, 3.0, 4.0):
        clock.seconds += 0.5 * GROUP_SECONDS
        panel.box.value = value
    clock.seconds += 2 * GROUP_SECONDS
    panel.box.value = 5.0
    clock.seconds += 0.5 * GROUP_SECONDS
    panel.word.value = "b"  # another control: a step of its own
    panel.undo()
    assert panel.state == State(5.0, "a")
    panel.undo()
    assert panel.n == 4.0
    panel.undo()
    assert panel.n == 1.0


def test_a_move_after_an_undo_is_a_step_of_its_own(panel, clock):
    panel.box.value = 2.0
    panel.undo()
    panel.box.value = 3.0
    panel.undo()
    assert panel.n == 1.0
    panel.undo()
    assert panel.n == 1.0


def test_undo_leaves_other_fields_as_they_are(panel):
    panel.change(note="view")
    assert panel._undo == []
    panel.change(number=2.0, note="other view")
    panel.undo()
    assert panel.state == State(1.0, "a", "other view")


def test_undo_keeps_so_many_levels(panel):
    for value in range(UNDO_LEVELS + 50):
        panel.change(number=10.0 + value)
    assert len(panel._undo) == UNDO_LEVELS
    for _ in range(UNDO_LEVELS + 5):
        panel.undo()
    assert panel.n == 59.0


def test_reset_is_undone_like_any_change(panel, clock):
    panel.change(number=2.0, other="b", note="view")
    panel.reset()
    assert panel.state == panel.initial == State(1.0)
    panel.undo()
    assert panel.state == State(2.0, "b")


# --- threads and the end ---


def test_changes_from_many_threads_leave_one_consistent_panel(panel):
    def change(start):
        for value in range(start, start + 40):
            panel.change(number=float(value))

    threads = [threading.Thread(target=change, args=(100 * k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert panel.n in (139.0, 239.0, 339.0, 439.0)
    assert panel.box.value == panel.n and panel.solution == panel.n**2
    assert len(panel._undo) == 160


def test_a_callback_waits_for_the_change_under_way(panel):
    started, finish, done = (threading.Event() for _ in range(3))
    real = panel.show

    def slow_show():
        started.set()
        finish.wait(WAIT)
        real()

    panel.show = slow_show
    first = threading.Thread(target=lambda: panel.change(number=2.0))
    first.start()
    assert started.wait(WAIT)

    def second():
        panel.box.value = 5.0
        done.set()

    other = threading.Thread(target=second)
    other.start()
    assert not done.wait(0.05)  # it waits, and is not dropped as a callback of the lab's own
    finish.set()
    first.join(WAIT)
    other.join(WAIT)
    assert panel.n == panel.box.value == 5.0


def live_widgets() -> set[str]:
    """Ids of all widgets that ipywidgets keeps alive."""
    from ipywidgets.widgets import widget as base

    known = getattr(base, "_instances", None)  # 8; before it was Widget.widgets
    return set(widgets.Widget.widgets if known is None else known)


def test_close_frees_the_widgets():
    gc.collect()
    before = live_widgets()
    made = Small()
    assert len(live_widgets()) >= len(before) + 8
    made.close()
    made.close()  # again: nothing happens
    assert live_widgets() == before


def test_a_panel_says_what_it_lacks():
    bare = object.__new__(Panel)
    calls = (lambda: bare.solve(None), lambda: bare.frames(None, None), bare.describe,
             bare.snapshot)
    for call in calls:
        with pytest.raises(TypeError, match="Panel must define"):
            call()
