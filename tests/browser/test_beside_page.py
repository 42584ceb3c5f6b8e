"""`lab.beside()` in JupyterLab, and in Notebook 7, which has no room beside a notebook."""

from __future__ import annotations

from real_jupyter import JupyterServer, Notebook7Server

from mlp_widgets.widgets.beside import ELSEWHERE, THERE

CELLS = ("from mlp_widgets import ThreeNeuronLab\nlab = ThreeNeuronLab()\nlab.beside()",
         'lab.part("w11", "fit")')


def test_the_lab_stands_at_the_right_and_is_in_step_with_a_part(browser, tmp_path):
    with JupyterServer(tmp_path) as server:
        notebook = server.write("beside.ipynb", *CELLS)
        with browser.open(server, notebook, width=1366, height=768) as page:
            page.run_all()
            page.page.wait_for_selector(f"text={THERE}")
            panel = page.page.locator(".jupyterlab-sidecar .mlp-lab")
            cell = page.page.locator(".jp-Notebook .mlp-lab")
            assert panel.bounding_box()["x"] > cell.bounding_box()["x"] + 400
            before = panel.locator(".mlp-mse-now").inner_text()
            cell.locator(".mlp-slider-w11 .noUi-handle").press("ArrowRight")
            page.settle()
            assert panel.locator(".mlp-mse-now").inner_text() != before
            assert page.problems() == []


def test_where_there_is_no_room_a_sentence_says_so(browser, tmp_path):
    with Notebook7Server(tmp_path) as server:
        notebook = server.write("beside.ipynb", *CELLS)
        with browser.open(server, notebook, width=1366, height=768) as page:
            page.run_all()
            page.page.wait_for_selector(f"text={ELSEWHERE}")
            unknown = [text for text in page.problems()
                       if "Could not create a view" not in text]  # of the panel, in the console
            assert unknown == []
