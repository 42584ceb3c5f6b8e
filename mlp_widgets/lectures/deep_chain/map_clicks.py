"""A click on the map moves the setting there, where the package ipyevents is installed.

Without it the sliders do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import ipywidgets as widgets

from ...drawing.gradient_map import MapPicture
from ...widgets.canvas import Canvas
from ...widgets.host import Host
from .depth_map import changes_to


class MapClicks:
    """Listens to the canvas of the map."""

    def __init__(self, host: Host, canvas: Canvas) -> None:
        self._host, self._canvas = host, canvas
        self._event = _clicks_on(canvas.image, host.guarded(self.clicked))

    def clicked(self, event: Mapping[str, float]) -> None:
        """Move to where the map was clicked; ``event`` is one of ipyevents."""
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
    """Calls ``action(event)`` for each click on a widget; None without ipyevents."""
    try:
        Event = import_module("ipyevents").Event
    except ImportError:
        return None
    clicks = Event(source=widget, watched_events=["click"])
    clicks.on_dom_event(action)
    return clicks
