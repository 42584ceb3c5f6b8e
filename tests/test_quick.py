"""`make quick` leaves out what draws or makes much, and says so; `make test` runs all of it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import lab_tools
import pytest
from lab_tools import IN_QUICK, KINDS, much_of, these_labs

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def hooks(request):
    """What tests/conftest.py does in a run of pytest."""
    return request.config.pluginmanager.get_plugin(str(ROOT / "tests" / "conftest.py"))


def recipe(target: str) -> str:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[0]


def test_what_quick_leaves_out_is_a_part_of_test():
    assert '$(UNIT) -m "not thorough and not nightly")' in recipe("quick")
    assert '$(UNIT) -m "not nightly")' in recipe("test")
    for target in ("quick", "test"):
        assert recipe(target).startswith(f"{target}: style")


def test_what_test_leaves_out_is_nightly_and_runs_every_night():
    assert '$(BROWSER) -m "not nightly")' in recipe("test")
    assert {f"\t$({what}) -m nightly" for what in ("UNIT", "BROWSER")} == {
        *recipe("nightly").splitlines()[1:]}


def test_a_thorough_test_is_left_out_on_all_labs_but_a_few():
    params = these_labs(*KINDS).args[1]
    assert [param.values for param in params] == [(name,) for name in KINDS]
    few = {param.values[0] for param in params if not param.marks}
    assert few == {"example", *IN_QUICK} < set(KINDS)
    assert {mark.name for param in params for mark in param.marks} == {"thorough"}


def test_a_thorough_test_of_a_lab_runs_where_that_lab_is_named(monkeypatch):
    for named, marks in ((("two_hidden",), 1), (("digits", "one_neuron"), 0)):
        def of_a_lab():
            """Stands for a test."""

        monkeypatch.setattr(lab_tools, "IN_QUICK", named)
        found = getattr(much_of("three_neuron", "digits")(of_a_lab), "pytestmark", [])
        assert [mark.name for mark in found] == ["thorough"] * marks


def test_a_lab_that_there_is_not_is_told_in_one_sentence(hooks, monkeypatch):
    monkeypatch.setenv("MLP_WIDGETS_LABS", "digits")
    hooks.pytest_configure(None)
    monkeypatch.setenv("MLP_WIDGETS_LABS", "digits no_such")
    with pytest.raises(pytest.UsageError, match="there is no lab 'no_such'; known are one"):
        hooks.pytest_configure(None)


@pytest.mark.parametrize(("chosen", "said"), [
    ("not thorough and not nightly", ["7 thorough", "3 nightly"]),
    ("not nightly", ["3 nightly"]), ("thorough", []), ("", []),
])
def test_one_line_says_how_many_were_left_out(hooks, monkeypatch, chosen, said):
    lines = []
    reporter = SimpleNamespace(write_line=lines.append, config=SimpleNamespace(
        option=SimpleNamespace(markexpr=chosen)))
    monkeypatch.setattr(hooks, "LEFT_OUT", {})
    hooks.pytest_terminal_summary(reporter)
    assert lines == []
    process = SimpleNamespace(workeroutput={"left_out": {"thorough": 7, "nightly": 3}})
    for _ in range(2):  # both processes of xdist leave out the same
        hooks.pytest_testnodedown(process)
    hooks.pytest_terminal_summary(reporter)
    assert [line.split(" tests were left out: `make ")[0] for line in lines] == said
