"""What every lab has: one frozen state, one way to change it, undo, a status line, errors in words.

    control or code -> change(...) -> solve(state) once -> show() -> every number and picture

A lab derives from :class:`Panel` and gives ``solve``, ``frames``, ``describe`` and ``snapshot``;
its ``controls`` have a ``show`` of their own.
Nothing is changed by a state that cannot be solved: the last good one stays.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from typing import Any
from weakref import WeakSet

import ipywidgets as widgets

from ..drawing.numbers import number, symbol
from .canvas import Canvas, Drawing
from .look_ahead import LookAhead
from .present import Present
from .share import Share, load_state, state_code
from .shown import Shown

UNDO_LEVELS = 200
GROUP_SECONDS = 1.0
"""Moves of one control that follow each other faster than this are undone together."""


class Panel(Shown):
    """Base of the labs. ``state`` is a frozen dataclass; ``solution`` is what solve made of it."""

    undoable: tuple[str, ...] = ()
    """Names of the state's fields that undo brings back."""

    after_error = " The last good state is kept."

    def __init__(self, state: Any) -> None:
        self._undo: list[Any] = []
        self._group: tuple[object, float] = (None, 0.0)
        self._moving = False
        self.look_ahead = LookAhead(self)
        self.listeners: WeakSet[Any] = WeakSet()
        """What is told of each state shown, by its ``notice()``: questions about the lab."""
        self.initial = self.state = state
        self.solution = self.solve(state)
        super().__init__()  # last: a state that is refused leaves no widget behind

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse a misspelt name, once the lab is made: nothing would happen."""
        if "widget" in self.__dict__ and not name.startswith("_") and not hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} has no {name!r} that could be set")
        super().__setattr__(name, value)

    # -- what a lab must give ---------------------------------------------------------------

    def solve(self, state: Any) -> Any:
        """All numbers of a state; ValueError or ArithmeticError says why there are none."""
        raise TypeError(f"{type(self).__name__} must define solve()")

    def frames(self, state: Any, solution: Any) -> Iterable[tuple[Canvas, Sequence[Drawing]]]:
        """Each canvas with what its pictures show for a state, which need not be the present one.

        Frames of neighbouring states are drawn ahead, so nothing here may read ``self.state``.
        """
        raise TypeError(f"{type(self).__name__} must define frames()")

    def describe(self) -> str:
        """The present state in one or two sentences, for the status line."""
        raise TypeError(f"{type(self).__name__} must define describe()")

    @property
    def words(self) -> str:
        """The present state, and what the pictures in view show."""
        with self._lock:
            canvases = [canvas for canvas, _ in self.frames(self.state, self.solution)]
            return " ".join([self.describe(), *(canvas.frame.words for canvas in canvases)])

    def tell(self) -> None:
        """Send the words of the pictures in view."""
        for canvas, _ in self.frames(self.state, self.solution):
            canvas.tell()

    def show(self) -> None:
        """Bring pictures, controls and numbers in line with ``state`` and ``solution``."""
        # pictures first: the page handles messages in their order, and pictures take longest
        for canvas, drawings in self.frames(self.state, self.solution):
            canvas.show(*drawings)
        self.controls.show()

    def locked(self) -> threading.RLock:
        """The panel's lock, for use in ``with``: other threads wait."""
        return self._lock

    # -- changing the state -----------------------------------------------------------------

    def change(self, group: object = None, **changes: Any) -> None:
        """Set fields of the state and show the result; raises and changes nothing if it cannot.

        Changes with the same ``group`` in quick succession are one step for undo.
        """
        with self._lock:
            state = replace(self.state, **changes)
            if state == self.state:
                self.complain("")
                return
            solution = self.look_ahead.solution(state) or self.solve(state)
            earlier = self.state
            self._show(state, solution)
            if any(getattr(state, name) != getattr(earlier, name) for name in self.undoable):
                self._remember(earlier, group)

    def undo(self) -> None:
        """Bring back the state before the last change; does nothing when there is none."""
        with self._lock:
            if not self._undo:
                self.say("Nothing to undo.")
                return
            earlier = self._undo[-1]
            state = replace(self.state, **self.recalled(earlier))
            self._show(state, self.solve(state))
            self._undo, self._group = self._undo[:-1], (None, 0.0)
            self.say("Undone. " + self.describe())

    def recalled(self, earlier: Any) -> dict[str, Any]:
        """The fields of an earlier state that undo brings back."""
        return {name: getattr(earlier, name) for name in self.undoable}

    def reset(self) -> None:
        """Bring back the state in which the lab was made."""
        with self._lock:
            self.change(**{f.name: getattr(self.initial, f.name) for f in fields(self.initial)})

    @property
    def code(self) -> str:
        """A short code of the present state, which ``load`` of another lab of this kind takes."""
        return state_code(self)

    def load(self, text: str) -> None:
        """Take over the state of a constructor call or of a code, in one step for undo.

        Nothing is evaluated; ValueError or ArithmeticError says what is wrong, and keeps all.
        """
        with self._lock:
            self._group = (None, 0.0)  # a step of its own, however soon it follows
            load_state(self, text)
            self._group = (None, 0.0)
            self.say("State loaded. " + self.describe())

    def _remember(self, earlier: Any, group: object) -> None:
        """Keep the earlier state for undo, unless this change continues the last one."""
        now = time.monotonic()
        same = group is not None and group == self._group[0]
        if not (same and now - self._group[1] < GROUP_SECONDS and self._undo):
            self._undo = [*self._undo[1 - UNDO_LEVELS :], earlier]
        self._group = (group, now)

    def _show(self, state: Any, solution: Any) -> None:
        """Take over a solved state; if showing it fails, the one before comes back."""
        before = self.state, self.solution
        self.state, self.solution = state, solution
        try:
            self._refresh(changes_in_words(before[0], state))
        except Exception:
            self.state, self.solution = before
            self.recover()
            raise
        self.complain("")

    def _refresh(self, changed: str = "") -> None:
        """Show, with the controls' own callbacks switched off; ``changed`` is told first."""
        with self.syncing():
            self.show()
            self.share.show()
        if not self._moving:
            self.tell()
        self.say(changed + self.describe())
        for listener in tuple(self.listeners):
            listener.notice()

    def recover(self) -> None:
        """Show the last good state after an error; a second error would hide the first."""
        with suppress(Exception):
            self._refresh()

    # -- callbacks --------------------------------------------------------------------------

    @contextmanager
    def moving(self) -> Iterator[None]:
        """More changes are to come soon: the words of the pictures wait for the last of them."""
        self._moving = True
        try:
            yield
        finally:
            self._moving = False

    @contextmanager
    def syncing(self) -> Iterator[None]:
        """While controls are set by the lab, their callbacks do nothing."""
        outer, self._syncing = self._syncing, True
        try:
            yield
        finally:
            self._syncing = outer

    def on_value(self, control: widgets.Widget, action: Callable[[Any], object]) -> None:
        """Call ``action(value)`` when the user changes a control."""

        def moved(change: Any) -> None:
            before, start = self.state, time.monotonic()
            with self.moving():
                action(change["new"])
            self.look_ahead.moved(control, before, time.monotonic() - start)

        control.observe(self.guarded(moved), names="value")

    # -- showing ----------------------------------------------------------------------------

    def _call(self, given: dict[str, Any], options: dict[str, tuple[Any, Any]]) -> str:
        """The constructor call with what is given always and each option (value, default) if it
        is not the default."""
        given = given | {name: v for name, (v, default) in options.items() if v != default}
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{type(self).__name__}({arguments})"

    def assemble(self, *parts: widgets.Widget) -> None:
        """Style, the switch Present, parts, status and error line, Share; then show the state."""
        flow = widgets.Box(parts, layout=widgets.Layout(margin="0"))
        flow.add_class("mlp-flow")
        self.present = Present(self)
        self.share = Share(self)
        self.widget = widgets.VBox([self.style(), self.present.widget, flow, self.status,
                                    self.error, self.share.widget])
        self.widget.add_class("mlp-lab")
        self.present.begin()
        self._refresh()

    def close(self) -> None:
        """Remove the lab from the page and free its widgets."""
        self.look_ahead.stop()
        super().close()


def changes_in_words(before: Any, after: Any) -> str:
    """"w₁₁ = 0.45. " if one or two numbers or switches of a state changed.

    More of them the lab sums up; and of what is chosen by a name, the control says it.
    """
    names = [f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name)]
    values = [getattr(after, name) for name in names]
    if len(names) > 2 or not all(isinstance(value, (bool, int, float)) for value in values):
        return ""
    return "".join(f"{_label(name)} = {_written(value)}. "
                   for name, value in zip(names, values, strict=True))


def _label(name: str) -> str:
    """A field as people call it: "w₂¹", "learning rate"."""
    return symbol(name) if re.fullmatch(r"[wb]\d+(_\d)?", name) else name.replace("_", " ")


def _written(value: bool | float) -> str:
    return ("off", "on")[value] if isinstance(value, bool) else number(value)
