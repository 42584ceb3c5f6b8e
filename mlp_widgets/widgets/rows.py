"""A number of a lab's state as a row: a box for typing it and a slider beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from .sliders import SteppedLogSlider, SteppedSlider, set_ends

if TYPE_CHECKING:
    from .panel import Panel

DIGITS = 4
"""Significant digits in a box; the lab's number keeps all of its own."""


class NumberRow:
    """Box and slider of one number of a lab.

    The slider goes from ``low`` to ``high`` by ``step``; with ``log`` these are exponents of 10.
    ``whole`` is for whole numbers. The box has no ends of its own: the lab says what is allowed.
    ``label`` stands before the box and names it for screen readers; widths are CSS pixels.
    """

    def __init__(self, name: str, label: str, low: float, high: float, step: float, *,
                 log: bool = False, whole: bool = False, label_width: int = 28,
                 box_width: int = 104, slider_width: int = 200) -> None:
        self.name = name
        self.box = widgets.FloatText(
            description=label, step=1 if whole else (0.001 if log else step),
            layout=widgets.Layout(width=f"{box_width}px", margin="0"),
            style={"description_width": f"{label_width}px"})
        # whole numbers: the browser has nothing to round, so a plain slider is right
        kind = SteppedLogSlider if log else widgets.IntSlider if whole else SteppedSlider
        self.slider = kind(min=low, max=high, step=step, readout=False,
                           layout=widgets.Layout(width=f"{slider_width}px", margin="0"))
        self.box.add_class(f"mlp-box-{name}")
        self.slider.add_class(f"mlp-slider-{name}")
        self.widget = widgets.HBox([self.box, self.slider], layout=widgets.Layout(margin="0"))
        self.widget.add_class("mlp-row")

    def connect(self, lab: Panel) -> None:
        """A move of box or slider calls ``lab.set(name=value)``."""
        for control in (self.box, self.slider):
            lab.on_value(control, lambda value: lab.set(**{self.name: value}))

    def show(self, value: float) -> None:
        """The value in the box, and the slider as near to it as its ends and steps allow."""
        if isinstance(self.slider, widgets.IntSlider):
            self.slider.value = min(max(int(value), self.slider.min), self.slider.max)
            self.box.value = float(value)
        else:
            self.slider.put(value)
            self.box.value = float(f"{value:.{DIGITS}g}")

    def set_ends(self, low: float, high: float, step: float) -> None:
        """Other ends and step of the slider; a value outside moves inside."""
        set_ends(self.slider, low, high, step)
        self.box.step = step

    def enable(self, enabled: bool) -> None:
        """Whether box and slider can be moved."""
        self.box.disabled = self.slider.disabled = not enabled
