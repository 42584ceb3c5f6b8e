"""The three-neuron lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

import numpy as np
import pytest
from described_labs import LABS, number

from mlp_widgets.lectures.traffic_data import HOURS, TRAFFIC

LECTURE = {"w11": 0.4, "b11": -5.9, "w12": -0.6, "b12": 5.2, "w21": -1.0, "w22": -1.0, "b21": 5.1}


@pytest.fixture(scope="module", params=LABS[:1], ids=str)
def lab(request):
    """This lab only."""
    return request.param


def mse(values: dict[str, float]) -> float:
    """The mean squared error on all days, written down once more from the lecture's formula."""
    v = values
    hidden = [np.maximum(v[f"b1{j}"] + v[f"w1{j}"] * HOURS, 0) for j in (1, 2)]
    y_hat = v["b21"] + v["w21"] * hidden[0] + v["w22"] * hidden[1]
    return float(np.mean((y_hat - np.array(TRAFFIC["all days"])) ** 2))


def slope(values: dict[str, float], name: str, width: float = 1e-6) -> float:
    """∂J/∂θ as a central difference."""
    above, below = ({**values, name: values[name] + d} for d in (width, -width))
    return (mse(above) - mse(below)) / (2 * width)


def values(page) -> dict[str, float]:
    """The seven numbers in the number boxes."""
    return {name: page.value(f".mlp-box-{name}") for name in LECTURE}


def shown_mse(page) -> float:
    """The MSE on the board."""
    return number(page.text(".mlp-mse-now"))


def press(page, lab, css: str) -> None:
    """Press a button and wait until the pictures have followed."""
    page.click(css)
    page.wait_idle()
    lab.settle(page)


def complaint(page) -> str:
    """Wait for a sentence in the error line."""
    page.page.wait_for_function("document.querySelector('.mlp-error').innerText.trim() !== ''")
    return page.text(".mlp-error")


def test_it_starts_with_the_lectures_parameters_to_the_last_digit(page, lab):
    """A slider in the page must not pull a value to the nearest of its own steps."""
    press(page, lab, ".mlp-preset-lecture")
    page.page.wait_for_timeout(500)  # an echo from the page would come now
    assert values(page) == LECTURE
    assert shown_mse(page) == 0.5019


def test_the_gradients_shown_are_those_of_the_numbers_shown(page, lab):
    page.type_number(".mlp-box-w11", 0.35)
    page.type_number(".mlp-box-b12", 4.5)
    lab.settle(page)
    now = values(page)
    assert (now["w11"], now["b12"]) == (0.35, 4.5)
    assert shown_mse(page) == pytest.approx(mse(now), abs=6e-5)
    for name in LECTURE:
        text = number(page.text(f".mlp-gradient-{name}"))
        assert text == pytest.approx(slope(now, name), rel=5.1e-3, abs=2e-6), name  # 3 digits


@pytest.mark.parametrize("preset", ["zeros", "random", "stuck"])
def test_a_preset_sets_all_seven_numbers_and_is_not_pulled_away(page, lab, preset):
    picture = page.pixels(lab.picture)
    page.click(f".mlp-preset-{preset}")
    page.wait_for_new_pixels(lab.picture, picture)
    lab.settle(page)
    first = values(page)
    page.page.wait_for_timeout(500)
    assert values(page) == first
    assert shown_mse(page) == pytest.approx(mse(first), rel=1e-3)
    if preset == "zeros":
        assert set(first.values()) == {0.0}


def test_ten_steps_and_rewind(page, lab):
    start, alpha = values(page), page.value(".mlp-rate")
    press(page, lab, ".mlp-ten-steps")
    expected = dict(start)
    for _ in range(10):
        slopes = {name: slope(expected, name) for name in expected}
        expected = {name: expected[name] - alpha * slopes[name] for name in expected}
    assert values(page) == pytest.approx(expected, rel=6e-4)  # a box shows 4 digits
    assert values(page) != start
    press(page, lab, ".mlp-rewind")
    assert values(page) == start


def test_my_best_comes_back_with_one_click(page, lab):
    page.type_number(".mlp-box-w11", 0.39)
    lab.settle(page)
    press(page, lab, ".mlp-ten-steps")
    best = shown_mse(page)
    assert number(page.text(".mlp-mse-best")) <= best
    page.type_number(".mlp-box-b21", 9)
    lab.settle(page)
    assert shown_mse(page) > best
    press(page, lab, ".mlp-best")
    assert shown_mse(page) == number(page.text(".mlp-mse-best")) <= best


def test_reveal_shows_an_optimum_that_nobody_is_below(page, lab):
    press(page, lab, ".mlp-reveal")
    optimum = float(page.text(".mlp-mse-optimum").split()[0])
    assert 0 < optimum < min(shown_mse(page), number(page.text(".mlp-mse-quadratic")))
    press(page, lab, ".mlp-reveal")
    assert shown_mse(page) == pytest.approx(optimum, abs=1e-4)


def test_a_learning_rate_that_is_too_large_stops_the_run_and_says_so(page, lab):
    places = {css: page.box(css) for css in (".mlp-lab", lab.picture, ".mlp-box-b21")}
    page.type_number(".mlp-rate", 1)
    page.click(".mlp-run")
    sentence = complaint(page)
    assert "learning rate" in sentence
    assert "nan" not in sentence.lower()
    lab.settle(page)
    assert np.isfinite(list(values(page).values())).all()
    assert {css: page.box(css) for css in places} == places
    press(page, lab, ".mlp-reset")
    assert page.text(".mlp-error") == ""


def test_the_landscape_takes_the_place_of_the_network(page, lab):
    place, network = page.box(".mlp-picture-lab"), page.pixels(".mlp-picture-lab")
    page.click(".mlp-view button:has-text('Landscape')")
    landscape = page.wait_for_new_pixels(".mlp-picture-lab", network)
    assert page.box(".mlp-picture-lab") == place
    page.press(".mlp-slider-b11", "ArrowRight", times=2)
    page.wait_for_new_pixels(".mlp-picture-lab", landscape)
    lab.settle(page)
    assert page.box(".mlp-picture-lab") == place


def test_picture_and_numbers_stand_side_by_side_in_a_page_of_1024_pixels(page, lab):
    table, picture = page.box(".mlp-box-w11"), page.box(lab.picture)
    assert picture["x"] > table["x"] + table["width"]
    assert picture["y"] < table["y"] + table["height"]


def test_no_button_is_cut_off(page, lab):
    cut = page.page.locator(".mlp-lab button").evaluate_all(
        "all => all.filter(b => b.scrollWidth > b.clientWidth + 1).map(b => b.innerText)"
    )
    assert cut == []
