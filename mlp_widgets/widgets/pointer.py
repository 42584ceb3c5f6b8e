"""The mouse on a picture, where the package ipyevents is installed: presses, drags, releases.

    Pointer(host, canvas, action)      # action(touch), for each of them

What it does, controls must do too: for those without ipyevents, and for the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from . import bare as widgets
from .canvas import Canvas
from .host import Host

KINDS = {"mousedown": "press", "mousemove": "drag", "click": "release"}
"""Events of the browser; the click, when the button is released, is where a drag ends."""
PAUSE = 40
"""Milliseconds between two events of a drag."""


@dataclass(frozen=True)
class Touch:
    """Where the pointer is: shares of the picture's width and height from the upper left, and what
    it does there, "press", "drag" or "release". ``Picture.data_at`` turns them into numbers."""

    kind: str
    across: float
    down: float


class Pointer:
    """Calls ``action(touch)`` for what the mouse does on a canvas while its picture is shown."""

    def __init__(self, host: Host, canvas: Canvas, action: Callable[[Touch], object]) -> None:
        self._host, self._canvas, self._action = host, canvas, action
        self._event = _events_of(canvas.image, host.guarded(self.moved))
        if self._event is not None:
            host.at_close(self._event.close)

    def moved(self, event: Mapping[str, Any]) -> None:
        """Pass on one event of ipyevents, if the button is pressed or was until now."""
        kind = KINDS[event.get("event", "click")]
        if kind == "drag" and not event.get("buttons"):
            return
        if not self._canvas.is_shown(self._host.state):
            return
        picture = self._canvas.picture
        touch = Touch(
            kind, float(event["relativeX"]) / float(event.get("boundingRectWidth")
                                                    or picture.width),
            float(event["relativeY"]) / float(event.get("boundingRectHeight") or picture.height))
        with self._host.moving():
            self._action(touch)


def _events_of(widget: widgets.Widget, action: Callable[..., None]) -> widgets.Widget | None:
    """Calls ``action(event)`` for clicks and drags on a widget; None without ipyevents.

    What a browser does itself is prevented: it would drag the image away.
    """
    try:
        Event = import_module("ipyevents").Event
    except ImportError:
        return None
    events = Event(source=widget, watched_events=list(KINDS), prevent_default_action=True,
                   throttle_or_debounce="throttle", wait=PAUSE)
    events.on_dom_event(action)
    return events
