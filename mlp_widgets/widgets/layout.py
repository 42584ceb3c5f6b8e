"""Boxes and sizes that all labs use; the style sheet in css.py has their widths."""

from __future__ import annotations

import ipywidgets as widgets

NAMED = {"description_width": "initial"}
"""Style of a control whose name stands before it in full."""


def line(*parts: widgets.Widget, **layout: str) -> widgets.HBox:
    """Controls side by side."""
    box = widgets.HBox(parts, layout=widgets.Layout(margin="0", **layout))
    box.add_class("mlp-line")
    return box


def column(side: str, *parts: widgets.Widget) -> widgets.VBox:
    """Parts below each other: on the "left", the "right", or over the "whole" width."""
    box = widgets.VBox(parts, layout=widgets.Layout(margin="0"))
    box.add_class("mlp-column")
    box.add_class(f"mlp-{side}")
    return box


def sized(width: str) -> widgets.Layout:
    """A control of this width and the height of a line."""
    return widgets.Layout(width=width, height="30px", margin="0")


def heading(text: str) -> widgets.HTML:
    """A heading inside a column; may hold markup."""
    return widgets.HTML(f'<div class="mlp-heading">{text}</div>')
