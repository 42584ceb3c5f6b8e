"""Parts of a lab beside the text that speaks of it: live, in line with the lab, and soon gone."""

from __future__ import annotations

import base64
import gc
import io
import random
import re
from contextlib import suppress

import ipywidgets as widgets
import numpy as np
import pytest
from any_state import examples, same
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import (
    EACH_LAB,
    EACH_LAB_AT_NIGHT,
    KINDS,
    NUMBER_BOXES,
    SLIDERS,
    SMALLER,
    VALUES,
    check_same,
    decoded,
    find,
    live_widgets,
    text_of,
    tree,
    type_in,
    with_class,
    without_path,
)
from PIL import Image

from mlp_widgets.fields import COVER, PARAMETER, VIEW, Choice, Parsed, Place, declared
from mlp_widgets.lectures.deep_chain.numbers import MOST_DRAWN

# --- what can be asked for ---


def fields_of(lab) -> list[str]:
    """The fields that have a control of their own; the place of a stepper is the stepper's."""
    return [name for name, of in declared(lab.state_type).items()
            if not isinstance(of, (Parsed, Place)) or name in lab.controls]


def table_fields(lab) -> list[str]:
    """Those that stand in a table, by neuron."""
    return [name for name in lab.state.parameters if lab.table]


def names_of(lab) -> list[str]:
    """All that a part may show."""
    own = [*fields_of(lab), *lab.canvases, *lab.blocks, "J"]
    return list(dict.fromkeys(own))


def expected(lab, name: str) -> list[widgets.Widget]:
    """The widgets of the lab that a name stands for: a control, a block, a picture, J."""
    found = [lab.control(name).widget] if name in fields_of(lab) else []
    found += [lab.blocks[name]] if name in lab.blocks else []
    found += [lab.canvases[name].widget] if name in lab.canvases else []
    return found + ([lab.headline_text, lab.messages] if name == "J" else [])


def shown(part) -> list[widgets.Widget]:
    """What the part shows, without its own boxes and headings, and the style sheet."""
    own = {*part._own, *(w for table in part.tables for w in table.own_widgets)}
    found, todo = [], [part.widget]
    while todo:
        widget = todo.pop(0)
        if widget in own:
            todo = [*getattr(widget, "children", ()), *todo]
        elif "<style" not in str(getattr(widget, "value", "")):
            found.append(widget)
    return found


@EACH_LAB_AT_NIGHT
def test_a_part_shows_exactly_what_was_asked_for(name, unseen):
    lab = unseen(name)
    first = lab.state
    gc.collect()
    for asked in names_of(lab):
        before = live_widgets()
        part = lab.part(asked)
        beside = {lab.error: "J", lab.control(COVER).widget: COVER}
        found = [w for w in shown(part) if beside.get(w, asked) == asked]
        assert set(found) == set(expected(lab, asked)) and found, asked
        assert len(found) == len(set(found))
        assert "mlp-lab" in part.widget._dom_classes and "mlp-part" in part.widget._dom_classes
        has_error = lab.error in tree(part.widget)
        assert has_error, "what goes wrong in a part is said in it"
        part.close()
        assert live_widgets() == before, asked
    assert lab.state is first and text_of(lab.error) == ""


@EACH_LAB
def test_j_and_gradient_are_there_if_asked_for_and_only_then(name, unseen):
    lab = unseen(name)
    parameters = table_fields(lab)
    slot = lab.slots[0].name
    for names in ([*parameters[:2], slot], [*parameters[:1], "J", slot]):
        part = lab.part(*names)
        seen = tree(part.widget)
        for widget in (lab.headline_text, lab.status):
            assert (widget in seen) == ("J" in names)
        # of a part without J and gradient no text names their numbers
        assert ("mlp-mse-now" in texts(part)) == ("J" in names)
        assert not with_class(seen, "mlp-gradients") and "mlp-gradient-" not in texts(part)
    if not parameters:
        with pytest.raises(ValueError, match="unknown part 'gradient'; known are "):
            lab.part("gradient", slot)
        return
    part = lab.part(*parameters[:2], "gradient", slot)
    (column,) = with_class(tree(part.widget), "mlp-gradients")
    assert set(re.findall(r'<span class="mlp-gradient-(\w+)">', column.value)) == set(
        parameters[:2])
    assert lab.headline_text not in tree(part.widget)
    with pytest.raises(ValueError, match="^gradients stand beside parameters: name some of these "
                                         f"too: {', '.join(lab.table.with_gradient)}$"):
        lab.part("gradient", slot)


def test_the_column_of_gradients_names_the_one_that_stands_there(make):
    """θ is for many, and a student of one neuron has not met it."""
    parts = [make("one_neuron").part("w", "gradient"),
             make("two_hidden").part("w1_1", "w2_1", "gradient")]
    one, two = (with_class(tree(part.widget), "mlp-gradients")[0].value for part in parts)
    assert "<span>∂L/∂w</span>" in one and "θ" not in one and "<span>∂L/∂θ</span>" in two


def texts(part) -> str:
    return " ".join(w.value for w in tree(part.widget) if isinstance(w, widgets.HTML)
                    and not w.value.startswith("<style"))


@EACH_LAB
def test_an_unknown_name_is_told_in_one_sentence_that_names_what_is_known(name, unseen):
    lab = unseen(name)
    before, seen = live_widgets(), dict(lab.views.shown)
    known = ", ".join([*names_of(lab), *(["gradient"] if lab.table else [])])
    slot = lab.slots[0].name
    for names, start in [(("no such",), "unknown part 'no such'; known are "),
                         ((slot, "operations"), "unknown part 'operations'; known are "),
                         ((), "a part needs names of what it shows; known are ")]:
        with pytest.raises(ValueError) as error:
            lab.part(*names)
        assert str(error.value) == start + known and "\n" not in known
    assert live_widgets() == before and lab.views.shown == seen
    assert not any(canvas.asked_for for canvas in lab.canvases.values())


@EACH_LAB
def test_the_same_names_give_the_same_part(name, unseen):
    lab = unseen(name)
    names = names_of(lab)[:2]
    part = lab.part(*names)
    assert lab.part(*names) is part and lab.part(*names, names[0]) is part
    assert repr(part) == f"{lab!r}.part({', '.join(map(repr, names))})"
    assert lab.part(names[0]) is not part
    part.close()
    assert lab.part(*names) is not part


def test_parameters_stand_under_the_headings_of_their_neurons(unseen):
    lab = unseen("three_neuron")
    part = lab.part("b12", "w11", "fit", "hour")
    rows = with_class(tree(part.widget), "mlp-rows")[0].children
    assert [text_of(rows[0]).split()[:2], text_of(rows[2]).split()[:2]] == [
        ["Neuron", "1"], ["Neuron", "2"]]
    assert [rows[1], rows[3]] == [lab.control("w11").widget, lab.control("b12").widget]
    lab.activation = "tanh"
    assert "tanh(w₁₁x" in text_of(rows[0])


# --- in line with the lab ---


def models(part) -> set[str]:
    """Ids of all controls of a part."""
    return {w.model_id for w in tree(part.widget) if isinstance(w, (*VALUES, widgets.Button))}


def any_change(lab, draw: random.Random) -> dict[str, object]:
    """Another value of one field."""
    own = declared(lab.state_type)
    name = draw.choice(list(own))
    return {name: draw.choice(examples(name, own[name]))}


def as_it_is(lab):
    """A new lab in the same state."""
    values = {name: getattr(lab.state, name) for name in declared(lab.state_type)}
    return type(lab)(**values, scale=lab.scale)


def check_pictures(part, lab, other=None) -> None:
    """The images of a part are what a new lab in the same state has drawn for them."""
    new_lab = other or as_it_is(lab)
    try:
        theirs = new_lab.part(*part.names)
        theirs.appear()
        assert part.words == theirs.words
        for ours, new in zip(part.canvases, theirs.canvases, strict=True):
            assert ours.slot is new.slot and ours.image.value
            assert np.array_equal(ours.in_view.render(), new.in_view.render()), ours.slot.name
            gap = np.abs(decoded(ours.image.value) - decoded(new.image.value)).max(axis=-1)
            assert (gap >= 64).mean() < 1e-3, ours.slot.name
            assert text_of(ours._words) == text_of(new._words) == new.words
    finally:
        if other is None:
            new_lab.close()


@EACH_LAB_AT_NIGHT
def test_two_parts_and_the_lab_stay_in_step(name, kept):
    """They are the same models, so no part can be behind; and pictures follow each move."""
    lab, draw = kept(name), random.Random(3)
    controls = fields_of(lab)[:6]
    one = lab.part(*controls, *lab.canvases, "J")
    two = lab.part("J", *lab.canvases, *controls[:3])
    in_lab = {w.model_id for w in every_widget(lab)}
    assert models(two) and models(two) <= models(one) <= in_lab
    for _ in range(8):
        with suppress(ValueError, ArithmeticError):  # what does not go with the other fields
            lab.set(**any_change(lab, draw))
    without_path(lab)
    check_pictures(one, lab)
    assert one.canvases == two.canvases == tuple(lab.canvases.values())


def every_widget(lab) -> list[widgets.Widget]:
    """Also those of choices that are not made."""
    def inside(widget):
        parts = getattr(widget, "all_parts", getattr(widget, "children", ()))
        return [widget, *(inner for part in parts for inner in inside(part))]

    return inside(lab.widget)


def move_in(part, draw: random.Random) -> None:
    """One move of any control of a part."""
    control = draw.choice([w for w in tree(part.widget) if isinstance(w, VALUES)
                           and not w.disabled])
    if isinstance(control, SLIDERS):
        control.value = draw.randint(control.min, control.max)
    elif isinstance(control, widgets.Checkbox):
        control.value = not control.value
    elif isinstance(control, NUMBER_BOXES):
        type_in(control, draw.choice([0.0, -1.0, 2.5, draw.uniform(-20, 20)]))
    else:
        control.value = draw.choice(control._options_values)


@EACH_LAB_AT_NIGHT
def test_random_moves_in_a_part_end_where_a_new_lab_begins(name, kept, make):
    lab = kept(name)
    part = lab.part(*fields_of(lab), *lab.canvases, "J", *(["gradient"] if lab.table else []))
    seeds = []

    @settings(max_examples=4 if name != "wide_network" else 2, database=None)
    @given(st.lists(st.integers(0, 2**32), min_size=1, max_size=8))
    def collect(drawn):
        seeds.append(drawn)

    collect()
    for drawn in seeds:
        for seed in drawn:
            before = lab.state
            move_in(part, random.Random(seed))
            if text_of(lab.error):
                assert same(lab.state, before) and lab.error in tree(part.widget)
    other = make(repr(lab))
    check_same(lab, other)
    check_pictures(part, lab, other)


@EACH_LAB
def test_a_move_in_a_part_is_a_move_of_the_lab_and_is_undone_there(name, unseen):
    lab = unseen(name)
    field = next(n for n in fields_of(lab) if find(lab, f"mlp-box-{n}")
                 and declared(lab.state_type)[n].role.of_the_network)
    part, first = lab.part(field, "undo"), lab.state
    (box,) = with_class(tree(part.widget), f"mlp-box-{field}")
    assert box is find(lab, f"mlp-box-{field}")
    slider = with_class(tree(part.widget), f"mlp-slider-{field}")[0]
    slider.value = slider.max
    assert getattr(lab, field) == box.number != getattr(first, field)
    undo = with_class(tree(part.widget), "mlp-undo")[0]
    undo.click()
    assert lab.state == first and getattr(first, field) == box.number


# --- pictures that only a part shows ---


def hidden(lab) -> list[str]:
    return [name for name, canvas in lab.canvases.items() if not canvas.slot.is_shown(lab.state)]


@EACH_LAB_AT_NIGHT
def test_what_only_a_part_shows_is_drawn_and_after_it_is_closed_no_more(name, kept, make,
                                                                        monkeypatch):
    lab = kept(name)
    other = make(repr(lab))
    slider = find(lab, "mlp-slider-w") or find(lab, "mlp-slider-w1_1") or find(
        lab, "mlp-slider-w11") or with_class(tree(lab.widget), "mlp-slider-")[0]
    for slot in hidden(lab):
        canvas, in_lab = lab.canvases[slot], lab.words
        part = lab.part(slot)
        assert not canvas.asked_for, "it does not stand in a page yet"
        part.appear()
        assert canvas.asked_for and canvas.image.value and text_of(canvas._words) == canvas.words
        assert lab.words == in_lab and canvas.picture not in lab.pictures_in_view
        check_pictures(part, lab, other)
        drawn = []
        monkeypatch.setattr(canvas, "show", lambda *_, drawn=drawn: drawn.append(1))
        slider.value = slider.max
        assert drawn
        again = lab.part("J", slot)
        again.appear()
        part.close()
        assert canvas.asked_for, "the other part still shows it"
        again.close()
        drawn.clear()
        slider.value = slider.min
        assert not canvas.asked_for and not drawn
        monkeypatch.undo()
        lab.reset()


def test_labs_hide_some_pictures_so_that_the_test_above_sees_any():
    assert {name for name, kind in KINDS.items()
            if any(slot.when for slot in kind.slots)} >= {"three_neuron", "two_hidden",
                                                          "deep_chain"}


@EACH_LAB_AT_NIGHT
def test_a_part_of_every_picture_goes_through_every_view_and_preset(name, kept):
    """What a lab would not show in a state must not stop the lab from being in it."""
    lab = kept(name)
    part = lab.part(*lab.canvases)
    part.appear()
    own = declared(lab.state_type)
    for preset in lab.presets:
        lab.preset(preset)
        for canvas in part.canvases:
            assert text_of(canvas._words) == canvas.words != "", (preset, canvas.slot.name)
    for field, of in own.items():
        if isinstance(of, Choice) and of.role is VIEW and field not in ("across", "up"):
            for value in of.options:
                lab.set(**{field: value})
    assert text_of(lab.error) == ""


def test_a_chain_too_deep_to_be_drawn_is_said_and_stops_nothing(kept):
    lab = kept("deep_chain")
    part = lab.part("chain", "depth")
    part.appear()
    lab.depth = MOST_DRAWN + 1
    assert lab.depth == MOST_DRAWN + 1 and text_of(lab.error) == ""
    canvas = lab.canvases["chain"]
    assert text_of(canvas._words) == canvas.words == "Drawn up to 10 layers; now there are 11."
    assert canvas.words in part.words and canvas.words not in lab.words
    lab.depth = MOST_DRAWN
    check_pictures(part, lab)


def test_a_part_whose_picture_fails_is_not_made_and_the_lab_lives_on(kept, monkeypatch):
    lab = kept("three_neuron")
    before = live_widgets()
    with monkeypatch.context() as broken:
        broken.setattr(lab.canvases["landscape"], "show", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            lab.part("landscape", "w11").appear()
        lab.w11 = 0.5
    assert live_widgets() == before and lab.views.shown == {} and text_of(lab.error) == ""


# --- the end ---


@EACH_LAB_AT_NIGHT
def test_a_closed_part_leaves_the_lab_and_the_other_part_alive(name, kept):
    lab = kept(name)
    fields, slot = fields_of(lab)[:2], lab.slots[0].name
    one = lab.part(*fields, slot, "J", "presets")
    gc.collect()
    before = live_widgets()
    two = lab.part(*fields[:1], *table_fields(lab)[:2], slot, "J",
                   *(["gradient"] if lab.table else []))
    assert live_widgets() > before
    two.close()
    two.close()  # again: nothing happens
    assert live_widgets() == before and two not in lab.views.shown.values()
    assert {w.model_id for w in (*tree(one.widget), *tree(lab.widget))} <= live_widgets()
    slider = with_class(tree(one.widget), "mlp-slider-")
    (slider or [find(lab, "mlp-slider-x")])[0].value += 1
    lab.preset(next(iter(lab.presets)))
    without_path(lab)
    check_pictures(one, lab)


@EACH_LAB_AT_NIGHT
def test_a_closed_lab_closes_its_parts_and_leaves_nothing(name):
    gc.collect()
    before = live_widgets()
    lab = KINDS[name](scale=0.25, **SMALLER.get(name, {}))
    for asked in names_of(lab):
        lab.part(asked)
    lab.part(*names_of(lab), *(["gradient"] if lab.table else []))
    parts = lab.views
    lab.close()
    assert live_widgets() == before and parts.shown == {}
    lab.close()


# --- viewers without a kernel ---


@EACH_LAB_AT_NIGHT
def test_a_part_is_stored_as_picture_words_and_text(name, kept, make):
    lab = kept(name)
    other = make(repr(lab))
    single = [*fields_of(lab)[:4], *lab.canvases, *lab.blocks, "J"]
    several = [*table_fields(lab)[:2], *(["gradient"] if lab.table else []), *lab.canvases, "J"]
    for names in [*([asked] for asked in single), single, several]:
        part = lab.part(*names)
        data, about = part._repr_mimebundle_()
        view = data.pop("application/vnd.jupyter.widget-view+json")
        assert view["model_id"] == part.widget.model_id
        assert data["text/plain"] == repr(part) and " at 0x" not in repr(part)
        picture, shape = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))), about[
            "image/png"]
        assert abs(picture.size[0] - lab.scale * shape["width"]) <= 1
        assert shape["alt"] == part.words and shape["alt"].startswith(f"{lab.title}:")
        for canvas in part.canvases:
            assert canvas.words and canvas.words in shape["alt"]
        part.close()
        if len(names) > 1:  # nothing of this kernel: another lab in this state stores the same
            theirs = other.part(*names)
            theirs_data, theirs_about = theirs._repr_mimebundle_()
            del theirs_data["application/vnd.jupyter.widget-view+json"]
            assert (theirs_data, theirs_about) == (data, about), names
            theirs.close()


@EACH_LAB
def test_the_numbers_of_a_part_are_in_its_words(name, kept):
    lab = kept(name)
    parameters = table_fields(lab)
    main, value = lab.headline(lab.numbers)
    with_j = lab.part("J", *parameters[:1])
    assert f"{main} = {value}." in with_j.words and lab.describe() in with_j.words
    without = lab.part(lab.slots[0].name, *parameters[:1])
    assert f"{main} = {value}." not in without.words and lab.describe() not in without.words
    if parameters:
        letter = lab.objective_of(lab.state)
        assert f"∂{letter}/∂" not in re.sub(re.escape(without.canvases[0].words), "", without.words)
        both = lab.part(*parameters, "gradient")
        assert both.words.count(f"∂{letter}/∂") == len(parameters)
        assert both.snapshot() != lab.part(*parameters).snapshot()
    assert all(of.role is PARAMETER for n, of in declared(lab.state_type).items()
               if n in parameters)


def test_words_of_a_part_call_a_field_as_its_control_does(make):
    lab = make("computational_graph", scale=0.25)
    said = lab.part("learning_rate", "expression", "w").words
    assert "learning rate η = 0.01. own L = (w*x + b - y)**2. w = 1.5." in said
