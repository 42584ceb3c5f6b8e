"""The lab sets a control and the student sets it back at once: every such move is taken.

A page may send back what it is given (the browser's part of a float slider does, rounded). What is
such an echo must be told by what was sent: a clock would take a student's move for one.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from any_state import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lab_tools import EACH_LAB_MUCH, of_kind, text_of, these_labs

from mlp_widgets.fields import declared
from mlp_widgets.widgets import bare
from mlp_widgets.widgets.controls import ChoiceControl, NumberControl, SwitchControl

WAYS = ["set", "preset", "reset", "undo", "step", "pause"]
"""How the lab comes to set a control."""


def controls_of(lab) -> dict[str, object]:
    """The controls of fields with something that a student moves, by field."""
    assert lab.widget
    return {name: control for name, control in lab.controls.items()
            if isinstance(control, ChoiceControl | SwitchControl)
            or (isinstance(control, NumberControl) and control.slider is not None)}


def places(control) -> st.SearchStrategy:
    """Where a student can put it, as the page says it."""
    if isinstance(control, NumberControl):
        return st.integers(control.slider.min, control.slider.max)
    if isinstance(control, SwitchControl):
        return st.booleans()
    return st.integers(0, len(control.of.options) - 1)


def page_sends(control, place) -> object:
    """The student puts it there: the message of the page. What the field must then be."""
    if isinstance(control, NumberControl):
        wanted = control.slider.number_at(place)
        control.slider.set_state({"value": place})
        return wanted
    if isinstance(control, SwitchControl):
        control.widget.set_state({"value": place})
        return place
    control.widget.set_state({"index": place})
    return list(control.of.options)[place]


def lab_sets(lab, way: str, data) -> None:
    """Another state, not by this control."""
    if way == "set":
        own = declared(lab.state_type)
        name = data.draw(st.sampled_from([name for name in own if examples(name, own[name])]))
        lab.set(**{name: data.draw(st.sampled_from(examples(name, own[name])))})
    elif way == "preset":
        lab.preset(data.draw(st.sampled_from(list(lab.presets) or [""])))
    elif way == "step":
        lab.step(1)
    elif way == "pause":
        lab.run()
        lab.pause()
    else:
        getattr(lab, way)()


@EACH_LAB_MUCH
@settings(max_examples=15, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), ways=st.lists(st.sampled_from(WAYS), min_size=1, max_size=3))
def test_a_move_right_after_the_lab_has_set_the_control_is_taken(name, data, ways, unseen):
    lab = unseen(name)
    field = data.draw(st.sampled_from(sorted(controls_of(lab))))
    control = lab.controls[field]
    for way in ways:
        place = data.draw(places(control))
        page_sends(control, place)
        with suppress(ValueError, ArithmeticError):  # a lab without this way, or a wrong value
            lab_sets(lab, way, data)
        if isinstance(control, NumberControl):
            place = min(place, control.slider.max)
            if control.slider.value == place:
                continue  # the handle stands there: the page has nothing to send
        wanted = page_sends(control, place)
        assert getattr(lab.state, field) == pytest.approx(wanted) or text_of(lab.error), way
        if not text_of(lab.error):
            assert page_sends(control, place) == wanted  # and a second time changes nothing
            assert getattr(lab.state, field) == pytest.approx(wanted)


LONGER = {
    "three_neuron": ("data", ([0, 1, 2, 3], [1, 2, 0, 1])), "two_hidden": ("others", ((2.0, 1.0),)),
    "relu_sums": ("target", ([0, 1, 2, 3], [1, 2, 0, 1])),
    "sigmoid_features": ("points", ([0, 1], [1, 0], [0, 1])),
}
"""Lab -> a field, and a value with which its list has one name more."""


@these_labs(*LONGER)
def test_the_choice_of_a_name_that_is_gone_changes_nothing(name, unseen):
    """A page sends it where it has not heard yet that the list has become shorter."""
    lab = unseen(name)
    field, value = LONGER[name]
    symbol = declared(lab.state_type)[field].symbol
    (names,) = [found for found in of_kind(lab, bare.Dropdown) if found.description == symbol]
    lab.set(**{field: value})
    last = names.index
    assert last == len(names.options) - 1
    lab.reset()
    there, before = names.index, lab.state
    assert there < len(names.options) == last
    names.set_state({"index": last})
    assert names.index == there and lab.state == before and text_of(lab.error) == ""
    names.set_state({"index": there + 1})
    assert names.index == there + 1 and lab.state != before
