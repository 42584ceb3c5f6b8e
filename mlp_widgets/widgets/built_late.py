"""A cell whose widgets are made when the first of them is asked for.

A lab has 200 to 500 widgets, and each is a message to the page. A lab of which a cell of a notebook
asks only for numbers needs none of them.
"""

from __future__ import annotations

from typing import Any

from .cell import Cell


class BuiltLate(Cell):
    """Base of labs. ``build`` makes the widgets and all parts that hold some."""

    is_built = False
    """Whether there are widgets."""
    is_open = False
    """Whether it is made, and no name but a wrong one can be missing."""

    def __init__(self) -> None:
        super().__init__()
        self.is_built, self.is_open = False, True

    def build(self) -> None:
        """Make everything that stands in the page; called once."""
        raise TypeError(f"{type(self).__name__} must define build()")

    def __getattr__(self, name: str) -> Any:
        """What is missing because nothing is built yet: build it."""
        state = self.__dict__
        if name.startswith("_") or state.get("is_built") or not state.get("is_open"):
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        with self._lock:
            if not self.is_built:
                self.is_open, self.is_built = False, True
                self.make_messages()
                self.build()
                self.is_open = True
        return getattr(self, name)

    def show_status(self, sentence: str) -> None:
        """Put a sentence into the status line, if there is one yet."""
        if self.is_built:
            super().show_status(sentence)

    def show_error(self, sentence: str) -> None:
        """Put an error into the error line, if there is one yet."""
        if self.is_built:
            super().show_error(sentence)
