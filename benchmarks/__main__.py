"""Print the table of `python -m benchmarks`."""

from __future__ import annotations

import sys

from . import classroom, core, digits, hub, kernel, page, png, voila_pages
from .table import print_head, print_row

PARTS = {
    "core": (core.rows, "THE NETWORK: two passes, and J on a grid", core.EXPLANATION),
    "digits": (digits.rows, "DIGITS: a network learns to read", digits.EXPLANATION),
    "kernel": (kernel.rows, "THE KERNEL: a slider's new value to the new PNG", kernel.EXPLANATION),
    "png": (png.rows, "PACKING: a lab's pixels as PNG", png.EXPLANATION),
    "browser": (page.rows, "JUPYTERLAB: a key press to the painted picture", page.EXPLANATION),
    "voila": (voila_pages.rows, "VOILA: a page for each of a class", voila_pages.EXPLANATION),
    "class": (classroom.rows, "A CLASS: what a server needs for a student", classroom.EXPLANATION),
    "hub": (hub.rows, "A HUB: a class of students at once", hub.EXPLANATION),
}


def main(chosen: list[str]) -> None:
    """Measure the chosen parts, or all of them."""
    unknown = set(chosen) - set(PARTS)
    if unknown:
        sys.exit(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in chosen or PARTS:
        rows, title, explanation = PARTS[name]
        print_head(title, explanation)
        for row in rows():
            print_row(row.columns())


if __name__ == "__main__":
    main(sys.argv[1:])
