"""Counting a field up to its end, one by one: its button and its bar.

    run = CountedRun(lab, "epochs", ("▶ Train", "❚❚ Stop"), tooltip="...")

For a field from which all else follows, such as the number of epochs: every count is a state like
any other, so pictures and controls show it, and Undo goes back to before the run.
"""

from __future__ import annotations

from typing import Any

from ..fields import Whole, declared
from . import bare as widgets
from .host import Host
from .layout import line
from .runner import LabRunner

REST_SECONDS = 0.02
"""Between two counts, so that the page can send a press of the button."""


class CountedRun:
    """``widget`` is a line of the button and the bar. At the end of the field a run begins again
    from its low end."""

    def __init__(self, host: Host, name: str, texts: tuple[str, str], *, tooltip: str = "") -> None:
        """``texts`` of the button: while nothing runs, and during a run."""
        of = declared(host.state_type)[name]
        if not isinstance(of, Whole):
            raise TypeError(f"{name!r} is no whole number: it cannot be counted up")
        self._host, self._of, self._texts = host, of, texts
        self.runner = LabRunner(host, self._count, "The run", REST_SECONDS, self.stop)
        self.button = host.button(texts[0], "mlp-run", self._toggle, primary=True, tooltip=tooltip)
        self.button.add_class("mlp-train")
        self.bar = widgets.IntProgress(min=of.low, max=of.high)
        self.bar.add_class("mlp-progress")
        self.widget = line(self.button, self.bar)

    @property
    def _value(self) -> int:
        return getattr(self._host.state, self._of.name)

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The bar, and what the button does next."""
        self.bar.value = self._value
        self.button.description = self._texts[self.runner.running]

    def run(self) -> None:
        """Count up from here to the end, or to ``stop``; a second call while running does
        nothing."""
        with self._host.locked():
            if self.runner.running:
                return
            if self._value >= self._of.high:
                self._set(self._of.low)
            self.runner.start()
            self.refresh(self._host.state)

    def stop(self) -> None:
        """End a run; what it has come to stays."""
        with self._host.locked():
            self.runner.stop()
            self.refresh(self._host.state)

    def _toggle(self) -> None:
        self.stop() if self.runner.running else self.run()

    def _set(self, value: int) -> None:
        """Another count: all of a run is one step for Undo."""
        self._host.change(group=self, **{self._of.name: value})

    def _count(self) -> bool:
        """One count more; False ends the run."""
        if self._value + 1 >= self._of.high:
            self.runner.stop()  # so that the last count already shows the button as it is
        self._set(min(self._value + 1, self._of.high))
        return self.runner.running
