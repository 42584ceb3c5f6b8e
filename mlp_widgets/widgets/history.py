"""Undo: the states before each change, moves of one control in quick succession as one step."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

S = TypeVar("S")
LEVELS = 200
GROUP_SECONDS = 1.0
"""Changes of one group that follow each other faster than this are undone together."""


class History(Generic[S]):
    """What Undo can go back to; the last entry is the state before the last change."""

    def __init__(self) -> None:
        self._states: list[S] = []
        self.separate()

    def separate(self) -> None:
        """The next change is a step of its own, whatever its group."""
        self._group: object = None
        self._time = 0.0

    def remember(self, earlier: S, group: object = None) -> None:
        """Keep a state that has just been left, unless this change continues the last one."""
        now = time.monotonic()
        same = group is not None and group == self._group and bool(self._states)
        if not (same and now - self._time < GROUP_SECONDS):
            self._states = [*self._states[1 - LEVELS :], earlier]
        self._group, self._time = group, now

    @property
    def last(self) -> S | None:
        """The state to which Undo goes back; None if there is none."""
        return self._states[-1] if self._states else None

    def drop(self) -> None:
        """Forget the last one, to which the lab has gone back."""
        del self._states[-1:]
        self.separate()
