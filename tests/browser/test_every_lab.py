"""What holds for every lab, in a real JupyterLab: it answers, it does not jump, it fits.

What belongs to a kind of slider is looked at in one lab of each kind: a number, a whole number,
one that stops at some numbers only, and one that trains. What axe-core finds, and texts that are
pale: for all labs in ``test_one_screen``.
"""

from __future__ import annotations

import json

import pytest
from described_labs import (
    BRINGS,
    LABS,
    OF_EACH_SLIDER,
    LabDescription,
    by_day,
    described,
    number,
    only,
)
from seen import (
    IN_PICTURES,
    PICTURE,
    boxes,
    clipped,
    cut_boxes,
    each_section,
    fold,
    pale_texts,
    pictures,
    present,
    small_texts,
    unfold,
    values,
)

from mlp_widgets.drawing.style import SMALL

SAME = 1e-4  # of a picture's pixels may differ where it must be the same again
# Initializations that are not chosen, and what only the next step uses.
NOT_IN_USE = {"small", "large", "learning_rate", "steps"}
PROJECTOR = {"width": 1920, "height": 1080}

NUMBER_THEM = """root => [...root.querySelectorAll('button, input, select, textarea, [tabindex]')]
    .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))
    .map((e, k) => {
        e.dataset.mlpNumber = k;
        return `${e.tagName} ${e.closest('[class*=mlp-]').className} ${e.innerText.slice(0, 20)}`;
    })"""
IN_FOCUS = """root => root.contains(document.activeElement)
    ? Number(document.activeElement.dataset.mlpNumber ?? -1) : null"""

# A sentence is in view, over all else, and takes no click from what is below it.
SEEN_ALL = """e => {
    const box = e.getBoundingClientRect(), { pointerEvents } = getComputedStyle(e);
    const corners = [[box.left + 3, box.top + 3], [box.right - 3, box.top + 3],
                     [box.left + 3, box.bottom - 3], [box.right - 3, box.bottom - 3]];
    e.style.pointerEvents = 'auto';
    const is_on_top = corners.every(([x, y]) => e.contains(document.elementFromPoint(x, y)));
    e.style.pointerEvents = '';
    return is_on_top && e.scrollWidth <= e.clientWidth && pointerEvents === 'none';
}"""

FEW = 250
"""Elements; with their texts, about a quarter of those of a lab."""

if_it_descends = only([lab for lab in LABS if lab.descends])
of_each_kind = only(OF_EACH_SLIDER)
of_each_kind_by_day = only(by_day(OF_EACH_SLIDER, LABS))

# One lab that descends and one that trains; at night all.
of_two_by_day = only(by_day([described("ThreeNeuronLab"), described("DigitsLab")], LABS))


@pytest.fixture(scope="module", params=LABS, ids=str)
def lab(request) -> LabDescription:
    """Each lab in turn."""
    return request.param


def shown(page, lab) -> dict[str, str]:
    """The texts of the numbers that follow every move."""
    return {css: page.text(f".{css}") for css in {lab.follows, "mlp-mse-now", "mlp-status"}}


@of_each_kind_by_day
def test_keys_and_typing_move_all_that_is_shown_and_nothing_jumps(page, lab):
    """The picture shows the state, not the way to it."""
    start, places, picture = page.value(lab.box), boxes(page), page.remember(PICTURE)
    seen = [shown(page, lab)]
    page.press(lab.slider, "ArrowRight")
    page.wait_for_value(lab.box, lambda value: value > start)
    step = page.value(lab.box) - start
    page.press(lab.slider, "ArrowRight", times=9)
    page.settle()
    assert page.value(lab.box) == pytest.approx(start + 10 * step, abs=step / 2)
    assert lab.stands(page) == pytest.approx(start + 10 * step, abs=0.06)
    keys = page.remember(PICTURE)
    seen.append(shown(page, lab))
    assert boxes(page) == places, "after keys"

    page.type_number(lab.box, lab.typed)
    page.settle()
    assert page.value(lab.box) == lab.typed
    assert lab.stands(page) == pytest.approx(lab.typed, abs=0.06)
    typed = page.remember(PICTURE)
    seen.append(shown(page, lab))
    assert len({picture, keys, typed}) == 3
    for css in seen[0]:
        assert len({texts[css] for texts in seen}) == 3, css

    page.press(lab.slider, "ArrowLeft", times=4)
    page.settle()
    assert page.pixels(PICTURE) != typed
    page.type_number(lab.box, lab.typed)
    page.settle()
    assert page.unlike(PICTURE, typed) < SAME
    assert shown(page, lab) | {"mlp-status": ""} == seen[-1] | {"mlp-status": ""}
    assert boxes(page) == places, "after typing"
    assert page.overflow(".mlp-lab") == [] and clipped(page) == []


@of_each_kind_by_day
def test_a_key_has_few_elements_styled_anew(page, browser, lab):
    """A :has() in the style sheet that may follow what is written at each move has the browser seek
    all styles of the lab again: 570 to 700 elements at each key, and four times as long."""
    unfold(page)
    page.focus_slider(lab.slider)
    browser.program.start_tracing(page=page.page, categories=["-*", "devtools.timeline"])
    try:
        for key in ("ArrowRight", "ArrowLeft"):
            page.page.keyboard.press(key)
            page.settle()
    finally:
        told = json.loads(browser.program.stop_tracing())["traceEvents"]
    styled = sum(event["args"].get("elementCount", 0) for event in told
                 if event["name"] == "UpdateLayoutTree")
    assert 0 < styled / 2 < FEW


@of_two_by_day
def test_undo_and_reset_bring_back_numbers_and_picture(page, lab):
    before, places, picture = values(page), boxes(page), page.remember(PICTURE)
    page.type_number(lab.box, lab.typed)
    page.settle()
    assert page.pixels(PICTURE) != picture
    page.click(".mlp-undo")
    page.settle()
    assert values(page) == before
    assert page.unlike(PICTURE, picture) < SAME
    assert boxes(page) == places
    page.click("[class*=mlp-preset-] >> nth=1")
    page.settle()
    page.press(lab.slider, "ArrowLeft", times=3)
    page.settle()
    assert page.pixels(PICTURE) != picture
    page.click(".mlp-reset")
    page.settle()
    assert values(page) == before
    assert page.unlike(PICTURE, picture) < SAME


@of_each_kind
def test_a_move_right_after_undo_to_where_it_was_is_a_move(page, lab):
    for _ in range(2):  # nothing is told from an echo by the time between
        page.press(lab.slider, "End")
        page.wait_for_value(lab.box, lambda value: value == lab.ends[1])
        page.click(".mlp-undo")
        page.wait_for_value(lab.box, lambda value: value < lab.ends[1])
    page.settle()


@only(by_day([described("ThreeNeuronLab")], LABS))
def test_each_slider_moves_its_own_number_box_and_a_picture(page, lab):
    unfold(page)
    assert cut_boxes(page) == []
    before = values(page)
    assert lab.moved in before
    for name in before:
        if not page.all(f".mlp-slider-{name} .noUi-handle:visible").count():
            continue
        shown, before = pictures(page), values(page)
        page.press(f".mlp-slider-{name}", "ArrowRight", times=4)
        page.settle()
        after = values(page)
        moved = {other for other in after if after[other] != before.get(other)}
        assert moved - (lab.following - {name}) - BRINGS.get(name, set()) == {name}
        assert after[name] > before[name]
        assert pictures(page) != shown or name in NOT_IN_USE, name


@if_it_descends
def test_step_follows_the_gradient_and_undo_brings_the_values_back(page, lab):
    unfold(page)
    before, places, picture = values(page), boxes(page), page.remember(PICTURE)
    gradients = {name: number(page.text(f".mlp-gradient-{name}")) for name in before
                 if page.all(f".mlp-gradient-{name}").count()}
    assert lab.moved in gradients
    mse = number(page.text(".mlp-mse-now"))
    page.click(".mlp-step")
    page.settle()
    after = values(page)
    assert after != before
    for name in gradients:
        moved = after[name] - before[name]
        assert moved * gradients[name] <= 0, f"{name} moved along its gradient, not against it"
    assert number(page.text(".mlp-mse-now")) <= mse
    assert page.pixels(PICTURE) != picture
    assert boxes(page) == places, "after a step"
    page.click(".mlp-undo")
    page.settle()
    assert values(page) == before
    assert page.unlike(PICTURE, picture) < SAME
    assert boxes(page) == places, "after undo"


TO_LOWER_EDGE = """e => {
    const scrolls = e.closest('.jp-WindowedPanel-outer'), edge = scrolls.getBoundingClientRect();
    const end = edge.top + scrolls.clientHeight;
    scrolls.scrollTop += e.getBoundingClientRect().bottom + 6 - end;
}"""


# Each lab has its sentence in its place; a box of numbers and one of whole numbers have all.
no_numbers = [
    *(pytest.param(lab, "1e200", marks=() if lab in OF_EACH_SLIDER else pytest.mark.nightly)
      for lab in LABS),
    *(pytest.param(described(kind), typed, marks=marks)
      for kind, marks in (("ThreeNeuronLab", ()), ("NamesCountsLab", pytest.mark.nightly))
      for typed in ("1e400", "abc", "", "7,850"))]


@pytest.mark.parametrize(("lab", "typed"), no_numbers, ids=str, indirect=["lab"], scope="module")
def test_what_is_no_number_that_can_be_used_is_said_at_the_box(page, lab, typed):
    """Beside the box and in view, once, until the next good value; and nothing jumps. The box is
    clicked, which scrolls nothing, where it stands just above the lower edge of the screen."""
    before, picture, places = values(page), page.remember(PICTURE), boxes(page)
    page.find(f"{lab.box} input").evaluate(TO_LOWER_EDGE)
    page.find(f"{lab.box} input").click()
    page.type_number(lab.box, typed)
    sentence = page.all("[role=alert]:not(:empty)")
    page.wait_for(sentence.count)
    page.settle()
    assert sentence.count() == 1 and page.overflow(".mlp-lab") == []
    said, box = sentence.bounding_box(), page.find(f"{lab.box} input").bounding_box()
    assert -said["height"] < said["y"] - box["y"] < box["height"] + 4
    assert 0 < said["x"] - box["x"] < box["width"] + 150
    assert sentence.evaluate(SEEN_ALL)
    assert values(page) == before
    assert page.unlike(PICTURE, picture) < SAME
    assert boxes(page) == places
    page.type_number(lab.box, lab.typed)
    page.wait_for(lambda: not sentence.count())


@of_each_kind
def test_a_number_with_a_comma_is_that_with_a_point(page, lab):
    for typed in (str(lab.typed).replace(".", ","), f"  {lab.typed} "):
        page.type_number(lab.box, typed)
        page.settle()
        assert page.value(lab.box) == lab.typed
        assert not page.all("[role=alert]:not(:empty)").count()


@of_each_kind_by_day
def test_the_words_of_a_picture_follow_it_unseen(page, lab):
    words = page.find(".mlp-canvas .mlp-words")
    before = words.inner_text()
    box = words.bounding_box()
    assert len(before) > 40 and box["width"] <= 1 and box["height"] <= 1
    # display: none would hide it from screen readers too
    assert words.locator(".widget-html-content").evaluate("e => e.checkVisibility()")
    page.keys(f"{lab.slider} .noUi-handle", "PageUp")
    page.wait_for(lambda: words.inner_text() != before)


@of_two_by_day
def test_tab_reaches_every_control_in_order_and_leaves(page, lab):
    unfold(page)
    root = page.find(".mlp-lab")
    names = root.evaluate(NUMBER_THEM)
    assert len(names) > 10
    page.find(".mlp-lab button:visible").focus()
    seen = []
    for _ in range(2 * len(names)):
        if (number_in_focus := root.evaluate(IN_FOCUS)) is None:
            break
        seen.append(number_in_focus)
        page.page.keyboard.press("Tab")
    else:
        pytest.fail("Tab does not leave the lab")
    reached = [number for number in seen if number >= 0]  # -1: a scrolled text, a readout
    assert [name for k, name in enumerate(names) if k not in reached] == []
    assert reached == sorted(reached)


@only([described("ThreeNeuronLab")])
def test_a_button_under_the_pointer_can_be_read(page, lab):
    unfold(page)
    for css in (".mlp-primary", ".mlp-undo", ".mlp-fold-switch", ".mlp-on", ".mod-active"):
        buttons = page.all(f"{css}:visible").all()[:2]
        assert buttons, css
        for button in buttons:
            button.hover()
            assert pale_texts(button, at_least=0) == [], css


# --- presented ---


@pytest.fixture
def projected(page):
    """The page as large as a projector shows it; the lab is left not presented."""
    page.page.set_viewport_size(PROJECTOR)
    page.settle()
    yield page
    page.page.set_viewport_size(PROJECTOR)
    present(page, False)


def corners(page) -> list[tuple[float, float]]:
    """Where the left end of the lab and the right end of its switch stand on the screen."""
    lab, switch = (page.find(css).bounding_box() for css in (".mlp-lab", ".mlp-present"))
    return [(round(lab["x"], 1), round(lab["y"], 1)),
            (round(switch["x"] + switch["width"], 1), round(switch["y"], 1))]


@of_two_by_day
def test_a_presented_lab_is_large_and_fits_and_back_again_all_is_as_before(projected, lab):
    page = projected
    page.find(".mlp-present").scroll_into_view_if_needed()
    before, places = boxes(page), corners(page)
    assert small_texts(page.find(".mlp-lab"))  # the check sees the texts of a desk
    present(page)
    assert corners(page) == places
    for _ in each_section(page):
        assert page.all(".mlp-pictures:visible").count() == 1  # those of one section
        large_and_fits(page)
        unfold(page)
        large_and_fits(page)
    fold(page)
    present(page, False)
    assert corners(page) == places
    assert boxes(page) == before


def large_and_fits(page) -> None:
    """All that is in view can be read from the last row, and has room."""
    assert small_texts(page.find(".mlp-lab")) == [] and page.overflow(".mlp-lab") == []
    for zoom, sharpness in picture_sizes(page):
        assert SMALL * 96 / 72 * zoom >= IN_PICTURES
        assert sharpness > 0.95


def picture_sizes(page) -> list[tuple[float, float]]:
    """For each picture: CSS pixels on the page per CSS pixel drawn, and drawn per shown pixel."""
    found = page.all(".mlp-lab img:visible").evaluate_all("""all => all.map(image => {
        const shown = image.getBoundingClientRect().width;
        return [shown / (image.naturalWidth / 2), image.naturalWidth / shown];
    })""")
    assert found
    return found
