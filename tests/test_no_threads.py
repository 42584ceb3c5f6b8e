"""Every lab, every button and every slider where no thread can start, as in a browser's kernel."""

from __future__ import annotations

import asyncio
import threading

import ipywidgets as widgets
import pytest
from helpers import text_of
from lab_tools import EACH_LAB, KINDS, SLIDERS, SMALLER, WAIT, of_kind

from mlp_widgets.widgets.cell import all_widgets


@pytest.fixture(autouse=True)
def no_threads(monkeypatch):
    """As the kernel of JupyterLite says it."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)


def buttons_of(lab, *css: str) -> list[widgets.Button]:
    """Its buttons, in closed folds too; those of one of these classes."""
    return [w for w in all_widgets(lab.widget) if isinstance(w, widgets.Button)
            and not w.disabled and (not css or {*css} & {*w._dom_classes})]


async def rest(lab) -> None:
    """Let what runs run for some frames, and what waits be done."""
    await asyncio.sleep(0.15)
    assert "thread" not in text_of(lab.error), text_of(lab.error)


@EACH_LAB
def test_every_button_and_slider_works_without_threads(name, rests):
    async def work():
        lab = KINDS[name](scale=0.25, **SMALLER.get(name, {}))
        lab.appear()
        for slider in of_kind(lab, *SLIDERS):
            slider.value = slider.max if slider.value < slider.max else slider.min
        await rest(lab)
        for button in buttons_of(lab):
            lab.reset()
            button.click()
            await asyncio.sleep(0)
        await rest(lab)
        lab.close()

    asyncio.run(work())


@EACH_LAB
def test_what_runs_moves_on_and_stops_without_threads(name, rests):
    async def work():
        lab = KINDS[name](scale=0.25, **SMALLER.get(name, {}))
        lab.appear()
        for button in buttons_of(lab, "mlp-run", "mlp-play"):
            before = lab.state, lab.progress.key
            button.click()
            end = asyncio.get_running_loop().time() + WAIT
            while (lab.state, lab.progress.key) == before:
                assert asyncio.get_running_loop().time() < end, f"{button.description}: stays"
                await asyncio.sleep(0.01)
            button.click()
        await rest(lab)
        lab.close()

    asyncio.run(work())


def test_there_is_something_that_runs():
    found = {name: len(buttons_of(KINDS[name](scale=0.25), "mlp-run", "mlp-play"))
             for name in ("one_neuron", "two_hidden", "deep_chain")}
    assert found == {"one_neuron": 1, "two_hidden": 2, "deep_chain": 2}
