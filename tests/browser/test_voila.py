"""The labs under Voilà as `make present` serves them, without a network."""

from __future__ import annotations

import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from described_labs import by_day, each_lab_of_a_home, labs_of_a_home
from lab_cases import (
    PROJECTORS,
    assert_all_had_it,
    cells_of_cases,
    check_start_presented,
    check_steps_presented,
    click_all,
    each_page,
    fold,
    hidden_in,
    size,
)
from real_jupyter import CHECKOUT, NUMBER_LABS, wait_until
from real_voila import VoilaPage, VoilaServer, became_of, opened_at_once
from seen import PICTURE, each_section, pale_texts, small_texts, told, unfold


@pytest.fixture(scope="module")
def voila(missing, browser) -> Iterator[VoilaServer]:
    """Voilà on a copy of the notebooks."""
    if find_spec("voila") is None:
        missing("the Python package voila is not installed")
    with VoilaServer(CHECKOUT / "notebooks") as running:
        yield running


@pytest.fixture(scope="module")
def forgetful(missing, browser) -> Iterator[VoilaServer]:
    """Voilà that ends a kernel without a page after seconds, not after minutes."""
    if find_spec("voila") is None:
        missing("the Python package voila is not installed")
    with VoilaServer(CHECKOUT / "notebooks", "--MappingKernelManager.cull_idle_timeout=30",
                     "--MappingKernelManager.cull_interval=1") as running:
        yield running


def test_make_present_starts_it_by_the_command():
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    (call,) = [line for line in makefile.splitlines() if "--present" in line]
    assert "-m mlp_widgets --present --no-copy notebooks --" in call


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


def test_pages_opened_at_once_all_show_all_their_labs(voila, browser):
    with opened_at_once(browser, voila, "03_three_neuron.ipynb", 3) as pages:
        seconds = [page.whole for page in became_of(pages, 240)]
        assert max(seconds) < float("inf"), seconds
    assert voila.log_errors() == []


@pytest.fixture(scope="module")
def kernels(forgetful, browser) -> Iterator[tuple]:
    """A page that stays open; its kernel, and the two of a page that was reloaded, then left."""
    notebook = "01_one_neuron.ipynb"
    with opened_at_once(browser, forgetful, notebook, 1) as (kept,):
        with opened_at_once(browser, forgetful, notebook, 1) as (left,):
            became_of([kept, left], 240)
            found = [page.evaluate(KERNEL) for page in (kept, left)]
            left.reload(timeout=240_000)  # Voilà does not hear that the page before went away
            became_of([left], 240)
            found.append(left.evaluate(KERNEL))
        yield kept, found


@pytest.mark.nightly
def test_each_page_has_a_kernel_of_its_own_also_one_that_was_reloaded(kernels):
    """What becomes of them is seen at the end, for nobody need wait for it."""
    assert len(set(kernels[1])) == 3


KERNEL = "JSON.parse(document.querySelector('#jupyter-config-data').textContent).kernelId"
OUT_OF_VIEW = ".jp-Cell { content-visibility: auto; contain-intrinsic-size: auto 900px; }"
"""What JupyterLab says of its cells: those out of view are not painted, and no point is sought in
them. A page of the course has two labs and needs it not; here are twenty."""


@pytest.fixture(scope="module")
def page(voila, browser, labs, cases) -> Iterator[VoilaPage]:
    """All cases in one page, in the dark; the first ones are the labs in their first state."""
    voila.write(notebook := f"cases_of_{len(labs)}.ipynb", *cells_of_cases(labs))
    with VoilaPage(browser, voila, "dark") as page:
        page.follow(notebook)
        page.page.add_style_tag(content=OUT_OF_VIEW)
        labs, polls = (page.page.locator(css) for css in (
            ".mlp-lab:has(img)", ".mlp-poll:not(.mlp-predict)"))
        try:  # each lab comes when its cell ran, the questions after all of them
            page.wait_for(lambda: labs.count() >= len(cases) and polls.count(), 120)
        except AssertionError:
            pytest.fail(f"{labs.count()} of {len(cases)} labs came, and {polls.count()} questions; "
                        f"the page said {page.said[-3:]}")
        page.settle()
        page.page.evaluate(NUMBER_LABS)
        assert page.page.locator(".jp-CodeCell .jp-InputArea:visible").count() == 0
        yield page
        page.look_at(None)
        for poll in page.page.locator(".mlp-poll:not(.mlp-predict)").all():
            assert small_texts(poll, at_least=3) == [] and pale_texts(poll, at_least=3) == []
        assert page.problems() == []


@each_lab_of_a_home
def test_a_lab_answers_offline_and_can_be_read_in_the_dark(page, labs, lab):
    page.look_at(labs.index(lab))
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


# --- what belongs together is seen together ---


@labs_of_a_home
@pytest.mark.parametrize("is_open", by_day([True], [False, True]), ids=["folded", "open"])
def test_what_follows_a_control_is_seen_with_it(page, cases, is_open):
    fold(page, is_open)
    all_had = defaultdict(set)
    for of_page in each_page(page, cases):
        for screen in PROJECTORS:
            size(page, *screen)
            found, had = hidden_in(page, of_page)
            assert found == [], screen
        for kind, names in had.items():
            all_had[kind] |= names
    if is_open:
        assert_all_had_it(all_had, cases)


@pytest.fixture
def folded(page) -> VoilaPage:
    """The page under Voilà with its folds closed, all labs at their first sections."""
    fold(page, False)
    click_all(page, ".mlp-page-0")
    return page


@labs_of_a_home
@pytest.mark.parametrize("screen", PROJECTORS, ids=str)
def test_presented_presets_j_sliders_and_picture_are_on_one_screen(folded, cases, screen):
    check_start_presented(folded, cases, screen, files=None)


@labs_of_a_home
@pytest.mark.parametrize("screen", PROJECTORS, ids=str)
def test_presented_the_stepper_is_seen_with_what_it_lights(folded, cases, screen):
    check_steps_presented(folded, cases, screen, files=None)


@labs_of_a_home
def test_an_answer_waits_until_somebody_asks(page):
    page.look_at(None)
    assert told(page) == ["", "Show the answer"]
    page.keys(".jp-OutputArea-output summary", "Enter")
    assert told(page)[1].split("\n")[-1] == "42"


TAKEN_UP = "Restoring connection"  # so the server calls it
A_LAB = "from mlp_widgets import OneNeuronLab\nOneNeuronLab()"
TWO_OUTPUTS = """\
from IPython.display import display
from ipywidgets import HTML
display({"application/vnd.jupyter.widget-view+json": {"model_id": "late"}}, raw=True)
display(HTML("<b class='second'>second</b>"))"""


def test_all_outputs_of_a_cell_come_when_a_widget_comes_late(voila, browser):
    voila.write("outputs.ipynb", A_LAB, TWO_OUTPUTS,
                """HTML("<b class='first'>first</b>", model_id="late")\nprint("all ran")""")
    with VoilaPage(browser, voila) as page:
        page.follow("outputs.ipynb")
        page.page.wait_for_selector("text=all ran")
        page.wait_for(lambda: page.page.locator(".first, .second").count() == 2, 20)
        assert page.page.locator(".first, .second").all_inner_texts() == ["first", "second"]
        assert page.problems() == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_page_says_that_its_kernel_is_gone(voila, browser):
    voila.write("gone.ipynb", A_LAB,
                "import os\nprint('process', os.getpid())")
    with VoilaPage(browser, voila) as page:
        page.follow("gone.ipynb")
        said = page.page.locator("pre", has_text="process").inner_text()
        before = voila.log().count(TAKEN_UP)
        os.kill(int(said.split()[-1]), signal.SIGKILL)
        page.wait_for(lambda: "Reload the page" in page.find(".mlp-lab").evaluate(
            "e => getComputedStyle(e, '::before').content"), 60)
        # A page that is closed while it takes up the new kernel leaves an error in the log.
        page.wait_for(lambda: voila.log().count(TAKEN_UP) > before, 60)


@pytest.mark.nightly
def test_a_page_that_was_left_lets_its_kernel_go_and_an_open_one_keeps_it(kernels, forgetful):
    kept, (of_kept, *of_left) = kernels
    gone = [f"Kernel shutdown: {kernel}" for kernel in of_left]
    wait_until(kept, lambda: all(said in forgetful.log() for said in gone), 120)
    assert f"Kernel shutdown: {of_kept}" not in forgetful.log()
    pixels = kept.locator(".mlp-lab img").first.get_attribute("src")
    kept.locator(".mlp-slider-w .noUi-handle").first.press("ArrowRight")
    wait_until(kept, lambda: kept.locator(".mlp-lab img").first.get_attribute("src") != pixels)
