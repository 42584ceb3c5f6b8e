"""The parameters of a network as rows: number box, slider, and the gradient beside it."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from ..fields import Number, declared
from ..text import number, symbol
from .controls import NumberControl
from .host import Host, Numbers

FULL_BAR = 100.0
"""|gradient| at which a bar reaches its full length."""
UNIT = 0.1
"""|gradient| around which a bar's length turns from proportional to logarithmic."""


@dataclass(frozen=True)
class Group:
    """A neuron: its heading, which may hold markup, and the names of its parameters."""

    heading: str | Callable[[Any], str]
    names: tuple[str, ...]

    def title(self, state: object) -> str:
        """The heading in a state."""
        return self.heading(state) if callable(self.heading) else self.heading


def bar_length(gradient: float) -> float:
    """Length of a gradient's bar, 0 to 1: asinh(|g| / UNIT), so small ones stay visible."""
    return min(1.0, math.asinh(abs(gradient) / UNIT) / math.asinh(FULL_BAR / UNIT))


class ParameterTable:
    """Rows of parameters, grouped by neuron, and the gradients of ``objective(state)``."""

    def __init__(self, host: Host, groups: Sequence[Group],
                 objective: Callable[[Any], str]) -> None:
        self._groups, self._objective = groups, objective
        own = declared(host.state_type)
        self.rows: dict[str, NumberControl] = {}
        self._headings: list[widgets.HTML] = []
        rows: list[widgets.Widget] = []
        for group in groups:
            self._headings.append(widgets.HTML())
            rows.append(self._headings[-1])
            for name in group.names:
                of = own[name]
                assert isinstance(of, Number), f"a parameter is a number, {name} is none"
                self.rows[name] = NumberControl(of, host, slider_width=100)
                rows.append(self.rows[name].widget)
        self._gradients = widgets.HTML()
        self._gradients.add_class("mlp-gradients")
        left = widgets.VBox(rows, layout=widgets.Layout(overflow="visible", margin="0"))
        self.widget = widgets.HBox([left, self._gradients],
                                   layout=widgets.Layout(overflow="visible", margin="0"))

    def refresh(self, state: Any, numbers: Numbers) -> None:
        """Values into boxes and sliders, gradients into their column."""
        for row in self.rows.values():
            row.refresh(state)
        for widget, group in zip(self._headings, self._groups, strict=True):
            widget.value = f'<div class="mlp-heading">{group.title(state)}</div>'
        objective, gradient, parts = self._objective(state), numbers.gradient, []
        for place, group in enumerate(self._groups):
            hint = "" if place else f"arrow: {objective} falls"
            parts.append(f'<div class="mlp-heading"><small>{hint}</small></div>')
            parts.extend(gradient_row(name, gradient[name], objective) for name in group.names)
        self._gradients.value = "".join(parts)


def gradient_row(name: str, gradient: float, objective: str) -> str:
    """One gradient: signed number, arrow and bar towards the side on which the objective falls."""
    value = number(gradient, 3, plus=True, pad=True)
    percent = 50 * bar_length(gradient)
    left = 50.0 if gradient < 0 else 50.0 - percent
    arrow = "▸" if gradient < 0 else ("◂" if gradient > 0 else "·")
    title = (f"{objective} does not change with it" if gradient == 0 else
             f"{objective} falls when {symbol(name)} {'grows' if gradient < 0 else 'shrinks'}; "
             "the bar's length grows like a logarithm")
    return (
        f'<div class="mlp-gradient-row" title="{html.escape(title)}">'
        f'<div class="mlp-gradient-text"><span>∂{objective}/∂{symbol(name)} =</span>'
        f'<span><span class="mlp-gradient-{name}">{value}</span>'
        f'&thinsp;{arrow}</span></div><div class="mlp-gradient-bar">'
        f'<i style="left:{left:.1f}%;width:{percent:.1f}%"></i><b></b></div></div>'
    )
