"""The wider-networks lab as a student uses it, in a real JupyterLab."""

from __future__ import annotations

import pytest
from described_labs import described, number

PRESETS = ("zeros", "too-small", "too-large", "xavier-on-tanh", "xavier-on-relu", "he-on-relu",
           "sigmoid-saturates")


@pytest.fixture(scope="module", params=[described("wide_network.ipynb")], ids=str)
def lab(request):
    """This lab only."""
    return request.param


def places(page) -> dict[str, dict[str, float]]:
    """Place and size of the lab and of its parts."""
    names = ("lab", "picture-lab", "box-depth", "init", "draw", "board", "learn", "status")
    return {name: page.box(f".mlp-{name}") for name in names}


def press(page, lab, css: str) -> None:
    """Press a button and wait until the page has followed."""
    page.click(css)
    page.wait_idle()
    lab.settle(page)


def learn(page, lab) -> None:
    """Press the button "20 steps" and wait for the answer."""
    press(page, lab, ".mlp-learn")
    page.page.wait_for_function("document.querySelector('.mlp-lab').innerText.includes('J after')")


def learned(page, row: str) -> list[float]:
    """The numbers in a row of the answer."""
    lab = page.page.locator(".mlp-lab").first
    cells = lab.locator(f"tr:has(td:text-is('{row}')) td").all_inner_texts()
    return [number(cell) for cell in cells[1:]]


def test_twenty_steps_tell_what_they_did_and_nothing_jumps(page, lab):
    before, c = places(page), page.text(".mlp-board")
    learn(page, lab)
    he, xavier = zip(learned(page, "J before"), learned(page, "J after"), strict=True)
    assert he[1] < he[0] and xavier[1] <= xavier[0]
    assert page.text(".mlp-board") == c  # the lab itself stays as it is
    assert places(page) == before
    page.press(".mlp-slider-depth", "ArrowRight")
    page.page.wait_for_function("!document.querySelector('.mlp-lab').innerText.includes('J after')")
    lab.settle(page)
    assert places(page) == before


def test_presets_by_mouse_leave_no_error_and_nothing_jumps(page, lab):
    before = places(page)
    for preset in PRESETS:
        press(page, lab, f".mlp-preset-{preset}")
        page.page.wait_for_function(
            "document.querySelector('.mlp-status').innerText.startsWith('Preset')")
        assert places(page) == before, preset
        learn(page, lab)
        assert page.text(".mlp-error") == "", preset
        assert page.overflow(".mlp-lab") == [], preset
        assert places(page) == before, f"{preset}, after 20 steps"


def test_new_draws_are_others_and_undo_brings_the_first_ones_back(page, lab):
    picture, texts = page.remember(lab.picture), page.text(".mlp-board")
    press(page, lab, ".mlp-draw")
    assert page.unlike(lab.picture, picture) > 1e-3
    assert page.text(".mlp-board") != texts
    press(page, lab, ".mlp-undo")
    assert page.unlike(lab.picture, picture) < 1e-4
    assert page.text(".mlp-board") == texts


def test_one_initialization_alone_has_one_column(page, lab):
    page.page.locator(".mlp-compare select").first.select_option(label="nothing")
    page.page.wait_for_function(
        "!document.querySelector('.mlp-board').innerText.includes('Xavier')")
    lab.settle(page)
    assert "Xavier" not in page.text(".mlp-board")
    assert "Xavier" not in page.text(".mlp-status")
    learn(page, lab)
    assert len(learned(page, "J after")) == 1
