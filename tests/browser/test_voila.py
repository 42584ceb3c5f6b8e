"""The labs under Voilà as `make present` serves them, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from described_labs import LABS, cells_of_all
from real_jupyter import CHECKOUT
from real_voila import MAKE_FLAGS, VoilaPage, VoilaServer
from seen import PICTURE, each_section, pale_texts, small_texts, unfold


@pytest.fixture(scope="module")
def voila(missing, browser) -> Iterator[VoilaServer]:
    """Voilà on a copy of the notebooks, and one notebook more with every lab."""
    if find_spec("voila") is None:
        missing("the Python package voila is not installed")
    with VoilaServer(CHECKOUT / "notebooks") as running:
        running.write("all_labs.ipynb", *cells_of_all())
        yield running


def test_the_tested_flags_are_those_of_the_makefile():
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    call = next(line for line in makefile.splitlines() if "-m voila" in line)
    assert "$(PRESENT_DEFAULTS)" in call and "notebooks" in call.split()
    assert all(flag in makefile.split() for flag in MAKE_FLAGS)
    assert "present: export JUPYTER_PATH := $(CURDIR)/present" in makefile
    assert "present: export MLP_WIDGETS_PRESENT := 1" in makefile


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_index_page_leads_to_every_notebook(voila, browser, theme):
    with VoilaPage(browser, voila, theme) as page:
        page.index()
        links = page.page.locator("a").evaluate_all("all => all.map(link => link.href)")
        for notebook in (CHECKOUT / "notebooks").glob("*.ipynb"):
            assert sum(f"/{notebook.name}" in link for link in links) == 1, notebook.name
        assert all(theme in link for link in links)  # it stays dark on the way
        assert small_texts(page.page.locator("body"), at_least=0) == []
        assert page.problems() == []


@pytest.fixture(scope="module")
def all_labs(voila, browser) -> Iterator[VoilaPage]:
    """Every lab in one page, in the dark."""
    with VoilaPage(browser, voila, "dark") as page:
        page.follow("all_labs.ipynb")
        page.wait_for(lambda: page.page.locator(".mlp-lab").count() == len(LABS))
        assert page.page.locator(".jp-CodeCell .jp-InputArea:visible").count() == 0
        yield page
        page.look_at(None)
        for poll in page.page.locator(".mlp-poll").all():
            assert small_texts(poll, at_least=3) == [] and pale_texts(poll, at_least=3) == []
        assert page.problems() == []


@pytest.mark.parametrize("number", range(len(LABS)), ids=map(str, LABS))
def test_a_lab_answers_offline_and_can_be_read_in_the_dark(all_labs, number):
    page, lab = all_labs, LABS[number]
    page.look_at(number)
    assert page.all(".mlp-lab.mlp-presenting").count()  # large from the start
    picture, value = page.pixels(PICTURE), page.value(lab.box)
    page.press(lab.slider, "ArrowRight", times=2)
    page.wait_for_value(lab.box, lambda now: now > value)
    page.wait_for_new_pixels(PICTURE, picture)
    for section in each_section(page):
        unfold(page)
        panel = page.find(".mlp-lab")
        assert small_texts(panel) == [] and pale_texts(panel) == [], section
    assert page.text(".mlp-error") == ""
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 1920
