"""A click or a drag on the map moves the setting there, where the package ipyevents is installed.

Without it the sliders do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import ipywidgets as widgets

from ...drawing.gradient_map import MapPicture
from ...widgets.canvas import Canvas
from ...widgets.host import Host
from .depth_map import changes_to

WATCHED = ("mousedown", "mousemove", "click")
"""Events of the browser; the click, when the button is released, is where a drag ends."""
PAUSE = 40
"""Milliseconds between two events of a drag."""


class MapClicks:
    """Listens to the canvas of the map."""

    def __init__(self, host: Host, canvas: Canvas) -> None:
        self._host, self._canvas = host, canvas
        self._event = _clicks_on(canvas.image, host.guarded(self.moved))

    def moved(self, event: Mapping[str, Any]) -> None:
        """Follow the pointer while its button is pressed; ``event`` is one of ipyevents."""
        if event.get("event") == "mousemove" and not event.get("buttons"):
            return
        with self._host.moving():
            self.clicked(event)

    def clicked(self, event: Mapping[str, Any]) -> None:
        """Move to where the map was clicked."""
        state, picture = self._host.state, self._canvas.picture
        if not self._canvas.is_shown(state) or not isinstance(picture, MapPicture):
            return
        place = picture.share_to_setting(
            float(event["relativeX"]) / float(event.get("boundingRectWidth") or picture.width),
            float(event["relativeY"]) / float(event.get("boundingRectHeight") or picture.height))
        if place is not None:
            self._host.set(**changes_to(state, *place))

    def close(self) -> None:
        """Listen no more."""
        if self._event is not None:
            self._event.close()


def _clicks_on(widget: widgets.Widget,
               action: Callable[..., None]) -> widgets.Widget | None:
    """Calls ``action(event)`` for clicks and drags on a widget; None without ipyevents.

    What a browser does itself is prevented: it would drag the image away.
    """
    try:
        Event = import_module("ipyevents").Event
    except ImportError:
        return None
    clicks = Event(source=widget, watched_events=list(WATCHED), prevent_default_action=True,
                   throttle_or_debounce="throttle", wait=PAUSE)
    clicks.on_dom_event(action)
    return clicks
