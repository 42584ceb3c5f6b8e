"""Every lab, every button and every slider where no thread can start and no None can be sent, as in
a browser's kernel."""

from __future__ import annotations

import asyncio
import threading

import ipywidgets as widgets
import pytest
from helpers import text_of
from lab_tools import EACH_LAB_MUCH, KINDS, SLIDERS, SMALLER, WAIT, no_pictures, of_kind

from mlp_widgets import Poll
from mlp_widgets.widgets.cell import all_widgets


@pytest.fixture(autouse=True)
def no_threads(monkeypatch):
    """As the kernel of JupyterLite says it."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)


@pytest.fixture(autouse=True)
def no_none(monkeypatch):
    """A change to None never comes to the page: Pyodide makes ``undefined`` of it, JSON nothing.

    What a widget has from the start may be None: the page takes its own default for it.
    """
    sent, send = [], widgets.Widget._send

    def listen(widget, message, buffers=None):
        sent.extend((type(widget).__name__, name) for name, value in
                    message.get("state", {}).items() if value is None)
        send(widget, message, buffers)

    monkeypatch.setattr(widgets.Widget, "_send", listen)
    yield
    assert sent == []


def buttons_of(lab, *css: str) -> list[widgets.Button]:
    """Its buttons, in closed folds too; those of one of these classes."""
    return [w for w in all_widgets(lab.widget) if isinstance(w, widgets.Button)
            and not w.disabled and (not css or {*css} & {*w._dom_classes})]


async def rest(lab) -> None:
    """Let what runs run for some frames, and what waits be done."""
    await asyncio.sleep(0.15)
    assert "thread" not in text_of(lab.error), text_of(lab.error)


@EACH_LAB_MUCH
def test_every_button_and_slider_works_without_threads(name, rests):
    async def work():
        lab = KINDS[name](scale=0.25, **SMALLER.get(name, {}))
        lab.appear()
        for slider in of_kind(lab, *SLIDERS):
            slider.value = slider.max if slider.value < slider.max else slider.min
        await rest(lab)
        for button in buttons_of(lab):
            with no_pictures(lab):
                lab.reset()
            button.click()
            await asyncio.sleep(0)
        await rest(lab)
        lab.close()

    asyncio.run(work())


@EACH_LAB_MUCH
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


def test_there_is_something_that_runs(unseen):
    found = {name: len(buttons_of(unseen(name), "mlp-run", "mlp-play"))
             for name in ("one_neuron", "two_hidden", "deep_chain")}
    assert found == {"one_neuron": 1, "two_hidden": 2, "deep_chain": 2}


@EACH_LAB_MUCH
def test_every_fold_opens_and_closes(name, rests):
    async def work():
        lab = KINDS[name](scale=0.25, **SMALLER.get(name, {}))
        lab.appear()
        switches = of_kind(lab, widgets.ToggleButton)
        assert switches
        for switch in (*switches, *switches):
            switch.value = not switch.value
        await rest(lab)
        lab.close()

    asyncio.run(work())


def test_a_radio_button_goes_off(no_none):
    poll = Poll("Is it so?", "B", {"A": "yes", "B": "no"})
    first, second = (w for w in all_widgets(poll.widget) if isinstance(w, widgets.RadioButtons))
    first.value = True
    second.value = True
    assert first.value is None and first.get_state("index") == {"index": -1}
    first.set_state({"index": -1})
    assert first.value is None
    poll.close()
