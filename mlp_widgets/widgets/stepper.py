"""The stepper: forward then backward, one operation a step, in the numbers of the moment.

A lab whose state has a place, ``operation: int = place(17)``, gets a stepper: 0 is before the
first operation, k is the k-th. The operations come from the numbers, so moving a parameter
recomputes the one in view.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, ClassVar

from ..explain.notation import Notation
from ..explain.operations import Operation
from ..text import number
from . import bare as widgets
from .blocks import COVERED
from .host import Host
from .layout import line, stack
from .runner import LabRunner
from .why_zero import operation_in_words

SECONDS = 1.4
"""Between two steps of a play."""
PLAY, PAUSE = "▶ Play", "❚❚ Pause"
YELLOW, STRIPES = "<mark>Yellow</mark>", '<mark class="mlp-reused">in stripes</mark>'
"""The two halos as they look in the theme of the page: in a dark one yellow is dark too."""


class Stepper:
    """Back, Next, Play and Replay, a slider for the keyboard, and the step in words.

    With the slider in focus, the arrow keys go one step, PageUp and PageDown five, Home and End to
    the ends. A lab that walks through something else gives a ``stepper_type`` of its own, with
    another ``noun``, other ``steps``, and ``_words`` of them.
    """

    noun: ClassVar[str] = "operation"
    """What a step is."""
    legend: ClassVar[str] = (f"{YELLOW}: what the step computes, and its parameters; "
                             f"{STRIPES}: what it uses again.")
    """What the halos in the picture mean."""

    def __init__(self, host: Host, empty: str = "") -> None:
        """``empty`` is the sentence for a network that is not walked through."""
        self._host, self._empty = host, empty
        self.count = 1
        self.runner = LabRunner(host, self._one_more, "The play", SECONDS, self._end)
        button = host.button
        self.back = button("◂ Back", "mlp-back", lambda: self.go(self._place - 1),
                           tooltip=f"One {self.noun} back")
        self.next = button("Next ▸", "mlp-next", lambda: self.go(self._place + 1),
                           tooltip=f"The next {self.noun}", primary=True)
        self.play = button(PLAY, "mlp-play", self._toggle,
                           tooltip=f"One {self.noun} after the other")
        self.replay = button("Replay", "mlp-replay", self._replay,
                             tooltip=f"From the first {self.noun} on")
        self.slider = widgets.IntSlider(description=self.noun, min=0, max=1)
        self.slider.add_class("mlp-slider-step")
        host.on_value(self.slider, self.go)
        self.words = widgets.HTML()
        self.words.add_class("mlp-operation")
        self.widget = stack(line(self.back, self.next, self.play, self.replay), self.slider,
                            self.words)
        self.widget.add_class("mlp-stepper")

    @property
    def _place(self) -> int:
        """The step in view: a place beyond the last step, as where other points have fewer, is the
        last."""
        return min(self._host.state.operation, self.count)

    def go(self, step: int) -> None:
        """Show a step; beyond an end, the end. A play stops."""
        self.stop()
        self._show_step(step)

    def stop(self) -> None:
        """End a play."""
        self.runner.stop()
        self._end()

    def _show_step(self, step: int) -> None:
        self._host.set(operation=min(max(step, 0), self.count))

    def _toggle(self) -> None:
        """Play from here, or from the start if this is the end; or pause."""
        if self.runner.running:
            self.stop()
            return
        if self._place >= self.count:
            self._show_step(0)
        self._start()

    def _replay(self) -> None:
        self.stop()
        self._show_step(0)
        self._start()

    def _start(self) -> None:
        self.play.description = PAUSE
        self.runner.start()

    def _one_more(self) -> bool:
        """One step of a play; False ends it."""
        self._show_step(self._place + 1)
        if self._place < self.count:
            return True
        self._end()
        return False

    def _end(self) -> None:
        self.play.description = PLAY

    def refresh(self, state: Any, numbers: Any) -> None:
        """The step in view, with the numbers of the moment."""
        found = self.steps(numbers)
        self.count = len(found)
        step = min(state.operation, self.count)
        if self.slider.max != max(self.count, 1):
            self.slider.value = min(self.slider.value, self.count)
            self.slider.max = max(self.count, 1)
        for control in (self.slider, self.back, self.next, self.play, self.replay):
            control.disabled = not found
        self.slider.value = step
        self.words.value = self._words(found, step, numbers, state.is_covered)

    def steps(self, numbers: Any) -> Sequence[Any]:
        """What is walked through: the operations of both passes."""
        found: Sequence[Operation] = numbers.operations
        return found

    def notation(self, numbers: Any) -> Notation:
        """How the steps write their variables."""
        found: Notation = numbers.notation
        return found

    def _words(self, found: Sequence[Operation], step: int, numbers: Any, covered: bool) -> str:
        """Formula, numbers put in, result, and what is reused."""
        if not found:
            return f'<div class="mlp-operation-box">{html.escape(self._empty)}</div>'
        if step == 0:
            return (f'<div class="mlp-operation-box">{len(found)} operations: forward, then '
                    f"backward.<br>Press Next, or Play.<br><small>{self.legend}</small></div>")
        op = found[step - 1]
        is_gradient = op.way == "backward"
        return operation_box(op, f"{step} of {len(found)}", self.notation(numbers),
                             covered and is_gradient)


def operation_box(op: Operation, place: str, notation: Notation, covered: bool = False) -> str:
    """One operation as a block of HTML; covered, without its numbers."""
    formula = op.symbol if op.symbol == op.formula else f"{op.symbol} = {op.formula}"
    head = (f'<div class="mlp-operation-box"><small>{place}, {op.way}</small>'
            f"<div>{html.escape(formula)}</div>")
    if covered:
        return (f'{head}<div>&emsp;= <b class="mlp-operation-value">?</b></div>'
                f"<small>{COVERED}</small></div>")
    said = html.escape(operation_in_words(op, notation)) or "&nbsp;"
    value = number(op.value, 5)
    numbers = f'= <span class="mlp-operation-numbers">{html.escape(op.numbers)}</span> '
    return (f'{head}<div>&emsp;{numbers if op.numbers != value else ""}'
            f'= <b class="mlp-operation-value">{value}</b></div><small>{said}</small></div>')
