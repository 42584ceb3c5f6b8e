"""The checker must see errors: each kind of error that a lab could make is made on purpose."""

from __future__ import annotations

import json

import pytest
from real_jupyter import JupyterServer

CELL = """\
import ipywidgets
button = ipywidgets.Button(description="fail")
button.on_click(lambda _: 1 / 0)
button
"""


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """A notebook with one button whose callback raises."""
    folder = tmp_path_factory.mktemp("notebooks")
    cell = {"cell_type": "code", "id": "only", "execution_count": None, "metadata": {},
            "outputs": [], "source": CELL}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4,
                "nbformat_minor": 5}
    (folder / "fail.ipynb").write_text(json.dumps(notebook))
    with JupyterServer(folder) as server, browser.open(server, "fail.ipynb") as page:
        page.run_all()
        assert page.problems() == []
        yield page


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
