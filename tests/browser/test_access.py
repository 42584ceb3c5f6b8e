"""Labs and questions by keyboard and by screen reader, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import pytest
from described_labs import IN_EACH_HOME, LABS, QUESTIONS, each_lab_of_a_home
from real_jupyter import JupyterServer, Notebook7Server
from seen import PICTURE, boxes, told, values, violations

PAGE = {"width": 1280, "height": 900}

in_notebook_7 = pytest.mark.parametrize("home", ["notebook7"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=["jupyterlab", "notebook7"])
def home(request) -> JupyterServer:
    """The server of each of the two."""
    return request.getfixturevalue({"jupyterlab": "server"}.get(request.param, request.param))


@pytest.fixture(scope="module")
def labs(request, home):
    """Those of its page."""
    in_this_home = IN_EACH_HOME if isinstance(home, Notebook7Server) else LABS
    return getattr(request, "param", in_this_home)


@pytest.fixture(scope="module")
def lab():
    """The lab that is driven fully."""
    return LABS[0]


def status(page) -> str:
    return page.text(".mlp-status")


# --- labs in Notebook 7 ---


@in_notebook_7
@each_lab_of_a_home
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


def test_a_number_box_takes_typing_and_has_fine_steps(page, lab):
    """Tab goes from the box to its two buttons; each press is a tenth of the slider's step."""
    page.keys(f"{lab.box} input", "ControlOrMeta+a")
    page.page.keyboard.type(str(lab.typed))
    page.page.keyboard.press("Enter")
    page.wait_for_value(lab.box, lambda value: value == lab.typed)
    page.settle()
    page.keys(f"{lab.box} input", "Tab", "Enter", "Enter", "Space")
    page.settle()
    above = page.value(lab.box)
    page.keys(f"{lab.box} input", "Tab", "Tab", "Enter")
    page.settle()
    now = page.value(lab.box)
    fine = above - now
    assert above == pytest.approx(lab.typed + 3 * fine, abs=fine / 10)
    page.press(lab.slider, "PageUp")  # five steps
    page.settle()
    assert page.value(lab.box) == pytest.approx(now + 50 * fine, abs=5.1 * fine)
    page.press(lab.slider, "PageDown")
    page.settle()
    assert lab.stands(page) == pytest.approx(lab.typed, abs=0.06)


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
    polls = questions.page.locator(".mlp-poll:not(.mlp-predict)").all()
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


# --- answers ---


def test_an_answer_waits_until_somebody_asks(opened):
    """In JupyterLab and in Notebook 7; Voilà's is in ``test_voila``."""
    opened.look_at(None)
    assert told(opened) == ["", "Show the answer"]
    rows = opened.find(".mlp-predict-rows").bounding_box()
    opened.find(".mlp-predict input").fill("40")
    opened.keys(".mlp-predict input", "Enter")
    opened.wait_for(lambda: told(opened)[0] != "")
    # nothing below a verdict jumps
    assert opened.find(".mlp-predict-rows").bounding_box()["height"] == rows["height"]
    assert told(opened) == ["✗ 40 is too low by 2 (4.8 %).", "Show the answer"]
    opened.click_button("Show")
    opened.wait_for(lambda: "42" in told(opened)[0])
    opened.keys(".jp-OutputArea-output summary", "Enter")
    assert told(opened)[1].split("\n")[-1] == "42"


# --- pictures for a screen reader ---

# Of the pictures that are shown their names; and those of second halves.
IN_HALVES = """() => {
    const seen = [...document.querySelectorAll('.mlp-canvas > img')].filter(e => e.offsetWidth);
    const seconds = seen.filter(e => e.previousElementSibling?.tagName === 'IMG');
    seconds[0]?.scrollIntoView();  // what is far away, the tree leaves out
    return [seen.map(e => e.title), seconds.map(e => e.title)];
}"""


def test_of_a_picture_in_two_halves_a_screen_reader_finds_one(opened):
    opened.look_at(None)
    opened.page.set_viewport_size({"width": 640, "height": 900})
    try:
        opened.wait_for(lambda: len(opened.page.evaluate(IN_HALVES)[1]) > 3)
        seen, seconds = opened.page.evaluate(IN_HALVES)
        session = opened.context.new_cdp_session(opened.page)
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        opened.page.set_viewport_size(PAGE)
    read = [node["name"]["value"] for node in tree
            if not node["ignored"] and node["role"]["value"] == "image"]
    assert {*seconds} & {*read}
    assert [name for name in {*seconds}
            if read.count(name) > seen.count(name) - seconds.count(name)] == []
