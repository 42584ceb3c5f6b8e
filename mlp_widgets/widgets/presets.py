"""Situations of a lecture, one click away: a button for each, and the one in force stands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from . import bare as widgets
from .layout import line, mark


@dataclass(frozen=True)
class Preset:
    """A situation of a lecture: what it sets, the text and the tooltip of its button, and the end
    of its CSS class."""

    values: Mapping[str, object]
    text: str
    css: str
    tooltip: str = ""


class Presets:
    """The buttons. ``load(name)`` sets a preset, ``is_in_force(name)`` says whether the state is
    that of a preset."""

    def __init__(self, presets: Mapping[str, Preset], button: Callable[..., widgets.Button],
                 load: Callable[[str], None], is_in_force: Callable[[str], bool]) -> None:
        self.buttons = {
            name: button(preset.text, f"mlp-preset-{preset.css}", partial(load, name),
                         tooltip=preset.tooltip)
            for name, preset in presets.items()
        }
        self._is_in_force = is_in_force
        self.widget = line(*self.buttons.values())
        for css in ("mlp-presets", "mlp-segments"):
            self.widget.add_class(css)

    def refresh(self, state: object, numbers: object) -> None:
        """The preset in force stands out."""
        for name, button in self.buttons.items():
            mark(button, "mlp-on", self._is_in_force(name))
