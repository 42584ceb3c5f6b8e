"""Controls made from the fields of a state: what each shows is a function of the state alone.

    control_of(declared(State)["w"], lab)     # a number box and a slider that call lab.set(w=...)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from ..fields import Choice, Field, Number, Several, Switch, Whole
from .host import Host
from .layout import line
from .sliders import StepSlider

DIGITS = 4
"""Significant digits in a box; the lab's number keeps all of its own."""


MOST_OF_SYMBOL = 3
"""Characters of a symbol, such as w₁₁ or w₁²."""


class Control:
    """What sets one field. ``widget`` stands in the lab; ``refresh`` shows a state in it."""

    widget: widgets.Widget

    def __init__(self, of: Field, host: Host) -> None:
        self.of, self._host = of, host

    def connect(self, control: widgets.Widget, css_class: str) -> None:
        """A move of a widget sets the field."""
        control.add_class(css_class)
        self._host.on_value(control, lambda value: self._host.set(**{self.of.name: value}))

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Show a state; nothing is sent for what did not change."""
        raise TypeError(f"{type(self).__name__} must define refresh()")


class NumberControl(Control):
    """Number box and slider. The box takes every number that the state allows.

    The name stands before the box and names it for screen readers. ``named``: it is a word, which
    takes the room it needs, and no symbol, for which all rows keep the same room.
    """

    of: Number

    def __init__(self, of: Number, host: Host, *, named: bool | None = None,
                 digits: int = DIGITS) -> None:
        super().__init__(of, host)
        self._digits = digits
        ends = of.ends(host.state)
        self.box = widgets.FloatText(description=of.symbol, step=self._box_step(ends))
        self.connect(self.box, f"mlp-box-{of.name}")
        parts, self.slider = [self.box], None
        if ends is not None:
            self.slider = StepSlider(*ends, log=of.log, continuous_update=of.continuous)
            self.slider.add_class(f"mlp-slider-{of.name}")
            host.on_value(self.slider, self._slid)
            parts.append(self.slider)
        self.widget = widgets.HBox(parts)
        self.widget.add_class("mlp-row")
        if len(of.symbol) > MOST_OF_SYMBOL if named is None else named:
            self.widget.add_class("mlp-named")

    def _box_step(self, ends: tuple[float, float, float] | None) -> float:
        """How far the arrow keys go in the box."""
        if self.of.box_step:
            return self.of.box_step
        if isinstance(self.of, Whole) or ends is None:
            return 1
        return 0.001 if self.of.log else ends[2]

    def _slid(self, _: int) -> None:
        if self.slider is not None:
            self._host.set(**{self.of.name: self.slider.number})

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The value in the box, and the slider as near to it as its ends and steps allow."""
        value, ends = getattr(state, self.of.name), self.of.ends(state)
        if self.slider is not None and ends is not None:
            if ends != self.slider.ends:
                self.slider.set_ends(*ends)
                self.box.step = self._box_step(ends)
            self.slider.put(value)
        self.box.value = float(value if isinstance(self.of, Whole)
                               else f"{value:.{self._digits}g}")
        if self.of.when is not None:
            unused = not self.of.when(state)
            self.box.disabled = unused
            if self.slider is not None:
                self.slider.disabled = unused


class ChoiceControl(Control):
    """A list of choices with its name before it, or a button for each."""

    of: Choice

    def __init__(self, of: Choice, host: Host) -> None:
        super().__init__(of, host)
        options = [(text, value) for value, text in of.options.items()]
        if of.buttons:
            self.widget = widgets.ToggleButtons(options=options, style={"button_width": "auto"})
            self.widget.add_class("mlp-segments")
        else:
            self.widget = widgets.Dropdown(description=of.symbol, options=options)
            self.widget.add_class("mlp-choice")
        self.connect(self.widget, f"mlp-{of.name}")

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The choice of the state."""
        self.widget.value = getattr(state, self.of.name)


class SwitchControl(Control):
    """A checkbox."""

    of: Switch

    def __init__(self, of: Switch, host: Host) -> None:
        super().__init__(of, host)
        self.widget = widgets.Checkbox(description=of.symbol, indent=False)
        self.connect(self.widget, f"mlp-{of.name}")

    def refresh(self, state: Any, numbers: object = None) -> None:
        """On or off."""
        self.widget.value = getattr(state, self.of.name)


class SeveralControl(Control):
    """A checkbox for each of the names."""

    of: Several

    def __init__(self, of: Several, host: Host) -> None:
        super().__init__(of, host)
        self.boxes = {
            name: widgets.Checkbox(description=text, indent=False)
            for name, text in of.options.items()
        }
        for name, box in self.boxes.items():
            box.add_class(f"mlp-{of.name}-{name}")
            host.on_value(box, lambda _: host.set(**{of.name: self._ticked()}))
        self.widget = line(widgets.HTML(of.symbol), *self.boxes.values())

    def _ticked(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.boxes.items() if box.value)

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Those of the state are ticked."""
        chosen = getattr(state, self.of.name)
        for name, box in self.boxes.items():
            box.value = name in chosen


def control_of(of: Field, host: Host, **options: Any) -> Control:
    """The control of a field; ``options`` are of its kind. TypeError for a kind that has none."""
    kinds: Mapping[type, type] = {Choice: ChoiceControl, Switch: SwitchControl,
                                  Several: SeveralControl}
    kind = NumberControl if isinstance(of, Number) else kinds.get(type(of))
    if kind is None:
        raise TypeError(f"the lab must make the control of {of.name!r} itself")
    return kind(of, host, **options)
