"""The stepper in a real JupyterLab: by keyboard, by mouse, and by itself."""

from __future__ import annotations

import pytest
from described_labs import LABS, number

WITH_STEPPER = [lab for lab in LABS if lab.stepper]
SLIDER = ".mlp-slider-step"


@pytest.fixture(scope="module", params=WITH_STEPPER, ids=str)
def lab(request):
    """Each lab that has a stepper."""
    return request.param


@pytest.fixture
def stepper(page):
    """The page of the lab, before the first operation."""
    page.press(SLIDER, "Home")
    wait_for_operation(page, 0)
    return page


def operation(page) -> str:
    """What the stepper says."""
    return page.text(".mlp-operation-box")


def wait_for_operation(page, count: int) -> None:
    """Wait until that operation is in view; 0 is the start."""
    start = f"{count} of " if count else ""
    page.page.wait_for_function(
        """([start]) => {
            const text = document.querySelector('.mlp-operation-box').innerText;
            return start ? text.startsWith(start) : text.includes('Press Next');
        }""", arg=[start])


def test_the_keyboard_walks_through_both_passes(stepper, lab):
    page = stepper
    seen = []
    for count in (1, 2, 3):
        picture = page.pixels(lab.picture)
        page.press(SLIDER, "ArrowRight")
        wait_for_operation(page, count)
        page.wait_for_new_pixels(lab.picture, picture)  # another part of the diagram has a halo
        seen.append(operation(page))
    assert len(set(seen)) == 3 and all("forward" in text for text in seen)
    page.press(SLIDER, "ArrowLeft")
    wait_for_operation(page, 2)
    assert operation(page) == seen[1]
    page.press(SLIDER, "PageUp")
    wait_for_operation(page, 7)
    page.press(SLIDER, "End")
    page.page.wait_for_function(
        "document.querySelector('.mlp-operation-box').innerText.includes('backward')")


def test_next_and_back_by_mouse(stepper):
    stepper.click(".mlp-next")
    wait_for_operation(stepper, 1)
    stepper.click(".mlp-next")
    wait_for_operation(stepper, 2)
    stepper.click(".mlp-back")
    wait_for_operation(stepper, 1)


def test_moving_a_parameter_recomputes_the_operation_in_view(stepper, lab):
    stepper.click(".mlp-next")
    wait_for_operation(stepper, 1)
    before = number(stepper.text(".mlp-operation-value"))
    text = operation(stepper)
    stepper.press(f".mlp-slider-{lab.moved}", "ArrowRight", times=3)
    stepper.page.wait_for_function(
        "old => document.querySelector('.mlp-operation-box').innerText !== old", arg=text)
    lab.settle(stepper)
    assert operation(stepper).startswith("1 of ")
    assert number(stepper.text(".mlp-operation-value")) > before


def test_play_goes_on_by_itself_and_pauses(stepper):
    stepper.click(".mlp-play")
    wait_for_operation(stepper, 2)
    assert "Pause" in stepper.text(".mlp-play")
    stepper.click(".mlp-play")
    stepper.page.wait_for_function(
        "document.querySelector('.mlp-play').innerText.includes('Play')")
    seen = operation(stepper)
    stepper.page.wait_for_timeout(2000)
    assert operation(stepper) == seen
