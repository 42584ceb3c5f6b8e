"""Voilà: from the request to the first lab and to the whole page, one page and a class of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from real_jupyter import CHECKOUT, Browser, missing_parts
from real_voila import Opened, VoilaServer, became_of, opened_at_once

from mlp_widgets.waiting_kernels import WaitingKernels

from .table import Row

NOTEBOOK = "03_three_neuron.ipynb"
TOGETHER, RUNS = 10, 3
WAITING = WaitingKernels.number.default_value
SAID = "Kernel waits for a page"
GIVEN_UP = 120.0
"""Seconds after which a page is not waited for any more."""

EXPLANATION = f"""\
{NOTEBOOK} under Voilà as `make present` starts it: {RUNS} runs with one page; and, with
--WaitingKernels.number={TOGETHER}, {RUNS} with {TOGETHER} pages at once. Each page has a fresh
profile, and takes a kernel that waits for it; before each run all wait that should. One page at
first is not counted. Server, kernels and browser share this machine. Of each run the slowest page
is told, from its request to the first picture of a lab, and to the last of its outputs; beside the
median all runs.
"""


def rows() -> Iterator[Row]:
    """First lab and whole page, of one page and of many at once, and how many came up."""
    if reasons := missing_parts() + ["voila is not installed"] * (find_spec("voila") is None):
        yield Row("pages of Voilà", note="; ".join(reasons))
        return
    yield from _rows("one page", _runs(1), at_most=4)
    yield from _rows(f"{TOGETHER} pages at once",
                     _runs(TOGETHER, f"--WaitingKernels.number={TOGETHER}"), at_most=30)


def _runs(pages: int, *flags: str) -> list[list[Opened]]:
    """What became of the pages of each run."""
    found = []
    with VoilaServer(CHECKOUT / "notebooks", *flags) as server, Browser() as browser:
        took = 0
        for number in [1] + [pages] * RUNS:
            _wait_for_kernels(server, max(pages, WAITING) + took)
            with opened_at_once(browser, server, NOTEBOOK, number) as opened:
                found.append(became_of(opened, GIVEN_UP))
            took += number
    return found[1:]


def _wait_for_kernels(server: VoilaServer, number: int) -> None:
    """Until so many kernels have waited for a page since the start of the server."""
    while server.log().count(SAID) < number:
        time.sleep(0.2)


def _rows(what: str, runs: Sequence[list[Opened]], at_most: float) -> Iterator[Row]:
    first = [max(page.first for page in pages) for pages in runs]
    whole = [max(page.whole for page in pages) for pages in runs]
    yield Row(f"{what}: to the first lab", statistics.median(first), _all(first), at_most=at_most)
    yield Row("  to the whole page", statistics.median(whole), _all(whole))
    came = [sum(page.whole < GIVEN_UP for page in pages) for pages in runs]
    yield Row("  pages that came up whole", note=f"of {len(runs[0])}:", beside=_all(came))


def _all(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
