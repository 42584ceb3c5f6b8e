"""The parameters of a network as rows: number box, slider, and the gradient beside it."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..drawing.numbers import number, symbol
from .rows import NumberRow

if TYPE_CHECKING:
    from .panel import Panel

FULL_BAR = 100.0
"""|gradient| at which a bar reaches its full length."""
UNIT = 0.1
"""|gradient| around which a bar's length turns from proportional to logarithmic."""


@dataclass(frozen=True)
class Group:
    """A neuron: its heading and the names of its parameters."""

    heading: str
    names: tuple[str, ...]


def bar_length(gradient: float) -> float:
    """Length of a gradient's bar, 0 to 1: asinh(|g| / UNIT), so small ones stay visible."""
    return min(1.0, math.asinh(abs(gradient) / UNIT) / math.asinh(FULL_BAR / UNIT))


class ParameterTable:
    """Rows of parameters, grouped by neuron.

    ``objective`` is the letter of what the gradients are of. The slider has a range; the number
    box has none: a value outside keeps the slider at its end.
    """

    def __init__(self, groups: Sequence[Group], step: float = 0.05, objective: str = "J") -> None:
        self.groups, self.objective = groups, objective
        self.rows = {name: NumberRow(name, symbol(name), -1.0, 1.0, step, slider_width=100)
                     for group in groups for name in group.names}
        self.sliders = {name: row.slider for name, row in self.rows.items()}
        self.boxes = {name: row.box for name, row in self.rows.items()}
        self.headings: list[widgets.HTML] = []
        rows: list[widgets.Widget] = []
        for group in groups:
            self.headings.append(widgets.HTML())
            rows.append(self.headings[-1])
            rows.extend(self.rows[name].widget for name in group.names)
        self.gradients = widgets.HTML()
        self.gradients.add_class("mlp-gradients")
        left = widgets.VBox(rows, layout=widgets.Layout(overflow="visible", margin="0"))
        self.widget = widgets.HBox([left, self.gradients],
                                   layout=widgets.Layout(overflow="visible", margin="0"))

    def connect(self, lab: Panel) -> None:
        """A move calls ``lab.set(name=value)``."""
        for row in self.rows.values():
            row.connect(lab)

    def set_ranges(self, ranges: Mapping[str, tuple[float, float, float]]) -> None:
        """Ends and step of every slider."""
        for name, ends in ranges.items():
            self.rows[name].set_ends(*ends)

    def show(self, values: Mapping[str, float], gradients: Mapping[str, float]) -> None:
        """Values into boxes and sliders, gradients into their column."""
        for name, row in self.rows.items():
            row.show(values[name])
        for widget, group in zip(self.headings, self.groups, strict=True):
            widget.value = f'<div class="mlp-heading">{group.heading}</div>'
        parts = []
        for number_of_group, group in enumerate(self.groups):
            hint = "" if number_of_group else f"arrow: {self.objective} falls"
            parts.append(f'<div class="mlp-heading"><small>{hint}</small></div>')
            parts.extend(self._gradient(name, gradients[name]) for name in group.names)
        self.gradients.value = "".join(parts)

    def _gradient(self, name: str, gradient: float) -> str:
        """One gradient: signed number, arrow and bar towards the side on which J falls."""
        value = number(gradient, 3, plus=True, pad=True)
        percent = 50 * bar_length(gradient)
        left = 50.0 if gradient < 0 else 50.0 - percent
        arrow = "▸" if gradient < 0 else ("◂" if gradient > 0 else "·")
        J = self.objective
        title = (f"{J} does not change with it" if gradient == 0 else
                 f"{J} falls when {symbol(name)} {'grows' if gradient < 0 else 'shrinks'}; "
                 "the bar's length grows like a logarithm")
        return (
            f'<div class="mlp-gradient-row" title="{html.escape(title)}">'
            f'<div class="mlp-gradient-text"><span>∂{J}/∂{symbol(name)} =</span>'
            f'<span><span class="mlp-gradient-{name}">{value}</span>'
            f'&thinsp;{arrow}</span></div><div class="mlp-gradient-bar">'
            f'<i style="left:{left:.1f}%;width:{percent:.1f}%"></i><b></b></div></div>'
        )
