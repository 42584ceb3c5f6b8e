"""Present mode: labs and questions large enough for the last row of a room, with few controls.

The switch and its neighbour "More controls" only set CSS classes on the lab, and the style sheet
does the rest, so the state of the numbers knows nothing of it. Parts with the class ``mlp-fold``
are hidden until "More controls" is pressed; a line with the class ``mlp-presets`` grows.

Where MLP_WIDGETS_PRESENT is 1, as ``make present`` sets it, the switch is on from the start.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import ipywidgets as widgets

from .cell import Cell
from .layout import line, sized

PRESENTING, ALL_CONTROLS = "mlp-presenting", "mlp-all-controls"
"""CSS classes: large, and with the folded parts in view too."""


class Present:
    """The toggles Present and More controls: the first row of a lab.

    They stand first because what grows below them does not move them.
    """

    def __init__(self, cell: Cell, more: bool = True) -> None:
        """``more``: whether something can be folded."""
        self._cell = cell
        self.toggle = self._switch("Present", "mlp-present", PRESENTING, "84px",
                                   "Large type and few controls, for a projector")
        self.widget = line(self.toggle)
        self.widget.add_class("mlp-present-row")
        self.more: widgets.ToggleButton | None = None
        if more:
            self.more = self._switch(
                "More controls", "mlp-more-controls", ALL_CONTROLS, "130px",
                "All controls of the lab, or only those that the moment needs")
            self.more.layout.display = "none"
            self.widget.children += (self.more,)

    def _switch(self, text: str, name: str, css: str, width: str,
                tooltip: str) -> widgets.ToggleButton:
        """A button that sets or removes one class while it is pressed."""
        made = widgets.ToggleButton(description=text, layout=sized(width), tooltip=tooltip)
        made.add_class(name)

        def pressed(change: Mapping[str, bool]) -> None:
            self._mark(css, change["new"])

        made.observe(self._cell.guarded(pressed), names="value")
        return made

    def begin(self) -> None:
        """Press the switch where everything is to be presented."""
        self.toggle.value = os.environ.get("MLP_WIDGETS_PRESENT") == "1"

    def _mark(self, css: str, pressed: bool) -> None:
        """Set or remove one class of the cell; More controls stands only while presenting."""
        widget = self._cell.widget
        (widget.add_class if pressed else widget.remove_class)(css)
        if css == PRESENTING and self.more:
            self.more.layout.display = None if pressed else "none"
