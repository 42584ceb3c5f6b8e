"""The three-neuron lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

import numpy as np
import pytest
from described_labs import number
from seen import PICTURE, boxes, unfold
from seen import values as all_values

from mlp_widgets.data.traffic import HOURS, TRAFFIC

NETWORK, LANDSCAPE = ".mlp-picture-diagram", ".mlp-picture-landscape"
LECTURE = {"w11": 0.4, "b11": -5.9, "w12": -0.6, "b12": 5.2, "w21": -1.0, "w22": -1.0, "b21": 5.1}


def values(page) -> dict[str, float]:
    """The seven parameters in their boxes."""
    return {name: value for name, value in all_values(page).items() if name in LECTURE}


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


def shown_mse(page) -> float:
    """The MSE on the board."""
    return number(page.text(".mlp-mse-now"))


def press(page, css: str) -> None:
    """Press a button and wait until the pictures have followed."""
    page.click(css)
    page.settle()


def complaint(page) -> str:
    """Wait for a sentence in the error line."""
    page.wait_for(lambda: page.text(".mlp-error"))
    return page.text(".mlp-error")


def test_it_starts_with_the_lectures_parameters_to_the_last_digit(page):
    """A slider in the page must not pull a value to the nearest of its own steps."""
    press(page, ".mlp-preset-lecture")
    assert values(page) == LECTURE
    assert shown_mse(page) == 0.5019


def test_the_gradients_shown_are_those_of_the_numbers_shown(page):
    page.type_number(".mlp-box-w11", "0,35")
    page.type_number(".mlp-box-w12", "−1,45")
    page.type_number(".mlp-box-b12", 4.5)
    page.settle()
    now = values(page)
    assert (now["w11"], now["w12"], now["b12"]) == (0.35, -1.45, 4.5)
    assert shown_mse(page) == pytest.approx(mse(now), abs=6e-5)
    for name in LECTURE:
        text = number(page.text(f".mlp-gradient-{name}"))
        assert text == pytest.approx(slope(now, name), rel=5.1e-3, abs=2e-6), name  # 3 digits


@pytest.mark.parametrize("preset", ["zeros", "random", "stuck"])
def test_a_preset_sets_all_seven_numbers_and_is_not_pulled_away(page, preset):
    picture = page.pixels(PICTURE)
    page.click(f".mlp-preset-{preset}")
    page.wait_for_new_pixels(PICTURE, picture)
    page.settle()
    first = values(page)
    assert shown_mse(page) == pytest.approx(mse(first), rel=1e-3)
    if preset == "zeros":
        assert set(first.values()) == {0.0}
    if preset == "random":
        assert any(abs(20 * value - round(20 * value)) > 1e-6 for value in first.values())


def test_run_goes_on_by_itself_until_it_is_paused(page):
    """It can be scrolled meanwhile: the page answers."""
    unfold(page, "descent")
    picture, mse = page.pixels(PICTURE), shown_mse(page)
    page.click(".mlp-run")
    one = page.wait_for_new_pixels(PICTURE, picture)
    page.wait_for_new_pixels(PICTURE, one)
    assert "Pause" in page.text(".mlp-run")
    page.click(".mlp-run")
    page.wait_for(lambda: "Run" in page.text(".mlp-run"))
    page.settle()
    paused = page.pixels(PICTURE)
    page.page.wait_for_timeout(800)  # a run draws many pictures in this time
    assert page.pixels(PICTURE) == paused
    assert shown_mse(page) < mse


def test_ten_steps_and_rewind(page):
    unfold(page, "descent")
    start, alpha = values(page), page.value(".mlp-rate")
    press(page, ".mlp-ten-steps")
    expected = dict(start)
    for _ in range(10):
        slopes = {name: slope(expected, name) for name in expected}
        expected = {name: expected[name] - alpha * slopes[name] for name in expected}
    assert values(page) == pytest.approx(expected, rel=6e-4)  # a box shows 4 digits
    assert values(page) != start
    press(page, ".mlp-rewind")
    assert values(page) == start


def test_my_best_comes_back_with_one_click(page):
    unfold(page, "descent", "compare")
    page.type_number(".mlp-box-w11", 0.39)
    page.settle()
    press(page, ".mlp-ten-steps")
    best = shown_mse(page)
    assert number(page.text(".mlp-mse-best")) <= best
    page.type_number(".mlp-box-b21", 9)
    page.settle()
    assert shown_mse(page) > best
    press(page, ".mlp-best")
    assert shown_mse(page) == number(page.text(".mlp-mse-best")) <= best


def test_reveal_shows_an_optimum_that_nobody_is_below(page):
    unfold(page, "compare")
    press(page, ".mlp-reveal")
    optimum = float(page.text(".mlp-mse-optimum").split()[0])
    assert 0 < optimum < min(shown_mse(page), number(page.text(".mlp-mse-quadratic")))
    press(page, ".mlp-reveal")
    assert shown_mse(page) == pytest.approx(optimum, abs=1e-4)


def test_a_learning_rate_that_is_too_large_stops_the_run_and_says_so(page):
    unfold(page, "descent")
    places = boxes(page)
    page.type_number(".mlp-rate", 1)
    page.click(".mlp-run")
    sentence = complaint(page)
    assert "learning rate" in sentence
    assert "nan" not in sentence.lower()
    page.settle()
    assert np.isfinite(list(values(page).values())).all()
    assert boxes(page) == places
    press(page, ".mlp-reset")
    assert page.text(".mlp-error") == ""


def test_the_landscape_takes_the_place_of_the_network(page):
    place, fit = page.box(NETWORK), boxes(page)["mlp-picture-fit"]
    page.click(".mlp-view button:has-text('Landscape')")
    page.find(LANDSCAPE).wait_for()
    assert not page.all(NETWORK).count()
    page.settle()
    landscape = page.pixels(LANDSCAPE)
    assert page.box(LANDSCAPE) == place
    page.press(".mlp-slider-b11", "ArrowRight", times=2)
    page.wait_for_new_pixels(LANDSCAPE, landscape)
    page.settle()
    assert page.box(LANDSCAPE) == place
    assert boxes(page)["mlp-picture-fit"] == fit


def test_picture_and_numbers_stand_side_by_side_in_a_page_of_1024_pixels(page):
    table, picture = page.box(".mlp-box-w11"), page.box(PICTURE)
    assert picture["x"] > table["x"] + table["width"]
    assert picture["y"] < table["y"] + table["height"]


def bring(page, file) -> None:
    """Choose a file at the button "Own CSV"."""
    with page.page.expect_file_chooser() as chooser:
        page.click(".mlp-upload")
    chooser.value.set_files(file)


def test_a_file_that_is_far_too_large_is_refused_in_a_sentence_and_the_next_one_comes(
        page, tmp_path):
    """12 MB are more than a server of Jupyter takes, unless it is told so: ``__main__.LAB``."""
    unfold(page)
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_bytes(b"1234,5678\n" * 1_200_000)
    small.write_text("x,y\n0,1\n5,2\n9,4\n", encoding="utf-8")
    assert page.find(".mlp-upload").get_attribute("title") == "A file of at most 5 MB"
    bring(page, large)
    assert "the file has 12 MB; at most 5 MB" in complaint(page)
    bring(page, small)
    page.wait_for(lambda: page.text(".mlp-error") == "")
    assert "J = " in page.text(".mlp-status") and "on own data" in page.text(".mlp-status")
