"""What all labs share, on the example lab: state, undo, errors in words, threads, freed widgets."""

from __future__ import annotations

import base64
import gc
import threading
from dataclasses import dataclass, replace
from inspect import signature
from types import SimpleNamespace

import ipywidgets as widgets
import pytest
from example_lab import ExampleLab, ExampleState
from lab_tools import (
    EACH_LAB,
    WAIT,
    check_sent,
    find,
    live_widgets,
    problem,
    text_of,
    tree,
    type_in,
    wait_until,
)

from mlp_widgets.drawing.picture import Picture, Scene
from mlp_widgets.fields import (
    DATA,
    PARAMETER,
    VIEW,
    State,
    changes_in_words,
    declared,
    number,
    parsed,
    switch,
)
from mlp_widgets.widgets import history as history_module
from mlp_widgets.widgets import later as later_module
from mlp_widgets.widgets.canvas import Progress
from mlp_widgets.widgets.cell import Cell
from mlp_widgets.widgets.controls import Control, control_of
from mlp_widgets.widgets.history import GROUP_SECONDS
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.later import Later

pytestmark = pytest.mark.usefixtures("painted")
FIRST = ExampleState()


@pytest.fixture
def lab(kept):
    made = kept("example")
    made.appear()  # as in a page: its picture is drawn
    return made


@pytest.fixture
def clock(monkeypatch):
    """The time that undo sees; it moves only when a test moves it."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(history_module, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def box(lab, name="w1"):
    return find(lab, f"mlp-box-{name}")


def count_calls(monkeypatch, lab, name: str) -> list:
    """The arguments of all calls of a method from now on."""
    calls, real = [], getattr(lab, name)

    def counted(*arguments):
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setitem(lab.__dict__, name, counted)
    return calls


def failing(error: Exception):
    def fail(*_, **__):
        raise error

    return fail


# --- how it is made, and what it says ---


def test_the_scale_is_given_by_name_and_from_a_quarter_to_8():
    assert ExampleLab().scale == signature(ExampleLab).parameters["scale"].default == 2.0
    assert [ExampleLab(scale=scale).scale for scale in (0.25, 8)] == [0.25, 8.0]
    for scale in (0.24, 8.5):
        with pytest.raises(ValueError, match=f"^scale must be a number from .* got {scale}"):
            ExampleLab(scale=scale)
    with pytest.raises(TypeError, match="positional"):
        ExampleLab(1.0)
    assert ExampleLab.__doc__.startswith("y = w2 f(w1 x).\n\n")


def test_numbers_in_words_and_in_the_table():
    """ŷ = w2 w1 x: with 1.111 · 1.5 · 2 = 3.333 the loss is (3.333 - 1)² = 5.442889."""
    lab = ExampleLab(w1=1.111)
    assert lab.headline(lab.numbers) == ("J", "5.4429")
    lab.w1 = 0.6  # ŷ = 1.8: ∂J/∂w1 = 2 · 0.8 · 1.5 · 2, ∂J/∂w2 = 2 · 0.8 · 1.2
    assert lab.describe() == lab.in_words() == "J = 0.64."
    assert lab.table_rows() == [("parameter", "value", "∂J/∂θ"), ("w₁", "0.6", "+4.8"),
                                ("w₂", "1.5", "+1.92"), ("J", "", "0.64")]
    lab.w2 = 0.5  # ŷ = 0.6
    assert lab.describe() == "J = 0.16." and max(lab.gradient.values()) < 0
    lab.covered = True
    assert [row[2] for row in lab.table_rows()[1:3]] == ["?", "?"]
    assert lab.in_words().startswith("J = 0.16. ") and lab.in_words() != lab.describe()


@pytest.mark.parametrize("what", ["run", "pause", "rewind"])
def test_what_is_seen_in_the_page_makes_the_widgets(what):
    lab = ExampleLab(scale=0.25)
    getattr(lab, what)()
    assert lab.is_built
    lab.close()


# --- one way to change the state ---


def test_a_change_reaches_state_numbers_controls_picture_and_words(lab):
    image = lab.canvases["curve"].image.value
    lab.set(w1=-0.5, activation="tanh")
    assert lab.state == replace(FIRST, w1=-0.5, activation="tanh")
    assert (lab.w1, lab.activation) == (-0.5, "tanh")
    assert box(lab).number == -0.5 and find(lab, "mlp-slider-w1").number == -0.5
    assert find(lab, "mlp-activation").value == "tanh"
    assert lab.parameters == {"w1": -0.5, "w2": 1.5}
    assert lab.canvases["curve"].image.value != image
    assert text_of(lab.status) == lab.describe() and text_of(lab.status).startswith("J = ")


def test_a_move_computes_and_shows_once(lab, monkeypatch):
    computed, shown = (count_calls(monkeypatch, lab, name) for name in ("compute", "refresh"))
    type_in(box(lab), 0.75)
    assert lab.w1 == 0.75 and len(computed) == len(shown) == 1
    find(lab, "mlp-slider-w2").value += 1
    find(lab, "mlp-preset-off").click()
    assert len(computed) == len(shown) == 3


def test_no_change_computes_nothing_and_clears_an_error(lab, monkeypatch):
    calls = count_calls(monkeypatch, lab, "compute")
    lab.show_error("an error from before")
    lab.set(w1=FIRST.w1)
    lab.w2 = FIRST.w2
    assert calls == [] and lab._history.last is None and text_of(lab.error) == ""


def test_a_misspelt_name_is_refused(lab):
    with pytest.raises(AttributeError, match="ExampleLab has no 'w3' that could be set"):
        lab.w3 = 1.0
    with pytest.raises(ValueError, match="unknown field 'w3'; known are w1, w2, x, activation"):
        lab.set(w3=1.0)
    assert lab.state == FIRST


@pytest.mark.parametrize("change", [{"w1": "1"}, {"x": 1e7}, {"w1": -2.0}], ids=str)
def test_a_state_without_numbers_changes_nothing(lab, monkeypatch, change):
    def compute(state, real=lab.compute):
        if state.w1 == -2:
            raise ValueError("these numbers make J infinite")
        return real(state)

    monkeypatch.setitem(lab.__dict__, "compute", compute)
    lab.w2 = 1.0
    before = lab.state, lab.numbers, lab._history.last, lab.canvases["curve"].image.value
    with pytest.raises(ValueError):
        lab.set(**change)
    with pytest.raises(ValueError):
        lab.load(f"ExampleLab({', '.join(f'{k}={v!r}' for k, v in change.items())})")
    assert (lab.state, lab.numbers, lab._history.last, lab.canvases["curve"].image.value) == before


@pytest.mark.parametrize("where", ["compute", "describe", "a picture", "a part"])
@pytest.mark.parametrize("by", ["code", "control", "undo"])
def test_what_fails_keeps_the_last_good_state(lab, monkeypatch, where, by):
    lab.w1 = 0.75
    before = lab.state, lab.numbers, lab._history.last, text_of(lab.status)
    fail = failing(KeyError("<no ink>"))
    if where == "a picture":
        monkeypatch.setattr(lab.canvases["curve"].picture, "update", fail)
    elif where == "a part":
        monkeypatch.setattr(lab.table, "refresh", fail)
    else:
        monkeypatch.setitem(lab.__dict__, where, fail)
    if by == "control":
        find(lab, "mlp-slider-w1").value = 3
        assert text_of(lab.error) == ("This did not work (KeyError: '<no ink>')."
                                      " The last good state is kept.")
        assert "<no ink>" not in lab.error.value
    else:
        with pytest.raises(KeyError):
            lab.undo() if by == "undo" else lab.set(w1=-1.0)
    monkeypatch.undo()
    assert (lab.state, lab.numbers, lab._history.last) == before[:3]
    lab.recover()
    assert box(lab).number == 0.75 and find(lab, "mlp-slider-w1").number == 0.75
    check_sent(lab)
    lab.undo()  # and it can be tried again
    assert lab.w1 == FIRST.w1


def test_a_picture_that_fails_once_leaves_the_last_good_one(lab, monkeypatch):
    picture, image, calls = lab.canvases["curve"].picture, lab.canvases["curve"].image.value, []
    real = picture.update

    def fail_once(scene):
        real(scene)
        calls.append(scene)
        if len(calls) == 1:
            raise RuntimeError("no ink")

    monkeypatch.setattr(picture, "update", fail_once)
    type_in(box(lab), -1.0)
    assert len(calls) == 2 and lab.w1 == 0.6  # the second is of the state that came back
    assert lab.canvases["curve"].image.value == image and "no ink" in text_of(lab.error)


def test_an_arithmetic_error_is_a_sentence_of_its_own(lab, monkeypatch):
    monkeypatch.setitem(lab.__dict__, "compute", failing(ArithmeticError("out of <reach>")))
    type_in(box(lab), 0.7)
    assert problem(lab, "w1") == "out of <reach>" and box(lab).number == 0.6


def test_a_bad_value_in_a_box_is_told_beside_it_and_the_box_goes_back(lab):
    type_in(box(lab), "1e400")
    assert problem(lab, "w1") == "w1 must be a number from −1e30 to 1e30, got ∞"
    assert box(lab).number == 0.6 and 'role="alert"' in lab.controls["w1"].problem.value
    assert text_of(lab.error) == ""  # said once
    type_in(box(lab), "0,7")
    assert problem(lab, "w1") == "" and lab.w1 == 0.7
    type_in(box(lab), "abc")
    lab.set(w2=0.25)  # any good value
    assert problem(lab, "w1") == ""


def test_controls_that_the_lab_sets_do_not_call_back(lab, monkeypatch):
    calls = count_calls(monkeypatch, lab, "compute")
    with lab.refreshing():
        with lab.refreshing():
            type_in(box(lab), 5.0)
        type_in(box(lab), 6.0)
        find(lab, "mlp-preset-off").click()
    assert calls == [] and lab.w1 == 0.6
    type_in(box(lab), 0.5)
    assert lab.w1 == 0.5


@EACH_LAB
def test_headline_and_status_are_sent_one_right_after_the_other(name, kept):
    """In a run a page paints many times while the messages of one state arrive."""
    lab, sent = kept(name), []
    lab.appear()
    for widget in tree(lab.root):
        widget.observe(lambda change: sent.append(change["owner"]))
    for preset in (*lab.presets, *lab.presets):  # one of them is in force, or made the same line
        sent.clear()
        lab.preset(preset)
        if lab.headline_text in sent:
            assert sent[sent.index(lab.headline_text) + 1] is lab.status
            break
    else:
        assert not lab.presets, "no preset changes the headline"


def test_the_status_is_escaped_and_live(lab):
    lab.show_status("a < b & <i>")
    assert 'role="status"' in lab.status.value
    assert "a &lt; b &amp; &lt;i&gt;" in lab.status.value


@dataclass(frozen=True)
class Told(State):
    w2_1: float = number(1.0, PARAMETER)
    learning_rate: float = number(0.01, VIEW)
    skip: bool = switch(False, VIEW)
    points: tuple = parsed((), VIEW, tuple)


@pytest.mark.parametrize(("changes", "words"), [
    ({"w2_1": -0.5}, "w₂¹ = −0.5. "),
    ({"skip": True, "learning_rate": 0.2}, "learning rate = 0.2. skip = on. "),
    ({"points": (1,)}, ""), ({}, ""),
    ({"skip": True, "learning_rate": 0.2, "w2_1": 0}, ""),
])
def test_what_changed_is_told_if_it_is_little(changes, words):
    assert changes_in_words(Told(), replace(Told(), **changes)) == words


def test_the_status_says_what_a_control_changed(lab):
    find(lab, "mlp-slider-w1").value += 1
    assert text_of(lab.status) == f"w₁ = 0.65. {lab.describe()}"
    lab.set(operation=3)
    assert text_of(lab.status) == lab.describe()


def test_presets_set_what_they_say(lab):
    lab.preset("off")
    assert lab.state == replace(FIRST, w1=-0.5, activation="relu")
    assert text_of(lab.status) == "Preset off. J = 1. No update for w₁, w₂."
    lab.w1 = 0.0
    assert not lab.is_in_force("off")
    lab.w1 = float("-0.5")  # the same number, but another object
    assert lab.is_in_force("off")
    with pytest.raises(ValueError, match="unknown preset 'on'; known are off"):
        lab.preset("on")
    with pytest.raises(ValueError, match="unknown parameter 'w3'; known are w1, w2"):
        lab.why_zero("w3")
    assert lab.why_zero("w2") == "a₁₁ = 0, because neuron 1 is off (z₁₁ = −1 < 0)"


def test_gradients_are_covered_from_code_too(lab):
    lab.cover(True)
    assert lab.covered and lab.in_words() != lab.describe()
    lab.cover(False)
    assert not lab.covered and lab.in_words() == lab.describe()


def test_what_listens_is_told_of_every_state_and_is_not_kept_alive(lab):
    class Question:
        told = 0

        def lab_changed(self):
            self.told += 1

    question = Question()
    lab.listeners.add(question)
    lab.w1 = 0.1
    lab.learning_rate = 0.5
    assert question.told == 2
    del question
    gc.collect()
    assert len(lab.listeners) == 0


# --- undo and reset ---


def test_undo_goes_back_through_all_changes(lab, clock):
    for value in (0.1, 0.2, 0.3):
        lab.set(w1=value)
        clock.seconds += 2 * GROUP_SECONDS
    for value in (0.2, 0.1, 0.6):
        lab.undo_button.click()
        assert lab.w1 == box(lab).number == value
        assert text_of(lab.status) == f"Undone. {lab.describe()}"
    lab.undo()
    assert lab.w1 == 0.6 and text_of(lab.status) == "Nothing to undo."


def test_quick_moves_of_one_control_are_undone_together(lab, clock):
    for value in (0.1, 0.2, 0.3):
        clock.seconds += 0.5 * GROUP_SECONDS
        type_in(box(lab), value)
    clock.seconds += 2 * GROUP_SECONDS
    type_in(box(lab), 0.4)
    type_in(box(lab, "w2"), 2.0)  # another control: a step of its own
    for w1, w2 in ((0.4, 1.5), (0.3, 1.5), (0.6, 1.5)):
        lab.undo()
        assert (lab.w1, lab.w2) == (w1, w2)


def test_a_view_is_neither_undone_nor_a_step_of_undo(lab):
    lab.set(learning_rate=0.5, operation=4)
    assert lab._history.last is None
    lab.set(w1=0.1, learning_rate=0.25)
    lab.undo()
    assert lab.state == replace(FIRST, learning_rate=0.25, operation=4)


def test_reset_is_undone_like_any_change(lab, clock):
    lab.set(w1=0.1, learning_rate=0.5, activation="tanh")
    clock.seconds += 2 * GROUP_SECONDS
    lab.reset_button.click()
    assert lab.state == lab.initial == FIRST
    lab.undo()
    assert lab.state == replace(FIRST, w1=0.1, activation="tanh")


def test_loaded_states_are_steps_of_their_own(lab, clock):
    lab.load("ExampleLab(w1=0.25)")
    lab.load("ExampleLab(w1=0.5)")
    assert text_of(lab.status) == f"State loaded. {lab.describe()}"
    for value in (0.25, 0.6):
        lab.undo()
        assert lab.w1 == value


def test_a_change_of_the_network_ends_a_run_and_one_of_the_view_does_not(lab, monkeypatch):
    stops = []
    monkeypatch.setattr(lab.descent, "stop", lambda: stops.append(lab.w1))
    for changes in ({"learning_rate": 0.5}, {"w1": 0.9}, {"operation": 3}, {"w1": -0.9}):
        lab.set(**changes)
    assert stops == [0.9, -0.9]
    monkeypatch.undo()


# --- words follow when the hand rests ---


def sent(lab) -> str:
    return lab.canvases["curve"]._words.value


def test_while_a_slider_moves_no_words_are_sent(lab, rests, monkeypatch):
    monkeypatch.setattr(later_module, "REST_SECONDS", 3600)
    before, told = sent(lab), lab.words
    find(lab, "mlp-slider-w1").value += 3
    assert sent(lab) == before and lab.words != told
    lab.undo_button.click()  # a button sends them at once
    assert sent(lab) == before
    find(lab, "mlp-slider-w1").value += 3
    lab.reset_button.click()
    lab.w1 = -0.5
    assert sent(lab) == lab.canvases["curve"].words != before


def test_words_come_when_the_slider_rests(lab, rests, monkeypatch):
    monkeypatch.setattr(later_module, "REST_SECONDS", 0.01)
    before = sent(lab)
    find(lab, "mlp-slider-w1").value += 3
    wait_until(lambda: sent(lab) != before)
    assert sent(lab) == lab.canvases["curve"].words


def waiting() -> list[threading.Thread]:
    """The threads on which something waits to be done."""
    return [thread for thread in threading.enumerate() if thread.name == "mlp_widgets later"]


def test_a_closed_lab_sends_no_words(rests, monkeypatch):
    monkeypatch.setattr(later_module, "REST_SECONDS", 3600)
    lab = ExampleLab(scale=0.25)
    find(lab, "mlp-slider-w1").value += 3
    (thread,) = waiting()
    lab.close()
    thread.join(WAIT)
    assert not thread.is_alive()


def test_a_new_start_puts_off_what_waits(rests, monkeypatch):
    monkeypatch.setattr(later_module, "REST_SECONDS", 3600)
    calls, later = [], Later(lambda: calls.append(1))
    later.stop()  # of nothing
    later.start()
    (first,) = waiting()
    monkeypatch.setattr(later_module, "REST_SECONDS", 0.001)
    later.start()
    first.join(WAIT)
    for thread in waiting():
        thread.join(WAIT)
    assert calls == [1]


def test_a_picture_has_a_name_and_its_words_beside_it(lab):
    canvas = lab.canvases["curve"]
    assert canvas.image.tooltip == "The output over x" and canvas.image.description == ""
    assert canvas.widget.children == (canvas.image, canvas._words)
    assert text_of(canvas._words) == "The output ŷ over x. At x = 2: ŷ = 1.8."
    assert lab.words == f"{lab.describe()} {canvas.words}"


def test_a_viewer_without_a_kernel_gets_picture_words_and_text(lab):
    data, about = lab._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.widget.model_id
    assert data["text/plain"] == repr(lab) == "ExampleLab(scale=0.5)"
    assert base64.b64decode(data["image/png"]) == lab.snapshot()
    assert [lab.snapshot_rows()[0][0].width, lab.snapshot_rows()[0][0].height] == [300, 300]
    assert about["image/png"] == {"width": 720, "height": 300, "alt": lab.words}


def test_under_voila_no_picture_is_drawn_for_a_viewer_without_a_kernel(lab, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")  # as Voilà sets it in its kernels
    data, about = lab._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == lab.widget.model_id and lab.displayed
    assert data["text/plain"] == repr(lab) and len(data) == 2 and about == {}


# --- threads and the end ---


def test_changes_from_many_threads_leave_one_consistent_lab(lab):
    def change(start):
        for value in range(start, start + 25):
            lab.change(w1=value / 1000)

    threads = [threading.Thread(target=change, args=(100 * k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert lab.w1 in (0.124, 0.224, 0.324, 0.424)
    assert box(lab).number == lab.w1 == lab.numbers.parameters["w1"]
    assert len(lab._history._states) == 100


def test_a_callback_waits_for_the_change_under_way(lab, monkeypatch):
    started, finish, done = (threading.Event() for _ in range(3))
    real = lab.table.refresh

    def slow(*shown):
        started.set()
        finish.wait(WAIT)
        real(*shown)

    monkeypatch.setattr(lab.table, "refresh", slow)
    first = threading.Thread(target=lambda: lab.change(w1=0.2))
    first.start()
    assert started.wait(WAIT)

    def second():
        type_in(box(lab), 0.5)
        done.set()

    other = threading.Thread(target=second)
    other.start()
    assert not done.wait(0.05)  # it waits, and is not dropped as a callback of the lab's own
    finish.set()
    first.join(WAIT)
    other.join(WAIT)
    assert lab.w1 == box(lab).number == 0.5


def test_a_lab_that_is_asked_for_numbers_only_has_no_widgets():
    gc.collect()
    before = live_widgets()
    lab = ExampleLab(scale=0.25)
    lab.set(w1=-0.5)
    lab.w2, lab.covered = 0.5, True
    lab.preset("off")
    lab.undo()
    lab.step(5)
    lab.step()
    assert len(lab.path) == 7 and lab.progress.key == lab.descent.progress.key != Progress().key
    lab.load("ExampleLab(w1=0.25)")
    assert lab.gradient and lab.loss and lab.code.startswith("ExampleLab.")
    assert "ExampleLab(w1=0.25" in repr(lab)
    with pytest.raises(AttributeError, match="ExampleLab has no 'w3' that could be set"):
        ExampleLab(scale=0.25).w3 = 1.0
    gc.collect()
    assert live_widgets() == before and not lab.is_built
    assert find(lab, "mlp-box-w1").number == 0.25 and lab.is_built
    lab.close()
    assert live_widgets() == before


def test_close_frees_the_widgets():
    gc.collect()
    before = live_widgets()
    lab = ExampleLab(scale=0.25)
    lab.appear()
    assert len(live_widgets()) >= len(before) + 30 and not lab.closed
    lab.close()
    lab.close()  # again: nothing happens
    assert live_widgets() == before and lab.closed


def test_what_is_asked_for_is_done_once_at_close_before_the_widgets_are_freed():
    lab, done = ExampleLab(scale=0.25), []
    lab.appear()
    root = lab.root
    for name in ("first", "last"):
        lab.at_close(lambda name=name: done.append((name, root.comm is not None)))
    lab.close()
    lab.close()
    assert done == [("last", True), ("first", True)] and root.comm is None


@pytest.mark.parametrize(("kind", "method", "arguments"), [
    (Lab, "compute", (None,)), (Cell, "snapshot", ()), (Control, "refresh", (None,)),
    (Picture, "build", ()), (Scene, "words", ())])
def test_a_base_says_what_it_lacks(kind, method, arguments):
    with pytest.raises(TypeError, match=f"{kind.__name__} must define {method}"):
        getattr(object.__new__(kind), method)(*arguments)


def test_a_control_that_only_the_lab_can_make(lab):
    of = declared(Told)["points"]
    with pytest.raises(TypeError, match="the lab must make the control of 'points' itself"):
        control_of(of, lab)


def test_buttons_have_texts_tooltips_and_classes(lab):
    ((name, preset),) = lab.preset_buttons.items()
    assert name == "off"
    assert (preset.description, preset.tooltip) == ("neuron off", "neuron off")
    assert "mlp-preset-off" in preset._dom_classes and isinstance(preset, widgets.Button)
    assert [find(lab, css).description for css in ("mlp-undo", "mlp-reset")] == ["Undo", "Reset"]


@dataclass(frozen=True)
class BareState(State):
    x: float = number(1.0, DATA)


class BareLab(Lab[BareState, SimpleNamespace]):
    """Nothing to learn, nothing to cover."""

    state_type = BareState

    def compute(self, state):
        return SimpleNamespace(parameters={}, gradient={}, loss=getattr(state, "x", 0.0))


@dataclass(frozen=True)
class StillState(State):
    w: float = number(1.0, PARAMETER)


class StillLab(BareLab):
    """A parameter, and no learning rate."""

    state_type = StillState


def test_a_lab_without_parameters_has_no_table_no_descent_and_no_cover():
    lab = BareLab(scale=0.25)
    lab.x = 2.0
    lab.cover(True)
    assert not lab.can_cover and lab.describe() == "J = 2."
    with pytest.raises(ValueError, match="BareLab has no gradient descent of its own"):
        lab.step()
    assert list(lab.blocks) == ["presets", "undo"] and (lab.table, lab.descent) == (None, None)
    assert list(lab.controls) == ["x"] and lab.switches == {}
    lab.x = 3.0
    assert text_of(lab.status) == "x = 3. J = 3."
    lab.close()
    assert StillLab(scale=0.25).descent is None


def test_each_field_stands_in_one_place_and_the_blocks_have_names(lab):
    (column,) = (w for w in tree(lab.root) if lab.table.widget in getattr(w, "children", ()))
    table, *fields, _folds = column.children
    assert table is lab.table.widget
    assert fields == [lab.controls[name].widget for name in ("x", "activation")]
    assert list(lab.blocks) == ["presets", "undo", "stepper", "descent"]
    assert list(lab.switches) == ["stepper", "descent"]


# --- widgets that come late ---


def test_a_build_that_fails_is_tried_again(monkeypatch):
    lab = ExampleLab(scale=0.25)
    with monkeypatch.context() as broken:
        broken.setattr(ExampleLab, "layout", failing(ValueError("no room")))
        for _ in range(2):
            with pytest.raises(ValueError, match="no room"):
                lab.widget  # noqa: B018
    assert lab.widget is lab.root and lab.is_built
    lab.close()


def test_two_threads_that_ask_at_once_get_the_same_widgets():
    lab, found = ExampleLab(scale=0.25), []
    threads = [threading.Thread(target=lambda: found.append((lab.root, lab.canvases)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert len(found) == 4 and all(one is found[0][0] for one, _ in found)
    lab.close()
