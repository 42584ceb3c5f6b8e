"""The rows that are printed, and the medians in them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTHS = (52, 8, 31, 17, 9, 4)
TITLES = ("what", "median", "beside it", "ratio", "target", "met?")


@dataclass(frozen=True)
class Row:
    """One measured thing, and what it is compared with.

    `seconds` is ours and `other` the time of what stands beside it. With a target the ratio
    "other / ours" (or "ours / other", as `ratio` says) is held against it.
    """

    what: str
    seconds: float | None = None
    beside: str = ""
    other: float | None = None
    ratio: str = "other / ours"
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    def number(self) -> float | None:
        """What the target speaks of: the ratio, or without another time our time itself."""
        if self.seconds is None or self.other is None:
            return self.seconds
        ours_over_other = self.seconds / self.other
        return ours_over_other if self.ratio == "ours / other" else 1 / ours_over_other

    def met(self) -> str:
        """yes, no, or nothing where there is no target or no measurement."""
        number = self.number()
        if number is None or self.at_least is self.at_most is None:
            return ""
        low, high = self.at_least or 0.0, self.at_most or float("inf")
        return "yes" if low <= number <= high else "NO"

    def target(self) -> str:
        """The target in words."""
        form = "{:g}x".format if self.other is not None else milliseconds
        if self.at_least is not None:
            return f">= {form(self.at_least)}"
        return f"<= {form(self.at_most)}" if self.at_most is not None else ""

    def columns(self) -> tuple[str, ...]:
        """The texts of the six columns."""
        if self.seconds is None:
            return self.what, self.note, self.beside, "", "", ""
        beside = f"{self.beside} {milliseconds(self.other)}" if self.other else self.beside
        unit = "x as fast" if self.ratio == "other / ours" else "x its time"
        ratio = f"{self.number():.2f}{unit}" if self.other is not None else ""
        columns = self.what, milliseconds(self.seconds), beside, ratio, self.target(), self.met()
        return (*columns[:-1], f"{columns[-1]} {self.note}".strip())


def milliseconds(seconds: float) -> str:
    """A time with three digits: 0.0123 s is 12.3 ms."""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def print_row(columns: Sequence[str]) -> None:
    """One line of the table; a text that is too long moves the rest to the right."""
    padded = (f"{text:<{width}}" for text, width in zip(columns, WIDTHS, strict=True))
    print("  ".join(padded).rstrip(), flush=True)


def print_head(title: str, explanation: str = "") -> None:
    """The head of a part of the table."""
    print(f"\n{title}\n\n{explanation}\n".rstrip() + "\n")
    print_row(TITLES)
    print_row(["-" * width for width in WIDTHS])


def interleaved(calls: dict[str, Callable[[], object]], rounds: int, repeat: int = 1,
                warm_up: int = 0) -> dict:
    """The median seconds of each call: A B C A B C ..., so that a slow moment hits all of them.

    Each round times `repeat` calls in a row, after one round that is not counted. At its turn each
    makes `warm_up` calls before, so that it finds its own data and code in the processor's caches,
    as in a loop, and not those of the one before it.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            for _ in range(warm_up):
                call()
            start = time.perf_counter()
            for _ in range(repeat):
                call()
            times[name].append((time.perf_counter() - start) / repeat)
    return {name: statistics.median(found[1:]) for name, found in times.items()}
