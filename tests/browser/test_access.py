"""Labs and questions by keyboard and by screen reader, in JupyterLab and in Notebook 7."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from real_jupyter import CHECKOUT, JupyterServer, Notebook7Server, dark

PAGE = (1280, 900)

# What axe-core finds and core ipywidgets cannot mend: rule -> the elements. The README lists them.
KNOWN = {"aria-input-field-name": "noUi-handle"}  # sliders have no name (ipywidgets issue 2650)

FOCUSABLE = """root => [...root.querySelectorAll('button, input, select, textarea, [tabindex]')]
    .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }))
"""
NUMBER_THEM = f"""root => ({FOCUSABLE})(root).map((e, k) => {{
    e.dataset.mlpNumber = k;
    return `${{e.tagName}} ${{e.closest('[class*=mlp-]').className}} ${{e.innerText.slice(0, 20)}}`;
}})"""
NUMBER_IN_FOCUS = "() => Number(document.activeElement.dataset.mlpNumber ?? -1)"
IN_FOCUS = "selector => document.activeElement.closest(selector) !== null"


@pytest.fixture(scope="session")
def notebook7(missing) -> Iterator[JupyterServer]:
    """Jupyter Notebook 7 on a copy of the project's notebooks."""
    if find_spec("notebook") is None:
        missing("the Python package notebook is not installed")
    with Notebook7Server(CHECKOUT / "notebooks") as running:
        yield running


@pytest.fixture(scope="module", params=["jupyterlab", "notebook7"])
def home(request, server) -> JupyterServer:
    """The server of each of the two."""
    return server if request.param == "jupyterlab" else request.getfixturevalue("notebook7")


def violations(page, selector: str) -> list[str]:
    """What axe-core finds inside an element, beside what is known."""
    from axe_playwright_python.sync_playwright import Axe

    assert page.page.locator(selector).count()
    found = Axe().run(page.page, context=selector).response
    assert len(found["passes"]) > 8  # it has looked
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"]
            for node in rule["nodes"]
            if rule["id"] not in KNOWN or KNOWN[rule["id"]] not in node["html"]]


def press(page, selector: str, *keys: str) -> None:
    """Keys on one control."""
    page.page.locator(selector).first.focus()
    for key in keys:
        page.page.keyboard.press(key)


def status(page) -> str:
    return page.text(".mlp-lab .mlp-status")


def wait_for(page, happened, seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.05)):
        if happened():
            return
        page.page.wait_for_timeout(50)
    raise AssertionError("nothing happened")


# --- what axe-core finds ---


def test_axe_finds_nothing_new_in_the_light_and_in_the_dark(page, lab):
    assert violations(page, ".mlp-lab") == []
    if page.page.locator(".mlp-poll").count():
        assert violations(page, ".mlp-poll") == []
    page.click(".mlp-share")
    page.page.locator(".mlp-share-rows input").first.wait_for()
    page.click(".mlp-present")
    page.click(".mlp-more-controls")
    page.page.wait_for_timeout(300)
    try:
        assert violations(page, ".mlp-lab") == []
        with dark(page):
            assert violations(page, ".mlp-lab") == []
    finally:
        for button in (".mlp-more-controls", ".mlp-present", ".mlp-share"):
            page.click(button)


def test_axe_would_find_a_picture_without_a_name(page, lab):
    image = page.page.locator(".mlp-lab img").first
    name = image.get_attribute("title")
    image.evaluate("e => e.removeAttribute('title')")
    try:
        assert any(found.startswith("image-alt") for found in violations(page, ".mlp-lab"))
    finally:
        image.evaluate("(e, name) => e.title = name", name)


def test_the_words_of_a_picture_follow_it_unseen(page, lab):
    words = page.page.locator(".mlp-lab .mlp-canvas").first.locator(".mlp-words")
    before = words.inner_text()
    box = words.bounding_box()
    assert len(before) > 40 and box["width"] <= 1 and box["height"] <= 1
    # display: none would hide it from screen readers too
    assert words.locator(".widget-html-content").evaluate("e => e.checkVisibility()")
    press(page, f".mlp-slider-{lab.moved} .noUi-handle", "PageUp")
    wait_for(page, lambda: words.inner_text() != before)


# --- the keyboard ---


def test_tab_reaches_every_control_in_order_and_leaves(page, lab):
    names = page.page.locator(".mlp-lab").first.evaluate(NUMBER_THEM)
    page.page.locator(".mlp-lab button").first.focus()
    seen = []
    for _ in range(2 * len(names)):
        if not page.page.evaluate(IN_FOCUS, ".mlp-lab"):
            break
        seen.append(page.page.evaluate(NUMBER_IN_FOCUS))
        page.page.keyboard.press("Tab")
    else:
        pytest.fail("Tab does not leave the lab")
    reached = [number for number in seen if number >= 0]  # -1: a scrolled text, a readout
    assert [name for k, name in enumerate(names) if k not in reached] == []
    assert reached == sorted(reached)


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_buttons_answer_to_space_and_enter(page, key):
    before = status(page)
    press(page, ".mlp-lab [class*=mlp-preset-] >> nth=1", key)
    wait_for(page, lambda: status(page) != before)
    changed = status(page)
    press(page, ".mlp-undo", key)
    wait_for(page, lambda: status(page) != changed)


def test_a_slider_goes_to_its_ends_and_by_pages(page, lab):
    handle = f".mlp-slider-{lab.moved} .noUi-handle"
    box = f".mlp-box-{lab.moved}"
    start, picture = page.value(box), page.pixels(lab.picture)
    press(page, handle, "PageUp")
    page.wait_for_value(box, lambda value: value > start)
    page.wait_for_new_pixels(lab.picture, picture)
    press(page, handle, "PageDown")
    page.wait_for_value(box, lambda value: value == pytest.approx(start))
    press(page, handle, "Home")
    page.wait_for_value(box, lambda value: value < start)
    press(page, handle, "End")
    page.wait_for_value(box, lambda value: value > start)


def test_a_number_box_takes_typing_and_arrow_keys(page, lab):
    """The arrow keys go one step of the slider, where a home keeps them from the slider too."""
    box = f".mlp-box-{lab.moved}"
    press(page, f"{box} input", "ControlOrMeta+a")
    page.page.keyboard.type(str(lab.typed))
    page.page.keyboard.press("Enter")
    page.wait_for_value(box, lambda value: value == lab.typed)
    lab.settle(page)
    press(page, f"{box} input", "ArrowUp")
    page.wait_for_value(box, lambda value: value > lab.typed)
    lab.settle(page)
    above = page.value(box)
    press(page, f"{box} input", "ArrowDown")
    page.wait_for_value(box, lambda value: value < above)
    lab.settle(page)
    assert page.slider_value(f".mlp-slider-{lab.moved}") == pytest.approx(lab.typed, abs=0.06)


def test_a_list_opens_with_space_and_takes_the_arrow_keys(page, lab):
    lists = page.page.locator(".mlp-lab select:not(:disabled):visible")
    before = lists.first.input_value()
    at_end = lists.first.evaluate("e => e.selectedIndex === e.options.length - 1")
    key = "ArrowUp" if at_end else "ArrowDown"
    lists.first.focus()
    for pressed in ("Space", key, "Enter"):
        page.page.keyboard.press(pressed)
        page.page.wait_for_timeout(200)
    assert lists.first.input_value() != before
    lab.settle(page)
    assert page.text(".mlp-error") == ""


def test_present_and_share_open_and_close_by_keyboard(page, lab):
    for button, shown in ((".mlp-present", ".mlp-more-controls"),
                          (".mlp-share", ".mlp-share-rows input")):
        target = page.page.locator(shown).first
        press(page, button, "Space")
        target.wait_for(state="visible")
        press(page, button, "Enter")
        target.wait_for(state="hidden")


# --- questions ---

POLLS = {"three_neuron": {"number", "checkbox"}, "two_hidden": {"radio"},
         "wide_network": {"radio"}}
"""The kinds of questions in the notebook of each lab."""


def test_questions_are_answered_by_keyboard_alone(page, lab):
    polls = page.page.locator(".mlp-poll").all()
    assert {answer(page, poll) for poll in polls} == POLLS.get(str(lab), set())


def answer(page, poll) -> str:
    """Choose or type something, answer and reveal; gives the kind of the question."""
    verdict, keyboard = poll.locator(".mlp-status"), page.page.keyboard
    kind = choose(page, poll)
    poll.locator(".mlp-answer").focus()
    keyboard.press("Enter")
    wait_for(page, lambda: verdict.inner_text().startswith(("Right", "Not yet")))
    poll.locator(".mlp-reveal").focus()
    keyboard.press("Space")
    wait_for(page, lambda: verdict.inner_text().startswith(("Right", "The answer")))
    assert poll.locator(".mlp-poll-explanation").inner_text().strip()
    return kind


def choose(page, poll) -> str:
    """The last choice and then the first, the first of several, or a number."""
    ticks, keyboard = poll.locator("input[type=radio]"), page.page.keyboard
    if ticks.count():  # a group of radio buttons would not let Tab get to the last one
        ticks.first.focus()
        for _ in range(ticks.count() - 1):
            keyboard.press("Tab")
        keyboard.press("Space")
        assert ticks.last.is_checked()
        press(page, ".mlp-present")  # the focus elsewhere, and back: one choice is on
        ticks.first.focus()
        keyboard.press("Space")
        wait_for(page, lambda: not ticks.last.is_checked())
        return "radio"
    if poll.locator("input[type=checkbox]").count():
        poll.locator("input[type=checkbox]").first.focus()
        keyboard.press("Space")
        return "checkbox"
    poll.locator("input").first.focus()
    keyboard.type("5")
    return "number"


def test_a_question_can_be_presented_too(page, lab):
    poll = page.page.locator(".mlp-poll").first
    assert poll.count() == (str(lab) in POLLS)
    if poll.count():
        question = poll.locator(".mlp-poll-question")
        small = question.bounding_box()["height"]
        poll.locator(".mlp-present").focus()
        page.page.keyboard.press("Space")
        wait_for(page, lambda: question.bounding_box()["height"] > 1.2 * small)
        assert violations(page, ".mlp-poll.mlp-presenting") == []
        page.page.keyboard.press("Space")
        wait_for(page, lambda: question.bounding_box()["height"] == pytest.approx(small, abs=1))
