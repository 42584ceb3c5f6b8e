"""Present mode of every lab of the registry: what grows, what folds, and what it must not touch."""

from __future__ import annotations

import re

import ipywidgets as widgets
import pytest
from matplotlib.text import Text
from test_labs import CHOICES, EACH_LAB, SLIDERS, canvases, of_kind, tree

from mlp_widgets import LABS
from mlp_widgets.drawing.quick_artists import QuickText, QuickTexts
from mlp_widgets.drawing.style import SMALL
from mlp_widgets.lectures.polls import lecture_poll
from mlp_widgets.widgets.css import CSS

LAST_ROW = 18  # points: no text may be smaller on a page of 1920 x 1080 CSS pixels
WIDEST, ROOM = 828, 1725  # CSS pixels: a lab, and an output of JupyterLab in such a page
ZOOM = float(re.search(r"\.mlp-presenting > \* \{ --mlp-zoom: ([\d.]+)", CSS)[1])


def classes(lab) -> set[str]:
    return set(lab.widget._dom_classes)


def staying(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and all inside it that is not folded."""
    if "mlp-fold" in widget._dom_classes:
        return []
    children = getattr(widget, "children", ())
    return [widget, *(inner for child in children for inner in staying(child))]


def with_class(found: list[widgets.Widget], start: str) -> list[widgets.Widget]:
    return [w for w in found if any(css.startswith(start) for css in w._dom_classes)]


@EACH_LAB
def test_the_switch_sets_one_class_and_takes_it_back(name, make):
    lab = make(name)
    before = lab.widget._dom_classes
    assert lab.present.more.layout.display == "none"
    lab.present.toggle.value = True
    assert classes(lab) - set(before) == {"mlp-presenting"}
    assert lab.present.more.layout.display is None
    lab.present.more.value = True
    assert classes(lab) - set(before) == {"mlp-presenting", "mlp-all-controls"}
    lab.present.more.value = False
    lab.present.toggle.value = False
    assert lab.widget._dom_classes == before
    assert lab.present.more.layout.display == "none"


@EACH_LAB
def test_presenting_is_no_part_of_the_numbers(name, make):
    lab = make(name)
    before = lab.state, repr(lab), lab.code, lab.solution
    lab.present.toggle.value = lab.present.more.value = True
    assert (lab.state, repr(lab), lab.code, lab.solution) == before
    lab.undo()
    assert lab.state is before[0] and "Nothing to undo" in lab.status.value


@EACH_LAB
def test_it_is_kept_when_anything_moves(name, make):
    lab = make(name)
    lab.present.toggle.value = True
    for slider in of_kind(lab, *SLIDERS):
        slider.value = slider.max if not isinstance(slider, widgets.FloatLogSlider) else 0.5
    lab.undo()
    lab.reset()
    lab.load(repr(lab))
    assert lab.present.toggle.value and "mlp-presenting" in classes(lab)


@EACH_LAB
def test_presets_sliders_stepper_and_pictures_stay_and_the_rest_folds(name, make):
    lab = make(name)
    everything, left = tree(lab.widget), staying(lab.widget)
    for kind in ("mlp-preset-", "mlp-picture", "mlp-next", "mlp-status", "mlp-present"):
        assert with_class(left, kind) == with_class(everything, kind), kind
    assert with_class(left, "mlp-preset-") and with_class(left, "mlp-picture")
    for row in with_class(everything, "mlp-presets"):
        assert with_class(row.children, "mlp-preset-")
    in_rows = [b for row in with_class(left, "mlp-presets") for b in row.children]
    assert set(with_class(left, "mlp-preset-")) <= set(in_rows)
    assert any(isinstance(widget, SLIDERS) for widget in left)
    controls = (*SLIDERS, *CHOICES, widgets.Button, widgets.Checkbox, widgets.FloatText)
    folded = [w for w in everything if isinstance(w, controls) and w not in left]
    assert with_class(folded, "mlp-undo") and with_class(folded, "mlp-reset")
    assert lab.share.toggle not in left


@EACH_LAB
def test_where_all_is_presented_labs_and_questions_begin_large(name, make, monkeypatch):
    monkeypatch.setenv("MLP_WIDGETS_PRESENT", "1")
    lab, poll = make(name), lecture_poll(4)
    assert lab.present.toggle.value and "mlp-presenting" in classes(lab)
    assert lab.present.more.layout.display is None and "mlp-presenting" in classes(poll)
    lab.present.toggle.value = poll.present.toggle.value = False
    assert not {"mlp-presenting"} & (classes(lab) | classes(poll))
    poll.close()


@EACH_LAB
def test_the_switch_is_the_first_row(name, make):
    """What grows below it does not move it."""
    lab = make(name)
    style, row = lab.widget.children[:2]
    assert style.layout.display == "none"
    assert lab.present.toggle is row.children[0] and "mlp-present" in row.children[0]._dom_classes


def text_sizes(picture) -> set[float]:
    """Points of all texts that a picture has."""
    texts = [t for t in picture.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    quick = picture.figure.findobj(lambda artist: isinstance(artist, (QuickText, QuickTexts)))
    return {text.get_size() for text in texts} | {text.size for text in quick}


@pytest.mark.parametrize("name", LABS)
def test_no_text_of_a_picture_is_under_18_points(name, make):
    lab, seen = make(name), set()
    for choice in [None, *of_kind(lab, *CHOICES)]:
        for option in choice._options_values if choice else [None]:
            if choice:
                choice.value = option
            for canvas in canvases(lab):
                for picture in canvas.pictures:
                    picture.render()
                    seen |= text_sizes(picture)
    assert seen and min(seen) >= SMALL and SMALL * ZOOM >= LAST_ROW


def test_a_lab_still_fits_beside_the_prompt_of_jupyterlab():
    assert WIDEST * ZOOM <= ROOM
