"""Every notebook is stored as a reader should find it: run once, short cells, nothing private.

Whether the stored numbers are right is checked by nbval, which passes everything in a notebook
without stored outputs; that is why the outputs themselves are checked here.
"""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LECTURES = ("6.390", "10-315")  # the course numbers of the lectures (MIT, CMU)
VIEW = "application/vnd.jupyter.widget-view+json"
FOLDED = "<details>"
REASONS = {"explain", "hint"}
"""Arguments of a question that tell its answer."""
HEADING = re.compile(r"^#{1,4} ", re.MULTILINE)
LONGEST_CELL = 12
"""Lines, empty ones and comments too: a student reads them."""
ONE_SCREEN = 647
"""CSS pixels of a notebook that a laptop of 1366 x 768 shows in JupyterLab."""
LONGEST_READING = 30
"""Minutes that a student needs for a notebook by itself, by the rule of ``minutes_of_reading``."""
LEFT_OUT = re.compile(r"<details><summary>Live.*?</details>", re.DOTALL)  # for the instructor
FORMULA = re.compile(r"(\$\$?).*?\1", re.DOTALL)
MOVE = re.compile(r"\b(move|set|press|choose|type|click|drag|open)\b", re.IGNORECASE)
NUMBERED = re.compile(r"(?:\A|\n\n)((?!1\.)\d+\. .{,40})")  # but a list begins with 1
FOLD = re.compile(r"<details>.*?</details>", re.DOTALL)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{5,}")
EMBEDDED_IMAGE = re.compile(r"data:image/[\w+.-]+;base64,[A-Za-z0-9+/=]*")


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook) -> list:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def texts(notebook) -> list[str]:
    """All that can be read: sources, printed lines, and every text form of a shown value."""
    shown = [cell.source for cell in notebook.cells]
    for output in outputs(notebook):
        shown.append(output.get("text", ""))
        for kind, value in output.get("data", {}).items():
            if not kind.startswith("image/"):
                shown.append(value if isinstance(value, str) else json.dumps(value))
    return [EMBEDDED_IMAGE.sub("", text) for text in shown]


def must_show(source: str) -> bool:
    """Whether a cell surely shows something: it prints, or ends in a value that is not None.

    A call at the end, such as ``lab.step()``, may return None; only a call of a class counts.
    """
    body = ast.parse(source).body
    for node in body:
        if isinstance(node, ast.Expr) and called(node.value) in {"print", "display"}:
            return True
    if not body or not isinstance(body[-1], ast.Expr) or source.rstrip().endswith(";"):
        return False
    last = body[-1].value
    if isinstance(last, ast.Call):
        return called(last)[:1].isupper()
    return not (isinstance(last, ast.Constant) and last.value in (None, Ellipsis))


def called(node: ast.expr) -> str:
    """The last name of what is called: ``pkg.Lab(1)`` -> 'Lab'; '' if nothing is called."""
    return ast.unparse(node.func).split(".")[-1] if isinstance(node, ast.Call) else ""


def calls_in(source: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]


def keywords(source: str) -> set[str | None]:
    """The names of all arguments that a cell gives by name."""
    return {given.arg for call in calls_in(source) for given in call.keywords}


def minutes_of_reading(notebook) -> float:
    """A rule of thumb: 130 words a minute (a formula in a line of its own counts as 20), 40 seconds
    for each number or choice that is asked, 20 for each move of a slider or press of a button that
    a text asks for. What the instructor reads and sections called "More" are left out."""
    words = asked = moves = 0
    is_more = False
    for cell in notebook.cells:
        source = LEFT_OUT.sub("", cell.source)
        if cell.cell_type == "markdown" and HEADING.match(source):
            is_more = bool(re.match(r"#+ (\d+\. )?More: ", source))
        if is_more:
            continue
        if cell.cell_type == "code":
            asked += sum(number_asked(output.get("data", {})) for output in cell.outputs)
            continue
        moves += len(MOVE.findall(FOLD.sub("", source)))
        text = FORMULA.sub(lambda found: " f" * (20 if found[1] == "$$" else 1), source)
        words += len(re.findall(r"[^\W_]\S*", re.sub(r"<[^>]+>|\]\([^)]*\)", " ", text)))
    return words / 130 + asked * 40 / 60 + moves * 20 / 60


def number_asked(shown: dict) -> int:
    """The boxes of a prediction, or 1 for a poll; 0 if an output asks nothing."""
    text = shown.get("text/plain", "")
    if FOLDED in shown.get("text/html", "") and VIEW in shown:
        return len(text.splitlines())
    return int(VIEW in shown and text.endswith("Run the notebook to answer.)"))


def height(cell) -> int:
    """CSS pixels that a cell of code and its output take in JupyterLab, by a rule of thumb: lines
    of 20, boxes and choices of 40, and what stands around them. Folded code takes one line."""
    pixels = 20 if cell.metadata.get("jupyter", {}).get("source_hidden") else (
        20 * len(cell.source.splitlines()))
    for output in cell.outputs:
        data = output.get("data", {})
        lines = len((data.get("text/plain") or output.get("text", "")).splitlines())
        if VIEW in data:
            pixels += 80 + 40 * lines
        else:
            pixels += 20 * (1 if FOLDED in data.get("text/html", "") else lines)
    return pixels + 20


def is_lab(output) -> bool:
    """Whether a cell shows a lab or a part: a live picture that is no question."""
    data = output.get("data", {})
    return VIEW in data and "image/png" in data and not number_asked(data)


def far_from_text(notebook) -> list[int]:
    """How far below a text its lab begins, for each text that has one: what is between them."""
    found, between = [], None
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            between = 0
        elif between is not None:
            if any(map(is_lab, cell.outputs)):
                questions = [output for output in cell.outputs if not is_lab(output)]
                found.append(between + height(nbformat.from_dict({**cell, "outputs": questions})))
                between = None
            else:
                between += height(cell)
    return found


def buttons_out_of_reach(notebook) -> list[str]:
    """The texts that ask for **Reset** or **Undo** where no part of their section has them."""
    sections: list[list] = [[]]
    for cell in notebook.cells:
        for text in re.split(r"(?m)^(?=#)", cell.source) if is_text(cell) else [cell.source]:
            if is_text(cell) and HEADING.match(text):
                sections.append([])
            sections[-1].append((is_text(cell), text))
    return [text for section in sections for of_text, text in section
            if of_text and re.search(r"\*\*(Reset|Undo)\*\*", LEFT_OUT.sub("", text))
            and not any(has_undo(source) for other, source in section if not other)]


def is_text(cell) -> bool:
    return cell.cell_type == "markdown"


def has_undo(source: str) -> bool:
    """Whether a cell shows Undo and Reset: in a part, or a whole lab, which ends the cell."""
    parts = [call for call in calls_in(source) if called(call) == "part"]
    ends = source.strip().splitlines()[-1]
    return ends.isidentifier() or any('"undo"' in ast.unparse(call).replace("'", '"')
                                      for call in parts)


@pytest.fixture(params=NOTEBOOKS, ids=[p.stem for p in NOTEBOOKS])
def notebook(request):
    return nbformat.read(request.param, as_version=nbformat.NO_CONVERT)


def test_there_are_notebooks():
    assert NOTEBOOKS, "notebooks/ holds no notebook"


def test_it_is_valid(notebook):
    nbformat.validate(notebook)
    assert notebook.nbformat == 4


def test_it_was_run_once_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts
    assert counts == list(range(1, len(counts) + 1))


def test_its_outputs_are_stored(notebook):
    assert outputs(notebook)
    silent = [c.source for c in code_cells(notebook) if must_show(c.source) and not c.outputs]
    assert silent == []


def test_it_prints_something_that_nbval_compares(notebook):
    # nbval compares text, and passes over images and widgets.
    plain = [o for o in outputs(notebook) if VIEW not in o.get("data", {})
             or FOLDED in o.data.get("text/html", "")]
    assert [o for o in plain if o.get("text") or o.get("data", {}).get("text/plain")]


def test_no_answer_stands_open_below_a_question(notebook):
    """From a "Predict" to the next heading nothing is printed but what waits behind a line."""
    asked, open_answers = False, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked = "**Predict" in cell.source or (asked and not HEADING.search(cell.source))
        elif asked:
            open_answers += [cell.id for o in cell.outputs if tells(o)]
    assert open_answers == []


def tells(output) -> bool:
    """Whether a number stands in an output that neither waits behind a line nor is a widget, which
    asks before it tells."""
    data = output.get("data", {})
    waits = VIEW in data or FOLDED in data.get("text/html", "")
    return not waits and bool(re.search(r"\d", output.get("text", data.get("text/plain", ""))))


@pytest.mark.parametrize(("output", "told"), [
    ({"output_type": "stream", "text": "w = 2"}, True),
    ({"output_type": "execute_result", "data": {"text/plain": "2.5"}}, True),
    ({"output_type": "execute_result", "data": {"text/plain": "not filled in yet"}}, False),
    ({"output_type": "display_data", "data": {"text/plain": "2", "text/html": FOLDED}}, False),
])
def test_what_tells_an_answer_is_found(output, told):
    assert tells(output) is told


def test_an_answer_about_a_chain_is_that_of_the_lab_beside_it(notebook):
    """Its weights are its own: a state made by hand has the default of each that is forgotten."""
    assert [cell.id for cell in code_cells(notebook) if "DeepChainState(" in cell.source] == []


def test_no_output_is_an_error(notebook):
    bad = [o for o in outputs(notebook) if "error" in o.output_type or o.get("name") == "stderr"]
    assert bad == []


def test_it_stores_no_state_of_widgets(notebook):
    # GitHub refuses to show a notebook with a broken metadata.widgets.
    assert "widgets" not in notebook.metadata


def test_a_widget_can_be_seen_without_a_kernel(notebook):
    views = [o.data for o in outputs(notebook) if VIEW in o.get("data", {})]
    for data in views:
        assert data.get("text/plain", "").strip()
        assert data.get("image/png", "").strip() or FOLDED in data.get("text/html", "")


def test_the_code_of_a_question_with_reasons_is_folded(notebook):
    """JupyterLab, Voilà and ``ClosedAnswers`` go by this; other pages show all code."""
    open_cells = [cell.source for cell in code_cells(notebook) if REASONS & keywords(cell.source)
                  and not cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert open_cells == []


def test_the_line_of_a_folded_question_that_stays_in_view_tells_nothing(notebook):
    """JupyterLab shows the first line of a folded cell: "same = ..." would tell what a question
    about what changes asks."""
    asks = [cell.source for cell in code_cells(notebook)
            if cell.metadata.get("jupyter", {}).get("source_hidden")
            and any(number_asked(output.get("data", {})) for output in cell.outputs)]
    assert [source for source in asks if not source.startswith("# ")] == []


def test_the_documented_html_page_tells_no_hint_and_no_explanation(tmp_path):
    """Nothing of folded code, by the command of docs/teaching.md; the other code is there."""
    from nbconvert.nbconvertapp import main

    source = ROOT / "notebooks/08e_chain_vanishing_exploding.ipynb"
    folded, shown = [], []
    for cell in code_cells(nbformat.read(source, as_version=4)):
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
        (folded if hidden else shown).extend(cell.source.splitlines())
    (command,) = re.findall(r"^jupyter nbconvert (--to html .*) notebook\.ipynb$",
                            (ROOT / "docs/teaching.md").read_text(encoding="utf-8"), re.MULTILINE)
    main([*command.split(), str(source), f"--output-dir={tmp_path}"])
    page = (tmp_path / source.with_suffix(".html").name).read_text(encoding="utf-8")
    said = html.unescape(re.sub(r"<[^>]+>", "", EMBEDDED_IMAGE.sub("", page)))
    assert len(folded) > 40 and len(shown) > 5
    assert [line for line in folded if len(line) > 20 and line.strip() in said] == []
    assert [line for line in shown if line not in said] == []


@pytest.fixture(scope="module")
def to_html():
    """Of all notebooks: it compiles its templates once."""
    from nbconvert import HTMLExporter  # a second, which other processes can do without

    return HTMLExporter().from_notebook_node


@pytest.mark.thorough
def test_its_html_page_shows_a_picture_for_each_widget(notebook, to_html):
    # 00_start.ipynb shows pictures of the labs beside its live part.
    shown = [{VIEW, "image/png"} & set(o.get("data", {})) for o in outputs(notebook)
             if FOLDED not in o.get("data", {}).get("text/html", "")]
    page, _ = to_html(notebook)
    pictures = re.findall(r'<img[^>]*src="data:image/png;base64,', page)
    assert len(pictures) == sum(map(bool, shown)) > 0


def test_nothing_in_it_changes_from_run_to_run(notebook):
    assert [found for text in texts(notebook) for found in ADDRESS.findall(text)] == []


def test_it_holds_no_path_of_a_machine(notebook, machine_paths):
    assert [found for text in texts(notebook) for found in machine_paths(text)] == []


def test_no_answer_is_read_as_the_number_of_a_list(notebook):
    """A paragraph that begins with "29." is shown as item 29 of a list."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert not [text for source in prose for text in NUMBERED.findall(source)]


def test_its_cells_are_short(notebook):
    sources = [cell.source for cell in code_cells(notebook)]
    assert [s for s in sources if len(s.splitlines()) > LONGEST_CELL] == []


def test_a_student_reads_it_in_half_an_hour(notebook):
    assert minutes_of_reading(notebook) <= LONGEST_READING


def test_at_most_one_screen_lies_between_a_text_and_its_part(notebook):
    """By the rule of ``height``; of two notebooks the browser tests measure it."""
    found = far_from_text(notebook)
    assert found and max(found) <= ONE_SCREEN


def test_what_lies_between_a_text_and_its_part_is_found():
    new, asks = nbformat.v4, {VIEW: {}, "text/html": FOLDED, "text/plain": "a = 1\nb = 2"}
    lab = {VIEW: {}, "text/plain": "OneNeuronLab()", "image/png": ""}
    cells = [new.new_markdown_cell("So."), new.new_code_cell("x = 1\n" * 3)]
    cells += [new.new_code_cell("a", outputs=[new.new_output("display_data", data)
                                              for data in shown])
              for shown in ([asks], [asks, lab], [lab])]
    assert far_from_text(new.new_notebook(cells=cells)) == [80 + 200 + 200]
    assert far_from_text(new.new_notebook(cells=cells[1:])) == []


def test_a_button_that_brings_back_is_where_the_text_asks_for_it(notebook):
    """Else what a student has moved contradicts the text, and nothing there mends it."""
    assert buttons_out_of_reach(notebook) == []


@pytest.mark.parametrize(("source", "reached"), [
    ('lab.part("w", "J")', False), ('lab.part("w", "undo", "J")', True), ("lab", True)])
def test_a_button_out_of_reach_is_found(source, reached):
    asks = "Press **Reset**."
    cells = [nbformat.v4.new_markdown_cell(f"## 1. So\n{asks}"), nbformat.v4.new_code_cell(source),
             nbformat.v4.new_markdown_cell(f"So.\n## 2. More\n{asks}"),
             nbformat.v4.new_code_cell('lab.part("undo")')]
    found = buttons_out_of_reach(nbformat.v4.new_notebook(cells=cells))
    assert found == ([] if reached else [f"## 1. So\n{asks}"])


def test_the_rule_counts_words_questions_and_moves():
    cells = [nbformat.v4.new_markdown_cell(text) for text in (
        "one " * 130, "Press **Run**, then move w.", "## 2. More: a story\n" + "long " * 1000)]
    asks = {VIEW: {}, "text/html": FOLDED, "text/plain": "a = 1\nb = 2"}
    cells.insert(1, nbformat.v4.new_code_cell(
        "predict({...})", outputs=[nbformat.v4.new_output("display_data", asks)]))
    found = minutes_of_reading(nbformat.v4.new_notebook(cells=cells))
    assert found == pytest.approx(1 + 5 / 130 + 2 * 40 / 60 + 2 * 20 / 60)


def test_it_runs_with_any_python_3_kernel(notebook):
    assert notebook.metadata.kernelspec.name == "python3"


def test_it_hides_nothing_from_nbval(notebook):
    assert [text for text in texts(notebook) if "NBVAL_" in text] == []
    tags = {tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    assert not {tag for tag in tags if tag.startswith("nbval") or tag == "raises-exception"}


def test_it_tells_an_instructor_what_to_do_in_ten_minutes(notebook):
    if notebook.cells[0].source.startswith("# Start"):
        return  # it is one move
    said = notebook.cells[0].source.split("<summary>Live, 10 minutes</summary>")[1]
    moves = re.findall(r"^(\d+)\. ", said.split("</details>")[0], re.M)
    assert moves == [str(k + 1) for k in range(len(moves))] and 3 <= len(moves) <= 9


def test_it_says_which_lecture_it_follows(notebook):
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert any(lecture in prose for lecture in LECTURES)


@pytest.mark.parametrize(
    ("source", "shows"),
    [
        ("print(1)", True),
        ("print(1)\nx = 2", True),
        ("lab = ThreeNeuronLab()\nlab", True),
        ("ThreeNeuronLab()", True),
        ("lab.mse", True),
        ("lab.mse;", False),
        ("lab.step()", False),
        ("lab.w11 = 0.5", False),
        ("", False),
    ],
)
def test_which_cells_must_show_something(source, shows):
    assert must_show(source) is shows
