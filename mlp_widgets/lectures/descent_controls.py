"""The controls of gradient descent, equal in every lab that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..widgets.layout import NAMED, heading, line, sized
from ..widgets.sliders import SteppedLogSlider

if TYPE_CHECKING:
    from .descent_lab import DescentLab


class DescentControls:
    """Learning rate, Step, 10 steps, Run/Pause and Rewind. ``rows`` are to be put into a column."""

    def __init__(self, lab: DescentLab, title: str, rate_name: str) -> None:
        button = lab.button
        self.rate = SteppedLogSlider(min=-5, max=1, step=0.05, readout=False,
                                     layout=sized("150px"))
        self.rate_box = widgets.FloatText(description=rate_name, step=0.001, style=NAMED,
                                          layout=sized("170px"))
        self.rate.add_class("mlp-rate-slider")
        self.rate_box.add_class("mlp-rate")
        for control in (self.rate, self.rate_box):
            lab.on_value(control, lambda value: lab.change(learning_rate=value))
        self.one = button("Step", "mlp-step", lambda: lab.pause_and_step(1),
                          tooltip="One step of gradient descent")
        self.ten = button("10 steps", "mlp-ten-steps", lambda: lab.pause_and_step(10))
        self.run = button("▶ Run", "mlp-run", lab.toggle_run, width="84px",
                          tooltip="Run or pause gradient descent")
        self.rewind = button("Rewind", "mlp-rewind", lab.rewind,
                             tooltip="Back to where this descent began")
        self.title = heading(title)
        self.rows = (self.title, line(self.rate_box, self.rate),
                     line(self.one, self.ten, self.run, self.rewind))

    def show(self, learning_rate: float) -> None:
        """The present learning rate on slider and box."""
        self.rate.put(learning_rate)
        self.rate_box.value = float(f"{learning_rate:.3g}")

    def show_running(self, running: bool) -> None:
        """The Run button says what a press would do."""
        self.run.description = "❚❚ Pause" if running else "▶ Run"
