"""Present mode of every lab: what grows, what folds, and what it must not touch."""

from __future__ import annotations

import re

import ipywidgets as widgets
import pytest
from lab_tools import CHOICES, EACH_LAB, SLIDERS, as_new, of_kind, tree, with_class
from matplotlib.text import Text

from mlp_widgets.drawing.quick_artists import QuickText, QuickTexts
from mlp_widgets.drawing.style import SMALL
from mlp_widgets.lectures.polls import lecture_poll
from mlp_widgets.widgets.cell import style_sheet

LAST_ROW = 18  # points: no text may be smaller on a page of 1920 x 1080 CSS pixels
WIDEST, ROOM = 828, 1725  # CSS pixels: a lab, and an output of JupyterLab in such a page
ZOOM = float(re.search(r"\.mlp-presenting > \* \{ --mlp-zoom: ([\d.]+)", style_sheet())[1])
CONTROLS = (*SLIDERS, *CHOICES, widgets.Button, widgets.Checkbox, widgets.FloatText)


def classes(cell) -> set[str]:
    return set(cell.widget._dom_classes)


def staying(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and all inside it that is not folded."""
    if "mlp-fold" in widget._dom_classes:
        return []
    children = getattr(widget, "children", ())
    return [widget, *(inner for child in children for inner in staying(child))]


@EACH_LAB
def test_the_switch_sets_one_class_and_takes_it_back(name, kept):
    lab = kept(name)
    before, present = lab.widget._dom_classes, lab.present
    assert present.more.layout.display == "none"
    present.toggle.value = True
    assert classes(lab) - set(before) == {"mlp-presenting"}
    assert present.more.layout.display is None
    present.more.value = True
    assert classes(lab) - set(before) == {"mlp-presenting", "mlp-all-controls"}
    present.more.value = present.toggle.value = False
    assert lab.widget._dom_classes == before and present.more.layout.display == "none"


@EACH_LAB
def test_presenting_is_no_part_of_the_numbers_and_is_kept(name, kept):
    lab = kept(name)
    before = lab.state, repr(lab), lab.code, lab.numbers
    lab.present.toggle.value = lab.present.more.value = True
    assert (lab.state, repr(lab), lab.code, lab.numbers) == before
    lab.undo()
    assert lab.state is before[0] and "Nothing to undo" in lab.status.value
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.max
    lab.undo()
    lab.reset()
    lab.load(repr(lab))
    assert lab.present.toggle.value and "mlp-presenting" in classes(lab)


@EACH_LAB
def test_presets_sliders_stepper_and_pictures_stay_and_the_rest_folds(name, kept):
    lab = kept(name)
    everything, left = tree(lab.widget), staying(lab.widget)
    for kind in ("mlp-preset-", "mlp-picture", "mlp-next", "mlp-status", "mlp-present"):
        assert with_class(left, kind) == with_class(everything, kind), kind
    assert with_class(left, "mlp-preset-") and with_class(left, "mlp-picture")
    in_rows = [b for row in with_class(left, "mlp-presets") for b in row.children]
    assert in_rows and set(with_class(left, "mlp-preset-")) <= set(in_rows)
    assert all(with_class(row.children, "mlp-preset-") for row in with_class(left, "mlp-presets"))
    assert any(isinstance(widget, SLIDERS) for widget in left)
    folded = [w for w in everything if isinstance(w, CONTROLS) and w not in left]
    assert with_class(folded, "mlp-undo") and with_class(folded, "mlp-reset")
    assert lab.share.toggle not in left


@EACH_LAB
def test_the_switch_is_the_first_row(name, kept):
    """What grows below it does not move it."""
    lab = kept(name)
    style, row = lab.widget.children[:2]
    assert style.layout.display == "none"
    assert lab.present.toggle is row.children[0] and "mlp-present" in row.children[0]._dom_classes


@pytest.mark.parametrize(("value", "large"), [("1", True), ("0", False)])
def test_where_all_is_presented_labs_and_questions_begin_large(make, monkeypatch, value, large):
    monkeypatch.setenv("MLP_WIDGETS_PRESENT", value)
    lab, poll = make("example", scale=0.25), lecture_poll(4)
    for cell in (lab, poll):
        assert cell.present.toggle.value == ("mlp-presenting" in classes(cell)) == large
        cell.present.toggle.value = False
        assert "mlp-presenting" not in classes(cell)
    poll.close()


def text_sizes(picture) -> set[float]:
    """Points of all texts that a picture has."""
    texts = [t for t in picture.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    quick = picture.figure.findobj(lambda artist: isinstance(artist, (QuickText, QuickTexts)))
    return {text.get_size() for text in texts} | {text.size for text in quick}


@EACH_LAB
def test_no_text_of_a_picture_is_under_18_points(name, kept):
    lab, seen = kept(name), set()
    for choice in [None, *of_kind(lab, *CHOICES)]:
        for option in choice._options_values if choice else [None]:
            if choice:
                choice.value = option
            for picture in lab.pictures_in_view:
                seen |= text_sizes(picture)
    as_new(lab)
    assert seen and min(seen) >= SMALL and SMALL * ZOOM >= LAST_ROW


def test_a_lab_still_fits_beside_the_prompt_of_jupyterlab():
    assert WIDEST * ZOOM <= ROOM
