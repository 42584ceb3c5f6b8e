"""What is done when a control rests: the words of the pictures, and the frames that may come next.

A slider in focus goes one step up or down at the next key. When it has rested for a moment, the
frames of both neighbours are drawn and packed, but not sent: the key press then finds its picture
ready. The frames are real ones, of the state that will be; nothing is guessed between two.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from .sliders import SteppedLogSlider, SteppedSlider

if TYPE_CHECKING:
    from .panel import Panel

REST_SECONDS = 0.06
"""Without a move before drawing ahead begins; a key held down repeats about every 0.03 s."""
LONGEST_SECONDS = 0.15
"""Of a move, for which drawing ahead pays: a key press may have to wait for it as long."""


class LookAhead:
    """Words of the state in view and frames of its neighbours, on a thread of their own."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._timer: threading.Timer | None = None
        self._turn = 0
        self._solved: list[tuple[Any, Any]] = []

    def solution(self, state: Any) -> Any:
        """What was solved ahead for a state, or None; everything else is forgotten."""
        solved, self._solved = self._solved, []
        return next((solution for other, solution in solved if other == state), None)

    def moved(self, control: widgets.Widget, before: Any, seconds: float) -> None:
        """A control has changed the state that was ``before``, which took so long."""
        self.stop()
        found = self._states(control, before) if seconds < LONGEST_SECONDS else []
        now = self._panel.state, self._turn
        self._timer = threading.Timer(REST_SECONDS, self._rest, (now, found))
        self._timer.name, self._timer.daemon = "mlp_widgets look ahead", True
        self._timer.start()

    def stop(self) -> None:
        """Nothing more is told or drawn ahead until the next move, but for a frame under way."""
        self._turn += 1
        if self._timer is not None:
            self._timer.cancel()

    def join(self, timeout: float | None = None) -> None:
        """Wait until nothing is left to be drawn ahead."""
        if self._timer is not None:
            self._timer.join(timeout)

    def _states(self, control: widgets.Widget, before: Any) -> list[Any]:
        """The states one step of the control away, if it is a slider and moved one field."""
        now = self._panel.state
        changed = [f.name for f in fields(now) if getattr(now, f.name) != getattr(before, f.name)]
        if len(changed) != 1 or getattr(now, changed[0]) != control.value:
            return []
        return [replace(now, **{changed[0]: value}) for value in neighbours(control)]

    def _is(self, now: tuple[Any, int]) -> bool:
        """Whether the panel still rests in the state of that turn."""
        return self._panel.state is now[0] and self._turn == now[1]

    def _rest(self, now: tuple[Any, int], states: list[Any]) -> None:
        """Words, then frames of these states; a key press gets through between two of them."""
        with self._panel.locked():
            if self._is(now):
                self._panel.guarded(self._panel.tell)()
        for state in states:
            with self._panel.locked():
                if not self._is(now):
                    return
                with suppress(Exception):  # if the state comes, its own refresh says what is wrong
                    solution = self._panel.solve(state)
                    for canvas, drawings in self._panel.frames(state, solution):
                        canvas.draw_ahead(*drawings)
                    self._solved.append((state, solution))


def neighbours(control: widgets.Widget) -> list[float]:
    """The values that one key press up and down gives a slider; none for other controls."""
    if isinstance(control, SteppedLogSlider):
        up, down = (control.on_step(control.value * 10**k) for k in (control.step, -control.step))
    elif isinstance(control, SteppedSlider):
        up, down = (control.on_step(control.value + k) for k in (control.step, -control.step))
    elif isinstance(control, widgets.IntSlider):
        up, down = (control.value + k for k in (control.step, -control.step))
        up, down = min(up, control.max), max(down, control.min)
    else:
        return []
    return [value for value in (up, down) if value != control.value]
