"""Gradients can be covered: then nothing in the page tells them; afterwards all is as before."""

from __future__ import annotations

import re
from contextlib import suppress
from html import unescape

import pytest
from any_state import examples
from lab_tools import (
    EACH_LAB,
    EACH_LAB_AT_NIGHT,
    EACH_LAB_MUCH,
    all_words,
    check_same,
    find,
)
from matplotlib.text import Text

from mlp_widgets import TwoHiddenLab
from mlp_widgets.drawing.quick_artists import QuickText, QuickTexts, QuickTicks
from mlp_widgets.drawing.style import GRADIENT
from mlp_widgets.fields import VIEW, declared
from mlp_widgets.widgets.stepper import Stepper

TOLD = re.compile(r"(∂[JLℓ]/∂\S+|slope|gradient|‖∇J‖)\s*(=|:|\()\s*[-−+]?\d", re.IGNORECASE)
"""A gradient with its number. The slope f′ of an activation is none."""


def tells(text: str) -> list[str]:
    plain = re.sub(r"<[^>]*>", "", text)
    return [found.group() for found in TOLD.finditer(plain) if "slope" not in found.group().lower()
            or "∂" in found.group()]


def texts_of(picture) -> list[str]:
    """All texts of a picture that can be seen."""
    found = []
    for artist in picture.figure.findobj(lambda artist: artist.get_visible()):
        if isinstance(artist, QuickTexts):
            found += [text[0] for text in artist.texts]
        elif isinstance(artist, QuickText):
            found.append(artist.text)
        elif isinstance(artist, Text):
            found.append(artist.get_text())
    return found


def everything(lab) -> dict[str, str]:
    """All that the page, a screen reader and a viewer without a kernel are told."""
    rows = " ".join(f"{name} = {value}" for name, _, value in
                    [(*row, "", "")[:3] for row in lab.table_rows()] if "∂" in str(name))
    drawn = " ".join(text for picture in lab.pictures_in_view for text in texts_of(picture))
    return {"page": all_words(lab), "words": lab.words, "status": lab.in_words(), "rows": rows,
            "pictures": drawn.replace("\n", " ")}


def purple_numbers(lab) -> list[str]:
    """Numbers in the colour of gradients, apart from their names."""
    texts = [text for picture in lab.pictures_in_view
             for artist in picture.figure.findobj(QuickTexts) for text in artist.texts]
    return [text[0] for text in texts if text[3] == GRADIENT and re.search("[0-9]", text[0])]


def told_anywhere(lab) -> dict[str, list[str]]:
    found = {where: tells(text) for where, text in everything(lab).items()}
    found["purple"] = purple_numbers(lab)
    return {where: texts for where, texts in found.items() if texts}


@EACH_LAB_MUCH
def test_nothing_tells_a_gradient_that_is_covered(name, kept):
    lab = kept(name)
    lab.covered = True
    views = [(field, value) for field, of in declared(lab.state_type).items()
             if of.role is VIEW and field != "covered" for value in examples(field, of)]
    for field, value in [("covered", True), *views]:
        with suppress(ValueError):  # what does not go with the other fields
            lab.set(**{field: value})
        assert told_anywhere(lab) == {}, (field, value)
    for preset in lab.presets:
        lab.preset(preset)
        assert told_anywhere(lab) == {}, preset


@EACH_LAB_AT_NIGHT
def test_the_stepper_tells_symbols_but_no_gradients_while_covered(name, kept):
    lab = kept(name)
    if "operation" not in declared(lab.state_type) or not lab.numbers.operations:
        return
    lab.covered = True
    for place, op in enumerate(lab.numbers.operations, start=1):
        lab.operation = place
        box = lab.stepper.words.value
        if type(lab.stepper) is Stepper:  # others walk through something else
            assert op.symbol in re.sub(r"<[^>]*>", "", unescape(box))
            assert op.way == "forward" or ('"mlp-operation-value">?<' in box
                                           and "mlp-operation-numbers" not in box)
        found = told_anywhere(lab)
        found.pop("page", None)  # the formula 2(g − y) begins with a number
        assert not found, (op.symbol, found)


@EACH_LAB
def test_a_gradient_is_told_in_the_page_otherwise(name, kept):
    """So that the test above would see it."""
    lab = kept(name)
    if lab.table is None and name == "wide_network":
        assert "?" not in lab.headline(lab.numbers)[1]
        return
    assert told_anywhere(lab)


@EACH_LAB_AT_NIGHT
def test_uncovered_all_is_as_before(name, kept, make):
    lab = kept(name)
    lab.covered = True
    lab.appear()
    lab.covered = False
    check_same(lab, make(repr(lab)))


@EACH_LAB
def test_covering_is_neither_undone_nor_reset(name, kept):
    lab = kept(name)
    before = lab.state
    lab.covered = True
    lab.undo()
    assert lab.covered
    lab.reset()
    assert lab.covered and lab.state == before.changed(covered=True)


@pytest.mark.parametrize(("name", "values"), [
    ("wide_network", {"depth": 5, "width": 4, "init": "large"}),
    ("deep_chain", {"depth": 60, "w": -3.0})])
def test_a_sentence_over_a_picture_stands_on_axes_that_tell_nothing(name, values, kept):
    lab = kept(name)
    lab.covered = True
    assert lab.part(*lab.canvases).widget  # all are drawn
    covered = [slot.name for slot in lab.slots
               if isinstance(slot.covered, str) and slot.covered and slot.blank is None]
    before = {picture: lab.canvases[picture].in_view.render().copy() for picture in covered}
    lab.set(**values)
    for picture, pixels in before.items():
        assert_covered(lab.canvases[picture])
        assert (lab.canvases[picture].in_view.render() == pixels).all()
        ticks = lab.canvases[picture].in_view.figure.findobj(QuickTicks)
        assert not any(artist.labels for artist in ticks)


def assert_covered(canvas) -> None:
    """The sentence stands over a picture of the same kind."""
    assert canvas.words == canvas.slot.covered in texts_of(canvas.in_view)
    assert type(canvas.in_view) is type(canvas.picture)


@pytest.mark.parametrize(("name", "picture", "setting", "values", "kept_texts"), [
    ("wide_network", "histograms", {"init": "large", "large": 1.5, "depth": 3}, {"large": 9.0},
     ["a in layer 1 of 3, first draw", "too large", "Xavier", "0"]),
    ("wide_network", "histograms", {"activation": "tanh", "compare": "none", "depth": 3},
     {"seed": 7},
     ["a in layer 3 of 3, first draw", "−1", "1"])])
def test_a_covered_picture_whose_axes_follow_the_state_keeps_them(name, picture, setting, values,
                                                                 kept_texts, kept):
    lab = kept(name)
    lab.set(covered=True, **setting)
    canvas = lab.canvases[picture]
    assert lab.part(picture).widget
    assert set(kept_texts) <= set(texts_of(canvas.in_view))
    drawn, before = canvas.in_view, canvas.in_view.render().copy()
    lab.set(**values)
    assert_covered(canvas)
    assert canvas.in_view is drawn  # no figure is made again
    assert (canvas.in_view.render() == before).all()
    lab.covered = False
    assert (canvas.in_view.render() != before).any()


def test_no_sentence_hides_a_row_of_covered_dead_neurons(kept):
    """What is asked stands beside each start: a student chooses among their names."""
    lab = kept("digits")
    lab.set(covered=True, view="dead", epochs=2)
    canvas = lab.canvases["dead"]
    assert lab.part("dead").widget
    before, shown = canvas.in_view.render().copy(), texts_of(canvas.in_view)
    assert {"zeros", "too small", "Xavier", "▸ He", "too large"} <= set(shown)
    assert sum(text.startswith("? → ? of ") for text in shown) == 5
    assert not any(text.box for text in canvas.in_view.figure.findobj(QuickText))
    lab.learning_rate = 3.0
    assert (canvas.in_view.render() == before).all()
    lab.covered = False
    assert (canvas.in_view.render() != before).any()


def test_the_button_says_what_it_does_next(kept):
    lab = kept("two_hidden")
    button = find(lab, "mlp-covered")
    assert button.description == "Cover"
    button.value = True
    assert lab.covered and button.description == "Uncover"
    button.value = False
    assert not lab.covered


@pytest.mark.parametrize("names, stands", [(("w1_1", "gradient"), True), (("diagram",), True),
                                           (("w1_1", "J", "curves"), False)])
def test_a_part_that_can_be_covered_has_the_button(names, stands):
    lab = TwoHiddenLab(scale=0.5)
    part = lab.part(*names)
    top = part.root.children[0].children
    strip = next(child for child in top if "mlp-strip" in child._dom_classes)
    assert (lab.control("covered").widget in strip.children) == stands
    lab.close()
