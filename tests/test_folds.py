"""What a lab shows at first sight: few controls, folds for the rest, the preset in force."""

from __future__ import annotations

from contextlib import suppress

import ipywidgets as widgets
import pytest
from any_state import examples
from lab_tools import EACH_LAB, EACH_LAB_MUCH, KINDS, SLIDERS, find, of_kind, text_of

from mlp_widgets.fields import Choice, declared
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.layout import Fold, Folds

MOST = 14
"""Controls at first sight, outside of the head."""


@pytest.fixture(autouse=True)
def no_picture_is_drawn(monkeypatch):
    """Folds have nothing to do with them, and they take most of the time."""
    monkeypatch.setattr(Lab, "show_pictures", lambda lab: None)


def box_of(lab, name: str) -> widgets.Widget:
    """What a switch opens."""
    (folds,) = [w for w in every_widget(lab) if "mlp-folds" in getattr(w, "_dom_classes", ())
                and lab.switches[name] in w.children[0].children]
    return folds.children[1 + folds.children[0].children.index(lab.switches[name])]


def every_widget(lab) -> list[widgets.Widget]:
    """Also those of choices that are not made."""
    def inside(widget):
        parts = getattr(widget, "all_parts", getattr(widget, "children", ()))
        return [widget, *(inner for part in parts for inner in inside(part))]

    return inside(lab.widget)


def is_open(lab) -> dict[str, bool]:
    """Fold -> whether its parts can be seen; its switch must say so too."""
    found = {name: box_of(lab, name).layout.display != "none" for name in lab.switches}
    assert found == {name: switch.value for name, switch in lab.switches.items()}
    return found


# --- folds ---


@EACH_LAB
def test_folds_are_closed_at_first_and_have_names_and_content(name, make):
    lab = make(name, scale=0.25)
    assert (lab.switches and not any(is_open(lab).values())) or name == "one_neuron"
    texts = [switch.description for switch in lab.switches.values()]
    assert all(texts) and len(set(texts)) == len(texts)
    for css, switch in lab.switches.items():
        assert find(lab, f"mlp-fold-{css}") is switch
        assert "mlp-fold" in box_of(lab, css)._dom_classes and box_of(lab, css).children


@EACH_LAB
def test_a_switch_opens_its_fold_and_no_other(name, kept):
    lab = kept(name)
    closed = is_open(lab)
    for css, switch in lab.switches.items():
        switch.value = True
        assert is_open(lab) == closed | {css: True}
        switch.value = False
        assert is_open(lab) == closed
        assert text_of(lab.error) == "" and lab.state == lab.initial


@EACH_LAB_MUCH
@pytest.mark.parametrize("opened", [True, False])
def test_what_is_open_stays_open_and_what_is_closed_stays_closed(name, kept, opened):
    """A move of the numbers is not a move of the page."""
    lab = kept(name)
    for switch in lab.switches.values():
        switch.value = opened
    expected = dict.fromkeys(lab.switches, opened)

    def after(what, *arguments, **options):
        what(*arguments, **options)
        assert is_open(lab) == expected, (what, arguments, options)

    slider = of_kind(lab, *SLIDERS)[0]
    after(setattr, slider, "value", slider.max)
    for preset in lab.presets:
        after(lab.preset, preset)
    after(lab.undo)
    after(lab.reset)
    for field, of in declared(lab.state_type).items():
        for value in examples(field, of) if isinstance(of, Choice) else ():
            with suppress(ValueError):  # what does not go with the other fields
                after(lab.set, **{field: value})
    after(lab.load, repr(lab))
    for value in (True, False):
        after(setattr, lab.present.toggle, "value", value)
    after(lab.part, "J")
    if lab.descent:
        after(lab.step)


def test_folds_of_their_own():
    made = Folds(lambda action: action, Fold("First", "one", [widgets.HTML("1")]),
                 Fold("Second", "two", [widgets.HTML("2"), widgets.HTML("3")]))
    line, *boxes = made.widget.children
    assert line.children == tuple(made.switches.values()) and list(made.switches) == ["one", "two"]
    assert [len(box.children) for box in boxes] == [1, 2]
    assert [box.layout.display for box in boxes] == ["none", "none"]
    made.switches["two"].value = True
    assert [box.layout.display for box in boxes] == ["none", ""]


# --- how much there is at first sight ---


def at_first_sight(widget: widgets.Widget) -> list[widgets.Widget]:
    """The controls that a student sees: a row, a list, the line of presets or of the names of
    folds is one control."""
    css = set(getattr(widget, "_dom_classes", ()))
    if "mlp-head" in css or ("layout" in widget.keys and widget.layout.display == "none"):
        return []
    names_of_folds = "mlp-line" in css and all("mlp-fold-switch" in w._dom_classes
                                               for w in widget.children)
    if {"mlp-row", "mlp-segments"} & css or names_of_folds or isinstance(widget, ONE):
        return [widget]
    return [inner for part in getattr(widget, "children", ()) for inner in at_first_sight(part)]


ONE = (widgets.Button, widgets.ToggleButton, widgets.Checkbox, widgets.Dropdown,
       widgets.ToggleButtons, widgets.IntSlider, widgets.Text,
       widgets.FileUpload)


@EACH_LAB
def test_a_student_meets_few_controls_at_first_sight(name, kept):
    lab = kept(name)
    found = at_first_sight(lab.widget)
    assert 3 <= len(found) <= MOST, [(type(w).__name__, w._dom_classes) for w in found]
    for switch in lab.switches.values():
        switch.value = True
    folded = len(at_first_sight(lab.widget)) - len(found)
    assert folded > len(lab.switches) or not lab.switches


# --- the preset in force ---


def marked(lab) -> list[str]:
    return [name for name, button in lab.preset_buttons.items() if "mlp-on" in button._dom_classes]


@EACH_LAB
def test_exactly_the_preset_in_force_is_marked(name, kept):
    lab = kept(name)
    for preset, button in lab.preset_buttons.items():
        button.click()
        assert marked(lab) == [preset] and lab.is_in_force(preset), preset
        if "learning_rate" not in lab.presets[preset].values:
            lab.set(learning_rate=0.125)  # what a preset does not set is free
        assert marked(lab) == [preset]


def a_move(lab) -> None:
    """Another value of the first field that the preset in force has set."""
    (preset,) = marked(lab)
    values = lab.preset_values(preset) if lab.presets[preset].values else lab._random
    own = declared(lab.state_type)
    field = next(f for f in values if f in own)
    other = next(v for v in examples(field, own[field]) if v != getattr(lab.state, field))
    lab.set(**{field: other})


@EACH_LAB
def test_a_move_takes_the_mark_away_and_undo_brings_it_back(name, kept):
    lab = kept(name)
    for preset in lab.presets:
        lab.preset(preset)
        lab._history.separate()
        a_move(lab)
        assert preset not in marked(lab)
        lab.undo()
        assert marked(lab) == [preset]


@EACH_LAB
def test_a_new_lab_begins_in_a_preset_and_marks_it(name, make):
    lab = make(name, scale=0.25)
    begun = [p for p in lab.presets if lab.presets[p].values and
             lab.initial.changed(**lab.presets[p].values) == lab.initial]
    assert marked(lab) == begun and len(begun) == (name != "example")


@EACH_LAB
def test_a_step_of_the_stepper_leaves_the_preset_in_force(name, kept):
    """Where one looks is no part of a situation."""
    lab = kept(name)
    for preset in lab.presets if "operation" in declared(lab.state_type) else ():
        lab.preset(preset)
        with suppress(ValueError):  # a network that is not walked through
            lab.set(operation=0 if lab.state.operation else 1)
        assert marked(lab) == [preset]


def test_a_random_start_is_in_force_until_it_is_left(kept):
    lab = kept("three_neuron")
    lab.preset("random")
    first = lab.state
    assert marked(lab) == ["random"]
    lab.preset("random")
    assert marked(lab) == ["random"] and lab.state != first
    lab.undo()
    assert marked(lab) == []  # the one before the last


def test_labs_have_presets_to_mark():
    assert all(kind.presets for kind in KINDS.values())
