"""Present mode in a real JupyterLab at 1920 x 1080, and the labs under Voilà without a network."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from described_labs import LABS
from real_jupyter import CHECKOUT, NotebookPage, dark
from real_voila import MAKE_FLAGS, VoilaPage, VoilaServer
from test_every_lab import boxes, values

from mlp_widgets.drawing.style import SMALL

PAGE = (1920, 1080)
LAST_ROW = 24  # CSS pixels: 18 points
READABLE = 4.5  # contrast of text and what is behind it (WCAG 2.1, 1.4.3)

# The function see(element, text) is called for all text of a lab that can be seen.
EACH_TEXT = """
    const hidden = e => !e.getClientRects().length || getComputedStyle(e).visibility === 'hidden';
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode, e = text.parentElement;
        const shown = !['STYLE', 'SCRIPT', 'OPTION'].includes(e.tagName) && !hidden(e);
        if (text.data.trim() && shown) see(e, text.data.trim());
    }
    const typed = 'input:not([type=checkbox]):not([type=file]), select, textarea';
    for (const e of root.querySelectorAll(typed)) if (!hidden(e)) see(e, e.value);
"""

TEXT_SIZES = f"""root => {{
    const sizes = [];
    const see = (element, text) => {{
        let zoom = 1;
        for (let e = element; e; e = e.parentElement)
            zoom *= Number(getComputedStyle(e).zoom) || 1;
        const size = parseFloat(getComputedStyle(element).fontSize) * zoom;
        sizes.push([size, `${{element.className}}: ${{text.slice(0, 30)}}`]);
    }};
    {EACH_TEXT}
    return sizes;
}}"""

CONTRASTS = f"""root => {{
    const rgba = text => {{
        const n = text.match(/[\\d.]+/g).map(Number);
        return n.length < 4 ? [...n, 1] : n;
    }};
    const over = (top, below) =>
        [0, 1, 2].map(k => top[k] * top[3] + below[k] * (1 - top[3])).concat(1);
    const behind = element => {{
        const layers = [];
        for (let e = element; e; e = e.parentElement)
            layers.push(rgba(getComputedStyle(e).backgroundColor));
        return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
    }};
    const light = color => {{
        const [r, g, b] = color.map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }};
    const found = [];
    const see = (element, text) => {{
        if (element.closest(':disabled')) return;
        const back = behind(element);
        const both = [light(back), light(over(rgba(getComputedStyle(element).color), back))];
        const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        found.push([ratio, `${{element.className}}: ${{text.slice(0, 30)}}`]);
    }};
    {EACH_TEXT}
    return found;
}}"""

# For each picture in view: CSS pixels on the page per CSS pixel drawn, and drawn per shown pixel.
PICTURE_SIZES = """root => [...root.querySelectorAll('img')].map(image => {
    const shown = image.getBoundingClientRect().width;
    return [shown / (image.naturalWidth / 2), image.naturalWidth / shown];
})"""


@pytest.fixture
def page(page, lab) -> Iterator[NotebookPage]:
    """The page not presented, and as large as a projector shows it; so it is left, too."""
    yield page
    page.page.set_viewport_size({"width": PAGE[0], "height": PAGE[1]})
    if page.page.locator(".mlp-lab.mlp-all-controls").count():
        page.click(".mlp-more-controls")
    if page.page.locator(".mlp-lab.mlp-presenting").count():
        page.click(".mlp-present")
    lab.settle(page)


def present(page, on: bool = True) -> None:
    """Switch, and wait until the page has followed."""
    page.click(".mlp-present")
    state = "attached" if on else "detached"
    page.page.wait_for_selector(".mlp-lab.mlp-presenting", state=state)
    page.page.wait_for_timeout(200)


def first_lab(page):
    return page.page.locator(".mlp-lab").first


def corner(page, selector: str) -> tuple[float, float]:
    """Where an element's upper left corner stands on the screen."""
    box = page.page.locator(selector).first.bounding_box()
    return round(box["x"], 1), round(box["y"], 1)


def small_texts(page) -> list:
    return small_texts_in(first_lab(page), 20)


def small_texts_in(part, at_least: int = 3) -> list:
    found = part.evaluate(TEXT_SIZES)
    assert len(found) > at_least
    return [entry for entry in found if entry[0] < LAST_ROW - 0.01]


def pale_texts(page) -> list:
    found = first_lab(page).evaluate(CONTRASTS)
    assert len(found) > 20
    return [entry for entry in found if entry[0] < READABLE]


def test_no_text_is_under_18_points_and_nothing_overflows(page, lab):
    assert small_texts(page)  # the check sees the texts of a desk
    present(page)
    for controls in ("few", "all"):
        if controls == "all":
            page.click(".mlp-more-controls")
            page.page.wait_for_selector(".mlp-lab.mlp-all-controls")
        assert small_texts(page) == [], controls
        assert page.overflow(".mlp-lab") == [], controls
    for zoom, sharpness in first_lab(page).evaluate(PICTURE_SIZES):
        assert SMALL * 96 / 72 * zoom >= LAST_ROW
        assert sharpness > 0.95


@pytest.mark.parametrize("size", [(1600, 900), (1280, 720), (1024, 768)])
def test_it_fits_into_smaller_pages_too(page, lab, size):
    page.page.set_viewport_size({"width": size[0], "height": size[1]})
    present(page)
    assert page.overflow(".mlp-lab") == []


def test_nothing_jumps_and_back_again_all_is_as_before(page, lab):
    page.page.locator(".mlp-present").first.scroll_into_view_if_needed()
    before = boxes(page, lab)
    places = {name: corner(page, name) for name in (".mlp-lab", ".mlp-present")}
    present(page)
    assert {name: corner(page, name) for name in places} == places
    large = page.box(".mlp-lab")
    page.click(".mlp-more-controls")
    page.page.wait_for_selector(".mlp-lab.mlp-all-controls")
    page.page.wait_for_timeout(200)
    assert {name: corner(page, name) for name in places} == places
    assert page.box(".mlp-lab")["height"] > large["height"]
    page.click(".mlp-more-controls")
    present(page, on=False)
    assert {name: corner(page, name) for name in places} == places
    assert boxes(page, lab) == before


def test_only_what_the_moment_needs_is_in_view(page, lab):
    shown = page.page.locator
    present(page)
    assert not shown(".mlp-undo").first.is_visible()
    assert not shown(".mlp-share").first.is_visible()
    for picture in lab.pictures:
        assert shown(f".mlp-picture-{picture}").first.is_visible()
    preset = shown("[class*=mlp-preset-]").first
    assert preset.bounding_box()["height"] > 60
    page.click(".mlp-more-controls")
    shown(".mlp-undo").first.wait_for(state="visible")


def test_presets_and_sliders_work_while_presenting(page, lab):
    present(page)
    place = page.box(".mlp-lab")
    before = values(page, lab)
    page.press(f".mlp-slider-{lab.moved}", "ArrowRight", times=3)
    lab.settle(page)
    assert values(page, lab)[lab.moved] > before[lab.moved]
    picture = page.pixels(lab.picture)
    presets = page.page.locator("[class*=mlp-preset-]")
    for number in (0, 1):
        presets.nth(number).click()
        picture = page.wait_for_new_pixels(lab.picture, picture)
        lab.settle(page)
        picture = page.pixels(lab.picture)
    assert page.page.locator(".mlp-lab.mlp-presenting").count()
    assert page.box(".mlp-lab")["x"] == place["x"]


def test_the_pointer_drags_a_slider_as_far_as_it_goes(page, lab):
    """Zoomed pages have misled sliders: half of the way must be half of the range."""
    present(page)
    slider = page.page.locator(f".mlp-slider-{lab.moved} .noUi-base").first
    slider.scroll_into_view_if_needed()
    handle = page.page.locator(f".mlp-slider-{lab.moved} .noUi-handle").first
    at, track = handle.bounding_box(), slider.bounding_box()
    mouse, y = page.page.mouse, at["y"] + at["height"] / 2
    mouse.move(at["x"] + at["width"] / 2, y)
    mouse.down()
    mouse.move(track["x"] + track["width"] * 0.7, y, steps=5)
    mouse.up()
    lab.settle(page)
    new = handle.bounding_box()
    middle = new["x"] + new["width"] / 2 - track["x"]
    assert middle / track["width"] == pytest.approx(0.7, abs=0.06)


def test_it_can_be_read_in_the_dark_and_in_the_light(page, lab):
    present(page)
    page.click(".mlp-more-controls")
    assert pale_texts(page) == []
    with dark(page):
        assert pale_texts(page) == []
        image = first_lab(page).locator("img").first
        assert image.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


# --- Voilà, as `make present` serves it ---


@pytest.fixture(scope="module")
def voila(missing, browser) -> Iterator[VoilaServer]:
    """Voilà on a copy of the notebooks."""
    if find_spec("voila") is None:
        missing("the Python package voila is not installed")
    with VoilaServer(CHECKOUT / "notebooks") as running:
        yield running


def test_the_tested_flags_are_those_of_the_makefile():
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    call = next(line for line in makefile.splitlines() if "-m voila" in line)
    assert "$(PRESENT_DEFAULTS)" in call and "notebooks" in call.split()
    assert all(flag in makefile.split() for flag in MAKE_FLAGS)
    assert "present: export JUPYTER_PATH := $(CURDIR)/present" in makefile
    assert "present: export MLP_WIDGETS_PRESENT := 1" in makefile


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_index_page_leads_to_every_notebook(voila, browser, theme):
    with VoilaPage(browser, voila, theme) as page:
        page.index()
        links = page.page.locator("a").evaluate_all("all => all.map(link => link.href)")
        for notebook in (CHECKOUT / "notebooks").glob("*.ipynb"):
            assert sum(f"/{notebook.name}" in link for link in links) == 1, notebook.name
        assert all(theme in link for link in links)  # it stays dark on the way
        sizes = page.page.locator("body").evaluate(TEXT_SIZES)
        assert sizes and min(size for size, _ in sizes) >= LAST_ROW
        assert page.problems() == []


@pytest.mark.parametrize("number", range(len(LABS)), ids=map(str, LABS))
def test_under_voila_a_lab_answers_offline(voila, browser, number):
    lab, theme = LABS[number], ("light", "dark")[number % 2]
    with VoilaPage(browser, voila, theme) as page:
        page.follow(lab.notebook)
        assert page.page.locator(".jp-CodeCell .jp-InputArea:visible").count() == 0
        picture, box = page.pixels(lab.picture), f".mlp-box-{lab.moved}"
        value = page.value(box)
        page.press(f".mlp-slider-{lab.moved}", "ArrowRight", times=2)
        page.wait_for_value(box, lambda now: now > value)
        page.wait_for_new_pixels(lab.picture, picture)
        assert page.page.locator(".mlp-lab.mlp-presenting").count()  # large from the start
        assert small_texts(page) == [] and pale_texts(page) == []
        for poll in page.page.locator(".mlp-poll").all():
            assert small_texts_in(poll) == []
        width = page.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 1920 and page.text(".mlp-error") == ""
        assert page.problems() == []
