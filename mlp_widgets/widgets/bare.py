"""The kinds of ipywidgets that labs are made of, without a layout and a style of their own.

Every widget of ipywidgets brings two more models for them, and the page builds each: in a lab they
would be three of five models, all alike, because style.css gives all widths and colours. So all
widgets share one layout, those that are hidden another one, and those of a kind one style.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import ipywidgets
from ipywidgets import DOMWidget, Layout, Widget
from traitlets import HasTraits, default

__all__ = [
    "HTML", "Box", "Button", "Checkbox", "DOMWidget", "Dropdown", "FileUpload", "HBox", "Image",
    "IntProgress", "IntSlider", "RadioButtons", "Text", "ToggleButton", "ToggleButtons", "VBox",
    "Widget", "own_models", "shared_models", "show",
]

_MADE: dict[Hashable, Any] = {}


def _shared(kind: type[Widget], **options: str) -> Any:
    """The one model of a kind and its options; a new one if somebody has closed it."""
    key = (kind, *options.items())
    if key not in _MADE or _MADE[key].comm is None:
        _MADE[key] = kind(**options)
    return _MADE[key]


def shared_models() -> list[Widget]:
    """The layouts and styles that many widgets of several labs have; none that was closed."""
    return [model for model in _MADE.values() if model.comm is not None]


def own_models(widget: Widget) -> list[Widget]:
    """The layout and the style that are closed with a widget, if they are its own."""
    found = [getattr(widget, name, None) for name in ("layout", "style")]
    return [model for model in found if isinstance(model, Widget) and model not in _MADE.values()]


def show(widget: DOMWidget, shown: bool) -> None:
    """Let a widget take part in the page, or take no room."""
    # "" and not None, which the kernel of the browser (JupyterLite) sends as nothing
    widget.layout = _shared(Layout, display="" if shown else "none")


class _Bare(HasTraits):
    """Comes before a kind of ipywidgets."""

    @default("layout")
    def _same_layout(self) -> Any:
        return _shared(Layout, display="")

    @default("style")
    def _same_style(self) -> Any:
        return _shared(self.traits()["style"].klass)


class Box(_Bare, ipywidgets.Box): ...
class HBox(Box, ipywidgets.HBox): ...
class VBox(Box, ipywidgets.VBox): ...
class HTML(_Bare, ipywidgets.HTML): ...
class Image(_Bare, ipywidgets.Image): ...
class Button(_Bare, ipywidgets.Button): ...
class ToggleButton(_Bare, ipywidgets.ToggleButton): ...
class Checkbox(_Bare, ipywidgets.Checkbox): ...
class RadioButtons(_Bare, ipywidgets.RadioButtons): ...
class Text(_Bare, ipywidgets.Text): ...
class FileUpload(_Bare, ipywidgets.FileUpload): ...
class IntSlider(_Bare, ipywidgets.IntSlider): ...
class IntProgress(_Bare, ipywidgets.IntProgress): ...


class Dropdown(_Bare, ipywidgets.Dropdown):
    """A list may become shorter: a page that chooses its last name hears then that this is gone.
    Such a choice changes nothing, and the page is told again what is chosen."""

    def set_state(self, sync_data: dict[str, object]) -> None:
        """What a page sends: the place of a name."""
        if sync_data.get("index") not in (None, *range(len(self.options))):
            sync_data = {**sync_data, "index": self.index}
        super().set_state(sync_data)


class ToggleButtons(_Bare, ipywidgets.ToggleButtons):
    """Buttons as wide as their texts."""

    @default("style")
    def _same_style(self) -> Any:
        return _shared(self.traits()["style"].klass, button_width="auto")
