"""Learning, epoch by epoch: J and the part that is read right, on both halves of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text import number
from .log_lanes import LaneCurve, LogLanes
from .picture import Picture, Scene
from .quick_artists import QuickText, QuickTicks
from .style import NEURON, Look

LOOKS: tuple[Look, Look] = (
    {"color": NEURON[0], "linestyle": "-", "marker": "o", "markersize": 4.0, "linewidth": 2.0},
    {"color": NEURON[1], "linestyle": (0, (4, 1.5)), "marker": "s", "markersize": 4.0,
     "linewidth": 2.0})
NAMES = ("learned", "held out")


@dataclass(frozen=True, eq=False)
class LearningScene(Scene):
    """J and the part that is read right, of the half that is learned and of the one held out:
    shapes (2, K) for the first network and after each of K - 1 epochs. last: the most epochs.
    counts: how many digits each half has."""

    J: np.ndarray
    right: np.ndarray
    last: int
    counts: tuple[int, int]

    def notes(self) -> list[str]:
        """Where both halves stand now."""
        return [f"{name}, {count} digits: {percent(float(right[-1]))} read right, "
                f"J = {number(float(J[-1]), 3)}"
                for name, count, right, J in zip(NAMES, self.counts, self.right, self.J,
                                                 strict=True)]

    def words(self) -> str:
        """The same as one text."""
        epochs = self.J.shape[1] - 1
        return f"After {epochs} of {self.last} epochs. {'. '.join(self.notes())}."


def percent(share: float) -> str:
    """With one decimal."""
    return f"{100 * share:.1f} %"


class LearningPicture(Picture[LearningScene]):
    """Left J on a log axis, right the part that is read right; below, where both halves stand."""

    size = 490, 250

    def build(self) -> None:
        """Two axes with two curves each, and a line of text for each half."""
        page = self.page()
        self.loss, self.part = (self.figure.add_axes((x / 490, 78 / 250, 190 / 490, 146 / 250))
                                for x in (46, 290))
        self.loss.set_title("J")
        self.part.set_title("read right, %")
        self.lanes = LogLanes(self, self.loss)
        self.epochs = [QuickTicks(axes, "x", "epoch") for axes in (self.loss, self.part)]
        self.part.set_ylim(0, 103)
        QuickTicks(self.part, "y").show_ticks([0, 50, 100], ["0", "50", "100"])
        self.curves = [LaneCurve(self.lanes, look) for look in LOOKS]
        self.parts = [self.moving(self.part.plot([], [], clip_on=False, **look)[0])
                      for look in LOOKS]
        self.last = 0
        self.notes = []
        for row, look in enumerate(LOOKS):
            y = 30 - 18 * row
            page.plot([10, 27, 44], [y] * 3, **look, markevery=[1])
            self.notes.append(self.moving(QuickText(page, 52, y, align="left")))

    def update(self, scene: LearningScene) -> None:
        """Show other numbers."""
        self._show_axis(scene.last)
        self.lanes.fit(scene.J)
        epochs = np.arange(scene.J.shape[1])
        for row, note in enumerate(scene.notes()):
            self.curves[row].show(epochs, scene.J[row])
            self.curves[row].line.set_markevery([len(epochs) - 1])
            self.parts[row].set_data(epochs, 100 * scene.right[row])
            self.parts[row].set_markevery([len(epochs) - 1])
            self.notes[row].show(note)

    def _show_axis(self, last: int) -> None:
        """From before the first epoch to the last that there can be."""
        if last == self.last:
            return
        self.last = last
        places = np.linspace(0, last, 4).round().tolist()
        for axes, ticks in zip((self.loss, self.part), self.epochs, strict=True):
            ticks.show_ticks(places, [number(place) for place in places])
            axes.set_xlim(-0.03 * last, 1.03 * last)
        self.redraw_still()
