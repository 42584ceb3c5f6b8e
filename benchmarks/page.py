"""From key press to painted picture, in JupyterLab under Chromium.

The lab, a picture of 4 x 4 pixels and an `interact` of the same content stand in one notebook and
take turns, so that a slow moment of the machine hits all three. Students move the sliders of parts
in a notebook of the course, where everything else of the page answers too: there the same slider
takes turns with a picture of 4 x 4 pixels in one more cell of a copy of that notebook.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from real_jupyter import CHECKOUT, Browser, JupyterServer, NotebookPage, missing_parts
from seen import picture_classes

from .labs import CASES, TINY, LabCase
from .table import Row

PRESSES, WARM_UP = 32, 3
AT_REST = 150
"""Milliseconds after the page has scrolled to the next slider: a student looks at it already."""
PAGE = 5
"""Steps that PageUp and PageDown move a slider."""
HELD_SECONDS, KEYS_PER_SECOND, HOLDS = 2.0, 30, 3

EXPLANATION = f"""\
One notebook in a page of 1280 x 1000 CSS pixels; all take turns, {PRESSES} presses each: an arrow
key, and for the lab a jump too (PageUp or PageDown, {PAGE} steps).
The time ends when the last picture that the key changes has been decoded and painted. "In its
notebook": the first such slider of a copy of the project's notebook after Run All; the time ends
with the pictures beside that slider, and in the row below with all pictures of the page, most of
which are out of view. A held key sends {KEYS_PER_SECOND} key-down events a second for
{HELD_SECONDS:g} seconds, {HOLDS} times over.
"""

LAB, TINY_CELL = ".mlp-lab", ".bench-tiny"
ROOTS = {"lab": LAB, "far": LAB, "tiny": TINY_CELL, "interact": ".bench-interact"}
"""What is watched while the slider of a name is moved."""


def rows() -> Iterator[Row]:
    """Rows (b) and (c) for every lab."""
    reasons = missing_parts()
    for case in CASES:
        if reasons:
            yield Row(f"{case.name}: key press to painted picture", note="; ".join(reasons))
        else:
            yield from _rows(case)


def _rows(case: LabCase) -> Iterator[Row]:
    cells = [case.cell, TINY.format(**case.__dict__), case.interact_cell]
    with opened(notebook(cells)) as page:
        yield from measure(page, case)
    if case.notebook:
        given = json.loads((CHECKOUT / "notebooks" / case.notebook).read_text(encoding="utf-8"))
        given["cells"] += notebook([TINY.format(**case.__dict__)], "bench")["cells"]
        with opened(given) as page:
            yield from measure_in_notebook(page, case)


@contextmanager
def opened(contents: dict) -> Iterator[NotebookPage]:
    """A notebook in a folder of its own, after Run All; an error in page or kernel raises, for it
    makes the numbers worthless."""
    with tempfile.TemporaryDirectory(prefix="mlp-bench-") as folder:
        (Path(folder) / "bench.ipynb").write_text(json.dumps(contents), encoding="utf-8")
        with (
            JupyterServer(folder) as server,
            Browser() as browser,
            browser.open(server, "bench.ipynb", width=1280, height=1000) as page,
        ):
            page.run_all()
            page.settle()
            page.page.evaluate(PROBE)
            yield page
            if problems := page.problems():
                raise RuntimeError("the page or the kernel reported errors:\n"
                                   + "\n".join(problems))


def measure(page: NotebookPage, case: LabCase) -> Iterator[Row]:
    """All rows of one lab alone."""
    slider = f".mlp-slider-{case.parameter}"
    sliders = {**ROOTS, "lab": slider, "far": slider}
    times = press_in_turns(page, sliders, ROOTS)
    what = f"{case.name}: key press to painted picture"
    lab, tiny, interact = (times[name] for name in ("lab", "tiny", "interact"))
    yield Row(what, lab, "a 4 x 4 picture", tiny, "ours / other", at_most=1.5)
    yield Row("", lab, "interact, same pixels", interact, at_least=1.7)
    yield Row("  a jump of five steps", times["far"], "a 4 x 4 picture", tiny, "ours / other")
    found = {name: hold(page, ROOTS[name], css) for name, css in sliders.items() if name != "far"}
    what = f"{case.name}: last of {KEYS_PER_SECOND} keys/s to the still picture"
    last = "on the last value" if shows_last_value(page, case) else "NOT ON THE LAST VALUE"
    yield Row(what, found["lab"], f"({last})", at_most=0.25)
    yield Row("  a 4 x 4 picture", found["tiny"])
    yield Row("  interact, same pixels", found["interact"])


def measure_in_notebook(page: NotebookPage, case: LabCase) -> Iterator[Row]:
    """The same key press in the course's notebook: to the pictures beside the slider, and to all
    pictures of the page."""
    slider = f".mlp-slider-{case.parameter}"
    sliders = {"here": slider, "all": slider, "tiny": TINY_CELL}
    roots = {"here": f"{LAB}:has({slider})", "all": "body", "tiny": TINY_CELL}
    times = press_in_turns(page, sliders, roots)
    what = f"{case.name}: key press, in its notebook"
    yield Row(what, times["here"], "a 4 x 4 picture", times["tiny"], "ours / other", at_most=1.5)
    yield Row("  to all pictures of the page", times["all"], "a 4 x 4 picture", times["tiny"],
              "ours / other")


def press_in_turns(page: NotebookPage, sliders: dict[str, str],
                   roots: dict[str, str]) -> dict[str, float]:
    """Median seconds from a key press to its picture, A B C A B C ..., after a warm-up.

    roots: what is watched while the slider of a name is moved.
    """
    times: dict[str, list[float]] = {name: [] for name in sliders}
    for turn in range(WARM_UP + PRESSES):
        for name, css in sliders.items():
            page.focus_slider(css)
            page.page.wait_for_timeout(AT_REST)
            page.page.evaluate("css => mlpProbe.watch(css)", roots[name])
            far = "PageUp" if turn % 2 else "PageDown"
            page.page.keyboard.press(far if name == "far" else "ArrowRight")
            times[name].append(page.page.evaluate("mlpProbe.whenStill(300)") / 1000)
    return {name: statistics.median(found[WARM_UP:]) for name, found in times.items()}


def hold(page: NotebookPage, root: str, css: str) -> float:
    """Median seconds from the last of many keys to the last change of a picture within a root."""
    found = []
    for turn in range(HOLDS):
        page.focus_slider(css)
        page.page.evaluate("css => mlpProbe.watch(css)", root)
        press_at_a_rate(page, "ArrowLeft" if turn % 2 else "ArrowRight")
        found.append(page.page.evaluate("mlpProbe.whenStill(700)") / 1000)
    return statistics.median(found)


def press_at_a_rate(page: NotebookPage, key: str) -> None:
    """A key held down: the browser sees the repeated key-down events of a real keyboard."""
    start = time.perf_counter()
    for count in range(round(HELD_SECONDS * KEYS_PER_SECOND)):
        wait = start + count / KEYS_PER_SECOND - time.perf_counter()
        time.sleep(max(0.0, wait))
        page.page.keyboard.down(key)
    page.page.keyboard.up(key)


def shows_last_value(page: NotebookPage, case: LabCase) -> bool:
    """Whether number and picture are those of the last key.

    Each hold moves the slider by its number of keys; the picture must be the one that comes back
    when the slider goes one step away and returns.
    """
    keys = round(HELD_SECONDS * KEYS_PER_SECOND)
    turns = WARM_UP + PRESSES  # of every two of them, one goes a page down and one a page up
    moved = turns - PAGE * (turns % 2) + keys * sum(-1 if k % 2 else 1 for k in range(HOLDS))
    shown = page.value(f".mlp-box-{case.parameter}")
    seen = {css: page.remember(css) for css in picture_classes(page)}
    slider = f".mlp-slider-{case.parameter}"
    for key in ("ArrowRight", "ArrowLeft"):
        page.focus_slider(slider)
        page.page.evaluate("css => mlpProbe.watch(css)", LAB)
        page.page.keyboard.press(key)
        page.page.evaluate("mlpProbe.whenStill(500)")
    expected = case.start + case.step * moved
    same = all(page.unlike(css, picture) < 1e-4 for css, picture in seen.items())
    return abs(shown - expected) < case.step / 2 and same


def notebook(cells: list[str], start: str = "cell") -> dict:
    """A notebook with these code cells, as its file holds it; their names begin with ``start``."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    blank = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    numbered = [{**blank, "id": f"{start}-{k}", "source": cell} for k, cell in enumerate(cells)]
    return {"cells": numbered, "metadata": {"kernelspec": kernel}, "nbformat": 4,
            "nbformat_minor": 5}


# t0 is taken at the key-down event before the page's own handlers see it. A picture counts as
# painted two animation frames after it is decoded: the first runs just before the frame with it
# is painted, the second after. `whenStill` gives the milliseconds from the last key to the last
# painted change, once nothing has changed for `quiet` milliseconds.
PROBE = """() => {
    const probe = window.mlpProbe = { key: 0, changed: 0, painted: 0, pending: 0 };
    document.addEventListener('keydown', () => { probe.key = performance.now(); }, true);

    async function follow(image) {
        probe.changed = performance.now();
        probe.pending += 1;
        await image.decode().catch(() => null);   // replaced before it was decoded
        requestAnimationFrame(() => requestAnimationFrame(() => {
            probe.painted = performance.now();
            probe.pending -= 1;
        }));
    }

    const observer = new MutationObserver(mutations => {
        const images = new Set();
        for (const { target, addedNodes } of mutations) {
            for (const node of [target, ...addedNodes]) {
                if (node.nodeName === 'IMG') images.add(node);
                else if (node !== target)
                    node.querySelectorAll?.('img').forEach(image => images.add(image));
            }
        }
        images.forEach(follow);
    });

    probe.watch = css => {
        observer.disconnect();
        Object.assign(probe, { key: 0, changed: 0, painted: 0 });
        observer.observe(document.querySelector(css),
            { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
    };

    probe.whenStill = quiet => new Promise((resolve, reject) => {
        const start = performance.now();
        const look = setInterval(() => {
            const now = performance.now();
            const still = probe.painted > probe.key && !probe.pending
                && now - Math.max(probe.changed, probe.painted, probe.key) > quiet;
            if (!still && now - start < 20000) return;
            clearInterval(look);
            if (still) resolve(probe.painted - probe.key);
            else reject(new Error('a key was pressed and no picture changed'));
        }, 20);
    });
}"""
