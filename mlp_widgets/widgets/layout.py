"""Boxes and sizes that all labs use; style.css has their widths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

NAMED = {"description_width": "initial"}
"""Style of a control whose name stands before it in full."""


def line(*parts: widgets.Widget, **layout: str) -> widgets.HBox:
    """Controls side by side."""
    box = widgets.HBox(parts, layout=widgets.Layout(margin="0", **layout))
    box.add_class("mlp-line")
    return box


def stack(*parts: widgets.Widget, **layout: str) -> widgets.VBox:
    """Parts below each other, close together."""
    box = widgets.VBox(parts, layout=widgets.Layout(margin="0", **layout))
    box.add_class("mlp-column")
    return box


def column(side: str, *parts: widgets.Widget) -> widgets.VBox:
    """Parts below each other: on the "left", the "right", or over the "whole" width."""
    box = stack(*parts)
    box.add_class(f"mlp-{side}")
    return box


def sized(width: str) -> widgets.Layout:
    """A control of this width and the height of a line."""
    return widgets.Layout(width=width, height="30px", margin="0")


def heading(text: str) -> widgets.HTML:
    """A heading inside a column; may hold markup."""
    return widgets.HTML(f'<div class="mlp-heading">{text}</div>')


def presets(*rows: Sequence[widgets.Widget]) -> tuple[widgets.HBox, ...]:
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


class OneOf(widgets.VBox):
    """A box that shows the parts of one case; the parts of the other cases are kept, unseen.

    case: state -> the case; a lab keeps the box in line with its state as it does other parts.
    """

    children: tuple[widgets.Widget, ...]

    def __init__(self, case: Callable[[Any], str], cases: Mapping[str, Sequence[widgets.Widget]],
                 **layout: str) -> None:
        super().__init__(layout=widgets.Layout(margin="0", overflow="visible", **layout))
        self.add_class("mlp-column")
        self._case = case
        self._cases = {name: tuple(parts) for name, parts in cases.items()}

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Show the parts of the case of a state."""
        self.show(self._case(state))

    def show(self, case: str) -> None:
        """Show the parts of a case."""
        if self.children != self._cases[case]:
            self.children = self._cases[case]

    @property
    def all_parts(self) -> tuple[widgets.Widget, ...]:
        """The parts of all cases, each once."""
        return tuple(dict.fromkeys(part for parts in self._cases.values() for part in parts))
