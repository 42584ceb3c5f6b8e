"""Voilà: from the request to the first lab and to the whole page, one page and a class of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from real_jupyter import CHECKOUT, Browser, missing_parts
from real_voila import Opened, VoilaServer, became_of, opened_at_once

from .table import Row

NOTEBOOK = "03_three_neuron.ipynb"
TOGETHER, RUNS = 10, 3
GIVEN_UP = 120.0
"""Seconds after which a page is not waited for any more."""

EXPLANATION = f"""\
{NOTEBOOK} under Voilà as `make present` starts it: {RUNS} runs with one page, and {RUNS} with
{TOGETHER} pages at once, each in a fresh profile, after one page that is not counted. Server,
kernels and browser share this machine, and each page has its kernel started. Of each run the
slowest page is told, from its request to the first picture of a lab, and to the last of its
outputs; beside the median all runs.
"""


def rows() -> Iterator[Row]:
    """First lab and whole page, of one page and of many at once, and how many came up."""
    if reasons := missing_parts() + ["voila is not installed"] * (find_spec("voila") is None):
        yield Row("pages of Voilà", note="; ".join(reasons))
        return
    with VoilaServer(CHECKOUT / "notebooks") as server, Browser() as browser:
        def run(number: int) -> list[Opened]:
            with opened_at_once(browser, server, NOTEBOOK, number) as pages:
                return became_of(pages, GIVEN_UP)

        run(1)
        yield from _rows("one page", [run(1) for _ in range(RUNS)], at_most=4)
        yield from _rows(f"{TOGETHER} pages at once", [run(TOGETHER) for _ in range(RUNS)],
                         at_most=30)


def _rows(what: str, runs: Sequence[list[Opened]], at_most: float) -> Iterator[Row]:
    first = [max(page.first for page in pages) for pages in runs]
    whole = [max(page.whole for page in pages) for pages in runs]
    yield Row(f"{what}: to the first lab", statistics.median(first), _all(first), at_most=at_most)
    yield Row("  to the whole page", statistics.median(whole), _all(whole))
    came = [sum(page.whole < GIVEN_UP for page in pages) for pages in runs]
    yield Row("  pages that came up whole", note=f"of {len(runs[0])}:", beside=_all(came))


def _all(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:.3g}" for number in numbers)
