"""A cell whose widgets are made when the first of them is asked for.

A lab has 200 to 500 widgets, and each is a message to the page. A lab of which a cell of a notebook
asks only for numbers needs none of them.
"""

from __future__ import annotations

from typing import Any

from .cell import Cell, ClosedError

KEPT_WHEN_CLOSED = {"_lock", "closed", "is_sealed", "listeners", "scale", "state", "successor"}
"""Attributes of a closed lab: for its repr, and to know the lab that stands in its place."""


class BuiltLate(Cell):
    """Base of labs. ``build`` makes the widgets and all parts that hold some."""

    is_built = False
    """Whether there are widgets, or they are being made."""
    is_sealed = False
    """Whether all that it may have is there, or comes with the widgets: another name is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.is_sealed = True

    def build(self) -> None:
        """Make everything that stands in the page; called once."""
        raise TypeError(f"{type(self).__name__} must define build()")

    def __getattr__(self, name: str) -> Any:
        """What is missing because nothing is built yet: build it. Other threads wait for it.
        ClosedError if it is missing because all is closed."""
        if self.closed:
            raise ClosedError(self.gone)
        if "_lock" in self.__dict__ and not name.startswith("_"):
            with self._lock:
                if not self.is_built:
                    self._build_now()
                    return getattr(self, name)
                if name in self.__dict__:  # another thread was building it
                    return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def need_widgets(self) -> None:
        """Make everything that stands in the page, if there is nothing yet."""
        with self._lock:
            if not self.is_built:
                self._build_now()

    def _build_now(self) -> None:
        """If it fails, nothing is built: the next who asks sees why."""
        if self.closed:
            raise ClosedError(self.gone)
        self.is_built, self.is_sealed = True, False
        try:
            self.make_messages()
            self.build()
        except Exception:
            self.is_built = False
            raise
        finally:
            self.is_sealed = True

    def show_status(self, sentence: str) -> None:
        """Put a sentence into the status line, if there is one yet."""
        if self.is_built:
            super().show_status(sentence)

    def show_error(self, sentence: str) -> None:
        """Put an error into the error line, if there is one yet."""
        if self.is_built:
            super().show_error(sentence)

    def let_go(self) -> None:
        """Keep next to nothing of what is closed: the outputs of a notebook, ``Out[5]``, hold every
        lab that a cell has shown, with all its pictures, widgets and numbers."""
        with self._lock:
            for name in vars(self).keys() - KEPT_WHEN_CLOSED:
                del vars(self)[name]

    @property
    def gone(self) -> str:
        """What it answers to every call once it is closed."""
        kind = type(self).__name__
        return f"this {kind} is closed: run its cell to make a new one" if self.closed else ""
