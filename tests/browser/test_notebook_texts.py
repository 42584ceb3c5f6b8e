"""The texts of the notebooks on a laptop: none is wider than the page."""

from __future__ import annotations

import nbformat
import pytest
from lab_cases import LAPTOP, size
from real_jupyter import CHECKOUT

# JupyterLab lays a text out when it comes into view.
TOO_WIDE = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget.content, found = [];
    const frame = () => new Promise(requestAnimationFrame);
    for (const [number, cell] of notebook.widgets.entries()) {
        await notebook.scrollToItem(number, 'smart', 0);
        while (!cell.node.querySelector('.jp-MarkdownOutput > *')) await frame();
        for (const folded of cell.node.querySelectorAll('details')) folded.open = true;
        await frame();
        const scrolls = [...cell.node.querySelectorAll('.jp-MarkdownOutput, .jp-MarkdownOutput *')]
            .some(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
                       && e.scrollWidth > e.clientWidth + 1);
        if (scrolls) found.push(cell.model.sharedModel.getSource().slice(0, 60));
    }
    return found;
}"""


@pytest.fixture
def texts(browser, server):
    """A notebook of the texts of all notebooks that have a formula, a table, or code; and one
    formula that is too wide."""
    cells = [cell for path in sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
             for cell in nbformat.read(path, nbformat.NO_CONVERT).cells
             if cell.cell_type == "markdown" and any(sign in cell.source for sign in "$|`")]
    cells.append(nbformat.v4.new_markdown_cell("Too wide: $" + "L = (g - y)^2 + " * 30 + "1$"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(cell.source)
                                           for cell in cells], metadata={"kernelspec": kernel})
    nbformat.write(made, server.notebooks / "texts.ipynb")
    with browser.open(server, "texts.ipynb", sidebar=True) as page:
        size(page, *LAPTOP, files=True)
        yield page


def test_no_text_is_wider_than_its_page(texts):
    """A formula in a line does not break: one that is too long puts a scrollbar below the text."""
    found = texts.page.evaluate(TOO_WIDE)
    assert [text for text in found if not text.startswith("Too wide: ")] == []
    assert len(found) == 1
