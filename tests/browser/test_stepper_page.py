"""The stepper in a real JupyterLab: by keyboard, by mouse, and by itself."""

from __future__ import annotations

import pytest
from described_labs import described, number
from seen import unfold

SLIDER = ".mlp-slider-step"
PICTURES = {"ThreeNeuronLab": ".mlp-picture-diagram", "TwoHiddenLab": ".mlp-picture-diagram",
            "DeepChainLab": ".mlp-picture-chain"}
"""Where the operation in view is marked."""
WITH_STEPPER = [described(kind) for kind in PICTURES]

in_each = pytest.mark.parametrize("lab", WITH_STEPPER, ids=str, indirect=True, scope="module")


@pytest.fixture(scope="module")
def lab(request):
    """The three-neuron lab, or what a test asks for."""
    return getattr(request, "param", WITH_STEPPER[0])


@pytest.fixture
def stepper(page):
    """The page of the lab, before the first operation."""
    unfold(page, "stepper")
    page.press(SLIDER, "Home")
    wait_for_operation(page, 0)
    return page


def operation(page) -> str:
    """What the stepper says."""
    return page.text(".mlp-operation-box")


def wait_for_operation(page, count: int) -> None:
    """Wait until that operation is in view; 0 is the start."""
    start = f"{count} of "
    page.wait_for(lambda: operation(page).startswith(start) if count else
                  "Press Next" in operation(page))


@in_each
def test_the_keyboard_walks_through_both_passes(stepper, lab):
    page, picture = stepper, PICTURES[lab.kind]
    place, seen, pictures = page.box(picture), [], {page.pixels(picture)}
    for count in (1, 2, 3):
        page.press(SLIDER, "ArrowRight")
        wait_for_operation(page, count)
        page.settle()
        pictures.add(page.pixels(picture))  # another part of the diagram has a halo
        seen.append(operation(page))
        assert page.box(picture) == place
    assert len(pictures) == 4
    assert len(set(seen)) == 3 and all("forward" in text for text in seen)
    page.press(SLIDER, "ArrowLeft")
    wait_for_operation(page, 2)
    assert operation(page) == seen[1]
    page.press(SLIDER, "PageUp")
    wait_for_operation(page, 7)
    page.press(SLIDER, "End")
    page.wait_for(lambda: "backward" in operation(page))


@in_each
def test_moving_a_parameter_recomputes_the_operation_in_view(stepper, lab):
    stepper.click(".mlp-next")
    wait_for_operation(stepper, 1)
    before = number(stepper.text(".mlp-operation-value"))
    stepper.press(lab.slider, "ArrowRight", times=3)
    stepper.settle()
    assert operation(stepper).startswith("1 of ")
    assert number(stepper.text(".mlp-operation-value")) > before


def test_next_and_back_by_mouse(stepper):
    for button, count in (("next", 1), ("next", 2), ("back", 1)):
        stepper.click(f".mlp-{button}")
        wait_for_operation(stepper, count)


def test_play_goes_on_by_itself_and_pauses(stepper):
    stepper.click(".mlp-play")
    wait_for_operation(stepper, 2)
    assert "Pause" in stepper.text(".mlp-play")
    stepper.click(".mlp-play")
    stepper.wait_for(lambda: "Play" in stepper.text(".mlp-play"))
    seen = operation(stepper)
    stepper.page.wait_for_timeout(1800)  # a play takes a step in less
    assert operation(stepper) == seen
