"""The first five minutes on a laptop: after Run All the first thing to do stands in view; and F5.

In the start page and in two notebooks that begin with a prediction: one here, one with the page of
``test_real_jupyter``. To open a notebook takes long, and the others begin in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from real_jupyter import CHECKOUT, Browser, JupyterServer, NotebookPage
from seen import (
    LAPTOP_WITH_FILES,
    assert_begins_in_view,
    assert_parts_stand_below_their_texts,
)


@pytest.mark.parametrize(("notebook", "seen"), [
    ("00_start", [".mlp-slider-w", ".mlp-picture-loss", ".mlp-predict"]),
    pytest.param("09_wide_network", [".mlp-predict"], marks=pytest.mark.nightly),
])
def test_run_all_ends_at_the_first_thing_to_do(server, browser, notebook, seen):
    with browser.open(server, f"{notebook}.ipynb", **LAPTOP_WITH_FILES) as page:
        page.wait_for_last_cell()
        page.run_all()
        page.settle()
        assert_begins_in_view(page, *seen)
        if "00" in notebook:  # in its first page the first slider needs no scrolling
            page.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
            assert_begins_in_view(page, *seen)
        else:
            assert_parts_stand_below_their_texts(page, at_least=7)
        assert page.problems() == []


@contextmanager
def labs_saved(server: JupyterServer, browser: Browser) -> Iterator[tuple[str, NotebookPage]]:
    """A notebook with two parts of a lab, and its page, run and saved."""
    notebook = server.write(
        "saved.ipynb", "from mlp_widgets import OneNeuronLab\nlab = OneNeuronLab()\n"
        "lab.part('w', 'J')", "lab.part('w', 'loss')")
    with browser.open(server, notebook, **LAPTOP_WITH_FILES) as page:
        page.run_all()
        page.settle()
        page.save()
        yield notebook, page


def test_saved_labs_come_back_live_when_the_page_is_loaded_anew(server, browser):
    with labs_saved(server, browser) as (_, page):
        page.reload()
        boxes = page.all(".mlp-box-w input")
        page.wait_for(lambda: boxes.count() == 2, 60)
        page.settle()
        page.type_number(".mlp-box-w", -0.5)  # the kernel tells the other part
        page.wait_for(lambda: {box.input_value() for box in boxes.all()} == {"-0.5"})
        assert page.problems() == []


@pytest.fixture
def own_server(browser) -> Iterator[JupyterServer]:
    """One that ends before the tests do; the browser comes first, for it may be missing."""
    with JupyterServer(CHECKOUT / "notebooks") as running:
        yield running


@pytest.mark.nightly
def test_saved_labs_are_pictures_the_next_day_until_they_run_again(own_server, browser):
    with labs_saved(own_server, browser) as (notebook, _):
        pass
    own_server.restart()
    with browser.open(own_server, notebook, **LAPTOP_WITH_FILES) as page:
        outputs = page.all(".jp-OutputArea-output")
        page.wait_for(lambda: outputs.count() == 2)
        assert outputs.locator("img").count() == 2, outputs.all_inner_texts()
        page.run_all()
        page.settle()
        assert page.all(".mlp-box-w input").count() == 2
        assert page.problems() == []
