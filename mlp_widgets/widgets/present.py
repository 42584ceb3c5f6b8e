"""Present mode: labs and questions large enough for the last row of a room.

The switch only sets CSS classes on what is presented, and the style sheet does the rest, so the
state of the numbers knows nothing of it. Of a lab with several sections one at a time is shown
beside the sliders: its name is a button.

Where MLP_WIDGETS_PRESENT is 1, as ``make present`` sets it, the switch is on from the start.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial

from . import bare as widgets
from .cell import Cell
from .layout import line, mark

PRESENTING = "mlp-presenting"
"""CSS class of what is presented."""


class Present:
    """The switch, and a button for each of the ``sections``, which are seen while presenting."""

    def __init__(self, cell: Cell, sections: Sequence[str] = ()) -> None:
        self._cell = cell
        self.toggle = widgets.ToggleButton(description="Present",
                                           tooltip="Large type, for a projector")
        self.toggle.add_class("mlp-present")
        self.toggle.observe(cell.guarded(self._pressed), names="value")
        self.pages = [cell.button(name, f"mlp-page-{k}", partial(self.turn_to, k),
                                  tooltip=f"Show {name} beside the sliders")
                      for k, name in enumerate(sections)] if len(sections) > 1 else []
        self.widget = line(*self.pages)
        self.widget.add_class("mlp-pages")
        self._page = 0

    def begin(self) -> None:
        """Press the switch where everything is to be presented."""
        self.turn_to(0)
        self.toggle.value = os.environ.get("MLP_WIDGETS_PRESENT") == "1"

    def turn_to(self, page: int) -> None:
        """Show one section beside the sliders."""
        for root in self._cell.wholes:
            root.remove_class(f"mlp-at-{self._page}")
            root.add_class(f"mlp-at-{page}")
        for k, button in enumerate(self.pages):
            mark(button, "mlp-on", k == page)
        self._page = page

    def _pressed(self, change: Mapping[str, bool]) -> None:
        for widget in self._cell.in_the_page:
            mark(widget, PRESENTING, change["new"])
