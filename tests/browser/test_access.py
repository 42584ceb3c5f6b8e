"""Labs and questions by keyboard and by screen reader, in JupyterLab and in Notebook 7."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from described_labs import LABS, QUESTIONS
from real_jupyter import CHECKOUT, JupyterServer, Notebook7Server
from seen import PICTURE, boxes, values, violations

PAGE = {"width": 1280, "height": 900}

every_lab = pytest.mark.parametrize("lab", LABS, ids=str, indirect=True, scope="module")
in_notebook_7 = pytest.mark.parametrize("home", ["notebook7"], indirect=True, scope="module")


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def lab(request):
    """The lab that is driven fully, or what a test asks for."""
    return getattr(request, "param", LABS[0])


def status(page) -> str:
    return page.text(".mlp-status")


# --- every lab in Notebook 7 ---


@in_notebook_7
@every_lab
def test_a_lab_answers_and_does_not_jump(page, lab):
    before, places, picture = values(page), boxes(page), page.pixels(PICTURE)
    number = page.text(f".{lab.follows}")
    page.keys(f"{lab.slider} .noUi-handle", "PageUp")
    page.wait_for_value(lab.box, lambda value: value > before[lab.moved])
    page.settle()
    assert page.pixels(PICTURE) != picture
    assert page.text(f".{lab.follows}") != number
    assert boxes(page) == places
    assert page.overflow(".mlp-lab") == []


# --- the keyboard ---


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_buttons_answer_to_space_and_enter(page, key):
    before = status(page)
    page.keys("[class*=mlp-preset-] >> nth=1", key)
    page.wait_for(lambda: status(page) != before)
    changed = status(page)
    page.keys(".mlp-undo", key)
    page.wait_for(lambda: status(page) != changed)


def test_a_slider_goes_to_its_ends_and_by_pages(page, lab):
    handle = f"{lab.slider} .noUi-handle"
    start, picture = page.value(lab.box), page.pixels(PICTURE)
    page.keys(handle, "PageUp")
    page.wait_for_value(lab.box, lambda value: value > start)
    page.wait_for_new_pixels(PICTURE, picture)
    page.keys(handle, "PageDown")
    page.wait_for_value(lab.box, lambda value: value == pytest.approx(start))
    page.keys(handle, "Home")
    page.wait_for_value(lab.box, lambda value: value < start)
    page.keys(handle, "End")
    page.wait_for_value(lab.box, lambda value: value > start)


def test_a_number_box_takes_typing_and_arrow_keys(page, lab):
    """The arrow keys go one step of the slider, where a home keeps them from the slider too."""
    page.keys(f"{lab.box} input", "ControlOrMeta+a")
    page.page.keyboard.type(str(lab.typed))
    page.page.keyboard.press("Enter")
    page.wait_for_value(lab.box, lambda value: value == lab.typed)
    page.settle()
    page.keys(f"{lab.box} input", "ArrowUp")
    page.wait_for_value(lab.box, lambda value: value > lab.typed)
    page.settle()
    above = page.value(lab.box)
    page.keys(f"{lab.box} input", "ArrowDown")
    page.wait_for_value(lab.box, lambda value: value < above)
    page.settle()
    assert page.slider_value(lab.slider, *lab.ends) == pytest.approx(lab.typed, abs=0.06)


def test_a_list_opens_with_space_and_takes_the_arrow_keys(page):
    chosen = page.find("select:not(:disabled):visible")
    before = chosen.input_value()
    at_end = chosen.evaluate("e => e.selectedIndex === e.options.length - 1")
    chosen.focus()
    for key in ("Space", "ArrowUp" if at_end else "ArrowDown", "Enter"):
        page.page.keyboard.press(key)
        page.page.wait_for_timeout(100)
    page.wait_for(lambda: chosen.input_value() != before)
    page.settle()
    assert page.text(".mlp-error") == ""


def test_present_and_share_open_and_close_by_keyboard(page):
    for button, shown in ((".mlp-present", ".mlp-pages button"),
                          (".mlp-share", ".mlp-share-rows input")):
        page.keys(button, "Space")
        page.find(shown).wait_for(state="visible")
        page.keys(button, "Enter")
        page.find(shown).wait_for(state="hidden")


def test_run_can_be_stopped_by_keyboard_while_it_runs(page):
    picture = page.pixels(PICTURE)
    page.keys(".mlp-run", "Enter")
    page.wait_for_new_pixels(PICTURE, picture)
    page.keys(".mlp-run", "Enter")
    page.wait_for(lambda: "Run" in page.text(".mlp-run"))
    page.settle()


# --- questions and screen readers ---


@pytest.fixture
def questions(page):
    """The whole page, in which the questions stand below the labs."""
    page.look_at(None)
    page.find(".mlp-poll").scroll_into_view_if_needed()
    yield page
    page.look_at(0)


def test_axe_finds_nothing_new_in_a_lab_and_in_questions(questions):
    for number in range(len(QUESTIONS)):
        assert violations(questions, f".mlp-poll >> nth={number}") == []
    questions.look_at(0)
    assert violations(questions) == []
    image = questions.find("img")
    name = image.get_attribute("title")
    image.evaluate("e => e.removeAttribute('title')")
    try:
        assert any(found.startswith("image-alt") for found in violations(questions))
    finally:
        image.evaluate("(e, name) => e.title = name", name)


def test_questions_are_answered_by_keyboard_alone(questions):
    polls = questions.page.locator(".mlp-poll").all()
    assert [answer(questions, poll) for poll in polls] == list(QUESTIONS)


def answer(page, poll) -> str:
    """Choose or type something, answer and reveal; gives the kind of the question."""
    verdict, keyboard = poll.locator(".mlp-status"), page.page.keyboard
    kind = choose(page, poll)
    poll.locator(".mlp-answer").focus()
    keyboard.press("Enter")
    page.wait_for(lambda: verdict.inner_text().startswith(("Right", "Not yet")))
    poll.locator(".mlp-reveal").focus()
    keyboard.press("Space")
    page.wait_for(lambda: verdict.inner_text().startswith(("Right", "The answer")))
    page.wait_for(lambda: poll.locator(".mlp-poll-explanation").inner_text().strip())
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
        page.keys(".mlp-present")  # the focus elsewhere, and back: one choice is on
        ticks.first.focus()
        keyboard.press("Space")
        page.wait_for(lambda: not ticks.last.is_checked())
        return "radio"
    if poll.locator("input[type=checkbox]").count():
        poll.locator("input[type=checkbox]").first.focus()
        keyboard.press("Space")
        return "checkbox"
    poll.locator("input").first.focus()
    keyboard.type("5")
    return "number"


def test_a_question_can_be_presented_too(questions):
    poll = questions.page.locator(".mlp-poll").first
    question = poll.locator(".mlp-poll-question")
    small = question.bounding_box()["height"]
    poll.locator(".mlp-present").focus()
    questions.page.keyboard.press("Space")
    questions.wait_for(lambda: question.bounding_box()["height"] > 1.2 * small)
    assert violations(questions, ".mlp-poll.mlp-presenting") == []
    questions.page.keyboard.press("Space")
    questions.wait_for(lambda: question.bounding_box()["height"] == pytest.approx(small, abs=1))
