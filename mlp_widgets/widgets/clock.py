"""What is done later: on the event loop of the kernel, or on a thread where there is none.

A kernel in the browser (JupyterLite) has a loop and cannot start threads; a script has threads and
no loop. On the loop nothing of a run meets another part of itself, and no thread is begun at each
move of a slider.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

Action = Callable[[], object]


class Clock:
    """Belongs to the loop in which it is made; ``after`` may be called on any thread."""

    def __init__(self) -> None:
        self._loop = running_loop()

    @property
    def has_loop(self) -> bool:
        """Whether there is a loop that will do it."""
        return self._loop is not None and not self._loop.is_closed()

    def after(self, seconds: float, action: Action) -> Action:
        """Do something in so many seconds; what is returned cancels it, unless it has begun."""
        cancelled = threading.Event()

        def unless_cancelled() -> None:
            if not cancelled.is_set():
                action()

        def on_a_thread() -> None:
            cancelled.wait(seconds)
            unless_cancelled()

        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.call_later, seconds, unless_cancelled)
        else:
            on_thread(on_a_thread, "later")
        return cancelled.set


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of the main thread, if this is called in it. Loops of other threads may end before
    the lab does: JupyterLab has some, for the messages of widgets."""
    if threading.current_thread() is not threading.main_thread():
        return None
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def on_thread(action: Action, name: str) -> threading.Thread:
    """Do something on a thread of its own, which does not keep Python from ending."""
    thread = threading.Thread(target=action, name=f"mlp_widgets {name}", daemon=True)
    thread.start()
    return thread
