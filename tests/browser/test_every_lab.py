"""What holds for every lab, in a real JupyterLab: it answers, it does not jump, it fits."""

from __future__ import annotations

import pytest
from described_labs import LABS, number

WHOLE_NOTEBOOK = True
SAME = 1e-4  # of a picture's pixels may differ where it must be the same again

if_it_descends = pytest.mark.parametrize(
    "lab", [lab for lab in LABS if lab.descends], ids=str, indirect=True, scope="module"
)


def shown(page, lab) -> dict[str, str]:
    """The texts of the numbers that follow every move."""
    return {css: page.text(f".{css}") for css in lab.numbers}


def boxes(page, lab) -> dict[str, dict[str, float]]:
    """Place and size of the lab and of everything in it that could jump."""
    names = ["mlp-lab", *(f"mlp-picture-{name}" for name in lab.pictures)]
    names += [f"mlp-box-{name}" for name in lab.parameters]
    return {name: page.box(f".{name}") for name in names}


def values(page, lab) -> dict[str, float]:
    """The numbers in the number boxes."""
    return {name: page.value(f".mlp-box-{name}") for name in lab.parameters}


def slider_step(page, name: str) -> float:
    """How far one arrow key moves a slider, by pressing one and going back."""
    box, slider = f".mlp-box-{name}", f".mlp-slider-{name}"
    before = page.value(box)
    page.press(slider, "ArrowRight")
    page.wait_for_value(box, lambda value: value > before)
    step = page.value(box) - before
    page.press(slider, "ArrowLeft")
    page.wait_for_value(box, lambda value: abs(value - before) < step / 2)
    return step


def test_arrow_keys_on_a_slider_move_numbers_and_picture(page, lab):
    box, slider = f".mlp-box-{lab.moved}", f".mlp-slider-{lab.moved}"
    step = slider_step(page, lab.moved)
    lab.settle(page)
    picture = page.pixels(lab.picture)
    value, texts = page.value(box), shown(page, lab)
    page.press(slider, "ArrowRight", times=3)
    page.wait_for_value(box, lambda now: abs(now - (value + 3 * step)) < step / 2)
    page.wait_for_new_pixels(lab.picture, picture)
    lab.settle(page)
    new = shown(page, lab)
    assert all(new[css] != texts[css] for css in texts), (texts, new)


def test_each_slider_moves_its_own_number_box_and_the_picture(page, lab):
    for name in lab.parameters:
        before, picture = values(page, lab), page.pixels(lab.picture)
        page.press(f".mlp-slider-{name}", "ArrowRight", times=5)
        page.wait_for_value(f".mlp-box-{name}", lambda now, old=before[name]: now > old)
        page.wait_for_new_pixels(lab.picture, picture)
        lab.settle(page)
        changed = {other for other, value in values(page, lab).items() if value != before[other]}
        assert changed == {name}


def test_a_typed_number_moves_slider_numbers_and_picture(page, lab):
    box, slider = f".mlp-box-{lab.moved}", f".mlp-slider-{lab.moved}"
    picture, texts = page.pixels(lab.picture), shown(page, lab)
    page.type_number(box, lab.typed)
    page.wait_for_new_pixels(lab.picture, picture)
    lab.settle(page)
    assert page.value(box) == lab.typed
    assert page.slider_value(slider) == pytest.approx(lab.typed, abs=0.06)  # it is told so roughly
    new = shown(page, lab)
    assert all(new[css] != texts[css] for css in texts), (texts, new)


def test_the_same_number_gives_the_same_picture(page, lab):
    """The picture shows the state, not the way to it."""
    box = f".mlp-box-{lab.moved}"
    page.type_number(box, lab.typed)
    lab.settle(page)
    first, there = page.remember(lab.picture), shown(page, lab)
    page.press(f".mlp-slider-{lab.moved}", "ArrowRight", times=4)
    page.wait_for_new_pixels(lab.picture, first)
    lab.settle(page)
    page.type_number(box, lab.typed)
    lab.settle(page)
    assert page.unlike(lab.picture, first) < SAME
    assert shown(page, lab) == there


@if_it_descends
def test_step_follows_the_gradient_and_undo_brings_the_values_back(page, lab):
    before, picture = values(page, lab), page.remember(lab.picture)
    gradients = {name: number(page.text(f".mlp-gradient-{name}")) for name in lab.parameters}
    mse = number(page.text(".mlp-mse-now"))
    page.click(".mlp-step")
    page.wait_for_new_pixels(lab.picture, picture)
    lab.settle(page)
    after = values(page, lab)
    for name in lab.parameters:
        moved = after[name] - before[name]
        assert moved * gradients[name] <= 0, f"{name} moved along its gradient, not against it"
    assert number(page.text(".mlp-mse-now")) <= mse
    stepped = page.pixels(lab.picture)
    page.click(".mlp-undo")
    page.wait_for_new_pixels(lab.picture, stepped)
    lab.settle(page)
    assert values(page, lab) == before
    assert page.unlike(lab.picture, picture) < SAME


def test_undo_takes_back_a_typed_number(page, lab):
    before, picture = values(page, lab), page.remember(lab.picture)
    page.type_number(f".mlp-box-{lab.moved}", lab.typed)
    changed = page.wait_for_new_pixels(lab.picture, picture)
    page.click(".mlp-undo")
    page.wait_for_new_pixels(lab.picture, changed)
    lab.settle(page)
    assert values(page, lab) == before
    assert page.unlike(lab.picture, picture) < SAME


@if_it_descends
def test_run_goes_on_by_itself_until_it_is_paused(page, lab):
    picture = page.pixels(lab.picture)
    mse = number(page.text(".mlp-mse-now"))
    page.click(".mlp-run")
    one = page.wait_for_new_pixels(lab.picture, picture)
    page.wait_for_new_pixels(lab.picture, one)
    page.click(".mlp-run")
    page.wait_until_still(lab.picture, quiet=1.5)
    assert number(page.text(".mlp-mse-now")) < mse


@if_it_descends
def test_the_page_answers_while_a_run_is_on(page, lab):
    """The view of the lab can be scrolled and its run stopped by keyboard while it runs."""
    picture = page.pixels(lab.picture)
    page.click(".mlp-run")
    page.wait_for_new_pixels(lab.picture, picture)
    page.page.locator(".mlp-run").first.focus()
    page.page.keyboard.press("Enter")
    page.wait_until_still(lab.picture, quiet=1.5)


def test_reset_brings_back_the_first_picture(page, lab):
    picture, before = page.remember(lab.picture), values(page, lab)
    page.press(f".mlp-slider-{lab.moved}", "ArrowRight", times=7)
    page.wait_for_new_pixels(lab.picture, picture)
    lab.settle(page)  # the last key must not come after the reset
    moved = page.pixels(lab.picture)
    page.click(".mlp-reset")
    page.wait_for_new_pixels(lab.picture, moved)
    lab.settle(page)
    assert values(page, lab) == before
    assert page.unlike(lab.picture, picture) < SAME


def test_the_status_line_speaks_of_the_present_state(page, lab):
    status = page.page.locator('.mlp-lab [role="status"]').first
    before = status.inner_text()
    assert before.strip()
    page.type_number(f".mlp-box-{lab.moved}", lab.typed)
    lab.settle(page)
    assert status.inner_text() != before


def test_a_number_that_cannot_be_used_is_refused_in_the_panel(page, lab):
    before, picture, places = values(page, lab), page.remember(lab.picture), boxes(page, lab)
    page.type_number(f".mlp-box-{lab.moved}", lab.too_large)
    page.page.wait_for_function("document.querySelector('.mlp-error').innerText.trim() !== ''")
    lab.settle(page)
    assert values(page, lab) == before
    assert page.unlike(lab.picture, picture) < SAME
    assert boxes(page, lab) == places
    page.type_number(f".mlp-box-{lab.moved}", lab.typed)
    page.page.wait_for_function("document.querySelector('.mlp-error').innerText.trim() === ''")


def test_nothing_jumps(page, lab):
    before = boxes(page, lab)
    page.press(f".mlp-slider-{lab.moved}", "ArrowRight", times=10)
    lab.settle(page)
    assert boxes(page, lab) == before, "after keys"
    page.click(".mlp-undo")
    lab.settle(page)
    assert boxes(page, lab) == before, "after undo"


@if_it_descends
def test_nothing_jumps_at_a_step_of_descent(page, lab):
    before = boxes(page, lab)
    page.click(".mlp-step")
    lab.settle(page)
    assert boxes(page, lab) == before, "after a step"
    page.click(".mlp-undo")
    lab.settle(page)
    assert boxes(page, lab) == before, "after undo"


def test_the_lab_fits_in_a_page_of_1024_pixels(page, lab):
    assert page.page.viewport_size["width"] == 1024
    assert page.overflow(".mlp-lab") == []
