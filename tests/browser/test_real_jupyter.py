"""What Run All leaves in a new kernel; and errors made on purpose, which the checker must see.

While cells run the kernel does not listen, and what the page sends back for values that were set
and set again arrives after the last cell: it must not be taken for a move.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from real_jupyter import CHECKOUT, JupyterServer, NotebookPage, errors_in
from seen import (
    LAPTOP_WITH_FILES,
    assert_begins_in_view,
    assert_parts_stand_below_their_texts,
    told,
)

COURSE = CHECKOUT / "notebooks" / "03_three_neuron.ipynb"
# Below it: the lab is set and set again for longer than it waits for a value to come back.
CELLS = (
    "import time\nfrom mlp_widgets import DeepChainLab\nlab = DeepChainLab(depth=10, "
    "activation='identity', w=1.5, x=1, y=1, view='profiles', below='training')\nlab",
    "lab.set(activation='tanh', depth=20, y=0.9)\nfor w in (0.1, 0.5, 1, 3):\n"
    "    lab.w = w\n    time.sleep(0.8)",
    "import ipywidgets\nbutton = ipywidgets.Button(description='fail')\n"
    "button.on_click(lambda _: 1 / 0)\nbutton",
    "lab.reset()",
)
ENDS = {"depth": 10, "w": 1.5, "y": 1.0}


@pytest.fixture(scope="module")
def own_server(browser) -> Iterator[JupyterServer]:
    """A server whose log may tell of errors; the browser comes first, for it may be missing."""
    with JupyterServer(CHECKOUT / "notebooks") as running:
        yield running


@pytest.fixture(scope="module")
def opened(browser, own_server) -> Iterator[NotebookPage]:
    """A notebook of the course, and below it a lab and a button whose callback raises."""
    own_server.append(COURSE.name, *CELLS)
    with browser.open(own_server, COURSE.name, **LAPTOP_WITH_FILES) as page:
        page.wait_for_last_cell()
        page.run_all()
        page.settle()  # what comes back comes late
        assert_begins_in_view(page, ".mlp-predict")
        assert page.problems() == []
        yield page


def test_a_notebook_of_the_course_runs_from_top_to_bottom(opened):
    assert opened.value(".mlp-box-b11") == -5.9  # of the lecture's parameters
    assert opened.all(".mlp-poll:not(.mlp-predict)").count() == 6


def test_at_most_one_screen_lies_between_a_text_and_its_part(opened):
    assert_parts_stand_below_their_texts(opened, at_least=6)


def test_after_run_all_no_answer_is_open(opened):
    waiting = told(opened)
    assert len(waiting) > 5 and {text for text in waiting if "\n" in text} == set()
    assert opened.all(".mlp-judged").all_inner_texts() == [""] * opened.all(".mlp-judged").count()
    assert opened.all("details[open]").count() == 0


def test_the_page_shows_what_the_last_cell_left(opened):
    opened.look_at(opened.all(".mlp-lab").count() - 1)
    assert {name: opened.value(f".mlp-box-{name}") for name in ENDS} == ENDS
    assert "10 identity layers, every w = 1.5" in opened.text('.mlp-lab [role="status"]')
    opened.look_at(None)


def wait_for_new_problem(page, before: list[str]) -> str:
    """The first problem that was not there before."""
    for _ in range(100):
        if new := [text for text in page.problems() if text not in before]:
            return new[0]
        page.page.wait_for_timeout(50)
    raise AssertionError("the error was not seen")


def test_an_exception_in_a_widget_callback_is_seen(opened):
    before = opened.problems()
    opened.click_button("fail")
    assert "ZeroDivisionError" in wait_for_new_problem(opened, before)


SEND_TO_NOBODY = """([id, ...states]) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const comm = kernel.createComm('jupyter.widget', id);
    for (const state of states) comm.send({ method: 'update', state });
}"""


def test_a_value_for_a_widget_that_is_gone_is_seen_and_a_count_of_its_views_is_not(opened):
    before, count = opened.problems(), {"_view_count": 0}
    counted, both, moved = 32 * "a", 32 * "b", 32 * "c"
    opened.page.evaluate(SEND_TO_NOBODY, [counted, {"_view_count": 1}, count])
    opened.page.evaluate(SEND_TO_NOBODY, [both, {"value": 1}, count])
    opened.page.evaluate(SEND_TO_NOBODY, [moved, {**count, "value": 1}])
    opened.wait_for(lambda: any(moved in text for text in opened.problems()))
    seen = "".join(text for text in opened.problems() if text not in before)
    assert counted not in seen and both in seen


@pytest.mark.parametrize(
    "javascript",
    [
        "console.error('made on purpose')",
        "void setTimeout(() => { throw new Error('thrown on purpose'); })",
        "void Promise.reject(new Error('rejected on purpose'))",
        "void fetch('/made on purpose')",
    ],
)
def test_an_error_in_the_page_is_seen(opened, javascript):
    before = opened.problems()
    opened.page.evaluate(javascript)
    seen = wait_for_new_problem(opened, before)
    assert "purpose" in seen or "404" in seen


def test_a_request_that_leaves_the_machine_is_seen(opened):
    before = opened.problems()
    opened.page.evaluate("void fetch('http://192.0.2.1/').catch(() => null)")
    assert "leaves the machine" in wait_for_new_problem(opened, before)


# What jupyter_server writes where a page is closed while its kernel still sends.
PAGE_GONE = """\
[I 2026-01-01 00:00:00.000 ServerApp] Starting buffering for 1a2b
[E 2026-01-01 00:00:00.001 ServerApp] Uncaught exception in ZMQStream callback
    Traceback (most recent call last):
      File "tornado/websocket.py", line 337, in write_message
        raise WebSocketClosedError()
    tornado.websocket.WebSocketClosedError
Task exception was never retrieved
future: <Task finished name='Task-996' exception=WebSocketClosedError()>
Traceback (most recent call last):
  File "tornado/websocket.py", line 1140, in wrapper
tornado.iostream.StreamClosedError: Stream is closed

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
tornado.websocket.WebSocketClosedError
"""
SAID = "[I 2026-01-01 00:00:00.002 ServerApp] Kernel started: 3c4d\n"
OF_VOILA = {"[I 2026-01-01 00:00:00.000 ServerApp]": "[Voila]",
            "[E 2026-01-01 00:00:00.001 ServerApp]": "[Voila] ERROR |",
            "[I 2026-01-01 00:00:00.002 ServerApp]": "[Voila]"}
OF_A_KERNEL = 'Traceback (most recent call last):\n  File "lab.py"\nValueError: on purpose\n'


@pytest.mark.parametrize("home", ["JupyterLab", "Voila"])
def test_a_page_that_was_closed_while_its_kernel_sends_is_no_error(home):
    gone, said = PAGE_GONE, SAID
    if home == "Voila":
        for ours, theirs in OF_VOILA.items():
            gone, said = gone.replace(ours, theirs), said.replace(ours, theirs)
    assert errors_in(gone + said) == []
    for log in (gone + OF_A_KERNEL, gone + said + OF_A_KERNEL, OF_A_KERNEL + gone):
        (error,) = errors_in(log)
        assert error.endswith("ValueError: on purpose")


def test_an_error_in_the_servers_log_is_seen(opened):
    before = opened.problems()
    with opened.server.log_file.open("a") as log:
        log.write("[E 2026-01-01 00:00:00.000 ServerApp] made on purpose\n")
    assert "made on purpose" in wait_for_new_problem(opened, before)


def test_a_kernel_that_dies_is_seen(opened):
    before = opened.problems()
    opened.page.evaluate("""() => {
        const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
        void session.kernel.requestExecute({ code: 'import os; os._exit(1)' }).done
            .catch(() => null);
    }""")
    assert "kernel status" in wait_for_new_problem(opened, before)
