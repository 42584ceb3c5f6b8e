"""The deep-chain lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from described_labs import described, number
from seen import PICTURE, boxes, clipped, unfold

MAP, TRAINING = ".mlp-picture-map", ".mlp-picture-training"
LOWER = ".mlp-section-1 .mlp-pictures"
BELOW = ("Map", "Why backwards?", "Clipping", "Training")
# Where the coloured map stands in its picture, as shares of width and height: the longest run of
# pixels that are not white, across and then up and down, where no mark of an axis is.
AXES = """image => {
    const { naturalWidth: width, naturalHeight: height } = image;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(image, 0, 0);
    const run = (x, y, w, h) => {
        const bytes = context.getImageData(x, y, w, h).data;
        let best = [0, 0], start = 0;
        for (let i = 0; i <= w * h; i++) {
            const white = i === w * h || Math.min(...bytes.slice(4 * i, 4 * i + 3)) > 253;
            if (white && i - start > best[1] - best[0]) best = [start, i];
            if (white) start = i + 1;
        }
        return best;
    };
    const [left, right] = run(0, Math.round(0.37 * height), width, 1);
    const [top, bottom] = run(Math.round(0.6 * left + 0.4 * right), 0, 1, height);
    return [left / width, right / width, top / height, bottom / height];
}"""
PRESETS = {"lecture": "lecture chain", "vanishes": "sigmoid vanishes",
           "explodes": "identity w = 1.5 explodes", "edge": "tanh at the edge",
           "dead": "ReLU dead in the middle", "skip": "skip saves it",
           "skip-explodes": "skip explodes", "clipping": "clipping tames it"}


@pytest.fixture(scope="module")
def lab():
    """This lab only."""
    return described("DeepChainLab")


def choose(page, title: str) -> None:
    """Press a button of the row above the lower picture."""
    page.all(".mlp-below button").get_by_text(title, exact=True).first.click()
    page.settle()


def places(page) -> dict[str, list[float]]:
    """Where all of the lab stands, the pictures by the section in which they take turns."""
    found = {name: box for name, box in boxes(page).items() if "mlp-picture-" not in name}
    return found | {f"section {k}": list(page.box(f".mlp-section-{k} img").values())
                    for k in (0, 1)}


def choose_weights(page, text: str) -> None:
    """Choose where the weights come from."""
    page.find(".mlp-mode select").select_option(label=text)
    page.settle()


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


def test_the_numbers_shown_are_those_of_the_chain_shown(page):
    unfold(page, "point")
    for name, value in {"depth": 4, "w": 1.3, "x": -0.7, "y": 0.4}.items():
        page.type_number(f".mlp-box-{name}", value)
    page.settle()
    w = [1.3] * 4
    assert number(page.text(".mlp-mse-now")) == pytest.approx(cost(w, -0.7, 0.4), rel=6e-5)
    shown = number(page.text(".mlp-value-dJ-dw1"))
    assert shown == pytest.approx(slope(w, -0.7, 0.4), rel=6e-5)


def test_profiles_take_over_beyond_ten_layers_and_nothing_jumps(page):
    before = places(page)
    page.press(".mlp-slider-depth", "ArrowRight", times=5)
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 10)
    page.settle()
    chain = page.remember(PICTURE)
    page.press(".mlp-slider-depth", "ArrowRight")
    profiles = page.wait_for_new_pixels(PICTURE, chain)
    page.settle()
    assert places(page) == before, "at 11 layers"
    assert "profiles" in page.text(".mlp-lab")
    page.press(".mlp-slider-depth", "End")
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 100)
    page.wait_for_new_pixels(PICTURE, profiles)
    page.settle()
    assert places(page) == before, "at 100 layers"
    page.type_number(".mlp-box-depth", 10)
    page.wait_for_value(".mlp-box-depth", lambda depth: depth == 10)
    page.settle()
    assert page.unlike(PICTURE, chain) < 1e-4
    assert places(page) == before, "back at 10 layers"


def place_on_map(page, across: float, up: float) -> dict[str, float]:
    """A share of the map's axes in pixels of the picture: (0, 0) is lower left, (1, 1) upper
    right."""
    box, (left, right, top, bottom) = page.find(MAP).bounding_box(), page.find(MAP).evaluate(AXES)
    return {"x": box["width"] * (left + (right - left) * across),
            "y": box["height"] * (bottom - (bottom - top) * up)}


def click_map(page, across: float, up: float) -> None:
    """Click at a share of the map's axes."""
    page.find(MAP).click(position=place_on_map(page, across, up))


def drag_on_map(page, *places: tuple[float, float]) -> None:
    """Press the button at the first place, pass the others, and release it at the last."""
    page.find(MAP).scroll_into_view_if_needed()
    mouse, box = page.page.mouse, page.find(MAP).bounding_box()
    on_map = [place_on_map(page, *place) for place in places]
    on_screen = [(box["x"] + place["x"], box["y"] + place["y"]) for place in on_map]
    mouse.move(*on_screen[0])
    mouse.down()
    for place in on_screen[1:]:
        mouse.move(*place, steps=6)
    mouse.up()
    page.settle()


@pytest.fixture
def clickable(page, missing):
    """The page with the map in view; clicks reach it by the package ipyevents."""
    if find_spec("ipyevents") is None:
        missing("the Python package ipyevents is not installed")
    choose(page, "Map")
    return page


def test_a_click_on_the_map_moves_the_setting(clickable):
    """Across from -3 to 3 is the weight, upwards from 1 to 100 layers."""
    page, before = clickable, clickable.pixels(MAP)
    click_map(page, 0.75, 0.4)
    page.wait_for_new_pixels(MAP, before)
    page.settle()
    assert page.value(".mlp-box-w") == pytest.approx(1.5, abs=0.05)
    assert page.value(".mlp-box-depth") == pytest.approx(40, abs=1)
    assert page.slider_value(".mlp-slider-depth", 1, 100) == page.value(".mlp-box-depth")
    page.click(".mlp-undo")
    page.settle()
    assert page.value(".mlp-box-depth") == 5
    assert page.value(".mlp-box-w") == 1


def test_a_click_on_the_map_multiplies_the_own_weights(clickable):
    """With a weight for each layer the map goes across over the largest of them, from 0.05 to 3,
    and upwards to 10 layers, however many there are now."""
    page = clickable
    choose_weights(page, "one weight a layer")
    page.type_number(".mlp-box-w2", -1.4)
    page.settle()
    for up, depth in ((0.25, 3), (0.95, 10), (0.65, 7)):
        click_map(page, 0.7, up)
        page.wait_for_value(".mlp-box-depth", lambda now, depth=depth: now == depth)
        page.settle()
        assert page.value(".mlp-box-w2") == pytest.approx(-2.115, abs=0.03)
        assert page.value(".mlp-box-w1") == pytest.approx(2.115 / 1.4, abs=0.03)
        shown = [page.all(f".mlp-box-w{layer}").first.is_visible() for layer in range(1, 11)]
        assert shown == [layer <= depth for layer in range(1, 11)]


@pytest.mark.parametrize(("weights", "field", "low", "layers"), [
    ("one weight for all", "w", -3.0, 100),
    pytest.param("drawn at random", "std", 0.0, 100, marks=pytest.mark.nightly),
    pytest.param("one weight a layer", "w1", 0.05, 10, marks=pytest.mark.nightly)])
def test_a_drag_on_the_map_ends_under_the_pointer_and_stays(clickable, weights, field, low, layers):
    page = clickable
    choose_weights(page, weights)
    drag_on_map(page, (0.3, 0.2), (0.5, 0.9), (0.8, 0.65))
    there = [page.value(f".mlp-box-{name}") for name in (field, "depth")]
    assert there == [pytest.approx(low + 0.8 * (3 - low), abs=0.05),
                     pytest.approx(0.65 * layers, abs=1)]
    chosen = page.find(".mlp-mode select").evaluate("e => e.selectedOptions[0].label")
    assert chosen.replace("\xa0", " ") == weights
    page.page.mouse.move(10, 10)  # without the button nothing follows
    page.settle()
    assert [page.value(f".mlp-box-{name}") for name in (field, "depth")] == there


def test_the_presets_stand_in_one_line_on_a_laptop(page):
    """Beside the file browser on a screen of 1366 pixels a notebook leaves a lab 919 of them."""
    before = page.page.viewport_size
    spare = before["width"] - page.box(".mlp-lab")["width"]
    page.page.set_viewport_size({**before, "width": round(spare + 919)})
    try:
        page.settle()
        assert page.box(".mlp-lab")["width"] == pytest.approx(919, abs=1)
        assert len({page.box(f".mlp-preset-{preset}")["y"] for preset in PRESETS}) == 1
    finally:
        page.page.set_viewport_size(before)


def test_a_click_beside_the_map_does_nothing(clickable):
    page = clickable
    texts = page.text(".mlp-board"), page.text(".mlp-status")
    for across, up in ((-0.05, 0.5), (1.2, 0.5), (0.5, -0.1)):
        click_map(page, across, up)
    page.settle()
    assert (page.text(".mlp-board"), page.text(".mlp-status")) == texts


def progress(page) -> float:
    """How far the bar is, in percent."""
    style = page.find(".mlp-progress .progress-bar").get_attribute("style")
    return number(style.partition("width")[2].partition("%")[0])


def wait_for_progress(page, more_than: float) -> float:
    """Wait until the bar is further than this."""
    page.wait_for(lambda: progress(page) > more_than)
    return progress(page)


def wait_for_button(page, word: str) -> None:
    """Wait until the button of the training says this word."""
    page.wait_for(lambda: word in page.text(".mlp-run"))


@pytest.fixture
def training(page):
    """A training of 100 layers and 1000 steps under way: it takes many seconds."""
    page.type_number(".mlp-box-depth", 100)
    page.find(".mlp-activation select").select_option(label="tanh")
    page.settle()  # the weights' sliders have gone, and what is below them has moved up
    choose(page, "Training")
    page.type_number(".mlp-box-steps", 1000)
    page.settle()
    page.click(".mlp-run")
    wait_for_button(page, "Pause")
    yield page
    if "Pause" in page.text(".mlp-run"):
        page.click(".mlp-run")
        wait_for_button(page, "Train")


def test_train_goes_on_until_it_is_stopped(training):
    page, before = training, boxes(training)
    picture = page.pixels(TRAINING)
    first = wait_for_progress(page, 0)
    picture = page.wait_for_new_pixels(TRAINING, picture)
    wait_for_progress(page, first)
    page.wait_for_new_pixels(TRAINING, picture)
    page.click(".mlp-run")
    wait_for_button(page, "Train")
    page.settle()
    there = progress(page)
    assert 0 < there < 100
    assert "paused" in page.text(".mlp-status")
    page.page.wait_for_timeout(500)
    assert progress(page) == there
    assert boxes(page) == before


def test_a_move_during_a_training_stops_it(training):
    """Its curves belong to the chain it began from."""
    page = training
    wait_for_progress(page, 0)
    page.press(".mlp-slider-depth", "ArrowLeft")
    wait_for_button(page, "Train")
    page.settle()
    assert page.value(".mlp-box-depth") == 99
    assert progress(page) == 0
    assert "changed" in page.text(".mlp-status")


def test_a_short_training_ends_by_itself(page):
    choose(page, "Training")
    page.type_number(".mlp-box-steps", 20)
    page.settle()
    page.click(".mlp-run")
    page.wait_for(lambda: page.text(".mlp-status").startswith("After 20 steps"))
    wait_for_button(page, "Train")
    assert progress(page) == 100


def test_presets_by_mouse_leave_no_error(page):
    for preset, name in PRESETS.items():
        page.click(f".mlp-preset-{preset}")
        page.wait_for(lambda name=name: page.text(".mlp-status").startswith(f"Preset {name}."))
        page.settle()
        assert page.text(".mlp-error") == "", preset
        assert page.overflow(".mlp-lab") == [], preset
        assert clipped(page) == [], preset


@pytest.mark.parametrize("weights", ["one weight for all", "one weight a layer", "drawn at random"])
def test_everything_fits_in_a_page_of_1024_pixels(page, weights):
    unfold(page)
    choose_weights(page, weights)
    for title in BELOW:
        choose(page, title)
        assert page.overflow(".mlp-lab") == [], title
        assert clipped(page) == [], title


def test_the_lower_picture_changes_and_nothing_jumps(page):
    choose(page, "Map")
    before, seen = places(page), {page.pixels(LOWER)}
    for title in BELOW[1:]:
        choose(page, title)
        seen.add(page.pixels(LOWER))
        now = places(page)
        assert {name: now.get(name) for name in before} == before, title
    assert len(seen) == len(BELOW)
