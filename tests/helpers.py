"""What tests of labs and questions look at."""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from functools import cache

import ipywidgets as widgets
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.typing import ColorType

from mlp_widgets.widgets.bare import shared_models
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.look import look

WAIT = 20
"""Seconds after which a thread that has not ended is a failure."""


def luminance(color: ColorType) -> float:
    """Relative luminance of a colour, from 0 to 1 (WCAG 2.1): CIE Y."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


MARKS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@cache
def turning() -> str:
    """Marks of the direction of writing: three, and all that Unicode says to be such a mark."""
    return "\u061c\u200e\u200f" + "".join(
        mark for mark in map(chr, range(sys.maxunicode))
        if unicodedata.bidirectional(mark) in MARKS)


def turned(cell) -> list[str]:
    """What stands in a cell's widgets, and what it gives to pages without a kernel, with a mark
    that would turn the text after it."""
    data, about = cell._repr_mimebundle_()
    texts = [*data.values(), about.get("image/png", {}).get("alt", "")]
    for widget in all_widgets(cell.root):
        texts += [getattr(widget, "value", ""), getattr(widget, "description", ""),
                  getattr(widget, "tooltip", ""), *getattr(widget, "_options_labels", ())]
    return [text for text in texts if isinstance(text, str) and set(text) & set(turning())]


def text_of(line) -> str:
    """What a status or error line says, or any other HTML, without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", line.value)).removeprefix("⚠ ")


def live_widgets() -> set[str]:
    """Ids of all widgets that ipywidgets keeps alive, but the layouts and styles of all labs; one
    is the style sheet of all labs."""
    from ipywidgets.widgets import widget as base

    look()
    shared = {model.model_id for model in shared_models()}
    if hasattr(base, "_instances"):  # from 8.0.3
        return set(base._instances) - shared
    name = "_active_widgets" if hasattr(widgets.Widget, "_active_widgets") else "widgets"  # 8.0, 7
    return set(getattr(widgets.Widget, name)) - shared


def read(text: str) -> float:
    """The number that a text of a lab shows."""
    return float(text.replace("−", "-").replace("∞", "inf").replace(",", ""))


def half_a_digit(text: str) -> float:
    """Half of the last digit shown: how far the text may be from the truth."""
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)
