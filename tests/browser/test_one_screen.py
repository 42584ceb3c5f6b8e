"""What belongs together is seen together: each control with J, its gradient and its picture.

All of it is found from the declarations of the labs in the registry, see ``on_screen``. Here it is
looked at in JupyterLab.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import product

import pytest
from described_labs import by_day
from drawn_texts import smallest_text
from lab_cases import (
    DESK,
    LAPTOP,
    LARGER,
    PROJECTORS,
    STATES,
    Case,
    all_cases,
    assert_all_had_it,
    cells_of_cases,
    check_start_presented,
    check_steps_presented,
    click_all,
    each_page,
    fold,
    hidden_in,
    of_states,
    present,
    size,
)
from on_screen import (
    ALL_SLIDERS,
    BUTTONS_OF_STEPS,
    CLOSE_BESIDE,
    EMPTY_PLACES,
    FOLDS_BESIDE,
    HIDDEN_PARTS,
    OUT_OF_LINE,
    PLACES,
    PUT_BESIDE,
    ROOM,
    TEXTS_IN_THE_WAY,
    UNDER_PICTURES,
    UNTIL_SIZED,
)
from real_jupyter import NotebookPage, dark
from seen import all_violations, pale_texts

from mlp_widgets import LABS
from mlp_widgets.fields import declared
from mlp_widgets.widgets.beside import THERE

READABLE = 10  # CSS pixels of the smallest text in a picture
VIEW = 490  # CSS pixels: a view of a lab beside its notebook
CLOSE_PANEL = """() => [...window.jupyterapp.shell.widgets('main')]
    .filter(widget => widget.node.matches('.jupyterlab-sidecar')).forEach(e => e.dispose())"""
# The size of the smallest text of a lab's page, CSS pixels; and by how much each picture is larger
# than it was drawn.
AROUND_AND_INSIDE = """root => {
    const lab = document.querySelector(root), small = lab.querySelector('.mlp-status');
    const images = [...lab.querySelectorAll('img')].filter(e => e.checkVisibility());
    const name = e => [...e.classList].find(css => css.startsWith('mlp-picture-')).slice(12);
    return [parseFloat(getComputedStyle(small).fontSize), Object.fromEntries(images.map(
        e => [name(e), e.getBoundingClientRect().width / (e.naturalWidth / 2)]))];
}"""
WIDTHS = range(320, 1901, 100)
# A lab and two parts of it.
PARTS = ["lab = ThreeNeuronLab()\nlab",
         "part = lab.part('w11', 'J', 'gradient', 'fit')\npart",
         "lab.part('w11', 'b11', 'presets', 'J', 'gradient', 'fit')"]


@pytest.fixture(scope="module")
def jupyterlab(server, pages) -> Iterator[NotebookPage]:
    """All cases in JupyterLab, and after them a lab with its parts."""
    page = pages(server, [*cells_of_cases(), *PARTS])
    yield page
    assert page.problems() == []


# --- the rule: with a control in focus, all that follows it is seen ---

# A laptop, one with more height, and the widest cell there is; with the file browser and without.
SIZES = {"laptop-files": (LAPTOP, True), "laptop": (LAPTOP, False), "larger-files": (LARGER, True),
         "larger": (LARGER, False), "desk-files": (DESK, True), "desk": (DESK, False)}
# CSS pixels of any slider, and of one of seven: the shorter it is, the further its number goes at
# each pixel.
LONG_ENOUGH = 120
ONE_OF_SEVEN = {"laptop-files": 140, "laptop": 250, "larger-files": 170, "larger": 280,
                "desk-files": 165, "desk": 190}
SLIDERS = """root => [...document.querySelectorAll(`${root} .noUi-target`)]
    .filter(e => e.checkVisibility()).map(e => [
        [...e.closest('.widget-slider').classList].join(' '), e.getBoundingClientRect().width])"""


@pytest.mark.parametrize("at", by_day(["laptop-files"], ["laptop-files", "desk"]))
def test_what_follows_a_control_is_seen_with_it_in_jupyterlab(jupyterlab, cases, at):
    """With closed folds in the smallest cell and in the widest one; with open ones in all."""
    fold(jupyterlab, False)
    size(jupyterlab, *SIZES[at][0], SIZES[at][1])
    assert hidden_in(jupyterlab, cases)[0] == []


@pytest.mark.parametrize("at", by_day(["laptop-files"], SIZES))
def test_the_same_with_all_folds_open(jupyterlab, cases, at):
    fold(jupyterlab, True)
    size(jupyterlab, *SIZES[at][0], SIZES[at][1])
    found, had = hidden_in(jupyterlab, cases)
    assert found == []
    assert_all_had_it(had, cases)
    sliders = [(case, *slider) for case in cases
               for slider in jupyterlab.page.evaluate(SLIDERS, case.root)]
    assert [f"{case}, {css}: {width}" for case, css, width in sliders if width < LONG_ENOUGH] == []
    assert next(width for case, css, width in sliders if case.kind is LABS["three_neuron"]
                and "mlp-slider-w11" in css) >= ONE_OF_SEVEN[at]


@pytest.mark.parametrize("at", by_day(["laptop"], SIZES))
def test_the_stepper_alone_has_one_row_of_buttons_its_switch_and_its_picture_in_view(
        jupyterlab, cases, at):
    """The picture that stays in view never lies over half of the switch."""
    fold(jupyterlab, False)
    click_all(jupyterlab, ".mlp-fold-stepper")
    size(jupyterlab, *SIZES[at][0], SIZES[at][1])
    found = {str(case): jupyterlab.page.evaluate(BUTTONS_OF_STEPS, case.root) for case in cases}
    walked = {case: wrong for case, wrong in found.items() if wrong is not None}
    assert {case: wrong for case, wrong in walked.items() if wrong} == {}
    assert len(walked) >= sum("operation" in declared(kind.state_type) for kind in LABS.values())
    steps = [replace(case, seen=[seen for seen in case.seen if seen["field"] == "operation"])
             for case in cases]
    assert hidden_in(jupyterlab, steps)[0] == []


@pytest.mark.parametrize("at", by_day(["laptop-files", "desk-files"], SIZES))
def test_closed_folds_leave_no_empty_column_beside_other_controls(jupyterlab, cases, at):
    fold(jupyterlab, False)
    size(jupyterlab, *SIZES[at][0], SIZES[at][1])
    found = {str(case): jupyterlab.page.evaluate(FOLDS_BESIDE, case.root) for case in cases}
    assert {case: columns for case, columns in found.items() if columns} == {}


@pytest.fixture(scope="module")
def beside(jupyterlab, cases) -> list[tuple[Case, dict, dict[str, float]]]:
    """Each case in a view beside the notebook: what is not seen with a control there, and by how
    much each of its pictures is larger than it was drawn."""
    page, found = jupyterlab, []
    fold(page, True)
    size(page, *LAPTOP, False)
    # each view would lay out the cells of all labs anew
    hidden_cells = page.page.add_style_tag(content=".jp-NotebookPanel .jp-Cell { display: none; }")
    try:
        for case in cases:
            assert page.page.evaluate(PUT_BESIDE, [case.root, VIEW]) == pytest.approx(VIEW, abs=10)
            page.page.evaluate(UNTIL_SIZED)
            answer = page.page.evaluate(HIDDEN_PARTS, ["[data-mlp-beside]", case.seen])
            _, zooms = page.page.evaluate(AROUND_AND_INSIDE, "[data-mlp-beside]")
            found.append((case, answer, zooms))
    finally:
        page.page.evaluate(CLOSE_BESIDE)
        hidden_cells.evaluate("e => e.remove()")
    return found


@pytest.mark.nightly
def test_the_same_in_a_view_beside_the_notebook(beside):
    for case, answer, _ in beside:
        assert answer["done"] == [seen["field"] for seen in case.seen]
    assert [f"{case}: {hidden}" for case, answer, _ in beside for hidden in answer["hidden"]] == []


@pytest.mark.nightly
def test_in_a_view_beside_the_notebook_all_texts_in_pictures_can_be_read(beside, smallest):
    """A wide picture stands in two halves there, one below the other."""
    sizes = [(case, name, smallest(case)[name] * zoom)
             for case, _, zooms in beside for name, zoom in zooms.items()]
    assert [f"{case}, {name}: {size:.1f} px" for case, name, size in sizes
            if size < READABLE] == []
    wide = {(kind, slot.name) for kind in LABS.values() for slot in kind.slots
            if slot.halves and slot.when is None}
    assert wide <= (seen := {(case.kind, name) for case, name, _ in sizes})
    assert len(seen) > 2 * len(LABS)


def test_a_picture_never_lies_over_the_end_of_its_controls(jupyterlab):
    """It is sticky, so it would go down over them as far as the section goes."""
    fold(jupyterlab, False)
    size(jupyterlab, *LAPTOP, True)
    found = jupyterlab.page.evaluate(UNDER_PICTURES, [1, 0.6, 0.3])
    assert len(found) >= 3 * 3  # it has looked
    assert [section for section in found if section[-1]] == []


# --- presented ---


projected = pytest.mark.parametrize(
    "screen", by_day(PROJECTORS[:1], PROJECTORS), ids="{0[0]}x{0[1]}".format)


@pytest.fixture
def presented(jupyterlab) -> Iterator[NotebookPage]:
    """All labs presented, their folds closed, at their first sections."""
    fold(jupyterlab, False)
    present(jupyterlab, True)
    click_all(jupyterlab, ".mlp-page-0")
    yield jupyterlab
    present(jupyterlab, False)


@projected
def test_presented_presets_j_sliders_and_picture_are_on_one_screen(presented, cases, screen):
    check_start_presented(presented, cases, screen, files=True)


@projected
def test_presented_what_follows_a_control_is_seen_with_it(presented, cases, screen):
    """With all folds open; a control is looked at in each section in which it stands."""
    fold(presented, True)
    size(presented, *screen, False)
    found, had = [], defaultdict(set)
    for here in each_page(presented, cases):
        hidden, done = hidden_in(presented, here)
        found += hidden
        for kind, fields in done.items():
            had[kind] |= fields
    assert found == []
    assert_all_had_it(had, cases)


@projected
def test_presented_the_stepper_is_seen_with_what_it_lights(presented, cases, screen):
    check_steps_presented(presented, cases, screen, files=True)


@pytest.fixture(scope="module")
def smallest() -> Callable[[Case], dict[str, float]]:
    """Of a case: picture -> CSS pixels of its smallest text, where the picture has its own size."""
    found: dict[int, dict[str, float]] = {}

    def of(case: Case) -> dict[str, float]:
        if case.number not in found:
            lab = case.kind(scale=1.0, **case.changes)
            assert lab.part(*lab.canvases).widget  # all are drawn
            found[case.number] = {name: smallest_text(canvas.picture)
                                  for name, canvas in lab.canvases.items()}
            lab.close()
        return found[case.number]

    return of


@pytest.mark.parametrize("shown", by_day(
    [(PROJECTORS[0], "first states")], product(PROJECTORS, STATES)), ids=str)
def test_presented_texts_in_pictures_are_as_large_as_those_around_them(
        presented, cases, smallest, shown):
    """At least 85 % of the smallest text of the page."""
    seen, (screen, states) = set(), shown
    size(presented, *screen, False)
    for here in each_page(presented, of_states(cases, states)):
        for case in here:
            presented.look_at(case.number)  # JupyterLab lays it out when it comes into view
            around, pictures = presented.page.evaluate(AROUND_AND_INSIDE, case.root)
            for name, zoom in pictures.items():
                inside = smallest(case)[name] * zoom
                assert inside >= 0.85 * around, f"{case}: {name}: {inside:.1f} px"
                seen.add((case.kind, name))
    assert len(seen) > 2 * len(LABS)


# --- in a box of any width, and with any numbers ---


# A browser with a window puts letters on whole pixels: lines are wider there, some words by 5 %.
WIDER = """.mlp-lab * { letter-spacing: 0.01em; }
    .mlp-row .widget-label { letter-spacing: 0.05em; }"""


def texts_in_the_way(page: NotebookPage, cases: list[Case], *widths: int) -> list[str]:
    """Texts of labs, and of the parts after all of them, that are cut or overlap in such boxes."""
    first = len(all_cases())
    parts = [f"[data-mlp-lab='{first + part}'] .mlp-lab" for part in range(len(PARTS))]
    roots = [*(case.root for case in cases), *parts]
    wider = page.page.add_style_tag(content=WIDER)
    try:
        return page.page.evaluate(TEXTS_IN_THE_WAY, [roots, widths])
    finally:
        wider.evaluate("e => e.remove()")


SOME, FEW = WIDTHS[::4], (720,)


@pytest.mark.parametrize("shown", by_day(
    [(True, SOME, "first states")],
    [(True, SOME, "first states"), (True, WIDTHS, "all states"), (False, SOME, "all states")]),
    ids=str)
def test_no_text_is_cut_or_overlaps_another(jupyterlab, cases, shown):
    """What stands there with closed folds stands there with open ones too, above them."""
    is_open, widths, states = shown
    size(jupyterlab, *DESK, False)
    fold(jupyterlab, is_open)
    assert texts_in_the_way(jupyterlab, of_states(cases, states), *widths) == []


@pytest.mark.parametrize("shown", by_day(
    [(FEW, "first states")], [(FEW, "first states"), (SOME, "all states")]), ids=str)
def test_presented_no_text_is_cut_or_overlaps_another(presented, cases, shown):
    widths, states = shown
    size(presented, *DESK, False)
    fold(presented, True)
    for found in each_page(presented, of_states(cases, states)):
        assert texts_in_the_way(presented, found, *widths) == []


@pytest.mark.parametrize("is_open", [False, True], ids=["folded", "open"])
def test_a_lab_takes_the_room_there_is_and_keeps_little_of_it_free(jupyterlab, cases, is_open):
    """On a wide screen what is seen of a lab is at least 85 % as wide as its cell. Of the lab's
    area at most a tenth is kept free for words that are not there: the height from the last word
    to the lower edge, times the width, of every box of its controls that has a least height."""
    size(jupyterlab, *DESK, False)
    fold(jupyterlab, is_open)
    for case in cases:
        room = jupyterlab.page.evaluate(ROOM, case.root)
        assert room["width"] >= 0.85 and room["free"] <= 0.1, f"{case}: {room}"


def test_number_boxes_of_a_column_begin_in_line(jupyterlab, cases):
    fold(jupyterlab, True)
    size(jupyterlab, *LAPTOP, True)
    found = {str(case): jupyterlab.page.evaluate(OUT_OF_LINE, case.root) for case in cases}
    assert {case: columns for case, columns in found.items() if columns} == {}


@pytest.mark.parametrize("shown", by_day(
    [("laptop-files", False), ("laptop-files", True), ("desk-files", False)],
    product(SIZES, (False, True))), ids=str)
def test_no_empty_place_takes_over_10_percent_of_a_lab(jupyterlab, cases, shown):
    """Below a column of controls that is shorter than what stands beside it."""
    at, is_open = shown
    fold(jupyterlab, is_open)
    size(jupyterlab, *SIZES[at][0], SIZES[at][1])
    largest = {str(case): max(jupyterlab.page.evaluate(EMPTY_PLACES, case.root)) for case in cases}
    assert {case: share for case, share in largest.items() if share > 0.1} == {}
    assert max(largest.values()) > 0.02  # it finds those that there are


def places_of(page: NotebookPage, case: Case) -> list[list]:
    """Where all of a lab stands, with the lab in view: where the page passes over a cell, Chromium
    may leave what is sticky at a place of before."""
    page.look_at(case.number)
    return page.page.evaluate(PLACES, case.root)


@pytest.mark.nightly
def test_nothing_jumps_and_no_text_overlaps_when_sliders_go_to_their_ends(jupyterlab, cases):
    page, at_first = jupyterlab, of_states(cases, "first states")
    size(page, *LAPTOP, False)
    fold(page, True)
    before = [places_of(page, case) for case in at_first]
    for key in ("End", "Home"):
        for case in at_first:
            page.page.evaluate(ALL_SLIDERS, [case.root, key])
        page.settle(120)  # the digits are learned at every one of their sliders
        try:
            for case, places in zip(at_first, before, strict=True):
                assert places_of(page, case) == places, f"{case}: {key}"
            assert texts_in_the_way(page, cases, 320, VIEW, 700, 920, 1300) == []
        finally:
            click_all(page, ".mlp-reset")


# --- parts ---


def test_a_key_on_one_part_moves_all_and_closing_one_leaves_the_others(jupyterlab, cases):
    page, first = jupyterlab, len(cases)  # the lab, and after it two parts of it

    def shown(number: int) -> list[str]:
        page.look_at(number)
        return [page.pixels(".mlp-picture-fit"), page.text(".mlp-mse-now"),
                page.text(".mlp-gradient-w11")]

    for moved, others in ((2, (0, 1, 2)), (0, (0, 1, 2))):
        before = [shown(first + k) for k in others]
        page.look_at(first + moved)
        page.press(".mlp-slider-w11", "ArrowRight", times=3)
        page.settle()
        after = [shown(first + k) for k in others]
        assert all(old != new for a, b in zip(before, after, strict=True)
                   for old, new in zip(a, b, strict=True))
        assert after[0] == after[1] == after[2]
    page.run_new_cell("part.close()")
    page.settle()
    assert page.page.locator(".mlp-part").count() == 1  # from now on the one after the lab
    before = shown(first)
    page.press(".mlp-slider-w11", "ArrowLeft")
    page.settle()
    for old, new, of_part in zip(before, shown(first), shown(first + 1), strict=True):
        assert old != new == of_part


# --- for all eyes ---


@pytest.fixture(params=by_day(["light"], ["light", "dark"]), scope="module")
def theme(request, jupyterlab) -> Iterator[NotebookPage]:
    """All labs with open folds, in both themes."""
    fold(jupyterlab, True)
    with dark(jupyterlab) if request.param == "dark" else nullcontext():
        yield jupyterlab


def test_axe_finds_nothing_new_in_any_lab_and_part(theme):
    assert all_violations(theme, ".mlp-lab") == []


def test_no_text_is_pale_in_any_lab_and_part(theme):
    labs = theme.page.locator(".mlp-lab").all()
    assert [text for lab in labs for text in pale_texts(lab, at_least=8)] == []


# --- beside the notebook: last, for it takes room from all the others ---


def test_a_lab_that_stands_at_the_right_is_in_step_with_a_part(jupyterlab):
    page = jupyterlab
    size(page, *LAPTOP, False)
    page.run_new_cell("lab.beside()")
    try:
        page.page.wait_for_selector(f"text={THERE}")
        panel = page.page.locator(".jupyterlab-sidecar .mlp-lab")
        part = page.page.locator(".jp-Notebook .mlp-part").last
        assert panel.bounding_box()["x"] > part.bounding_box()["x"] + 400
        before = panel.locator(".mlp-mse-now").inner_text()
        part.locator(".mlp-slider-w11 .noUi-handle").press("ArrowRight")
        page.settle()
        assert panel.locator(".mlp-mse-now").inner_text() != before
    finally:
        page.page.evaluate(CLOSE_PANEL)
