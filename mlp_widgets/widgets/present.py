"""Present mode: a lab large enough for the last row of a room, with few controls.

The switch and its neighbour "More controls" only set CSS classes on the lab, and the style sheet
does the rest, so the state of the numbers knows nothing of it. Parts with the class ``mlp-fold``
are hidden until "More controls" is pressed; a line with the class ``mlp-presets`` grows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from .layout import line, sized

if TYPE_CHECKING:
    from .panel import Panel

PRESENTING, ALL_CONTROLS = "mlp-presenting", "mlp-all-controls"
"""CSS classes of a lab: large, and with the folded parts in view too."""


class Present:
    """The toggles Present and More controls: the first row of a lab.

    They stand first because what grows below them does not move them.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.toggle = widgets.ToggleButton(
            description="Present", layout=sized("84px"),
            tooltip="Large type and few controls, for a projector")
        self.more = widgets.ToggleButton(
            description="More controls", layout=sized("130px"),
            tooltip="All controls of the lab, or only those that the moment needs")
        for button, name, css in ((self.toggle, "mlp-present", PRESENTING),
                                  (self.more, "mlp-more-controls", ALL_CONTROLS)):
            button.add_class(name)
            panel.on_value(button, lambda pressed, css=css: self._mark(css, pressed))
        self.more.layout.display = "none"
        self.widget = line(self.toggle, self.more)
        self.widget.add_class("mlp-present-row")

    def _mark(self, css: str, pressed: bool) -> None:
        """Set or remove one class of the lab; More controls stands only while presenting."""
        change = self.panel.widget.add_class if pressed else self.panel.widget.remove_class
        change(css)
        if css == PRESENTING:
            self.more.layout.display = None if pressed else "none"


def presets(*rows: list[widgets.Widget]) -> tuple[widgets.HBox, ...]:
    """Rows of presets, which are large while the lab is presented."""
    made = tuple(line(*row) for row in rows)
    for row in made:
        row.add_class("mlp-presets")
    return made


def folded(*parts: widgets.Widget) -> tuple[widgets.Widget, ...]:
    """The same parts, hidden while the lab is presented, until More controls is pressed."""
    for part in parts:
        part.add_class("mlp-fold")
    return parts
