"""J over the steps of a descent, on a log axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from ..text import counted_steps, number, round_limit
from .picture import Picture, Scene, few_ticks, short_ticks
from .style import FAINT, MARK, VALUE

LEAST = 1e-12
"""J below which the axis does not go."""


@dataclass(frozen=True, eq=False)
class LossCurveScene(Scene):
    """steps and J at each of them, shape (K,); title: what J is."""

    steps: np.ndarray
    J: np.ndarray
    title: str

    def words(self) -> str:
        """J at both ends."""
        if len(self.steps) == 1:
            return f"{self.title}: no step yet, J = {number(self.J[-1])}."
        return (f"{self.title}: in {counted_steps(int(self.steps[-1]))} from {number(self.J[0])} "
                f"to {number(self.J[-1])}.")


class LossCurvePicture(Picture[LossCurveScene]):
    """J from where the descent began, and where it is now."""

    size = 490, 200

    def build(self) -> None:
        """One curve, and its end."""
        wide, high = self.width, self.height
        axes = self.axes = self.figure.add_axes((60 / wide, 36 / high, 414 / wide, 140 / high))
        axes.set_yscale("log")
        axes.set_xlabel("steps", labelpad=1)
        axes.yaxis.set_major_locator(LogLocator(10, subs=(1.0,), numticks=5))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_locator(few_ticks(7))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(short_ticks)
        axes.grid(color=FAINT, linewidth=0.5)
        self.title = axes.set_title(" ")
        self.curve = self.moving(axes.plot([], [], color=VALUE, linewidth=2.2)[0])
        self.now = self.moving(axes.plot([], [], "o", color=MARK, markersize=7,
                                         markeredgecolor=VALUE, markeredgewidth=2,
                                         clip_on=False)[0])

    def update(self, scene: LossCurveScene) -> None:
        """Show another descent; the axes widen in steps, so that they seldom change."""
        if self.title.get_text() != scene.title:
            self.title.set_text(scene.title)
            self.redraw_still()
        J = np.maximum(scene.J, LEAST)
        low, high = 10.0 ** np.floor(np.log10(J.min())), 10.0 ** np.ceil(np.log10(J.max()) + 1e-9)
        end = round_limit(max(1.02 * float(scene.steps[-1]), 10.0))
        self.set_limits(self.axes, x=(0.0, end), y=(float(low), float(high)))
        self.curve.set_data(scene.steps, J)
        self.now.set_data(scene.steps[-1:], J[-1:])
