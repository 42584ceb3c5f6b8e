"""The deep-chain lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from described_labs import described, number

from mlp_widgets.drawing.gradient_map import MapPicture

MAP, UPPER = ".mlp-picture-below", ".mlp-picture-lab"
BELOW = ("Map", "Why backwards?", "Clipping", "Training")
PRESETS = ("lecture", "vanishes", "explodes", "edge", "dead", "skip", "clipping")


@pytest.fixture(scope="module", params=[described("chain_3_why_backwards.ipynb")], ids=str)
def lab(request):
    """This lab only."""
    return request.param


def places(page) -> dict[str, dict[str, float]]:
    """Place and size of all parts that must stay where they are."""
    names = ("lab", "picture-lab", "picture-below", "board", "operation", "status", "error",
             "below", "box-depth", "slider-depth", "box-w", "box-x", "box-y", "reset", "next")
    return {name: page.box(f".mlp-{name}") for name in names}


def choose(page, lab, title: str) -> None:
    """Press a button of the row above the lower picture."""
    page.page.locator(".mlp-below button").get_by_text(title, exact=True).first.click()
    page.wait_idle()
    lab.settle(page)


def choose_weights(page, lab, text: str) -> None:
    """Choose where the weights come from."""
    page.page.locator(".mlp-mode select").first.select_option(label=text)
    page.wait_idle()
    lab.settle(page)


def cost(w: list[float], x: float, y: float) -> float:
    """J of a chain of sigmoids, from the lecture's formulas."""
    a = x
    for weight in w:
        a = 1 / (1 + np.exp(-weight * a))
    return (a - y) ** 2


def slope(w: list[float], x: float, y: float, width: float = 1e-5) -> float:
    """∂J/∂w₁ as a central difference."""
    above, below = (cost([w[0] + d, *w[1:]], x, y) for d in (width, -width))
    return (above - below) / (2 * width)


def test_the_numbers_shown_are_those_of_the_chain_shown(page, lab):
    for name, value in {"depth": 4, "w": 1.3, "x": -0.7, "y": 0.4}.items():
        page.type_number(f".mlp-box-{name}", value)
    lab.settle(page)
    w = [1.3] * 4
    assert number(page.text(".mlp-mse-now")) == pytest.approx(cost(w, -0.7, 0.4), rel=6e-5)
    shown = number(page.text(".mlp-value-dJ-dw1"))
    assert shown == pytest.approx(slope(w, -0.7, 0.4), rel=6e-5)


def test_profiles_take_over_beyond_ten_layers_and_nothing_jumps(page, lab):
    before = places(page)
    page.press(".mlp-slider-depth", "ArrowRight", times=5)
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 10)
    lab.settle(page)
    chain = page.remember(UPPER)
    page.press(".mlp-slider-depth", "ArrowRight")
    profiles = page.wait_for_new_pixels(UPPER, chain)
    lab.settle(page)
    assert places(page) == before, "at 11 layers"
    assert "profiles" in page.text(".mlp-lab")
    page.press(".mlp-slider-depth", "End")
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 100)
    page.wait_for_new_pixels(UPPER, profiles)
    lab.settle(page)
    assert places(page) == before, "at 100 layers"
    page.type_number(".mlp-box-depth", 10)
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 10)
    page.wait_idle()
    lab.settle(page)
    assert page.unlike(UPPER, chain) < 1e-4
    assert places(page) == before, "back at 10 layers"


def click_map(page, across: float, up: float) -> None:
    """Click at a share of the map's axes: (0, 0) is lower left, (1, 1) upper right."""
    box, axes = page.page.locator(MAP).first.bounding_box(), MapPicture().map.get_position()
    x = box["width"] * (axes.x0 + axes.width * across)
    y = box["height"] * (1 - axes.y0 - axes.height * up)
    page.page.locator(MAP).first.click(position={"x": x, "y": y})


@pytest.fixture
def clickable(page, lab, missing):
    """The page with the map in view; clicks reach it by the package ipyevents."""
    if find_spec("ipyevents") is None:
        missing("the Python package ipyevents is not installed")
    choose(page, lab, "Map")
    return page


def test_a_click_on_the_map_moves_the_setting(clickable, lab):
    """Across from -3 to 3 is the weight, upwards from 1 to 100 layers."""
    page, before = clickable, clickable.pixels(MAP)
    click_map(page, 0.75, 0.4)
    page.wait_for_value(".mlp-box-w", lambda w: w != 1)
    page.wait_for_new_pixels(MAP, before)
    lab.settle(page)
    assert page.value(".mlp-box-w") == pytest.approx(1.5, abs=0.03)
    assert page.value(".mlp-box-depth") == pytest.approx(40, abs=1)
    assert page.slider_value(".mlp-slider-depth") == page.value(".mlp-box-depth")
    page.click(".mlp-undo")
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 5)
    assert page.value(".mlp-box-w") == 1


def test_a_click_on_the_map_multiplies_the_own_weights(clickable, lab):
    """With a weight for each layer the map goes across over a factor, and upwards to L layers."""
    page = clickable
    choose_weights(page, lab, "one weight a layer")
    page.type_number(".mlp-box-w2", -1.4)
    lab.settle(page)
    click_map(page, 0.25, 0.9)
    page.wait_for_value(".mlp-box-w1", lambda w: w != 1)
    lab.settle(page)
    assert page.value(".mlp-box-w1") == pytest.approx(-1.5, abs=0.03)
    assert page.value(".mlp-box-w2") == pytest.approx(2.1, abs=0.04)
    assert page.value(".mlp-box-depth") == 5


def test_a_click_beside_the_map_does_nothing(clickable, lab):
    page = clickable
    texts = page.text(".mlp-board"), page.text(".mlp-status")
    for across, up in ((-0.05, 0.5), (1.2, 0.5), (0.5, -0.1)):
        click_map(page, across, up)
    page.wait_idle()
    lab.settle(page)
    assert (page.text(".mlp-board"), page.text(".mlp-status")) == texts


def progress(page) -> float:
    """How far the bar is, in percent."""
    style = page.page.locator(".mlp-progress .progress-bar").first.get_attribute("style")
    return number(style.partition("width")[2].partition("%")[0])


def wait_for_progress(page, more_than: float) -> float:
    """Wait until the bar is further than this."""
    page.page.wait_for_function(
        """than => parseFloat(document.querySelector('.mlp-progress .progress-bar').style.width)
            > than""", arg=more_than)
    return progress(page)


def wait_for_button(page, word: str) -> None:
    """Wait until the button of the training says this word."""
    page.page.wait_for_function(
        "word => document.querySelector('.mlp-run').innerText.includes(word)", arg=word)


@pytest.fixture
def training(page, lab):
    """A training of 100 layers and 1000 steps under way: it takes many seconds."""
    page.type_number(".mlp-box-depth", 100)
    page.page.locator(".mlp-activation select").first.select_option(label="tanh")
    choose(page, lab, "Training")
    page.type_number(".mlp-box-steps", 1000)
    page.wait_idle()
    lab.settle(page)
    page.click(".mlp-run")
    wait_for_button(page, "Stop")
    yield page
    if "Stop" in page.text(".mlp-run"):
        page.click(".mlp-run")
        wait_for_button(page, "Train")


def test_train_goes_on_until_it_is_stopped(training, lab):
    page, before = training, places(training)
    picture = page.pixels(MAP)
    first = wait_for_progress(page, 0)
    picture = page.wait_for_new_pixels(MAP, picture)
    wait_for_progress(page, first)
    page.wait_for_new_pixels(MAP, picture)
    page.click(".mlp-run")
    wait_for_button(page, "Train")
    lab.settle(page)
    there = progress(page)
    assert 0 < there < 100
    assert "stopped" in page.text(".mlp-status")
    page.page.wait_for_timeout(500)
    assert progress(page) == there
    assert places(page) == before


def test_a_move_during_a_training_stops_it(training, lab):
    """Its curves belong to the chain it began from."""
    page = training
    wait_for_progress(page, 0)
    page.press(".mlp-slider-depth", "ArrowLeft")
    wait_for_button(page, "Train")
    lab.settle(page)
    assert page.value(".mlp-box-depth") == 99
    assert progress(page) == 0
    assert "changed" in page.text(".mlp-status")


def test_a_short_training_ends_by_itself(page, lab):
    choose(page, lab, "Training")
    page.type_number(".mlp-box-steps", 20)
    page.wait_idle()
    page.click(".mlp-run")
    page.page.wait_for_function(
        "document.querySelector('.mlp-status').innerText.startsWith('After 20 steps')")
    wait_for_button(page, "Train")
    assert progress(page) == 100


def test_presets_by_mouse_leave_no_error(page, lab):
    for preset in PRESETS:
        page.click(f".mlp-preset-{preset}")
        page.page.wait_for_function(
            "old => document.querySelector('.mlp-status').innerText.startsWith(old)",
            arg=f"Preset {page.text(f'.mlp-preset-{preset}')}.")
        page.wait_idle()
        lab.settle(page)
        assert page.text(".mlp-error") == "", preset
        assert page.overflow(".mlp-lab") == [], preset
        assert cut_off(page) == [], preset


def cut_off(page) -> list[str]:
    """Texts of which a part is hidden, for their box is too small."""
    return page.page.locator(".mlp-lab, .mlp-lab *").evaluate_all("""all => all.filter(e =>
        !e.closest('svg, .noUi-target, input, select, .mlp-words') && e.clientWidth
        && (getComputedStyle(e).overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1
            || getComputedStyle(e).overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1)
        ).map(e => e.innerText)""")


@pytest.mark.parametrize("weights", ["one weight for all", "one weight a layer", "drawn at random"])
def test_everything_fits_in_a_page_of_1024_pixels(page, lab, weights):
    choose_weights(page, lab, weights)
    for title in BELOW:
        choose(page, lab, title)
        assert page.overflow(".mlp-lab") == [], title
        assert cut_off(page) == [], title


def test_the_lower_picture_changes_and_nothing_jumps(page, lab):
    choose(page, lab, "Map")
    before, seen = places(page), {page.pixels(MAP)}
    for title in BELOW[1:]:
        choose(page, lab, title)
        seen.add(page.pixels(MAP))
        assert places(page) == before, title
    assert len(seen) == len(BELOW)
