"""Something that is done when nothing has happened for a moment, such as sending words."""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock

REST_SECONDS = 0.06
"""A key held down repeats about every 0.03 s."""


class Later:
    """Calls ``action`` after a rest; every new ``start`` puts it off."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action, self._clock = action, Clock()
        self._cancel: Callable[[], object] = lambda: None

    def start(self) -> None:
        """Do it after a rest from now on."""
        self.stop()
        self._cancel = self._clock.after(REST_SECONDS, self._action)

    def stop(self) -> None:
        """Do not do it, unless it has begun."""
        self._cancel()
