"""The stepper: forward then backward, one operation a step, in the numbers of the moment.

A lab's state has a field ``operation``: 0 is before the first, k is the k-th. The lab gives the
steps with every change, so moving a parameter recomputes the step in view.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Protocol

import ipywidgets as widgets

from ..drawing.numbers import number
from .layout import NAMED, line, sized
from .panel import Panel
from .runner import Runner

SECONDS = 1.4
"""Between two steps of a play."""


class Operation(Protocol):
    """What the stepper must know of a step."""

    way: str
    result: str
    formula: str
    numbers: str
    value: float
    says: str


class Stepper:
    """Back, Next, Play and Replay, a slider for the keyboard, and the step in words.

    With the slider in focus, the arrow keys go one step, PageUp and PageDown five, Home and End to
    the ends.
    """

    def __init__(self, panel: Panel, empty: str = "") -> None:
        """``empty`` is the sentence for a network that is not walked through."""
        self.panel, self.empty = panel, empty
        self.count = 1
        self.runner = Runner(self._tick, SECONDS)
        button = panel.button
        self.back = button("◂ Back", "mlp-back", lambda: self.go(self.panel.state.operation - 1),
                           tooltip="One operation back")
        self.next = button("Next ▸", "mlp-next", lambda: self.go(self.panel.state.operation + 1),
                           tooltip="The next operation")
        self.play = button("▶ Play", "mlp-play", self._toggle, width="84px",
                           tooltip="One operation after the other")
        self.replay = button("Replay", "mlp-replay", self._replay,
                             tooltip="From the first operation on")
        # whole numbers: the browser has nothing to round, so every value it sends is a move
        self.slider = widgets.IntSlider(description="operation", min=0, max=1, style=NAMED,
                                        layout=sized("300px"))
        self.slider.add_class("mlp-slider-step")
        panel.on_value(self.slider, self.go)
        self.words = widgets.HTML()
        self.words.add_class("mlp-operation")
        self.rows = (line(self.back, self.next, self.play, self.replay), self.slider, self.words)

    def go(self, step: int) -> None:
        """Show a step; beyond an end, the end. A play stops."""
        self.stop()
        self._show_step(step)

    def stop(self) -> None:
        """End a play."""
        self.runner.stop()
        self.play.description = "▶ Play"

    def _show_step(self, step: int) -> None:
        self.panel.change(operation=min(max(step, 0), self.count))

    def _toggle(self) -> None:
        """Play from here, or from the start if this is the end; or pause."""
        if self.runner.running:
            self.stop()
            return
        if self.panel.state.operation >= self.count:
            self._show_step(0)
        self._start()

    def _replay(self) -> None:
        self.stop()
        self._show_step(0)
        self._start()

    def _start(self) -> None:
        self.play.description = "❚❚ Pause"
        self.runner.start()

    def _tick(self) -> bool:
        """One step of a play; False ends it."""
        with self.panel.locked():
            if not self.runner.running:
                return False
            self._show_step(self.panel.state.operation + 1)
            if self.panel.state.operation < self.count:
                return True
            self.play.description = "▶ Play"
            return False

    def show(self, steps: Sequence[Operation], step: int) -> None:
        """The step in view, with the numbers of the moment."""
        self.count = len(steps)
        step = min(int(step), self.count)
        if self.slider.max != max(self.count, 1):
            self.slider.value = min(self.slider.value, self.count)
            self.slider.max = max(self.count, 1)
        for control in (self.slider, self.back, self.next, self.play, self.replay):
            control.disabled = not steps
        self.slider.value = step
        self.words.value = self._words(steps, step)

    def _words(self, steps: Sequence[Operation], step: int) -> str:
        """Formula, numbers put in, result, and what is reused."""
        if not steps:
            return f'<div class="mlp-operation-box">{html.escape(self.empty)}</div>'
        if step == 0:
            return (f'<div class="mlp-operation-box">{len(steps)} operations: forward, then '
                    "backward.<br>Press Next, or Play.</div>")
        op = steps[step - 1]
        said = html.escape(op.says) or "&nbsp;"
        return (
            f'<div class="mlp-operation-box"><small>{step} of {len(steps)}, {op.way}</small>'
            f"<div>{html.escape(op.result)} = {html.escape(op.formula)}</div>"
            f'<div>&emsp;= <span class="mlp-operation-numbers">{html.escape(op.numbers)}</span>'
            f' = <b class="mlp-operation-value">{number(op.value, 5)}</b></div>'
            f"<small>{said}</small></div>"
        )


def lit_in(solution: object, step: int) -> dict[str, str]:
    """``lit_by`` of a solution's ``steps``, which are not made if nothing is lit."""
    return lit_by(solution.steps, step) if step else {}


def lit_by(steps: Sequence[Operation], step: int) -> dict[str, str]:
    """Which keys of the diagram have a halo: "now" for the step in view, "reused" for its sources.

    Nothing at step 0.
    """
    if not step:
        return {}
    op = steps[min(int(step), len(steps)) - 1]
    return {**dict.fromkeys(op.reused, "reused"), **dict.fromkeys(op.lit, "now")}
