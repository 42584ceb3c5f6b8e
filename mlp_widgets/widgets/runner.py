"""Run and pause: repeat an action in slices, so that the page stays responsive."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .clock import Clock, on_thread


class Runner:
    """Calls ``tick`` again and again until it returns False or ``stop`` is called.

    ``pause`` is the time in seconds between two calls: it leaves the kernel free for the page's
    own messages, such as a press of the stop button. ``tick`` must not raise.
    """

    def __init__(self, tick: Callable[[], bool], pause: float = 0.06) -> None:
        self._tick, self._pause, self._clock = tick, pause, Clock()
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        """True between start and stop."""
        return self._run is not None and not self._run.stopped.is_set()

    def start(self) -> None:
        """Begin, unless running already."""
        if self.running:
            return
        run = self._run = _Run(self._tick, self._pause)
        if self._clock.has_loop:
            self._clock.after(0.0, lambda: run.on_loop(self._clock))
        else:
            try:
                run.thread = on_thread(run.on_thread, "run")
            except RuntimeError:  # no thread can start
                self._run = None
                raise

    def stop(self) -> None:
        """No further call begins after this; a call under way is not waited for."""
        if self._run is not None:
            self._run.stopped.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until its thread has ended; for use from code, not from a tick. On the event loop
        a call ends before other code runs, so there is nothing to wait for."""
        thread = self._run.thread if self._run is not None else None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)


class _Run:
    """One run, from start to stop."""

    def __init__(self, tick: Callable[[], bool], pause: float) -> None:
        self._tick, self._pause = tick, pause
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None

    def on_thread(self) -> None:
        """All of it."""
        while not self.stopped.is_set():
            self._once()
            self.stopped.wait(self._pause)

    def on_loop(self, clock: Clock) -> None:
        """One call, and the next after a pause."""
        if not self.stopped.is_set():
            self._once()
        if not self.stopped.is_set():
            clock.after(self._pause, lambda: self.on_loop(clock))

    def _once(self) -> None:
        if not self._tick():
            self.stopped.set()
