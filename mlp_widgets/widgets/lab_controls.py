"""What the controls of every lab have: presets, Undo, Reset, and controls of one field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from .layout import NAMED, sized

if TYPE_CHECKING:
    from .panel import Panel


class LabControls:
    """Base of the controls of a lab; ``lab`` has ``preset(name)``, ``set``, ``undo``, ``reset``."""

    def __init__(self, lab: Panel, presets: Iterable[Sequence[str]]) -> None:
        """``presets``: name, text of the button, end of its CSS class and, if any, tooltip."""
        self.lab = lab
        self.presets = [
            lab.button(text, f"mlp-preset-{css}", lambda name=name: lab.preset(name),
                       tooltip="".join(tooltip))
            for name, text, css, *tooltip in presets
        ]  # fmt: skip
        self.undo = lab.button("Undo", "mlp-undo", lab.undo)
        self.reset = lab.button("Reset", "mlp-reset", lab.reset)

    def choice(self, field: str, kind: type[widgets.Widget], **options: object) -> widgets.Widget:
        """A control of this kind that sets one field of the lab's state."""
        made = kind(**options)
        made.add_class(f"mlp-{field}")
        self.lab.on_value(made, lambda value: self.lab.set(**{field: value}))
        return made

    def drop(self, field: str, text: str, options: Iterable, width: str) -> widgets.Dropdown:
        """A list of choices, its name before it; options are names, or (text, value)."""
        return self.choice(field, widgets.Dropdown, description=text, options=list(options),
                           style=NAMED, layout=sized(width))

    def toggle(self, field: str, options: Iterable, width: str) -> widgets.ToggleButtons:
        """Buttons of which one is pressed, each so wide."""
        return self.choice(field, widgets.ToggleButtons, options=list(options),
                           style={"button_width": width}, layout=widgets.Layout(margin="0"))


def by_text(options: dict[str, str]) -> list[tuple[str, str]]:
    """Options of a control from {value: text}."""
    return [(text, value) for value, text in options.items()]
