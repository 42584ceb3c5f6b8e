"""Present mode in a real JupyterLab: one lab in use, and what is the same in all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from described_labs import LABS
from lab_cases import all_cases, click_all, each_page, size
from real_jupyter import NotebookPage, dark
from seen import (
    PICTURE,
    boxes,
    each_section,
    fold,
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
    for number in range(len(LABS)):
        page.look_at(number)
        unfold(page)
        present(page)
    yield page
    page.page.set_viewport_size(PAGE)
    for number in range(len(LABS)):
        page.look_at(number)
        present(page, False)
        fold(page)


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


def test_axe_finds_nothing_new_with_all_controls_in_the_light_and_in_the_dark(presented):
    page = presented
    unfold(page)
    page.click(".mlp-share")
    page.find(".mlp-share-rows input").wait_for()
    page.settle()
    try:
        assert violations(page) == []
        with dark(page):
            assert violations(page) == []
    finally:
        page.click(".mlp-share")


def test_all_labs_fit_into_smaller_pages_too(all_presented):
    page = all_presented
    at_first = [case for case in all_cases() if not case.changes]
    for found in each_page(page, at_first):  # all at once: to turn one after the other takes long
        for width, height in ((1920, 1080), (1600, 900), (1280, 720), (1024, 768)):
            size(page, width, height)
            for case in found:
                page.look_at(case.number)
                assert page.overflow(".mlp-lab") == [], f"{case}, of {len(found)}, at {width}"
    click_all(page, ".mlp-page-0")


def test_all_labs_can_be_read_in_the_light_and_in_the_dark(all_presented):
    page = all_presented
    for number, lab in enumerate(LABS):
        assert pale(page, number) == [], lab
        assert page.find("img").evaluate(FILTER) == "none"
    with dark(page):
        for number, lab in enumerate(LABS):
            assert pale(page, number) == [], f"{lab} in the dark"
            assert page.find("img").evaluate(FILTER).startswith("invert(0.9")


def pale(page, number: int) -> list:
    """Texts of a lab that are hard to read."""
    page.look_at(number)
    return [text for _ in each_section(page) for text in pale_texts(page.find(".mlp-lab"))]
