"""The first five minutes on a laptop: after Run All the first slider stands in view."""

from __future__ import annotations

import pytest

IN_VIEW = """e => {
    const box = e.getBoundingClientRect();
    const room = document.querySelector('.jp-WindowedPanel-outer').getBoundingClientRect();
    return box.height > 0 && box.top >= room.top && box.bottom <= room.bottom;
}"""


@pytest.mark.parametrize(("notebook", "seen"), [
    ("00_start", [".mlp-slider-w", ".mlp-picture-loss", ".mlp-predict"]),
    ("01_one_neuron", [".mlp-predict"]),
    ("03_three_neuron", [".mlp-predict"]),
    ("09_wide_network", [".mlp-predict"]),
])  # fmt: skip
def test_run_all_ends_at_the_first_thing_to_do(server, browser, notebook, seen):
    laptop = {"width": 1366, "height": 768, "sidebar": True}
    with browser.open(server, f"{notebook}.ipynb", **laptop) as page:
        page.run_all()
        page.settle()
        for css in seen:
            page.wait_for(lambda css=css: page.find(css).evaluate(IN_VIEW))
        assert page.find(":focus").evaluate("e => e.matches('.mlp-lab input, .mlp-predict input')")
        if "00" in notebook:  # in its first page the first slider needs no scrolling
            page.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
            for css in seen:
                page.wait_for(lambda css=css: page.find(css).evaluate(IN_VIEW))
        assert page.problems() == []
