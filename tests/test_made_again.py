"""A question asks the lab that is on the screen: where its cell is run again, the one made anew."""

from __future__ import annotations

import pytest
from example_lab import ExampleLab
from helpers import live_widgets, text_of

from mlp_widgets import OneNeuronLab, Poll, TwoHiddenLab, predict_gradient, will_move
from mlp_widgets.widgets import made_again
from mlp_widgets.widgets.made_again import latest, running_cell


class Notebook:
    """Says which cell runs, as a page does."""

    def __init__(self) -> None:
        self.cell, self.runs = "", 0
        self.made: list = []

    def run(self, cell: str, *kinds: type, **values):
        """Run a cell that makes labs of these kinds; the last of them."""
        self.cell, self.runs = cell, self.runs + 1
        for kind in kinds:
            self.made.append(kind(scale=0.25, **values))
        self.cell = ""
        return self.made[-1]

    def running_cell(self) -> tuple[str, str]:
        return self.cell, str(self.runs)


@pytest.fixture
def notebook(monkeypatch):
    found = Notebook()
    monkeypatch.setattr(made_again, "running_cell", found.running_cell)
    monkeypatch.setattr(made_again, "_CELLS", {})
    yield found
    for thing in reversed(found.made):
        thing.close()


def asked(notebook, poll: Poll) -> Poll:
    notebook.made.append(poll)
    return poll


def said(poll: Poll) -> str:
    return text_of(poll.status)


def test_the_question_of_the_issue_asks_the_lab_that_is_shown(notebook):
    old = notebook.run("lab", TwoHiddenLab)
    poll = asked(notebook, will_move(old, "w2_2"))
    new = notebook.run("lab", TwoHiddenLab)
    new.w2_1 = 1  # neuron 2 is on: in the lab on the screen w₂² shrinks
    assert new.gradient["w2_2"] > 0 == old.gradient["w2_2"]
    poll.predict("B")
    assert poll.right and said(poll).startswith("Right: B")
    assert "becomes" in text_of(poll.explanation)
    assert poll.about is new and list(old.listeners) == []


def test_a_verdict_stays_as_long_as_the_new_lab_is_in_the_same_state(notebook):
    poll = asked(notebook, predict_gradient(notebook.run("lab", TwoHiddenLab), "w1_2"))
    poll.predict(-4)
    new = notebook.run("lab", TwoHiddenLab)
    assert poll.right and said(poll).startswith("Right")
    new.x = 2
    assert said(poll).startswith("The lab has changed.")
    newer = notebook.run("lab", TwoHiddenLab)  # a third time
    assert poll.right and poll.about is newer is latest(new)
    assert not newer.covered


def test_its_parts_and_the_whole_of_it_in_other_cells_become_those_of_the_new_lab(notebook):
    old = notebook.run("lab", ExampleLab)
    part, aside = old.part("w1", "J"), old.part("w2")  # aside stands nowhere
    shells = [part.widget, old.widget]
    unseen = aside.root
    old.present.toggle.value = True
    new = notebook.run("lab", ExampleLab, w1=1.25)
    assert [shell.children for shell in shells] == [new.part("w1", "J").root.children,
                                                    new.root.children]
    assert old.closed and shells[0].comm is not None and unseen.comm is None
    assert new.present.toggle.value  # as it was
    for shell in shells:
        assert "mlp-presenting" in shell._dom_classes
    assert "mlp-at-0" in shells[1]._dom_classes
    new.present.turn_to(1)
    assert "mlp-at-1" in shells[1]._dom_classes and "mlp-at-0" not in shells[1]._dom_classes
    new.present.toggle.value = False
    assert not any("mlp-presenting" in shell._dom_classes for shell in shells)
    newest = notebook.run("lab", ExampleLab, w1=0.25)
    assert [shell.children for shell in shells] == [newest.part("w1", "J").root.children,
                                                    newest.root.children]


def test_what_a_lab_leaves_behind_does_not_grow(notebook):
    assert notebook.run("lab", ExampleLab).part("w1", "curve").widget
    counts = []
    for _ in range(4):
        notebook.run("lab", ExampleLab)
        counts.append(len(live_widgets()))
    assert len(set(counts)) == 1, counts


def test_a_closed_lab_leaves_nothing_not_even_the_boxes_of_those_before_it(notebook):
    before = live_widgets()
    for _ in range(3):
        lab = notebook.run("lab", ExampleLab)
        assert lab.part("w1", "curve").widget and lab.widget
    lab.close()
    assert live_widgets() == before


def test_a_lab_that_stands_nowhere_is_not_built_for_the_new_one(notebook):
    old = notebook.run("lab", ExampleLab)
    new = notebook.run("lab", ExampleLab)
    assert latest(old) is new and not new.is_built and not old.closed


def test_a_lab_takes_the_place_of_the_one_of_its_kind_and_turn_and_cell(notebook):
    first = notebook.run("a", TwoHiddenLab, OneNeuronLab, TwoHiddenLab)
    one, neuron, other = notebook.made
    elsewhere = notebook.run("b", TwoHiddenLab)
    notebook.run("a", TwoHiddenLab, TwoHiddenLab, OneNeuronLab, TwoHiddenLab)
    new_one, new_other, new_neuron, added = notebook.made[-4:]
    assert (latest(one), latest(neuron), latest(other)) == (new_one, new_neuron, new_other)
    assert first is other and latest(elsewhere) is elsewhere and latest(added) is added


def test_labs_of_one_run_and_of_no_cell_stand_beside_each_other(notebook):
    for cell in ("a", "", ""):
        notebook.run(cell, ExampleLab, ExampleLab)
    assert all(latest(lab) is lab for lab in notebook.made)
    assert running_cell() == ("", "")  # outside of a notebook


def test_of_a_cell_that_is_not_jupyters_the_id_is_found(monkeypatch):
    class Shell:
        parent = {"metadata": {"cellId": "c1"}, "header": {"msg_id": "m1"}}  # noqa: RUF012

        def get_parent(self):
            return self.parent

    monkeypatch.setattr(made_again, "get_ipython", Shell)
    assert running_cell() == ("c1", "m1")
    Shell.parent = {"metadata": {"colab": {"cell_id": "c2"}}, "header": {"msg_id": "m2"}}
    assert running_cell() == ("c2", "m2")
    Shell.parent = {}
    assert running_cell() == ("", "")


def test_a_closed_lab_is_not_asked_and_one_made_again_is(notebook):
    lab = notebook.run("lab", TwoHiddenLab)
    poll = asked(notebook, will_move(lab, "w2_2"))
    poll.predict("B")
    before = said(poll)
    lab.close()
    sentence = "the lab of this question is closed: run its cell again, then this one"
    assert text_of(poll.error) == sentence
    poll.answer_button.click()
    poll.reveal_button.click()
    assert text_of(poll.error) == sentence and said(poll) == before
    with pytest.raises(ValueError, match="is closed"):
        poll.predict("C")
    with pytest.raises(ValueError, match="is closed"):
        Poll("Is it so?", 1, about=lab)
    notebook.run("lab", TwoHiddenLab)
    assert text_of(poll.error) == ""
    poll.predict("C")
    assert poll.right


def test_a_new_lab_is_covered_until_the_question_is_answered(notebook):
    lab = notebook.run("lab", ExampleLab)
    poll = asked(notebook, predict_gradient(lab, "w1"))
    new = notebook.run("lab", ExampleLab)
    assert new.covered
    poll.predict(new.gradient["w1"])
    assert not new.covered


def test_a_question_that_fails_with_the_new_lab_says_so(notebook):
    lab = notebook.run("lab", ExampleLab)

    def depends():
        if lab.successor:
            raise KeyError("gone")

    poll = asked(notebook, Poll("How many?", 1, about=lab, depends=depends))
    poll.predict(2)
    new = notebook.run("lab", ExampleLab)
    assert text_of(poll.error) == "This did not work (KeyError: 'gone')."
    assert text_of(new.error) == ""
