"""Blocks of HTML that a lab shows: a text of its numbers, and a small table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ..fields import State
from . import bare as widgets

N = TypeVar("N")
COVERED = "The gradients are covered: predict first."
"""Stands where they would."""


class Text(Generic[N]):
    """A block of HTML that is a function of the numbers. ``covered``, a sentence or a function,
    is what stands there while the gradients are covered, if it tells any."""

    def __init__(self, make: Callable[[N], str], css: str = "",
                 covered: str | Callable[[N], str] = "") -> None:
        self._make = self._covered = make
        if covered:
            self._covered = covered if callable(covered) else lambda _: f"<p>{covered}</p>"
        self.widget = widgets.HTML()
        if css:
            self.widget.add_class(css)

    def refresh(self, state: State, numbers: N) -> None:
        """The text of these numbers."""
        make = self._covered if state.is_covered else self._make
        self.widget.value = make(numbers)


def small_board(rows: Sequence[tuple[str, str, str]]) -> str:
    """A table of (text, end of a CSS class, value)."""
    body = "".join(f'<tr><td>{text}</td><td class="mlp-{key}">{shown}</td></tr>'
                   for text, key, shown in rows)
    return f"<table>{body}</table>"


def headline_box(name: str, value: str) -> str:
    """The main number of a lab and its name, as HTML."""
    sign = "" if value.startswith("×") else "= "
    return (f'<div class="mlp-headline-box"><span>{name} {sign}</span>'
            f'<b class="mlp-mse-now">{value}</b></div>')
