"""Every lab of the registry, and the example of the tests: all that follows from its declaration.

Nothing here knows a certain lab: a new one is covered as soon as it stands in the registry.
"""

from __future__ import annotations

import base64
import gc
import inspect
import io
import math
import random
import re
import weakref
from contextlib import nullcontext, suppress

import ipywidgets as widgets
import numpy as np
import pytest
from any_state import bad_values, examples, same, states
from hypothesis import given, settings
from lab_tools import (
    CHOICES,
    EACH_LAB,
    EACH_LAB_AT_NIGHT,
    EACH_LAB_MUCH,
    KINDS,
    NUMBER_BOXES,
    SLIDERS,
    SMALLER,
    VALUES,
    WAIT,
    all_words,
    check_same,
    check_sent,
    find,
    live_widgets,
    may_show,
    no_pictures,
    of_kind,
    problem,
    run_threads,
    runners,
    text_of,
    tree,
    type_in,
)
from matplotlib.figure import Figure
from oracle import check_gradients
from PIL import Image

from mlp_widgets.explain.numbers import NetworkNumbers
from mlp_widgets.fields import (
    COVER,
    Choice,
    Number,
    Parsed,
    Place,
    Several,
    Switch,
    arguments,
    declared,
)
from mlp_widgets.text import number
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.history import History
from mlp_widgets.widgets.lab import Lab

MOVES = 24
EVERY_LAB_HAS = ("parameters", "gradient", "loss", "why_zero", "preset", "presets", "set", "step",
                 "code", "load", "undo", "reset", "words", "describe", "close")
NO_LAB_HAS = ("mse", "gradients", "blocked_by", "solution", "rivals", "tau", "spread", "pull",
              "apply_preset", "grads", "J")
SLOW = re.compile(r"mlp-(run|play|replay|learn|train|reveal|revive|upload)")
"""Buttons of what repeats by itself or takes long."""


def check_no_nan(lab) -> None:
    assert not re.search(r"\bnan\b|not a number", all_words(lab), re.IGNORECASE)


def others(lab):
    """(name, field, another value) of every field that can be changed alone."""
    for name, of in declared(lab.state_type).items():
        for value in examples(name, of):
            with suppress(ValueError):
                if not same(lab.state.changed(**{name: value}), lab.state):
                    yield name, of, value
                    break


# --- what a lab is ---


@EACH_LAB
def test_every_lab_has_these_names_and_none_of_those(name, unseen):
    lab, kind = unseen(name), KINDS[name]
    assert isinstance(lab, Lab) and kind.state_type is type(lab.state)
    assert [n for n in EVERY_LAB_HAS if not hasattr(lab, n)] == []
    assert [n for n in NO_LAB_HAS if hasattr(lab, n)] == []
    assert list(lab.gradient) == list(lab.parameters) != []
    assert lab.loss == lab.numbers.loss
    for field in declared(kind.state_type):
        assert getattr(lab, field) is getattr(lab.state, field)


NO_STEPPER = {
    "one_neuron": "its formulas stand beside the picture",
    "wide_network": "thousands of neurons", "digits": "thousands of weights",
}
"""Labs that do without one, and why. Of the others the place stands among the fields."""


@pytest.mark.parametrize("name", [name for name in KINDS if name != "example"])
def test_no_lab_is_without_what_the_tests_below_try(name, unseen):
    """They try each preset, each step, each covered text that a lab has: it must have some."""
    lab = unseen(name)
    assert lab.widget and len(lab.presets) > 2 and COVER in declared(lab.state_type)
    assert (find(lab, "mlp-operation") is None) == (name in NO_STEPPER)
    assert lab.stepper is None if name in NO_STEPPER else lab.stepper.count > 2
    assert find(lab, "mlp-present") and find(lab, "mlp-share")
    assert text_of(lab.status) == lab.describe() != ""


@EACH_LAB
def test_the_constructor_is_declared_by_the_fields(name):
    kind = KINDS[name]
    parameters = inspect.signature(kind).parameters
    assert list(parameters) == [*declared(kind.state_type), "scale"]
    assert all(p.kind is p.KEYWORD_ONLY and p.default is not p.empty for p in parameters.values())
    for field in parameters:
        assert field == "scale" or re.search(rf"^{field}\b", kind.__doc__, re.MULTILINE), field
    for bad in (0.1, 9.0, "2", True, math.nan):
        with pytest.raises(ValueError, match="scale must be a number"):
            kind(scale=bad)


@EACH_LAB
def test_the_first_state_is_shown(name, kept):
    lab = kept(name)
    assert len(text_of(lab.status)) > 5 and text_of(lab.error) == ""
    assert 'role="status"' in lab.status.value and 'role="alert"' in lab.error.value
    text = repr(lab)
    assert text.startswith(f"{KINDS[name].__name__}(") and len(text) < 400 and "\n" not in text
    assert " at 0x" not in text and eval(text, {KINDS[name].__name__: dict})["scale"] == 0.5
    check_no_nan(lab)
    check_sent(lab)


# --- one thing: constructor, attribute, set, control ---


def control_widgets(lab, name, of) -> list[widgets.Widget]:
    """What sets a field in the page."""
    names = [f"mlp-slider-{name}", f"mlp-box-{name}", f"mlp-{name}"]
    if isinstance(of, Place):
        names = ["mlp-slider-step"]
    if isinstance(of, Several):
        names = [f"mlp-{name}-{option}" for option in of.options]
    return [w for w in (find(lab, css) for css in names) if w is not None]


def move(lab, name: str, of, value) -> bool:
    """Set a field by its control; False if it has none for this value."""
    found = control_widgets(lab, name, of)
    if isinstance(of, Several):
        for option, box in zip(of.options, found, strict=True):
            box.value = option in value
    elif isinstance(of, Number):
        type_in(find(lab, "mlp-slider-step" if isinstance(of, Place) else f"mlp-box-{name}"), value)
    elif isinstance(of, Parsed):
        options = getattr(found[0], "_options_values", ()) if found else ()
        if value not in options:
            return False
        found[0].value = value
    else:
        found[0].value = value
    return True


@EACH_LAB
def test_set_attribute_control_and_constructor_are_one_thing(name, unseen):
    lab, kind = unseen(name), KINDS[name]
    first = lab.state
    for field, of, value in others(lab):
        lab.set(**{field: value})
        expected = lab.state
        assert same(expected, first.changed(**{field: value})) and expected is not first
        lab.reset()
        lab.set(covered=False)
        setattr(lab, field, value)
        assert same(lab.state, expected), field
        lab.reset()
        lab.set(covered=False)
        if move(lab, field, of, value):
            assert same(lab.state, expected) and text_of(lab.error) == "", field
            lab.reset()
        made = kind.state_type(**arguments(expected, everything=True))
        assert same(made, expected), field
        lab.set(covered=False)  # Reset leaves a question's cover where it is
    assert same(lab.state, first)


@EACH_LAB
def test_every_field_has_a_control_with_a_name(name, unseen):
    """A screen reader reads out the description; sliders stand beside the box that has one."""
    lab = unseen(name)
    for field, of in declared(lab.state_type).items():
        found = control_widgets(lab, field, of)
        assert found, field
        if not isinstance(of, Choice) or not of.buttons:
            named = [w.description for w in found if not isinstance(w, SLIDERS)]
            assert all(named) or isinstance(of, Place), field
        if isinstance(of, Number) and not isinstance(of, Place):
            has_slider = find(lab, f"mlp-slider-{field}") is not None
            assert has_slider == (of.ends(lab.state) is not None)
            assert lab.controls[field].fine_step > 0


# --- any way through the controls ends where a new lab begins ---


@EACH_LAB_MUCH
def test_every_slider_goes_to_both_ends_and_every_choice_can_be_made(name, kept, make):
    lab = kept(name)
    for slider in of_kind(lab, *SLIDERS):
        for end in (slider.min, slider.max):
            with no_pictures(lab) if end == slider.min else nullcontext():
                slider.value = end
            assert slider.value == end and text_of(lab.error) == "", slider
            check_no_nan(lab)
        with no_pictures(lab):
            lab.undo()
    for choice in of_kind(lab, *CHOICES):
        for option in choice._options_values:
            choice.value = option
            assert choice.value == option or text_of(lab.error), choice
        check_no_nan(lab)
    for box in of_kind(lab, widgets.Checkbox):
        box.value = not box.value
        assert text_of(lab.error) == ""
    check_same(lab, make(repr(lab)))


def move_at_random(lab, draw: random.Random) -> None:
    """One move of any control in view."""
    control = draw.choice(of_kind(lab, *VALUES, widgets.Button))
    if isinstance(control, widgets.Button):
        if not SLOW.search(" ".join(control._dom_classes)):
            control.click()
    elif isinstance(control, CHOICES):
        control.value = draw.choice(control._options_values)
    elif isinstance(control, widgets.Checkbox):
        control.value = not control.value
    elif isinstance(control, SLIDERS):
        control.value = draw.choice([control.min, control.max,
                                     draw.randint(control.min, control.max)])
    else:
        type_in(control, draw.choice([0.0, -1.0, 2.5, draw.uniform(-20, 20)]))


@EACH_LAB_MUCH
def test_any_way_through_the_controls_ends_where_a_new_lab_begins(name, kept, make):
    lab, draw = kept(name), random.Random(7)
    for _ in range(MOVES):
        before = lab.state
        move_at_random(lab, draw)
        if text_of(lab.error) and not text_of(lab.error).startswith("Stopped"):
            assert lab.state is before
        check_no_nan(lab)
    check_same(lab, make(repr(lab)))


@EACH_LAB_MUCH
def test_any_state_is_shown_as_a_new_lab_shows_it(name, kept, make):
    """By code from one state to the other, without the way between them."""
    lab, found = kept(name), []

    @settings(max_examples=4, derandomize=True, database=None)
    @given(states(KINDS[name].state_type))
    def collect(state):
        found.append(state)

    collect()
    shown = None
    for state in found:
        with suppress(ValueError, ArithmeticError):  # a loss that is too large for a float
            lab.set(**{field: getattr(state, field) for field in declared(type(state))})
            shown = state
        check_no_nan(lab)
    assert shown is not None and same(lab.state, shown)
    check_same(lab, make(repr(lab)))


# --- what is refused ---


@EACH_LAB
def test_bad_values_are_refused_by_set_attribute_and_box_alike(name, kept):
    lab = kept(name)
    before, image = lab.state, images(lab)
    for field, bad, start in bad_values(before):
        with pytest.raises(ValueError) as by_set:
            lab.set(**{field: bad})
        with pytest.raises(ValueError) as by_attribute:
            setattr(lab, field, bad)
        assert str(by_set.value) == str(by_attribute.value) and lab.state is before
        assert str(by_set.value).startswith(start)
        box = find(lab, f"mlp-box-{field}")
        if box is not None and isinstance(bad, float):
            shown = box.value
            type_in(box, str(bad).replace("inf", "1e400"))
            said = problem(lab, field)
            assert said == ("'nan' is no number: write one such as 1234.5 or 1.2e3"
                            if math.isnan(bad) else str(by_set.value)), field
            assert box.value == shown and text_of(lab.error) == "", field
    with pytest.raises(ValueError, match="unknown field 'colour'; known are "):
        lab.set(colour=1)
    with pytest.raises(AttributeError, match=r"has no 'colour' that could be set"):
        lab.colour = 1
    assert lab.state is before and images(lab) == image


@EACH_LAB_MUCH
@pytest.mark.parametrize("where", ["compute", "picture", "describe"])
def test_what_fails_is_told_in_the_lab_and_keeps_the_last_good_state(name, kept, monkeypatch,
                                                                     where):
    lab = kept(name)
    before = lab.state, lab.numbers

    def fail(*_, **__):
        raise RuntimeError("<no ink>")

    with monkeypatch.context() as broken:
        if where == "picture":
            for canvas in lab.canvases.values():
                broken.setattr(canvas.picture, "update", fail)
        else:
            broken.setitem(lab.__dict__, where, fail)
        slider = of_kind(lab, *SLIDERS)[0]
        first, then = ((slider.min, slider.max) if slider.value != slider.min else
                       (slider.max, slider.max - 1))
        slider.value = first
        assert "This did not work (RuntimeError: <no ink>)." in text_of(lab.error)
        assert (lab.state, lab.numbers) == before and "<no ink>" not in lab.error.value
    slider.value = then
    assert text_of(lab.error) == "" and lab.state is not before[0]
    check_sent(lab)


# --- roles: what can be undone, and what ends a run ---


@EACH_LAB
def test_the_role_of_a_field_says_what_undo_does_and_what_ends_a_run(name, unseen, monkeypatch):
    lab, ended = unseen(name), []
    first, real = lab.state, lab.network_changed
    monkeypatch.setitem(lab.__dict__, "network_changed",
                        lambda before: (ended.append(before), real(before)))
    for field, of, value in others(lab):
        ended.clear()
        lab.set(**{field: value})
        after = lab.state
        assert bool(ended) == of.role.of_the_network == (lab._history.last is not None), field
        lab.undo()
        if of.role.of_the_network:
            assert lab.state.of_the_network == first.of_the_network, field
            assert text_of(lab.status).startswith("Undone. ") and len(ended) == 2
        else:
            assert lab.state is after and text_of(lab.status) == "Nothing to undo."
            lab.reset()
        assert lab._history.last is None


@EACH_LAB
def test_undo_goes_back_to_the_beginning_and_reset_too(name, unseen):
    lab, draw = unseen(name), random.Random(0)
    first = lab.state
    for _ in range(10):
        slider = draw.choice(of_kind(lab, *SLIDERS))
        slider.value = draw.randint(slider.min, slider.max)
        lab._history.separate()
    for _ in range(10):
        lab.undo_button.click()
    assert lab.state.of_the_network == first.of_the_network
    lab.reset_button.click()
    assert lab.state == first


@EACH_LAB
def test_every_preset_loads_and_can_be_undone(name, unseen):
    lab = unseen(name)
    assert list(lab.presets) == list(lab.preset_buttons) != []
    for preset, button in lab.preset_buttons.items():
        lab.set(**{"learning_rate": 0.125})
        before = lab.state
        button.click()
        assert text_of(lab.error) == "" and text_of(lab.status).startswith("Preset "), preset
        for field, value in lab.presets[preset].values.items():
            of = declared(lab.state_type)[field]
            assert getattr(lab.state, field) == of.check(value), (preset, field)
        if lab.state.of_the_network != before.of_the_network:
            lab.undo()
            assert lab.state.of_the_network == before.of_the_network, preset
        by_button = lab.state
        lab.preset(preset)
        check_no_nan(lab)
        lab._history.separate()
        assert by_button is not None
    with pytest.raises(ValueError, match="unknown preset 'no such'; known are "):
        lab.preset("no such")


# --- gradients, and why they are 0 ---


def numbers_of_states(lab, count: int, small: bool):
    """(state, numbers) of some states that have numbers: presets, and any."""
    found = [lab.initial.changed(**preset.values) for preset in lab.presets.values()]

    @settings(max_examples=count, derandomize=True, database=None)
    @given(states(lab.state_type, small))
    def collect(state):
        found.append(state)

    collect()
    for state in found:
        with suppress(ValueError, ArithmeticError):  # a loss that is too large for a float
            yield state, lab.compute(state)


SMALL_NETWORKS = [name for name in KINDS
                  if name not in ("deep_chain", "wide_network", "names_counts",
                                  "computational_graph", "digits")]
"""Those whose numbers are always one network's, with the squared loss."""


@pytest.mark.parametrize("name", SMALL_NETWORKS)
def test_gradients_are_those_of_the_oracle(name, unseen):
    for state, numbers in numbers_of_states(unseen(name), 6, small=True):
        assert isinstance(numbers, NetworkNumbers)
        x, y = numbers.trace.a[0], numbers.trace.y
        truth = check_gradients(numbers.network, x, y, numbers.trace.loss.name, rtol=1e-7)
        assert list(numbers.parameters) == list(state.parameters)
        for parameter, var in numbers.notation.parameters.items():
            place = (var.neuron, var.input) if var.kind == "w" else (var.neuron,)
            expected = truth[f"dJ_d{var.kind}[{var.layer}]"][place]
            assert math.isclose(numbers.gradient[parameter], expected, rel_tol=1e-7,
                                abs_tol=1e-12), (state, parameter)
            assert numbers.parameters[parameter] == getattr(state, parameter)


def is_zero(gradient) -> bool:
    return not np.any(gradient)


@EACH_LAB
def test_a_reason_is_given_exactly_where_a_gradient_is_0(name, unseen):
    lab, zeros = unseen(name), 0
    for preset in lab.presets:
        lab.preset(preset)
        for parameter, gradient in lab.gradient.items():
            why = lab.why_zero(parameter)
            assert bool(why) == is_zero(gradient), (preset, parameter)
            assert "\n" not in why and not why.endswith(".")
            zeros += bool(why)
    assert zeros > 0
    for state, numbers in numbers_of_states(lab, 5, small=False):
        for parameter, gradient in numbers.gradient.items():
            assert (numbers.why_zero(parameter) is not None) == is_zero(gradient), state
    with pytest.raises(ValueError, match="unknown parameter 'no such'; known are "):
        lab.why_zero("no such")


@EACH_LAB
def test_the_numbers_beside_the_sliders_are_the_gradient(name, unseen):
    lab = unseen(name)
    if lab.table is None:
        return
    for preset in lab.presets:
        lab.preset(preset)
        for parameter, gradient in lab.gradient.items():
            shown = re.search(rf'class="mlp-gradient-{parameter}">([^<]*)<', all_words(lab))[1]
            assert shown == number(gradient, 3, plus=True, pad=True), (preset, parameter)


# --- pictures ---


def that_shows(slot, state):
    """A state in which a slot is shown, made by one choice."""
    if may_show(slot, state):
        return state
    for name, of in declared(type(state)).items():
        for value in getattr(of, "options", ()) if isinstance(of, Choice) else ():
            with suppress(ValueError):
                if may_show(slot, state.changed(**{name: value})):
                    return state.changed(**{name: value})
    raise AssertionError(f"{slot.name} is never shown")


@EACH_LAB
def test_what_is_in_no_key_of_a_picture_does_not_change_it(name, kept):
    lab, left_out = kept(name), set()
    for canvas in lab.canvases.values():
        slot = canvas.slot
        state = first = that_shows(slot, lab.initial)
        for field, of in declared(type(state)).items():
            for value in examples(field, of):
                with suppress(ValueError):
                    other = state.changed(**{field: value})
                    if may_show(slot, other) and slot.key(other, 0) == slot.key(first, 0):
                        left_out |= {field} - ({field} if other == state else set())
                        state = other
        pixels = []
        for shown in (first, state):
            numbers = lab.compute(shown)
            progress = [lab.progress.value] if slot.progress else []
            canvas.picture.update(slot.scene(numbers, *progress))
            pixels.append(canvas.picture.render().copy())
        assert np.array_equal(*pixels), (slot.name, first, state)
        canvas._drawn = None
    assert "learning_rate" in left_out


def images(lab) -> dict[str, bytes]:
    """What was sent of each picture."""
    return {name: canvas.image.value for name, canvas in lab.canvases.items()}


def sizes_of(lab) -> list[tuple[str, str]]:
    """The shape for which the page keeps room: pictures in view, then the others."""
    return [(canvas.image.width, canvas.image.height) for canvas in lab.canvases.values()
            if canvas.picture]


@EACH_LAB
def test_pictures_are_sent_only_if_they_changed_and_keep_their_size(name, kept):
    lab = kept(name)
    before, sizes = images(lab), sizes_of(lab)
    lab.refresh()
    lab.set(learning_rate=0.125)
    assert all(value is before[name] for name, value in images(lab).items())
    for picture in lab.pictures_in_view:
        height, width = picture.render().shape[:2]
        assert (height, width) == (round(picture.height / 2), round(picture.width / 2))
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.min if slider.value != slider.min else slider.max
    assert any(value is not before[name] for name, value in images(lab).items())
    assert sizes == sizes_of(lab)
    assert all(size == (str(c.picture.width), str(c.picture.height))
               for c, size in zip(lab.canvases.values(), sizes, strict=True))


@EACH_LAB
def test_a_viewer_without_a_kernel_gets_a_picture_its_words_and_a_text(name, kept):
    lab = kept(name)
    data, about = lab._repr_mimebundle_()
    assert data["text/plain"] == repr(lab)
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    shown = about["image/png"]
    assert image.size == (shown["width"] // 2, shown["height"] // 2) or image.size == (
        round(shown["width"] * 0.5), round(shown["height"] * 0.5))
    in_view = [c for c in lab.canvases.values() if c.slot.is_shown(lab.state)]
    assert shown["alt"] == lab.words == " ".join(
        [lab.describe(), *(text_of(canvas._words) for canvas in in_view)])
    assert lab._repr_mimebundle_() == (data, about)  # the same each time


# --- the end ---


@EACH_LAB
def test_the_page_holds_only_core_widgets_with_classes(name, unseen):
    lab = unseen(name)
    modules = {type(widget)._model_module.default_value for widget in tree(lab.widget)}
    assert modules <= {"@jupyter-widgets/controls", "@jupyter-widgets/base"}
    boxes = [w for w in all_widgets(lab.widget) if isinstance(w, NUMBER_BOXES)]
    assert all(any(css.startswith("mlp-box-") for css in box._dom_classes) for box in boxes)
    buttons = [w for w in all_widgets(lab.widget) if isinstance(w, widgets.Button)]
    assert all(button._dom_classes and button.tooltip for button in buttons)


@EACH_LAB_AT_NIGHT
def test_two_labs_do_not_disturb_each_other_and_a_closed_one_leaves_nothing(name, kept):
    other = kept(name)
    seen = other.state, other.numbers, images(other)
    gc.collect()
    before = live_widgets()
    lab = KINDS[name](scale=0.25, **SMALLER.get(name, {}))
    for control in of_kind(lab, *CHOICES):
        control.value = control._options_values[-1]
    lab.share.toggle.value = True
    if lab.descent or hasattr(lab, "training_run"):
        lab.run()
    if lab.stepper and lab.stepper.count:
        lab.stepper.play.click()
    repeated = runners(lab)
    part = lab.part(*lab.canvases, "J")
    large = large_things_of(lab)
    lab.close()
    lab.close()
    assert not any(runner.running for runner in repeated)
    for runner in repeated:
        runner.join(WAIT)
    assert live_widgets() == before and run_threads() == []
    assert (other.state, other.numbers, images(other)) == seen
    # an output of the notebook, Out[5], may hold the lab and a part of it for ever
    control = runner = repeated = None
    gc.collect()
    assert len(large) > 6 and [of() for of in large if of() is not None] == []
    check_closed(lab, part)


def large_things_of(lab):
    """Weak references to what a lab has drawn, computed and put into a page."""
    drawn = [of for canvas in lab.canvases.values()
             for of in (canvas, canvas.image, canvas.picture, canvas.picture.figure)]
    parts = [part.root.children[0] for part in lab.views.shown.values()]
    return [weakref.ref(of) for of in (*drawn, *parts, lab.root, lab.numbers)]


def check_closed(lab, part):
    """AssertionError unless all that is asked of a closed lab has the same sentence for an
    answer."""
    kind = type(lab).__name__
    sentence = f"this {kind} is closed: run its cell to make a new one"
    asked = [lambda: lab.widget, lambda: part.widget, lambda: lab.gradient, lambda: lab.loss,
             lambda: lab.words, lab.snapshot, lab.undo, lab.reset, lab.beside, lab.run,
             lambda: lab.part("J"), lambda: lab.control("covered"), lambda: lab._parts,
             lambda: lab.step(1), lambda: lab.nobody_knows,
             lambda: lab.set(**next({name: value} for name, _of, value in others(lab)))]
    for call in asked:
        with pytest.raises(ValueError) as told:
            call()
        assert str(told.value) == sentence or "has no gradient descent" in str(told.value)
    for shown in (lab, part):
        assert shown._repr_mimebundle_() == ({"text/plain": sentence}, {})
    assert not lab.is_built and repr(lab).startswith(f"{kind}(")


def things() -> tuple[int, tuple]:
    """How many objects there are, and how many of them figures, widgets, callbacks; threads."""
    gc.collect()
    found = gc.get_objects()
    live = [thing for thing in found if isinstance(thing, widgets.Widget)]
    callbacks = sum(len(group) for widget in live for kind in widget._trait_notifiers.values()
                    for group in kind.values())
    figures = sum(type(thing) is Figure for thing in found)
    return len(found), (figures, live_widgets(), callbacks, run_threads())


@pytest.mark.thorough
def test_moves_leave_nothing_behind(kept):
    labs = [kept(name) for name in KINDS]

    def moves():
        for lab in labs:
            for slider in of_kind(lab, *SLIDERS)[:4]:
                for count in (1, 2, 3):
                    slider.value = min(slider.min + count, slider.max)
            lab._history = History()  # which keeps so many states, and no more

    for _ in range(2):
        moves()  # caches of glyphs and of numbers fill up
    objects, before = things()
    moves()
    more, after = things()
    assert more - objects < 100 and after == before


def test_kinds_of_fields_that_a_lab_uses():
    """What the tests above are made from is there at all."""
    used = {type(of) for kind in KINDS.values() for of in declared(kind.state_type).values()}
    assert {Number, Choice, Switch, Several, Parsed, Place} <= used
