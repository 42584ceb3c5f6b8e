"""The parameters of a network as rows: number box, slider, and the gradient beside it."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..text import number, symbol
from . import bare as widgets
from .controls import Control
from .host import Numbers
from .layout import mark, styled

FULL_ARROW = 100.0
"""|gradient| at which an arrow reaches its full length."""
UNIT = 0.1
"""|gradient| around which an arrow's length turns from proportional to logarithmic."""
LONG = 8
"""Headings and gradients of a table that stands in two halves where it is presented."""


@dataclass(frozen=True)
class Group:
    """A neuron: its heading, which may hold markup, and the names of its parameters."""

    heading: str | Callable[[Any], str]
    names: tuple[str, ...]

    def title(self, state: object) -> str:
        """The heading in a state."""
        return self.heading(state) if callable(self.heading) else self.heading


def arrow_length(gradient: float) -> float:
    """Length of a gradient's arrow, 0 to 1: asinh(|g| / UNIT), so small ones stay visible."""
    return min(1.0, math.asinh(abs(gradient) / UNIT) / math.asinh(FULL_ARROW / UNIT))


class ParameterTable:
    """Rows of parameters, grouped by neuron, and beside them the gradients of
    ``objective(state)``, unless ``gradients`` is False. ``control(name)`` gives a row: the same
    row may stand in several tables. A parameter that is not in use in a state has no row there.
    Numbers that can tell it say in ``is_rounding(name)`` which gradient is 0 but for rounding: it
    has no arrow."""

    def __init__(self, control: Callable[[str], Control], groups: Sequence[Group],
                 objective: Callable[[Any], str], gradients: bool = True) -> None:
        self._groups, self._objective = groups, objective
        self._headings = [widgets.HTML() for _ in groups]
        self._controls = {name: control(name) for group in groups for name in group.names}
        rows: list[widgets.Widget] = []
        for shown, group in zip(self._headings, groups, strict=True):
            rows += [shown, *(self._controls[name].widget for name in group.names)]
        self._gradients = widgets.HTML()
        self._gradients.add_class("mlp-gradients")
        parts = [styled("mlp-rows", *rows), *([self._gradients] if gradients else [])]
        self.widget = widgets.HBox(parts)
        self.widget.add_class("mlp-table")
        if [len(group.names) for group in groups] == [2, 2]:
            self.widget.add_class("mlp-two-groups")
        self._has_gradients = gradients

    @property
    def with_gradient(self) -> list[str]:
        """The parameters that have their gradient beside them."""
        return [name for group in self._groups for name in group.names if self._has_gradients]

    @property
    def own_widgets(self) -> list[widgets.Widget]:
        """What is of this table alone: all but the rows."""
        rows = self.widget.children[0]
        return [*self._headings, self._gradients, rows, self.widget]

    def refresh(self, state: Any, numbers: Numbers) -> None:
        """Headings, and gradients into their column; the rows are kept by themselves."""
        shown = {name: control.of.in_use(state) for name, control in self._controls.items()}
        for name, control in self._controls.items():
            widgets.show(control.widget, shown[name])
        parts: list[str] = []
        beside = [name for name in self.with_gradient if shown[name]]
        for widget, group in zip(self._headings, self._groups, strict=True):
            names = [name for name in group.names if shown[name]]
            widgets.show(widget, bool(names))
            widget.value = f'<div class="mlp-heading">{group.title(state)}</div>' if names else ""
            if names and self._has_gradients:
                parts += [self._hint(state, beside), *(
                    self._gradient(state, numbers, name) for name in names)]
        self._gradients.value = "".join(parts)
        mark(self.widget, "mlp-long-table", len(parts) >= LONG)

    def _hint(self, state: Any, names: Sequence[str]) -> str:
        """What stands in the column of gradients of these parameters, beside a heading; θ stands
        for any of them."""
        objective = self._objective(state)
        by = symbol(names[0]) if len(names) == 1 else "θ"
        hint = f"<span>{objective} falls</span><span>∂{objective}/∂{by}</span>"
        return f'<div class="mlp-heading">{hint}</div>'

    def _gradient(self, state: Any, numbers: Numbers, name: str) -> str:
        """The gradient beside a row; a ? while it is covered."""
        if state.is_covered:
            return covered_row(name)
        is_rounding = getattr(numbers, "is_rounding", lambda _name: False)
        return gradient_row(name, numbers.gradient[name], self._objective(state),
                            is_rounding(name))


def gradient_row(name: str, gradient: float, objective: str, is_rounding: bool = False) -> str:
    """One gradient: an arrow to where the objective falls, and the number with its sign; of one
    that is 0 but for rounding "≈ 0"."""
    equals, value = "= ", number(gradient, 3, plus=True, pad=True)
    sign, says = arrow(gradient), falls(name, gradient, objective)
    if is_rounding:
        equals, value = "", "≈ 0"
        sign, says = "", f"{falls(name, 0.0, objective)}, but for rounding"
    return (
        f'<div class="mlp-gradient-row" title="{html.escape(says)}">{sign}'
        f'<span class="mlp-words">∂{objective}/∂{symbol(name)} {equals}</span>'
        f'<span class="mlp-gradient-{name}">{value}</span>'
        f'<span class="mlp-words">: {html.escape(says)}.</span></div>'
    )


def covered_row(name: str) -> str:
    """A gradient that is covered."""
    return f'<div class="mlp-gradient-row"><span class="mlp-gradient-{name}">?</span></div>'


def falls(name: str, gradient: float, objective: str) -> str:
    """What a gradient says of a parameter, in words."""
    if gradient == 0:
        return f"{objective} does not change with {symbol(name)}"
    return f"{objective} falls when {symbol(name)} {'grows' if gradient < 0 else 'shrinks'}"


def arrow(gradient: float) -> str:
    """An arrow beside the slider, towards the side on which the objective falls: against the sign
    of the gradient, and the longer the larger it is. A gradient of 0 has none."""
    if gradient == 0:
        return ""
    side = "right" if gradient < 0 else "left"
    return (f'<span class="mlp-falls mlp-falls-{side}">'
            f'<i style="--size:{arrow_length(gradient):.3f}"></i></span>')
