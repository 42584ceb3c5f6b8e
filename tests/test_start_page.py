"""The start page leads to every lab and every notebook, and its first cell is for Colab."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path

import ipywidgets as widgets
import nbformat
import pytest

from mlp_widgets import LABS, OneNeuronLab, Poll, predict
from mlp_widgets.lectures import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
VIEW = "application/vnd.jupyter.widget-view+json"
LINK = re.compile(r"\[[^]]+\]\(([\w.-]+\.ipynb)\)")
NOTATION = re.compile(r"^\| \| MIT 6\.390 .*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def cells() -> list:
    return nbformat.read(NOTEBOOKS / "00_start.ipynb", as_version=4).cells


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def sections(cells: list) -> dict[str, list[str]]:
    """Lab -> the notebooks that its section links to, in order; a picture ends each section."""
    return {
        cell.source.split('"')[1]: LINK.findall(before.source)
        for before, cell in pairwise(cells)
        if cell.source.startswith('picture("')
    }


def labs_shown_in(notebook: str) -> set[str]:
    """The class names of the labs that a notebook stores a picture of."""
    found = nbformat.read(NOTEBOOKS / notebook, as_version=4)
    outputs = [output for cell in found.cells for output in cell.get("outputs", [])]
    calls = [o.data["text/plain"] for o in outputs if VIEW in o.get("data", {})]
    return {call.split("(")[0] for call in calls} & {kind.__name__ for kind in LABS.values()}


def test_every_lab_has_a_section_with_a_sentence_a_picture_and_links(cells):
    assert set(sections(cells)) == set(LABS)
    for before, cell in pairwise(cells):
        if cell.source.startswith('picture("'):
            title, sentence, links = before.source.split("\n\n")
            question = REGISTRY[cell.source.split('"')[1]].question
            assert title == f"## {question}" and question.endswith("?")
            assert sentence.startswith("**") and sentence.endswith((".", "?"))
            assert len(links.splitlines()) == len(LINK.findall(links)) > 0
            assert len(cell.outputs[0].data["image/png"]) > 10_000


def test_a_link_leads_to_a_notebook_of_that_lab(cells):
    for lab, linked in sections(cells).items():
        for notebook in linked:
            assert labs_shown_in(notebook) == {LABS[lab].__name__}, notebook


def test_every_notebook_is_linked_once_in_the_order_of_the_readme(cells, readme):
    linked = [notebook for found in sections(cells).values() for notebook in found]
    everyone = {path.name for path in NOTEBOOKS.glob("*.ipynb")}
    assert sorted(linked) == sorted(everyone - {"00_start.ipynb"})
    in_readme = re.findall(r"^\| `notebooks/([\w.]+)`", readme, re.MULTILINE)
    assert linked == [name for name in in_readme if name != "00_start.ipynb"]


def test_the_readme_is_read_in_a_few_minutes(readme):
    """A student, an instructor and a course maintainer each find their part; more is in docs."""
    assert len(readme.splitlines()) <= 105


def test_the_readme_has_the_question_of_each_lab(readme):
    for entry in REGISTRY.values():
        assert f"| `notebooks/{entry.notebooks[0]}.ipynb` | **{entry.question}** " in readme


def test_the_registry_names_the_notebooks_of_each_lab(cells):
    linked = {lab: tuple(name.removesuffix(".ipynb") for name in found)
              for lab, found in sections(cells).items()}
    assert linked == {folder: entry.notebooks for folder, entry in REGISTRY.items()}


def test_a_notebook_has_the_number_of_its_file(cells):
    """So that "notebook 6" in a text is the one whose name begins so."""
    text = "\n".join(cell.source for cell in cells)
    linked = re.findall(r"^- (\w+): \[[^]]+\]\(([^_]+)_", text, re.MULTILINE)
    assert len(linked) == len(LINK.findall(text)) and all(said == own for said, own in linked)


def test_the_notation_table_is_that_of_the_page_for_teachers(cells):
    teaching = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    tables = [NOTATION.findall(cell.source) for cell in cells if cell.cell_type == "markdown"]
    assert [table for found in tables for table in found] == NOTATION.findall(teaching)
    assert len(NOTATION.findall(teaching)) == 1


# --- the first five minutes ---


def test_it_begins_with_one_sentence_one_slider_one_picture_and_a_question(cells):
    title, _, part, question = cells[:4]
    heading, sentence = title.source.split("\n\n")
    assert heading == "# Start here" and sentence.count(".") + sentence.count("?") == 1
    assert part.source.endswith('first.part("w", "loss")')
    assert question.outputs[0].data["text/plain"] == "L is smallest at w = 2"
    assert {cell.metadata["jupyter"]["source_hidden"] for cell in (part, question)} == {True}


def test_the_answer_is_what_the_slider_finds(cells):
    names: dict[str, object] = {}
    exec(cells[2].source.rpartition("\n")[0], names)
    lab = names["first"]
    below, exact, above = (lab.set(w=w) or lab.loss for w in (1.95, 2.0, 2.05))
    assert exact == 0 < min(below, above)
    lab.close()


@pytest.mark.parametrize("notebook", sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))
def test_run_all_ends_at_the_first_thing_to_do(notebook):
    """JupyterLab scrolls to the last cell, so that cell puts the keyboard into the first box."""
    last = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells[-1]
    assert re.search(r"^(start|first\.control\(\"w\"\))\.focus\(\)", last.source, re.MULTILINE)


@pytest.mark.skipif(not hasattr(widgets.Text, "focus"), reason="ipywidgets before version 8")
def test_focus_goes_to_the_first_box_and_to_the_box_of_a_control(monkeypatch):
    sent = []
    for kind in (widgets.Text, widgets.Checkbox, widgets.Button):
        monkeypatch.setattr(kind, "send", lambda self, content: sent.append((self, content)))
    lab, question = OneNeuronLab(), predict({"z": 1.0, "g": 2.0})
    polls = [Poll("Which?", ["A"], {"A": "w", "B": "b"}, several=True),
             Poll("Which?", "A", {"A": "w", "B": "b"}), Poll("How many?", 2)]
    for start in (lab.control("w"), question, *polls):
        start.focus()
    asked = [lab.control("w").box, question.boxes["z"].field, polls[0].controls[0],
             polls[1].answer_button, polls[2].controls[0]]
    assert sent == [(widget, {"do": "focus"}) for widget in asked]
    for cell in (lab, question, *polls):
        cell.close()


# --- the first code cell ---


class InsteadOfIPython:
    """Takes note of the magics that a cell calls."""

    def __init__(self):
        self.magics: list[tuple[str, str]] = []

    def run_line_magic(self, name: str, line: str) -> None:
        self.magics.append((name, line))


def run(source: str) -> list[tuple[str, str]]:
    """Run a cell without IPython, and give the magics it called."""
    shell = InsteadOfIPython()
    exec(source, {"get_ipython": lambda: shell})
    return shell.magics


EACH_NOTEBOOK = pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")),
                                        ids=lambda path: path.stem)


@EACH_NOTEBOOK
def test_each_notebook_begins_with_the_same_cell_for_colab(cells, path):
    """There, each notebook has a machine of its own."""
    title, cell, *rest = nbformat.read(path, as_version=4).cells
    assert title.source.startswith("# ") and cell.source == cells[1].source
    assert cell.metadata["jupyter"] == {"source_hidden": True} and cell.outputs == []
    assert "mlp_widgets" not in "".join(re.findall(r"^(?:import|from) .*", cell.source, re.M))
    assert "google.colab" not in "".join(c.source for c in rest)


def test_the_first_cell_does_nothing_elsewhere(cells):
    assert "google.colab" not in sys.modules
    assert run(cells[1].source) == []


def test_the_first_cell_installs_on_colab(cells, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    own = cells[1].source.replace("https://github.com/YOUR-NAME", "https://github.com/a-course")
    ((magic, line),) = run(own)
    assert (magic, line) == ("pip", "install --quiet git+https://github.com/a-course/mlp_widgets")


def test_the_first_cell_says_so_if_it_does_not_know_its_address(cells, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    with pytest.raises(AssertionError, match="put the address of your course's repository"):
        run(cells[1].source)


def test_it_needs_only_what_the_package_needs(cells):
    """The pictures are made by the labs themselves, in any front end."""
    source = "\n".join(c.source for c in cells[2:] if c.cell_type == "code")
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported <= {"IPython", "mlp_widgets", "sys"}
