"""Every lab of the registry: gradients, controls, pictures, repr, errors, the end.

Nothing here knows a certain lab: a new one is covered as soon as it stands in LABS.
"""

from __future__ import annotations

import base64
import gc
import inspect
import math
import random
import re
from dataclasses import fields

import ipywidgets as widgets
import numpy as np
import pytest
from oracle import check_gradients
from test_canvas import STEP, check_structure, gap
from test_panel import live_widgets, text_of
from test_runner import WAIT, run_threads

from mlp_widgets import LABS
from mlp_widgets.widgets.canvas import Canvas
from mlp_widgets.widgets.panel import Panel

MOVES = 40  # for each seed
EACH_LAB = pytest.mark.parametrize("name", LABS)


def tree(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and all that can be seen inside it, in order."""
    children = getattr(widget, "children", ())
    return [widget, *(inner for child in children for inner in tree(child))]


def of_kind(lab, *kinds) -> list[widgets.Widget]:
    return [widget for widget in tree(lab.widget) if isinstance(widget, kinds)]


SLIDERS = (widgets.FloatSlider, widgets.FloatLogSlider, widgets.IntSlider)
CHOICES = (widgets.Dropdown, widgets.ToggleButtons, widgets.RadioButtons)
NUMBER_BOXES = (widgets.FloatText, widgets.IntText)


def canvases(lab) -> list[Canvas]:
    """The canvases in view."""
    seen = {id(widget) for widget in tree(lab.widget)}
    values = [v for v in vars(lab).values() if isinstance(v, Canvas)]
    values += [v for d in vars(lab).values() if isinstance(d, dict) for v in d.values()
               if isinstance(v, Canvas)]  # fmt: skip
    return [canvas for canvas in values if id(canvas.widget) in seen]


def ends(slider) -> tuple[float, float]:
    """The smallest and largest value of a slider."""
    if isinstance(slider, widgets.FloatLogSlider):
        return slider.base**slider.min, slider.base**slider.max
    return slider.min, slider.max


def anywhere(slider, draw: random.Random) -> float:
    """Any value of a slider."""
    low, high = ends(slider)
    whole = isinstance(slider, widgets.IntSlider)
    return draw.randint(low, high) if whole else draw.uniform(low, high)


def shown_values(lab) -> list[tuple[str, object]]:
    """Kind and value of every control in view."""
    return [(type(w).__name__, w.value) for w in
            of_kind(lab, *SLIDERS, *CHOICES, *NUMBER_BOXES, widgets.Checkbox)]  # fmt: skip


def words(lab) -> str:
    """All that the lab says."""
    return " ".join(widget.value for widget in of_kind(lab, widgets.HTML))


def forget_the_path(lab) -> None:
    """The path of a descent is not part of the state, so a new lab can't draw it."""
    if getattr(lab, "_path", None):
        lab._path = []
        lab._refresh()


def check_like_new(lab, make) -> None:
    """The lab shows what a lab made from its repr shows, pixel for pixel."""
    fresh = make(repr(lab))
    assert repr(fresh) == repr(lab)
    assert shown_values(fresh) == shown_values(lab)
    forget_the_path(lab)
    assert len(canvases(fresh)) == len(canvases(lab)) > 0
    for one, other in zip(canvases(lab), canvases(fresh), strict=True):
        for picture, other_picture in zip(one.pictures, other.pictures, strict=True):
            assert (picture.render() == other_picture.render()).all(), picture
        sent = np.concatenate([picture.render() for picture in other.pictures])
        assert (gap(one.image.value, sent) >= 4 * STEP).mean() < 1e-3
        assert one.words.value == other.words.value


def check_numbers(lab) -> None:
    """Both passes of the lab's network against the oracle; nothing is NaN."""
    trace = lab.solution.trace
    check_gradients(lab.solution.network, trace.a[0], trace.y, trace.loss.name
                    if hasattr(trace.loss, "name") else "squared", rtol=1e-8)  # fmt: skip
    assert not re.search(r"\bnan\b|not a number", words(lab), re.IGNORECASE)


# --- what a lab is ---


@EACH_LAB
def test_a_lab_is_a_panel_with_a_frozen_state(name, make):
    lab = make(name)
    assert isinstance(lab, Panel) and type(lab).__doc__
    with pytest.raises(AttributeError):
        setattr(lab.state, fields(lab.state)[0].name, 1.0)
    assert set(lab.undoable) <= {field.name for field in fields(lab.state)}
    parameters = inspect.signature(type(lab)).parameters.values()
    assert all(p.kind is p.KEYWORD_ONLY and p.default is not p.empty for p in parameters)


@EACH_LAB
def test_the_first_state_is_checked_and_shown(name, make):
    lab = make(name)
    check_numbers(lab)
    check_like_new(lab, make)
    assert len(text_of(lab.status)) > 20 and text_of(lab.error) == ""
    assert 'role="status"' in lab.status.value and 'role="alert"' in lab.error.value


@EACH_LAB
def test_repr_is_short_and_says_nothing_of_memory(name, make):
    text = repr(make(name))
    assert text.startswith(f"{LABS[name].__name__}(") and len(text) < 400
    assert " at 0x" not in text and "\n" not in text


# --- controls ---


@EACH_LAB
def test_every_slider_goes_to_both_ends(name, make):
    lab = make(name)
    for slider in of_kind(lab, *SLIDERS):
        for end in (*ends(slider), ends(slider)[0]):
            slider.value = end
            assert math.isclose(slider.value, end, rel_tol=1e-6), slider
            assert text_of(lab.error) == "", slider
        check_numbers(lab)
    check_like_new(lab, make)


@EACH_LAB
def test_every_choice_can_be_made(name, make):
    lab = make(name)
    for choice in of_kind(lab, *CHOICES):
        for option in choice._options_values:
            choice.value = option
            assert choice.value == option or text_of(lab.error), choice
            check_numbers(lab)
    for box in of_kind(lab, widgets.Checkbox):
        box.value = not box.value
        assert text_of(lab.error) == ""
    check_like_new(lab, make)


@EACH_LAB
def test_a_value_that_comes_back_from_the_browser_changes_nothing(name, make):
    lab = make(name)
    before = lab.state
    for control in of_kind(lab, *SLIDERS, *NUMBER_BOXES, *CHOICES, widgets.Checkbox):
        key = "index" if isinstance(control, CHOICES) else "value"
        control.set_state({key: getattr(control, key)})
    assert lab.state is before


@EACH_LAB
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
def test_bad_numbers_are_refused_in_words(name, make, bad):
    lab = make(name)
    for box in of_kind(lab, *NUMBER_BOXES):
        before, value = lab.state, box.value
        box.value = bad
        assert len(text_of(lab.error)) > 20 and lab.state is before and box.value == value
    check_like_new(lab, make)


@EACH_LAB
@pytest.mark.parametrize("seed", range(2))
def test_any_way_through_the_controls_ends_where_a_new_lab_begins(name, make, seed):
    lab, draw = make(name), random.Random(seed)
    for _ in range(MOVES):
        control = draw.choice(of_kind(lab, *SLIDERS, *CHOICES, *NUMBER_BOXES, widgets.Checkbox,
                                      widgets.Button))  # fmt: skip
        before = lab.state
        if isinstance(control, widgets.Button):
            if "run" in " ".join(control._dom_classes):
                continue
            control.click()
        elif isinstance(control, CHOICES):
            control.value = draw.choice(control._options_values)
        elif isinstance(control, widgets.Checkbox):
            control.value = not control.value
        elif isinstance(control, SLIDERS):
            control.value = draw.choice([*ends(control), anywhere(control, draw)])
        else:
            control.value = draw.choice([0.0, -1.0, 2.5, draw.uniform(-20, 20)])
        if text_of(lab.error) and not text_of(lab.error).startswith("Stopped"):
            assert lab.state is before
        assert not re.search(r"\bnan\b|not a number", words(lab), re.IGNORECASE)
    for canvas in canvases(lab):
        check_structure(canvas.image.value)
        shown = np.concatenate([picture.render() for picture in canvas.pictures])
        assert gap(canvas.image.value, shown).mean() < STEP
    check_like_new(lab, make)


@EACH_LAB
def test_undo_goes_back_to_the_beginning(name, make):
    lab = make(name)
    first, draw = lab.state, random.Random(0)
    for _ in range(25):
        slider = draw.choice(of_kind(lab, *SLIDERS))
        slider.value = anywhere(slider, draw)
    for _ in range(25):
        lab.undo()
    assert all(getattr(lab.state, n) == getattr(first, n) for n in lab.undoable)
    lab.reset()
    assert lab.state == first
    check_like_new(lab, make)


@EACH_LAB
def test_a_failing_picture_is_told_in_the_panel(name, make, monkeypatch):
    lab = make(name)
    before = lab.state

    def fail(*_):
        raise RuntimeError("<no ink>")

    for canvas in canvases(lab):
        monkeypatch.setattr(canvas, "show", fail)
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.max
    assert "RuntimeError: <no ink>" in text_of(lab.error) and lab.state is before
    assert "<no ink>" not in lab.error.value
    monkeypatch.undo()
    slider.value = slider.min
    assert text_of(lab.error) == "" and lab.state is not before
    check_like_new(lab, make)


# --- without a kernel, and at the end ---


@EACH_LAB
def test_a_viewer_without_a_kernel_gets_a_picture(name, make):
    lab = make(name)
    bundle = lab._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    png = base64.b64decode(data["image/png"])
    check_structure(png)
    assert data["text/plain"] == repr(lab)
    assert lab._repr_mimebundle_() == bundle  # the same each time


@EACH_LAB
def test_the_page_holds_only_core_widgets(name, make):
    modules = {type(widget)._model_module.default_value for widget in tree(make(name).widget)}
    assert modules <= {"@jupyter-widgets/controls", "@jupyter-widgets/base"}


@EACH_LAB
def test_pictures_have_a_fixed_size(name, make):
    lab = make(name)
    sizes = {(c.image.width, c.image.height, c.image.layout.width) for c in canvases(lab)}
    for slider in of_kind(lab, *SLIDERS):
        slider.value = ends(slider)[1]
    assert sizes == {(c.image.width, c.image.height, c.image.layout.width)
                     for c in canvases(lab)}  # fmt: skip
    for picture in [picture for canvas in canvases(lab) for picture in canvas.pictures]:
        height, width = np.shape(picture.render())[:2]
        assert (height, width) == (round(picture.height * 0.5), round(picture.width * 0.5))


@EACH_LAB
def test_two_labs_do_not_disturb_each_other(name, make):
    one, other = make(name), make(name)
    before = other.state, other.solution, [c.image.value for c in canvases(other)]
    for slider in of_kind(one, *SLIDERS):
        slider.value = ends(slider)[1]
    assert (other.state, other.solution, [c.image.value for c in canvases(other)]) == before


@EACH_LAB
def test_a_closed_lab_leaves_nothing(name):
    gc.collect()
    before = live_widgets()
    lab = LABS[name](scale=0.5)
    for choice in of_kind(lab, *CHOICES):
        choice.value = choice._options_values[-1]
    if hasattr(lab, "runner"):
        lab.run()
    lab.close()
    lab.close()
    if hasattr(lab, "runner"):
        lab.runner.join(WAIT)
    assert live_widgets() == before and run_threads() == []
