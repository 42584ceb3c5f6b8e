"""Blocks of HTML that a lab shows: a text of its numbers, and a small table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import ipywidgets as widgets

N = TypeVar("N")


class Text(Generic[N]):
    """A block of HTML that is a function of the numbers."""

    def __init__(self, make: Callable[[N], str], css: str = "") -> None:
        self._make = make
        self.widget = widgets.HTML()
        if css:
            self.widget.add_class(css)

    def refresh(self, state: object, numbers: N) -> None:
        """The text of these numbers."""
        self.widget.value = self._make(numbers)


def small_board(rows: Sequence[tuple[str, str, str]]) -> str:
    """A table of (text, end of a CSS class, value)."""
    body = "".join(f'<tr><td>{text}</td><td class="mlp-{key}">{shown}</td></tr>'
                   for text, key, shown in rows)
    return f"<table>{body}</table>"
