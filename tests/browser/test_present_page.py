"""Present mode in a real JupyterLab: one lab in use, and what is the same in all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from described_labs import LABS
from real_jupyter import NotebookPage, dark
from seen import boxes, pale_texts, present, values, violations

PAGE = {"width": 1920, "height": 1080}
PICTURE = ".mlp-picture-lab"


@pytest.fixture
def presented(page) -> Iterator[NotebookPage]:
    """The page with its lab presented."""
    present(page)
    yield page
    present(page, False)


@pytest.fixture
def all_presented(page) -> Iterator[NotebookPage]:
    """The page with all of its labs presented, and all of their controls in view."""
    for number in range(len(LABS)):
        page.look_at(number)
        present(page)
        page.click(".mlp-more-controls")
    page.settle()
    yield page
    page.page.set_viewport_size(PAGE)
    for number in range(len(LABS)):
        page.look_at(number)
        present(page, False)


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
    """Zoomed pages have misled sliders: half of the way must be half of the range."""
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


def test_share_opens_below_and_moves_nothing_above(page):
    before = boxes(page)
    page.click(".mlp-share")
    page.find(".mlp-share-rows input").wait_for()
    after = boxes(page)
    page.click(".mlp-share")
    page.settle()
    assert {**after, "mlp-lab": before["mlp-lab"]}.items() >= before.items()
    assert boxes(page) == before


def test_axe_finds_nothing_new_with_all_controls_in_the_light_and_in_the_dark(presented):
    page = presented
    page.click(".mlp-more-controls")
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
    for width, height in ((1920, 1080), (1600, 900), (1280, 720), (1024, 768)):
        page.page.set_viewport_size({"width": width, "height": height})
        for number, lab in enumerate(LABS):
            page.look_at(number)
            assert page.overflow(".mlp-lab") == [], f"{lab} at {width}"


def test_all_labs_can_be_read_in_the_light_and_in_the_dark(all_presented):
    page = all_presented
    for number, lab in enumerate(LABS):
        assert pale(page, number) == [], lab
    with dark(page):
        for number, lab in enumerate(LABS):
            assert pale(page, number) == [], f"{lab} in the dark"
            image = page.find("img")
            assert image.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def pale(page, number: int) -> list:
    """Texts of a lab that are hard to read."""
    page.look_at(number)
    return pale_texts(page.find(".mlp-lab"))
