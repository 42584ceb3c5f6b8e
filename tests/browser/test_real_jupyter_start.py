"""The first five minutes on a laptop: after Run All the first thing to do stands in view.

In the start page and in two notebooks that begin with a prediction: one here, one with the page of
``test_real_jupyter``. To open a notebook takes long, and the others begin in the same way.
"""

from __future__ import annotations

import pytest
from seen import LAPTOP_WITH_FILES, assert_begins_in_view


@pytest.mark.parametrize(("notebook", "seen"), [
    ("00_start", [".mlp-slider-w", ".mlp-picture-loss", ".mlp-predict"]),
    ("09_wide_network", [".mlp-predict"]),
])  # fmt: skip
def test_run_all_ends_at_the_first_thing_to_do(server, browser, notebook, seen):
    with browser.open(server, f"{notebook}.ipynb", **LAPTOP_WITH_FILES) as page:
        page.run_all()
        page.settle()
        assert_begins_in_view(page, *seen)
        if "00" in notebook:  # in its first page the first slider needs no scrolling
            page.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
            assert_begins_in_view(page, *seen)
        assert page.problems() == []
