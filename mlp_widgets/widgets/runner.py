"""Run and pause: repeat an action in slices, so that the page stays responsive."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .clock import Clock, on_thread
from .host import Host


class Runner:
    """Calls ``tick`` again and again until it returns False or ``stop`` is called.

    ``pause`` is the time in seconds between two calls: it leaves the kernel free for the page's
    own messages, such as a press of the stop button. ``tick`` must not raise.
    """

    def __init__(self, tick: Callable[[], bool], pause: float = 0.06) -> None:
        self._tick, self._pause, self._clock = tick, pause, Clock()
        self._run: _Run | None = None
        self._ended, self._begins = False, threading.Lock()

    @property
    def running(self) -> bool:
        """True between start and stop."""
        return self._run is not None and not self._run.stopped.is_set()

    def start(self) -> None:
        """Begin, unless running already, or ended for good."""
        with self._begins:  # the end may come meanwhile, on another thread
            if self.running or self._ended:
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

    def end(self) -> None:
        """Stop for good: wait for a call under way, though not for ever. A start by that call, or
        by another run that goes on a little longer, does nothing."""
        with self._begins:
            self._ended = True
        self.stop()
        self.join(1.0)

    def join(self, timeout: float | None = None) -> None:
        """Wait until its thread has ended; for use from code, not from a tick. On the event loop
        a call ends before other code runs, so there is nothing to wait for."""
        thread = self._run.thread if self._run is not None else None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)


class LabRunner(Runner):
    """Of a part of a lab, with which it ends: ``frame`` is called under the lab's lock, unless the
    run was stopped meanwhile. It returns False at the end. Its error ends the run and is told;
    ``what`` is what did not work then, and ``failed`` puts the controls right."""

    def __init__(self, host: Host, frame: Callable[[], bool], what: str, pause: float = 0.06,
                 failed: Callable[[], object] = lambda: None) -> None:
        super().__init__(self.tick, pause)
        self._host, self._frame, self._failed, self._what = host, frame, failed, what
        host.at_close(self.end)

    def tick(self) -> bool:
        """One call of ``frame``; False ends the run."""
        with self._host.locked():
            if not self.running:
                return False
            try:
                more = self._frame()
            except Exception as error:
                self.stop()
                self._failed()
                self._host.show_failure(error, self._what)
                return False
            if not more:
                self.stop()  # under the lock: a start from now on is another run
            return more


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
