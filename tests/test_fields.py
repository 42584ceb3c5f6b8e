"""What can be set is declared once: checks with their sentences, and all that follows from them.

First on a state of the test's own with a field of each kind, then on the state of every lab.
"""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from typing import ClassVar

import numpy as np
import pytest
from any_state import bad_values, same, states
from hypothesis import given, settings
from lab_tools import EACH_LAB, KINDS

from mlp_widgets.fields import (
    DATA,
    PARAMETER,
    PLACE,
    RATE,
    VIEW,
    Place,
    State,
    arguments,
    check_names,
    choice,
    declared,
    documentation,
    number,
    parsed,
    place,
    several,
    switch,
    whole,
)
from mlp_widgets.saved_state import arguments_from, call_of, code_of, state_from

COLOURS = {"red": "Red", "blue": "Blue"}


def read_points(value: object) -> tuple[float, ...]:
    """A reader of points, as a lab gives one."""
    if value == "none":
        return ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, float) for v in value):
        raise ValueError(f"points must be a list of numbers, got {value!r:.40}")
    return tuple(value)


@dataclass(frozen=True)
class Everything(State):
    """A field of each kind."""

    w11: float = number(1.5, PARAMETER, slider=(-3, 3, 0.05), always=True)
    size: float = number(2.0, DATA, most=10.0, not_negative=True)
    learning_rate: float = number(0.1, RATE, positive=True, log=True, slider=(-3, 1, 0.1),
                                  called="learning rate", label="learning rate η",
                                  formerly="eta", says="of descent")
    depth: int = whole(3, DATA, 1, 5)
    colour: str = choice("red", COLOURS, DATA, called="colour of the rose")
    skip: bool = switch(False, VIEW)
    compare: tuple[str, ...] = several((), COLOURS, VIEW)
    points: tuple[float, ...] = parsed((), DATA, read_points, write=list, texts=("none",),
                                       allowed="a list of numbers")
    hour: float | None = number(None, VIEW, default_for=lambda state: 2 * state.size,
                                follows="points")
    operation: int = place(lambda state: 2 * state.depth)

    old_values: ClassVar = {("colour", "rot"): "red"}

    def check(self) -> None:
        if self.skip and self.depth == 1:
            raise ValueError("a skip needs two layers")

    def following(self, changes):
        return {**changes, "size": 1.0} if changes.get("colour") == "blue" else changes


STATE = Everything()

# --- one value: its check, its sentence ---

REFUSED = [
    ("w11", "1", "w11 must be a number, got '1'"),
    ("w11", True, "w11 must be a number, got True"),
    ("w11", np.bool_(True), f"w11 must be a number, got {np.bool_(True)!r}"),
    ("w11", None, "w11 must be a number, got None"),
    ("w11", 1j, "w11 must be a number, got 1j"),
    ("w11", np.array([1.0, 2.0]), "w11 must be a number, got array([1., 2.])"),
    ("w11", "a" * 99, "w11 must be a number, got '" + "a" * 39),
    ("w11", math.nan, "w11 must be a number from −1e30 to 1e30, got not a number"),
    ("w11", -math.inf, "w11 must be a number from −1e30 to 1e30, got −∞"),
    ("w11", -(10**400), "w11 must be a number from −1e30 to 1e30, got −∞"),
    ("w11", 1.1e30, "w11 must be a number from −1e30 to 1e30, got 1.1e30"),
    ("size", 10.5, "size must be a number from −10 to 10, got 10.5"),
    ("size", -0.5, "size must not be negative, got −0.5"),
    ("learning_rate", 0, "the learning rate must be positive, got 0"),
    ("learning_rate", -1e-9, "the learning rate must be positive, got −1e−9"),
    ("learning_rate", "fast", "learning rate must be a number, got 'fast'"),
    ("depth", 2.5, "depth must be a whole number from 1 to 5, got 2.5"),
    ("depth", 0, "depth must be a whole number from 1 to 5, got 0"),
    ("depth", 6.0, "depth must be a whole number from 1 to 5, got 6"),
    ("depth", False, "depth must be a number, got False"),
    ("colour", "green", "unknown colour of the rose 'green'; known are red, blue"),
    ("colour", 3, "unknown colour of the rose 3; known are red, blue"),
    ("colour", ["red"], "unknown colour of the rose ['red']; known are red, blue"),
    ("skip", 1, "skip must be True or False, got 1"),
    ("skip", "on", "skip must be True or False, got 'on'"),
    ("compare", "red", "compare must be a list of names, such as ['red'], got 'red'"),
    ("compare", 3, "compare must be a list of names, such as ['red'], got 3"),
    ("compare", ["red", "rose"], "unknown compare 'rose'; known are red, blue"),
    ("points", 3, "points must be a list of numbers, got 3"),
    ("hour", "noon", "hour must be a number, got 'noon'"),
    ("operation", 7, "operation must be a whole number from 0 to 6, got 7"),
    ("operation", -1, "operation must be a whole number from 0 to 1000000000, got −1"),
    ("operation", 1.5, "operation must be a whole number from 0 to 1000000000, got 1.5"),
]


@pytest.mark.parametrize(("name", "bad", "sentence"), REFUSED,
                         ids=lambda value: f"{value!r:.20}")
def test_a_value_that_is_not_allowed_is_refused_in_one_sentence(name, bad, sentence):
    for make in (Everything, STATE.changed):
        with pytest.raises(ValueError) as caught:
            make(**{name: bad})
        assert str(caught.value) == sentence


@pytest.mark.parametrize(("name", "given_value", "kept"), [
    ("w11", 2, 2.0), ("w11", np.float32(0.5), 0.5), ("w11", np.int64(-3), -3.0),
    ("w11", 1e30, 1e30), ("size", 0, 0.0), ("learning_rate", 5e-324, 5e-324),
    ("depth", 5.0, 5), ("depth", np.int8(1), 1), ("skip", np.bool_(True), True),
    ("compare", ["blue", "red"], ("blue", "red")),
    ("compare", {"red": 1}, ("red",)), ("points", [1.0], (1.0,)), ("operation", 6.0, 6),
    ("hour", 3, 3.0),
], ids=str)
def test_a_value_is_kept_as_a_plain_one(name, given_value, kept):
    found = getattr(Everything(**{name: given_value}), name)
    assert found == kept and type(found) is type(kept)


def test_what_must_go_together_is_checked_when_a_state_is_made():
    for make in (Everything, STATE.changed):
        with pytest.raises(ValueError, match="a skip needs two layers"):
            make(skip=True, depth=1)


def test_only_fields_can_be_changed():
    with pytest.raises(ValueError, match="unknown field 'color'; known are w11, size, learning_"):
        STATE.changed(color="red")
    with pytest.raises(ValueError, match="unknown field 'w12'"):
        check_names(Everything, ["w11", "w12"])
    check_names(Everything, [])


# --- what follows from the declaration ---


def test_roles_say_what_undo_brings_back():
    roles = {role: [n for n, of in declared(Everything).items() if of.role is role]
             for role in (PARAMETER, DATA, RATE, VIEW, PLACE)}
    assert roles == {PARAMETER: ["w11"], DATA: ["size", "depth", "colour", "points"],
                     RATE: ["learning_rate"], VIEW: ["skip", "compare", "hour"],
                     PLACE: ["operation"]}
    assert [role.of_the_network for role in roles] == [True, True, False, False, False]
    assert STATE.of_the_network == (1.5, 2.0, 3, "red", ())
    assert STATE.parameters == {"w11": 1.5}


def test_undo_brings_back_the_network_and_keeps_the_view():
    later = STATE.changed(w11=2.0, colour="blue", learning_rate=1.0, skip=True, operation=2)
    assert later.with_undone(STATE) == replace(later, w11=1.5, colour="red", size=2.0)


def test_undo_brings_back_what_follows_other_data():
    later = STATE.changed(points=[1.0], hour=7.0)
    assert later.with_undone(STATE).hour == 4.0
    assert later.changed(w11=2.0).with_undone(later).hour == 7.0
    assert later.changed(hour=9.0).with_undone(later).hour == 9.0  # a view alone is not undone


def test_a_default_may_depend_on_the_other_fields():
    assert (STATE.hour, Everything(size=3.0).hour, Everything(size=3.0, hour=1.0).hour) == (4, 6, 1)
    assert "hour" not in arguments(Everything(size=3.0))
    assert arguments(STATE.changed(hour=1.0))["hour"] == 1.0
    with pytest.raises(ValueError, match="hour must be a number from"):
        Everything(hour=math.inf)


def test_what_else_changes_with_a_change():
    assert STATE.changed(colour="blue").size == 1.0
    assert STATE.changed(colour="red").size == 2.0


def test_the_place_stays_inside():
    far = STATE.changed(depth=5, operation=10)
    assert far.changed(depth=4).operation == 8
    assert far.changed(w11=0.0).operation == 10
    assert far.changed(depth=2, operation=4).operation == 4
    with pytest.raises(ValueError, match="operation must be a whole number from 0 to 4, got 5"):
        far.changed(depth=2, operation=5)


def test_arguments_are_those_that_are_not_the_default():
    assert arguments(STATE) == {"w11": 1.5}
    changed = STATE.changed(depth=2, points=[1.0], compare=["red"])
    assert arguments(changed) == {"w11": 1.5, "depth": 2, "points": [1.0], "compare": ("red",)}
    assert list(arguments(changed, everything=True)) == [f.name for f in fields(Everything)]


def test_the_documentation_has_a_line_for_each_field():
    assert documentation(Everything).splitlines() == [
        "w11 (default 1.5)", "size (default 2.0)",
        "learning_rate (default 0.1): of descent; positive", "depth (default 3): 1 to 5",
        "colour (default 'red'): one of red, blue", "skip (default False): True or False",
        "compare (default ()): any of red, blue", "points (default ()): a list of numbers", "hour",
        "operation (default 0): 0 is before the first"]


def test_how_people_call_a_field():
    own = declared(Everything)
    found = {name: (own[name].symbol, own[name].change_in_words(getattr(STATE, name)))
             for name in own}
    assert found == {
        "w11": ("w₁₁", "w₁₁ = 1.5"), "size": ("size", "size = 2"),
        "learning_rate": ("learning rate η", "learning rate η = 0.1"),
        "depth": ("depth", "depth = 3"), "colour": ("colour", ""), "skip": ("skip", "skip = off"),
        "compare": ("compare", ""), "points": ("points", ""), "hour": ("hour", "hour = 4"),
        "operation": ("operation", "")}


def test_old_names_and_values_are_those_of_today():
    text = "Lab(eta=0.25, colour='rot')"
    assert arguments_from(text, "Lab", Everything) == {"learning_rate": 0.25, "colour": "red"}


# --- the state of every lab ---


def kind_of_state(name: str) -> tuple[str, type[State]]:
    return KINDS[name].__name__, KINDS[name].state_type


@EACH_LAB
def test_a_state_is_frozen_and_every_field_is_declared(name):
    _, kind = kind_of_state(name)
    state = kind()
    assert list(declared(kind)) == [f.name for f in fields(kind)]
    with pytest.raises(FrozenInstanceError):
        setattr(state, fields(kind)[0].name, 1.0)
    for one, of in declared(kind).items():
        wanted = (PLACE,) if isinstance(of, Place) else (PARAMETER, DATA, RATE, VIEW)
        assert of.role in wanted, one


@EACH_LAB
def test_every_field_refuses_what_it_is_not_made_for(name):
    kind, tried = KINDS[name], 0
    state = kind.state_type()
    for field, bad, start in bad_values(state):
        for make in (kind.state_type, state.changed, kind):
            with pytest.raises(ValueError) as caught:
                make(**{field: bad})
            said = str(caught.value)
            assert said.startswith(start) and "\n" not in said and len(said) < 300, (field, said)
            tried += 1
    assert tried >= 3 * len(declared(kind.state_type))
    with pytest.raises(ValueError, match="unknown field 'colour'; known are "):
        state.changed(colour=1)
    with pytest.raises(TypeError, match=f"{kind.__name__} has no argument 'colour'; it has "):
        kind(colour=1)


@EACH_LAB
def test_any_state_comes_back_from_its_call_and_from_its_code(name):
    title, kind = kind_of_state(name)

    @settings(max_examples=40, derandomize=True)
    @given(states(kind))
    def check(state):
        for text in (call_of(title, state, 2.0), code_of(title, state)):
            assert same(state_from(text, title, kind()), state)
        assert same(kind(**arguments(state)), state)
        assert same(kind(**arguments(state, everything=True)), state)

    check()
