"""Sliders that may show a value between their steps without changing it.

The browser's part of an ipywidgets slider rounds every value it is given to its steps and sends the
rounded value back, as if the student had moved it. Set by the lab to 0.123, a slider of step 0.05
would so change the parameter to 0.1. These sliders are only ever given values on their steps, and
what comes back without having been moved is not taken for a move.
"""

from __future__ import annotations

import math
import time
from collections import deque

import ipywidgets as widgets
from IPython import get_ipython

RETURN_SECONDS = 2.0
"""A value that the lab gave may come back from a busy browser as late as this."""
AFTER_CELL_SECONDS = 3.0
"""After a cell has run any value given before may come back, however old: while cells run, the
kernel sends but does not listen, and a page that is drawing many pictures lags behind."""


class _CellClock:
    """When the last cell of the notebook ended."""

    def __init__(self) -> None:
        self.ended, self._shell = -math.inf, None

    def watch(self) -> None:
        """Be told of the end of every cell; nothing happens outside of IPython."""
        shell = get_ipython()
        if shell is not None and shell is not self._shell:
            self._shell = shell
            shell.events.register("post_run_cell", self._note)

    def _note(self, *_: object) -> None:
        self.ended = time.monotonic()


CELLS = _CellClock()


class _Stepped:
    """What the two sliders share: values on steps, and what the browser sends back unmoved."""

    def on_step(self, value: float) -> float:
        """The value on the slider's steps that is nearest, within its ends."""
        raise TypeError(f"{type(self).__name__} must define on_step()")

    def put(self, value: float) -> None:
        """Move the handle as near to ``value`` as steps and ends allow."""
        CELLS.watch()
        given, value = self._given(), self.on_step(value)
        if given and given[-1][1] == value:
            given.pop()
        given.append((time.monotonic(), value))
        self.value = value

    def set_state(self, sync_data: dict) -> None:
        """A message of the browser: drop a value that is only our own, coming back."""
        if "value" in sync_data:
            value = self.on_step(sync_data["value"])
            sync_data = {**sync_data, "value": value}
            if self._came_back(value):
                del sync_data["value"]
                self.send_state("value")  # if it was a move after all, the handle goes back
            else:
                self._given().clear()
        super().set_state(sync_data)

    def _came_back(self, value: float) -> bool:
        """True if the lab gave this value last, or a moment ago, or before the end of a cell."""
        given, now = self._given(), time.monotonic()
        same = [entry for entry in given if entry[1] == value]
        if not same:
            return False
        if same[-1] is given[-1] or now - same[-1][0] < RETURN_SECONDS:
            return True
        if now - CELLS.ended < AFTER_CELL_SECONDS:
            given.remove(same[0])  # an old value comes back once: a second time it is a move
            return True
        return False

    def _given(self) -> deque:
        if "_given_values" not in self.__dict__:
            self.__dict__["_given_values"] = deque(maxlen=256)
        return self.__dict__["_given_values"]


class SteppedSlider(_Stepped, widgets.FloatSlider):
    """A FloatSlider whose handle stands on steps, whatever the value beside it is."""

    def on_step(self, value: float) -> float:
        """min + k step, rounded to the decimals of the step."""
        k = round((min(max(value, self.min), self.max) - self.min) / self.step)
        decimals = max(0, 3 - math.floor(math.log10(self.step)))
        return min(round(self.min + k * self.step, decimals), self.max)


class SteppedLogSlider(_Stepped, widgets.FloatLogSlider):
    """A FloatLogSlider whose exponent stands on steps."""

    def on_step(self, value: float) -> float:
        """10^(min + k step), rounded to six digits."""
        exponent = min(max(math.log10(max(value, 1e-300)), self.min), self.max)
        k = round((exponent - self.min) / self.step)
        return float(f"{10 ** (self.min + k * self.step):.6g}")


def set_ends(slider: widgets.Widget, low: float, high: float, step: float) -> None:
    """Other ends and step of any slider; the value is kept inside."""
    if (slider.min, slider.max, slider.step) != (low, high, step):
        slider.min, slider.max = min(low, slider.min), max(high, slider.max)
        slider.value = min(max(slider.value, low), high)
        slider.min, slider.max, slider.step = low, high, step
