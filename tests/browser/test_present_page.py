"""Present mode in a real JupyterLab: one lab in use, and what is the same in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import lab_cases
import pytest
from lab_cases import Case, all_cases, click_all, each_page, size
from real_jupyter import WHAT_OVERFLOWS, NotebookPage, dark
from seen import (
    PICTURE,
    boxes,
    pale_texts,
    present,
    sections,
    unfold,
    values,
    violations,
)

PAGE = {"width": 1920, "height": 1080}
FILTER = "image => getComputedStyle(image).filter"


@pytest.fixture
def presented(page) -> Iterator[NotebookPage]:
    """The page with its lab presented."""
    present(page)
    yield page
    present(page, False)


@pytest.fixture
def all_presented(page) -> Iterator[NotebookPage]:
    """The page with all of its labs presented, and all of their folds open."""
    page.look_at(None)
    lab_cases.fold(page, True)
    lab_cases.present(page, True)
    yield page
    page.page.set_viewport_size(PAGE)
    click_all(page, ".mlp-page-0")
    lab_cases.present(page, False)
    lab_cases.fold(page, False)


def test_presets_and_sliders_work_while_presenting(presented, lab):
    page = presented
    place, before, seen = page.box(".mlp-lab"), values(page), {page.pixels(PICTURE)}
    page.press(lab.slider, "ArrowRight", times=3)
    page.settle()
    assert values(page)[lab.moved] > before[lab.moved]
    seen.add(page.pixels(PICTURE))
    for number in (1, 2):
        page.all("[class*=mlp-preset-]").nth(number).click()
        page.settle()
        seen.add(page.pixels(PICTURE))
    assert len(seen) == 4
    assert page.all(".mlp-lab.mlp-presenting").count()
    assert page.box(".mlp-lab")["x"] == place["x"]


def test_the_pointer_drags_a_slider_as_far_as_it_goes(presented, lab):
    """Enlarged pages have misled sliders: half of the way must be half of the range."""
    page = presented
    page.find(f"{lab.slider} .noUi-base").scroll_into_view_if_needed()
    handle, track = page.find(f"{lab.slider} .noUi-handle"), page.find(f"{lab.slider} .noUi-base")
    at, way = handle.bounding_box(), track.bounding_box()
    mouse, y = page.page.mouse, at["y"] + at["height"] / 2
    mouse.move(at["x"] + at["width"] / 2, y)
    mouse.down()
    mouse.move(way["x"] + way["width"] * 0.7, y, steps=5)
    mouse.up()
    page.settle()
    new = handle.bounding_box()
    middle = new["x"] + new["width"] / 2 - way["x"]
    assert middle / way["width"] == pytest.approx(0.7, abs=0.06)


def test_a_page_shows_its_section_beside_the_sliders(presented, lab):
    """Of several sections one at a time: its pictures and controls, and the first one's sliders."""
    page = presented
    for number in (1, 0):
        button = sections(page)[number]
        button.click()
        page.settle()
        name = button.inner_text()
        assert page.all(".mlp-pages .mlp-on:visible").all_inner_texts() == [name]
        assert [page.find(f".mlp-section-{k} .mlp-pictures").is_visible() for k in (0, 1)] == [
            number == k for k in (0, 1)], name
        place = f".mlp-section-{number} .mlp-pictures"
        before, picture = values(page)[lab.moved], page.pixels(place)
        page.press(lab.slider, "ArrowRight")
        page.wait_for_new_pixels(place, picture)
        page.settle()
        assert values(page)[lab.moved] > before


def test_share_opens_below_the_head_and_moves_the_rest_down_only(page):
    before = boxes(page)
    page.click(".mlp-share")
    page.find(".mlp-share-rows input").wait_for()
    page.settle()
    after = boxes(page)
    page.click(".mlp-share")
    page.settle()
    head = {"mlp-line.mlp-head", "mlp-undo", "mlp-reset", "mlp-covered", "mlp-share",
            "mlp-present"}
    down = {name: round(after[name][1] - before[name][1], 1) for name in before}
    assert {name for name in down if not down[name]} == head | {"mlp-lab"}
    assert min(down[name] for name in down if down[name]) > 50
    assert max(down.values()) - min(down[name] for name in down if down[name]) < 0.2
    for name in before.keys() - {"mlp-lab"}:
        assert after[name][::2] == before[name][::2], name  # neither left nor right, nor wider
    assert boxes(page) == before


def test_all_controls_and_share_can_be_read_by_all(presented):
    page = presented
    unfold(page)
    page.click(".mlp-share")
    page.find(".mlp-share-rows input").wait_for()
    page.settle()
    try:
        assert violations(page) == [] == pale_texts(page.find(".mlp-lab"))
        with dark(page):
            assert violations(page) == [] == pale_texts(page.find(".mlp-lab"))
    finally:
        page.click(".mlp-share")


def at_first() -> list[Case]:
    """All labs in their first states, which are those of the page."""
    return [case for case in all_cases() if not case.changes]


@pytest.mark.nightly
def test_all_labs_fit_into_smaller_pages_too(all_presented):
    page = all_presented
    for found in each_page(page, at_first()):  # all at once: to turn one after the other takes long
        for width, height in ((1920, 1080), (1600, 900), (1280, 720), (1024, 768)):
            size(page, width, height)
            for case in found:
                too_wide = page.page.locator(case.root).evaluate(WHAT_OVERFLOWS)
                assert too_wide == [], f"{case}, of {len(found)}, at {width}"


@pytest.mark.nightly
def test_all_labs_can_be_read_in_the_light_and_in_the_dark(all_presented):
    page = all_presented
    for found in each_page(page, at_first()):
        assert pale_or_unlike(page, found, lambda of: of == "none") == []
        with dark(page):
            assert pale_or_unlike(page, found, lambda of: of.startswith("invert(0.9")) == []


def pale_or_unlike(page, cases: list[Case], fits: Callable[[str], bool]) -> list:
    """Texts of labs that are hard to read, and labs whose picture has another filter."""
    found: list = []
    for case in cases:
        lab = page.page.locator(case.root)
        found += [(str(case), *text) for text in pale_texts(lab)]
        if not fits(of := lab.locator("img").first.evaluate(FILTER)):
            found.append((str(case), of))
    return found
