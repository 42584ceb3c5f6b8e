"""Where a cell of a notebook moves a lab that stands in the page, or asks about a lab that stands
elsewhere, the check beside nbval says so.

All parts of a lab share one state. A later cell that moves it would change what stands beside an
earlier text, so numbers of other settings come from labs that are not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import shown_labs
from cells import value_of
from shown_labs import Page

from mlp_widgets import OneNeuronLab


def run(sources: list[str]) -> Page:
    """Run cells in one namespace, in order, without Jupyter."""
    page = Page()
    names: dict[str, Any] = {"__name__": "__main__", "display": page.display}
    for source in sources:
        page.display(value_of(source, names))
        page.after_cell()
    return page


MADE = "from mlp_widgets import OneNeuronLab, will_move\nlab = OneNeuronLab()"


@pytest.mark.parametrize(("cells", "finds"), [
    ([MADE, "lab.part('w')", "lab.w = 1"], True),
    ([MADE, "lab.part('w')", "lab.w = 1", "lab.reset()"], True),
    ([MADE, "display(lab)", "lab.step()"], True),
    ([MADE, "lab.w = 1\nlab", "lab.step(0)"], False),
    ([MADE, "lab;", "lab.w = 1"], False),
    ([MADE, "other = OneNeuronLab(w=1)\nlab", "other.step(5)"], False),
])
def test_a_lab_that_was_moved_is_found(cells, finds):
    assert bool(run(cells).moved) is finds


@pytest.mark.parametrize(("cells", "problems"), [
    ([MADE, "lab.part('w')", "will_move(lab, 'w')"], 0),
    ([MADE, "will_move(lab, 'w')", "lab"], 0),
    ([MADE, "OneNeuronLab()", "display(will_move(lab, 'w'))\nlab"], 0),
    ([MADE, "will_move(lab, 'w')"], 1),
    ([MADE, "lab", "OneNeuronLab()", "will_move(lab, 'w')", "OneNeuronLab()"], 1),
])
def test_a_question_about_a_lab_that_is_elsewhere_is_found(cells, problems):
    assert len(run(cells).lost_questions()) == problems


TOLD = "from mlp_widgets import predict\npredict({'L': 1}, covers=lab)"
POLLED = "from mlp_widgets import Poll\nPoll('L?', 2.25, about=lab, covers=True)"


@pytest.mark.parametrize(("cells", "problems"), [
    ([MADE, TOLD, "lab"], 0),
    ([MADE, TOLD, "lab", "lab = OneNeuronLab()", POLLED, "lab"], 0),
    ([MADE, TOLD, POLLED.replace(", covers=True", ""), "lab"], 0),
    ([MADE, TOLD, "lab", POLLED], 1),
    ([MADE, POLLED, "lab", POLLED, TOLD], 2),
])
def test_a_question_whose_lab_an_earlier_answer_uncovers_is_found(cells, problems):
    assert len(run(cells).covered_again()) == problems


ASK = "from mlp_widgets import Poll\nPoll('So?', 'A', {}, hint={})"


@pytest.mark.parametrize(("hint", "silent"), [
    ("None", ["B", "C"]), ("{'B': 'few', 'A': 'right'}", ["C"]), ("{'B': 'few', 'C': 'many'}", []),
    ("{'B': 'no', 'C': 'no'}", ["B", "C"]), ("lambda given: given[0]", []),
    ("lambda given: 'no'", ["B", "C"]),
])
def test_a_wrong_choice_without_a_reason_of_its_own_is_found(hint, silent):
    page = run([MADE, "lab", ASK.format("{'A': 'a', 'B': 'b', 'C': 'c'}", hint)])
    assert [found.rsplit(" of ")[-1] for found in page.wrong(["text"])] == (
        [str(silent)] if silent else [])


def test_after_the_last_cell_there_is_a_lab_and_no_question_is_lost():
    lost = run([MADE, "will_move(lab, 'w')"])
    assert lost.wrong() == [] and len(lost.wrong(["text"])) == 2
    assert run(["1 + 1"]).wrong(["text"]) == ["there is no lab"]
    moved = run([MADE, "lab", "lab.w = 1"])
    assert len(moved.wrong()) == 1 == len(moved.wrong(["text"]))
    assert run([MADE, "lab"]).wrong(["text"]) == []


def test_a_kernel_hears_what_is_shown_and_when_a_cell_has_ended(monkeypatch):
    heard: dict[str, Any] = {}
    shell = SimpleNamespace(
        display_formatter=SimpleNamespace(format=lambda thing, include=None: ({}, include)),
        events=SimpleNamespace(register=heard.__setitem__))
    monkeypatch.setattr(shown_labs, "PAGE", page := Page())
    shown_labs.begin(shell)
    lab = OneNeuronLab()
    assert shell.display_formatter.format(lab, include="this") == ({}, "this")
    assert [shown.lab for shown in page.labs] == [lab]
    lab.w = 1
    heard["post_run_cell"](None)
    assert len(page.wrong()) == 1 and page.cell == 1
    lab.close()


@pytest.mark.parametrize(("text", "found"), [
    ("Here w = −1.5 and x = 3.", [("w", -1.5), ("x", 3)]),
    ("Here ∂L/∂w = 2, w · x = 4.5 and g − y = 1.", []),
    ("Now w = 2.\n\n**Predict:** L at w = −1.\n\nAnd x = 3.", [("w", 2), ("x", 3)]),
    ("What is L at w = −1? It is small at w = 2.", [("w", 2)]),
    ("<details><summary>Explain</summary>\n\nAt w = 2\n\n</details>\n\n**w = 0** is", []),
])
def test_what_a_text_claims_is_found(text, found):
    state = run([MADE, "lab"]).labs[0].state
    assert [claim[:2] for claim in shown_labs.claims(text, state)] == found


def test_a_text_that_contradicts_its_lab_is_found():
    page = run([MADE, "1 + 1", "lab"])
    texts = ["Here w = 5.", "Then x = 3.", "And y = 6."]
    assert page.contradictions(texts) == ["w = 5"]
    assert page.wrong(texts) == ["w = 5 in the text, not in the lab"]
    assert page.wrong(texts, ["w = 5"]) == []
    assert page.wrong(texts, ["w = 5", "x = 1"]) == ["no text says x = 1"]


def test_a_cell_shows_the_value_that_ends_it():
    names: dict[str, Callable | int] = {}
    assert value_of("x = 2\nx + 1", names) == 3
    assert value_of("x + 1;", names) is None
    assert value_of("y = x", names) is None and names["y"] == 2
