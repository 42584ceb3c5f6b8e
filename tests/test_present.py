"""Present mode of every lab: what the switch sets, the sections it turns through, what it keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lab_tools import (
    CHOICES,
    EACH_LAB,
    EACH_LAB_AT_NIGHT,
    EACH_LAB_MUCH,
    SLIDERS,
    as_new,
    check_same,
    find,
    of_kind,
    tree,
    with_class,
)
from matplotlib.text import Text

from mlp_widgets import lectures
from mlp_widgets.drawing.quick_artists import QuickText, QuickTexts
from mlp_widgets.drawing.style import SMALL
from mlp_widgets.lectures.polls import lecture_poll
from mlp_widgets.widgets.look import look, style_sheet


def classes(cell) -> set[str]:
    return set(cell.widget._dom_classes)


@EACH_LAB
def test_the_switch_sets_one_class_and_takes_it_back(name, unseen):
    lab = unseen(name)
    before = lab.widget._dom_classes
    lab.present.toggle.value = True
    assert classes(lab) - set(before) == {"mlp-presenting"}
    lab.present.toggle.value = False
    assert lab.widget._dom_classes == before


@EACH_LAB
def test_presenting_is_no_part_of_the_numbers_and_is_kept(name, unseen):
    lab = unseen(name)
    before = lab.state, repr(lab), lab.code, lab.numbers
    lab.present.toggle.value = True
    lab.present.turn_to(len(lab.present.pages) - 1)
    assert (lab.state, repr(lab), lab.code, lab.numbers) == before
    lab.undo()
    assert lab.state is before[0] and "Nothing to undo" in lab.status.value
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.max
    lab.undo()
    lab.reset()
    lab.load(repr(lab))
    assert lab.present.toggle.value and "mlp-presenting" in classes(lab)


def pages_in_force(lab) -> list[int]:
    """The section that is shown, by the class of the lab and by the mark of its button."""
    shown = {css.removeprefix("mlp-at-") for css in classes(lab) if css.startswith("mlp-at-")}
    marked = {str(k) for k, button in enumerate(lab.present.pages)
              if "mlp-on" in button._dom_classes}
    assert shown == marked or not lab.present.pages
    return sorted(map(int, shown))


@EACH_LAB
def test_a_button_for_each_section_turns_to_it(name, unseen):
    lab = unseen(name)
    sections = with_class(tree(lab.widget), "mlp-section-")
    pages = lab.present.pages
    assert len(pages) == (len(sections) if len(sections) > 1 else 0)
    assert pages_in_force(lab) == [0]
    for k, (button, section) in enumerate(zip(pages, sections, strict=bool(pages))):
        assert button.description in button.tooltip and f"mlp-page-{k}" in button._dom_classes
        assert f"mlp-section-{k}" in section._dom_classes
        button.click()
        assert pages_in_force(lab) == [k]
        assert with_class(tree(section), "mlp-picture-"), "a page without a picture"
    assert len({button.description for button in pages}) == len(pages)


@EACH_LAB_AT_NIGHT
def test_turning_changes_nothing_but_the_page(name, kept, make):
    lab = kept(name)
    last = max(len(lab.present.pages) - 1, 0)
    lab.present.turn_to(last)
    slider = of_kind(lab, *SLIDERS)[0]
    slider.value = slider.max
    lab.preset(next(iter(lab.presets)))
    assert pages_in_force(lab) == [last]
    check_same(lab, make(repr(lab)))
    lab.present.turn_to(0)
    assert pages_in_force(lab) == [0]


@EACH_LAB
def test_what_presents_and_goes_back_stands_in_the_head_and_the_numbers_in_the_strip(name, unseen):
    """The style sheet keeps both in view; nothing that grows stands before them."""
    lab = unseen(name)
    (page,) = lab.widget.children
    style, head = page.children[:2]
    assert style is look() and "mlp-head" in head._dom_classes
    switches = {lab.undo_button, lab.reset_button, lab.share.toggle, lab.present.toggle}
    assert switches <= set(head.children) and set(lab.present.pages) <= set(tree(head))
    (strip,) = [w for w in page.children if "mlp-strip" in w._dom_classes]
    assert {lab.headline_text, lab.status, lab.error} <= set(tree(strip))
    *_, body = page.children
    assert "mlp-sections" in body._dom_classes
    everywhere, in_rows = (with_class(w, "mlp-preset-") for w in (
        tree(page), tree(find(lab, "mlp-presets"))))
    assert everywhere == in_rows == list(lab.preset_buttons.values())


@pytest.mark.parametrize(("value", "large"), [("1", True), ("0", False)])
def test_where_all_is_presented_labs_parts_and_questions_begin_large(make, monkeypatch, value,
                                                                     large):
    monkeypatch.setenv("MLP_WIDGETS_PRESENT", value)
    lab, poll = make("example", scale=0.25), lecture_poll(4)
    part = lab.part("w1", "curve")
    assert ("mlp-presenting" in classes(part)) == large
    for cell in (lab, poll):
        assert cell.present.toggle.value == ("mlp-presenting" in classes(cell)) == large
        cell.present.toggle.value = False
        assert "mlp-presenting" not in classes(cell)
    assert "mlp-presenting" not in classes(part)
    poll.close()


@EACH_LAB
def test_the_parts_of_a_lab_grow_with_it(name, unseen):
    lab = unseen(name)
    before, slot = lab.part("J"), lab.slots[0].name
    lab.present.toggle.value = True
    after = lab.part("J", slot)
    assert all("mlp-presenting" in classes(cell) for cell in (lab, before, after))
    lab.present.toggle.value = False
    assert not any("mlp-presenting" in classes(cell) for cell in (lab, before, after))


def text_sizes(picture) -> set[float]:
    """Points of all texts that a picture has."""
    texts = [t for t in picture.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    quick = picture.figure.findobj(lambda artist: isinstance(artist, (QuickText, QuickTexts)))
    return {text.get_size() for text in texts} | {text.size for text in quick}


@EACH_LAB_MUCH
def test_no_text_of_a_picture_is_smaller_than_the_smallest(name, kept):
    """So that a browser test can tell how large the smallest is on a projector."""
    lab, seen = kept(name), set()
    for choice in [None, *of_kind(lab, *CHOICES)]:
        for option in choice._options_values if choice else [None]:
            if choice:
                choice.value = option
            for picture in lab.pictures_in_view:
                seen |= text_sizes(picture)
    as_new(lab)
    assert seen and min(seen) >= SMALL


def test_the_style_sheet_knows_the_rows_below_each_wide_picture():
    labs = Path(lectures.__file__).parent.glob("*/lab.py")
    used = {rows for lab in labs for rows in re.findall(r"\bwide=(\w+)", lab.read_text("utf-8"))}
    assert len(used) > 1 and used <= set(re.findall(r"\.mlp-wide-(\d)", style_sheet()))
