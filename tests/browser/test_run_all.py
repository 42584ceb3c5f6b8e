"""After Run All in a new kernel a lab shows the state that the last cell left it in.

While cells run the kernel does not listen, and what the page sends back for values that were set
and set again arrives after the last cell: it must not be taken for a move.
"""

from __future__ import annotations

import pytest

# Each sets its lab many times and ends with the line print(lab) and these numbers in its boxes.
ENDS = {"chain_6_remedies.ipynb": {"depth": 10, "w": 1.5, "y": 1.0}}


@pytest.mark.parametrize("notebook", ENDS)
def test_the_page_shows_what_the_last_cell_left(server, browser, notebook):
    with browser.open(server, notebook, width=1400, height=1150) as page:
        page.run_all()
        page.page.wait_for_timeout(4000)  # what comes back comes late
        lab = page.page.locator(".mlp-lab").last
        lab.scroll_into_view_if_needed()
        shown = {name: float(lab.locator(f".mlp-box-{name} input").input_value())
                 for name in ENDS[notebook]}
        assert shown == ENDS[notebook]
        assert "10 identity layers, every w = 1.5" in lab.locator('[role="status"]').inner_text()
        assert page.problems() == []
