"""Controls made from fields: what each sets, and that it shows a state and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass

import ipywidgets as widgets
import pytest

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
    whole,
)
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.controls import control_of
from mlp_widgets.widgets.parameter_table import bar_length, gradient_row
from mlp_widgets.widgets.sliders import StepSlider

NAMES = {"line": "Line", "quadratic": "Quadratic"}


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


class Receiver:
    """Stands for a lab: it notes what the controls set."""

    def __init__(self):
        self.state, self.moves, self.setting = Shown(), [], False

    def on_value(self, control, action):
        def moved(change):
            if not self.setting:
                action(change["new"])

        control.observe(moved, names="value")

    def set(self, **changes):
        self.moves.append(changes)


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
    host.setting = True
    control.refresh(host.state)
    host.setting = False


def test_box_and_slider_set_the_number(control, host):
    row = control("w1_1")
    assert (row.box.value, row.slider.number) == (1.0, 1.0) and host.moves == []
    row.slider.value = 85
    row.box.value = 7.125
    assert host.moves == [{"w1_1": 1.25}, {"w1_1": 7.125}]
    assert isinstance(row.slider, StepSlider) and row.slider.continuous_update
    assert "mlp-slider-w1_1" in row.slider._dom_classes and row.box.step == 0.05
    assert "mlp-box-w1_1" in row.box._dom_classes and row.box.description == "w₁¹"


def test_a_row_shows_a_value_beyond_its_ends_and_between_its_steps(control, host):
    row = control("w1_1")
    show(row, host, w1_1=1234.5678)
    assert row.box.value == 1235.0 and row.slider.number == 3.0
    show(row, host, w1_1=-0.123456)
    assert row.box.value == -0.1235 and row.slider.number == -0.1 and host.moves == []


def test_a_logarithmic_row(control, host):
    row = control("learning_rate", digits=3)
    assert (row.box.step, row.slider.continuous_update) == (0.001, False)
    show(row, host, learning_rate=0.050234)
    assert row.box.value == 0.0502 and row.slider.number == 0.0501187
    row.slider.value = 120
    assert host.moves == [{"learning_rate": 1000.0}]


def test_a_row_of_whole_numbers(control, host):
    row = control("depth")
    assert (row.box.step, row.box.value, row.slider.number) == (1, 40.0, 40)
    row.slider.value = 6
    assert host.moves == [{"depth": 7}]


def test_ends_that_follow_the_state(control, host):
    row = control("reach")
    assert row.slider.ends == (0, 400, 0.5)
    show(row, host, depth=2, reach=7.0)
    assert row.slider.ends == (0, 20, 0.5) and row.slider.number == 7.0 and host.moves == []


def test_a_box_alone_that_is_not_always_in_use(control, host):
    row = control("bare")
    assert row.slider is None and row.widget.children == (row.box,) and not row.box.disabled
    show(row, host, depth=10)
    assert row.box.disabled
    show(row, host, depth=11)
    assert not row.box.disabled


@pytest.mark.parametrize(("name", "kind"), [("activation", widgets.Dropdown),
                                            ("view", widgets.ToggleButtons)])
def test_a_choice(control, host, name, kind):
    made = control(name).widget
    assert type(made) is kind and f"mlp-{name}" in made._dom_classes
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
                          (("quadratic",), ("line", "quadratic"), ("line",))]  # fmt: skip
    show(made, host, compare=("quadratic",))
    assert [box.value for box in made.boxes.values()] == [False, True]
    assert "mlp-compare-line" in made.boxes["line"]._dom_classes and len(host.moves) == 3
    assert made.widget.children[0].value == "beside it"


def test_a_control_keeps_no_copy_of_the_state(control, host):
    row = control("w1_1")
    row.box.value = 2.0  # refused by the lab: it shows what it had
    show(row, host)
    assert (row.box.value, row.slider.number) == (1.0, 1.0)
    row.box.value = 2.0
    assert host.moves == [{"w1_1": 2.0}] * 2


# --- a gradient beside its slider ---


@pytest.mark.parametrize(
    ("gradient", "arrow", "left"),
    [(-2.0, "▸", 50.0), (2.0, "◂", 50.0 - 50 * bar_length(2.0)), (0.0, "·", 50.0)],
)
def test_arrow_and_bar_of_a_gradient_lie_where_the_loss_falls(gradient, arrow, left):
    """A negative gradient: J falls when the parameter grows, to the right."""
    row = gradient_row("w11", gradient, "J")
    assert f"&thinsp;{arrow}</span>" in row
    assert f'left:{left:.1f}%;width:{50 * bar_length(gradient):.1f}%' in row
    falls = {"▸": "falls when w₁₁ grows", "◂": "falls when w₁₁ shrinks", "·": "does not change"}
    assert f"J {falls[arrow]}" in row


def test_a_bar_grows_with_the_size_of_the_gradient_up_to_its_full_length():
    lengths = [bar_length(g) for g in (0.0, 1e-3, -0.1, 1.0, -30.0, 100.0, 1e9)]
    assert lengths == sorted(lengths) and lengths[0] == 0 and lengths[-2:] == [1.0, 1.0]
