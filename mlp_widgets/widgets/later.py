"""Something that is done when nothing has happened for a moment, such as sending words."""

from __future__ import annotations

import threading
from collections.abc import Callable

REST_SECONDS = 0.06
"""A key held down repeats about every 0.03 s."""


class Later:
    """Calls ``action`` after a rest; every new ``start`` puts it off."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Do it after a rest from now on."""
        self.stop()
        self._timer = threading.Timer(REST_SECONDS, self._action)
        self._timer.name, self._timer.daemon = "mlp_widgets later", True
        self._timer.start()

    def stop(self) -> None:
        """Do not do it, unless it has begun."""
        if self._timer is not None:
            self._timer.cancel()
