"""Controls made from fields: what each sets, and that it shows a state and keeps nothing."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass

import ipywidgets as widgets
import pytest
from helpers import text_of

from mlp_widgets.fields import (
    DATA,
    PARAMETER,
    RATE,
    VIEW,
    State,
    choice,
    declared,
    number,
    several,
    switch,
    typed,
    whole,
)
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.controls import control_of
from mlp_widgets.widgets.number_box import FITS, shown_in_box, stepped
from mlp_widgets.widgets.parameter_table import arrow_length, gradient_row
from mlp_widgets.widgets.sliders import StepSlider

NAMES = {"line": "Line", "quadratic": "Quadratic"}


def as_word(text: object) -> str:
    """What a field of typed text may read."""
    if not isinstance(text, str) or not text.strip().isalpha():
        raise ValueError(f"a word must be letters, got {text!r}")
    return text.strip().lower()


@dataclass(frozen=True)
class Shown(State):
    w1_1: float = number(1.0, PARAMETER, slider=(-3, 3, 0.05))
    reach: float = number(1.0, DATA, slider=lambda state: (0, 10 * state.depth, 0.5))
    learning_rate: float = number(0.01, RATE, slider=(-3, 3, 0.05), log=True, positive=True,
                                  continuous=False)
    depth: int = whole(40, DATA, 1, 100)
    bare: float = number(0.5, DATA, when=lambda state: state.depth > 10)
    activation: str = choice("line", NAMES, DATA, label="activation f")
    view: str = choice("line", NAMES, VIEW, buttons="90px")
    skip: bool = switch(False, VIEW)
    compare: tuple[str, ...] = several((), NAMES, VIEW, label="beside it")
    word: str = typed("ready", DATA, read=as_word, examples=("steady",))


class Receiver:
    """Stands for a lab: it notes what the controls set."""

    def __init__(self):
        self.state, self.moves, self.setting = Shown(), [], False
        self.refuses: Exception | None = None

    def on_value(self, control, action):
        def moved(change):
            if not self.setting:
                action(change["new"])

        control.observe(moved, names="value")

    def set(self, **changes):
        if self.refuses:
            raise self.refuses
        self.state.changed(**changes)
        self.moves.append(changes)

    def on_enter(self, box, action):
        box.on_msg(lambda _, content, __: content.get("event") == "submit" and action())

    def button(self, text, css_class, action, *, tooltip):
        made = widgets.Button(description=text, tooltip=tooltip)
        made.add_class(css_class)
        made.on_click(lambda _: action())
        return made

    @contextmanager
    def refreshing(self):
        self.setting = True
        yield
        self.setting = False


@pytest.fixture
def host():
    return Receiver()


@pytest.fixture
def control(host):
    """``control(name)``: the control of a field, showing the state."""
    made = []

    def new(name, **options):
        made.append(control_of(declared(Shown)[name], host, **options))
        show(made[-1], host)
        return made[-1]

    yield new
    for one in made:
        for widget in all_widgets(one.widget):
            widget.close()


def show(control, host, **changes) -> None:
    """What a lab does after a change."""
    host.state = host.state.changed(**changes)
    with host.refreshing():
        control.refresh(host.state)


def test_box_and_slider_set_the_number(control, host):
    row = control("w1_1")
    assert (row.box.value, row.slider.number) == ("1", 1.0) and host.moves == []
    row.slider.value = 85
    row.box.value = "7.125"
    assert host.moves == [{"w1_1": 1.25}, {"w1_1": 7.125}]
    assert isinstance(row.slider, StepSlider) and row.slider.continuous_update
    assert "mlp-slider-w1_1" in row.slider._dom_classes
    assert "mlp-box-w1_1" in row.box._dom_classes and row.box.description == "w₁¹"
    assert not row.box.continuous_update  # nothing is sent before Enter


def test_a_row_shows_a_value_beyond_its_ends_and_between_its_steps(control, host):
    row = control("w1_1")
    show(row, host, w1_1=1234.5678)
    assert row.box.value == "1235" and row.slider.number == 3.0
    show(row, host, w1_1=-0.123456)
    assert row.box.value == "-0.1235" and row.slider.number == -0.1 and host.moves == []


def test_a_logarithmic_row(control, host):
    row = control("learning_rate", digits=3)
    assert not row.slider.continuous_update
    show(row, host, learning_rate=0.050234)
    assert row.box.value == "0.0502" and row.slider.number == 0.0501187
    row.slider.value = 120
    assert host.moves == [{"learning_rate": 1000.0}]


def test_a_row_of_whole_numbers(control, host):
    row = control("depth")
    assert (row.box.value, row.slider.number) == ("40", 40)
    row.slider.value = 6
    assert host.moves == [{"depth": 7}]


# --- numbers as they are typed ---


@pytest.mark.parametrize(("typed", "number"), [
    ("1,5", 1.5), ("−1,5", -1.5), ("-1.5", -1.5), (" 2 ", 2.0), ("1e-3", 0.001), ("1.0", 1.0)])
def test_a_box_takes_numbers_as_they_are_written_anywhere(control, host, typed, number):
    row = control("w1_1")
    row.box.value = typed
    assert host.moves == [{"w1_1": number}] and row.problem is None
    assert row.box.value == "1"  # as the state has it, also where only the writing differs


BAD = [
    ("w1_1", "abc", "'abc' is no number: write one such as 1234.5 or 1.2e3"),
    ("w1_1", "1e400", "w1_1 must be a number from −1e30 to 1e30, got ∞"),
    ("w1_1", "nan", "'nan' is no number: write one such as 1234.5 or 1.2e3"),
    ("w1_1", " ", "an empty box is no number: w₁¹ must be a number from −1e30 to 1e30"),
    ("w1_1", "7,850", "7,850 can mean 7850 or 7.850: write one of these two"),
    ("learning_rate", "", "an empty box is no number: learning rate must be a positive number"),
    ("learning_rate", "0", "learning_rate must be positive, got 0"),
    ("depth", "", "an empty box is no number: depth must be a whole number from 1 to 100"),
    ("depth", "1e400", "depth must be a whole number from 1 to 100, got ∞"),
    ("depth", "2,5", "depth must be a whole number from 1 to 100, got 2.5"),
]


@pytest.mark.parametrize(("name", "typed", "sentence"), BAD)
def test_what_cannot_be_used_is_said_beside_the_box_until_the_next_good_value(
        control, host, name, typed, sentence):
    row = control(name)
    before = row.box.value
    for _ in range(2):  # the same again is said again
        row.box.value = typed
        assert text_of(row.problem) == sentence and 'role="alert"' in row.problem.value
        assert row.problem in row.widget.children and row.box.value == before
    assert host.moves == []
    row.box.value = "3"
    assert row.problem.value == "" and host.moves == [{name: 3}]
    row.box.value = typed
    show(row, host)  # the lab shows a state again: another control had a good value
    assert row.problem.value == ""


def test_what_the_lab_refuses_is_said_beside_the_box_too(control, host):
    row = control("depth")
    host.refuses = ArithmeticError("J would be <infinity>")
    row.box.value = "3"
    assert text_of(row.problem) == "J would be <infinity>" and row.box.value == "40"
    host.refuses, row.problem.value = None, ""
    show(row, host, depth=100)
    row.finer[0].click()
    assert text_of(row.problem) == "depth must be a whole number from 1 to 100, got 101"


@pytest.mark.parametrize(("value", "digits", "text"), [
    (0.00112, 4, "0.00112"), (-0.0012345, 4, "-0.00123"), (-0.12345, 4, "-0.1235"), (0.0, 4, "0"),
    (1234.5678, 4, "1235"), (-1.2345e-5, 4, "-1.23e-5"), (1.2345e-300, 4, "1.2e-300"),
    (-1e-300, 4, "-1e-300"), (0.050234, 3, "0.0502"), (1_000_000, 4, "1000000"), (1e30, 4, "1e30")])
def test_a_box_shows_a_number_of_which_all_can_be_seen(value, digits, text):
    assert shown_in_box(value, digits) == text and len(text) <= FITS
    assert float(text) == pytest.approx(value, rel=0.05)  # copied, it is a number in code


# --- fine steps ---


@pytest.mark.parametrize(("name", "changes", "up", "down"), [
    ("w1_1", {}, 1.005, 0.995), ("w1_1", {"w1_1": -0.123456}, -0.12, -0.125),
    ("w1_1", {"w1_1": 7.3}, 7.305, 7.295), ("w1_1", {"w1_1": 0.005}, 0.01, 0.0),
    ("depth", {}, 41, 39), ("bare", {}, 1, 0), ("reach", {}, 1.05, 0.95),
    ("learning_rate", {}, 0.011, 0.009), ("learning_rate", {"learning_rate": 0.0502}, 0.051, 0.05),
    ("learning_rate", {"learning_rate": 20.0}, 21, 19)])
def test_two_buttons_go_a_tenth_of_a_step(control, host, name, changes, up, down):
    row = control(name)
    show(row, host, **changes)
    for button in row.finer:
        button.click()
    assert host.moves == [{name: up}, {name: down}]
    assert [button.description for button in row.finer] == [
        f"{row.box.description} up", f"{row.box.description} down"]


@pytest.mark.parametrize("step", [0.005, 0.01, 1, 0.1, 1e-7])
def test_as_many_fine_steps_down_as_up_end_where_they_began(step):
    value = 3 * step
    for up in [True] * 25 + [False] * 50 + [True] * 25:
        value = stepped(value, step, up)
    assert value == pytest.approx(3 * step, rel=1e-12)


def test_ends_that_follow_the_state(control, host):
    row = control("reach")
    assert row.slider.ends == (0, 400, 0.5)
    show(row, host, depth=2, reach=7.0)
    assert row.slider.ends == (0, 20, 0.5) and row.slider.number == 7.0 and host.moves == []


def test_a_box_alone_that_is_not_always_in_use(control, host):
    row = control("bare")
    assert row.slider is None and row.widget.children == (row.box, *row.finer)
    assert not row.box.disabled
    show(row, host, depth=10)
    assert row.box.disabled and all(button.disabled for button in row.finer)
    show(row, host, depth=11)
    assert not row.box.disabled and not any(button.disabled for button in row.finer)


@pytest.mark.parametrize(("name", "kind"), [("activation", widgets.Dropdown),
                                            ("view", widgets.ToggleButtons)])
def test_a_choice(control, host, name, kind):
    made = control(name).widget
    assert isinstance(made, kind) and f"mlp-{name}" in made._dom_classes
    assert made.options == (("Line", "line"), ("Quadratic", "quadratic"))
    made.value = "quadratic"
    assert host.moves == [{name: "quadratic"}]


def test_a_list_of_choices_has_its_name_before_it(control):
    assert control("activation").widget.description == "activation f"


def test_a_switch(control, host):
    box = control("skip").widget
    box.value = True
    assert host.moves == [{"skip": True}] and box.description == "skip"


def test_several_names(control, host):
    made = control("compare")
    made.boxes["quadratic"].value = True
    made.boxes["line"].value = True
    made.boxes["quadratic"].value = False
    assert host.moves == [{"compare": names} for names in
                          (("quadratic",), ("line", "quadratic"), ("line",))]
    show(made, host, compare=("quadratic",))
    assert [box.value for box in made.boxes.values()] == [False, True]
    assert "mlp-compare-line" in made.boxes["line"]._dom_classes and len(host.moves) == 3
    assert made.widget.children[0].value == "beside it"


def test_a_line_of_text(control, host):
    row = control("word")
    assert (row.box.value, row.box.description, row.box.placeholder) == ("ready", "word", "steady")
    row.box.value = "Go"
    assert host.moves == [{"word": "Go"}] and row.box.value == "ready"  # which this host stays
    row.box._handle_custom_msg({"event": "submit"}, [])
    assert host.moves[1:] == [{"word": "ready"}]
    assert declared(Shown)["word"].described() == "such as 'steady'"


def test_a_wrong_line_of_text_stays_to_be_mended_beside_what_is_wrong(control, host):
    row = control("word")
    row.box.value = "<1>"
    assert text_of(row.problem) == "a word must be letters, got '<1>'" and "<1>" not in (
        row.problem.value)
    assert row.box.value == "<1>" and host.state.word == "ready" and not host.moves
    row.box.value = "steady"
    assert row.problem.value == "" and host.moves == [{"word": "steady"}]
    row.box.value = "?"
    show(row, host, word="other")  # a move of something else
    assert row.problem.value == "" and row.box.value == "other"


def test_a_control_keeps_no_copy_of_the_state(control, host):
    row = control("w1_1")
    row.box.value = "2"  # not taken over by the lab: it shows what it had
    assert (row.box.value, row.slider.number) == ("1", 1.0)
    row.box.value = "2"
    assert host.moves == [{"w1_1": 2.0}] * 2


# --- a gradient beside its slider ---


@pytest.mark.parametrize(("gradient", "number", "side", "says"), [
    (-2.0, "−2.00", "right", "J falls when w₁₁ grows"),
    (2.0, "+2.00", "left", "J falls when w₁₁ shrinks"),
    (0.0, "0", "", "J does not change with w₁₁")])
def test_a_gradient_has_its_sign_and_an_arrow_to_where_the_loss_falls(gradient, number, side, says):
    row = gradient_row("w11", gradient, "J")
    assert f'<span class="mlp-gradient-w11">{number}</span>' in row and f'title="{says}"' in row
    assert re.findall(r"mlp-falls-(\w+)", row) == [side] * bool(side)
    assert bool(side) == (f'style="--size:{arrow_length(gradient):.3f}"' in row)
    seen = re.sub(r'<span class="mlp-words">[^<]*</span>', "", row)
    assert re.sub("<[^>]*>", "", seen) == number
    assert re.sub("<[^>]*>", "", row) == f"∂J/∂w₁₁ = {number}: {says}."  # what is read out


def test_an_arrow_grows_with_the_size_of_the_gradient_up_to_its_full_length():
    lengths = [arrow_length(g) for g in (0.0, 1e-3, -0.1, 1.0, -30.0, 100.0, 1e9)]
    assert lengths == sorted(lengths) and lengths[0] == 0 and lengths[-2:] == [1.0, 1.0]
