"""Run and pause: repeat an action on a thread of its own, so that the page stays responsive."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Runner:
    """Calls ``tick`` again and again until it returns False or ``stop`` is called.

    ``pause`` is the time in seconds between two calls: it leaves the kernel free for the page's
    own messages, such as a press of the stop button. ``tick`` must not raise.
    """

    def __init__(self, tick: Callable[[], bool], pause: float = 0.06) -> None:
        self._tick, self._pause = tick, pause
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True between start and stop."""
        return self._thread is not None and not self._stop.is_set()

    def start(self) -> None:
        """Begin, unless running already."""
        if self.running:
            return
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._loop, args=(self._stop,), name="mlp_widgets run", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """No further call begins after this; a call under way is not waited for."""
        self._stop.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended; for use from code, not from a tick."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _loop(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._tick():
                stop.set()
            stop.wait(self._pause)
