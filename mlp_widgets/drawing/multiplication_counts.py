"""Multiplications for all gradients of a chain over its depth, with and without reuse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text import number
from .picture import Picture, Scene, with_grid
from .quick_artists import QuickText
from .style import GREY, NEURON, NORMAL

REACHES = (10, 30, 100)
"""Depths at the end of the axis: the smallest that holds the present depth."""
LABEL = (-6.0, 11.0, -12.0)
"""CSS pixels from a mark to the end of its number: to the left, and up or down."""


@dataclass(frozen=True, eq=False)
class CountsScene(Scene):
    """What the picture shows: depths and the counts with and without reuse, shape (K,).

    present: (depth, with reuse, without) of the present chain.
    """

    depths: np.ndarray
    with_reuse: np.ndarray
    without: np.ndarray
    present: tuple[int, int, int]

    def words(self) -> str:
        """The counts at the present depth and at the end of the plot."""
        last = int(self.depths[-1]), int(self.with_reuse[-1]), int(self.without[-1])
        counts = "; ".join(f"at depth {depth}: {reuse} with reuse, {without} without"
                           for depth, reuse, without in dict.fromkeys((self.present, last)))
        return f"Multiplications over the depth: {counts}."


class CountsPicture(Picture[CountsScene]):
    """Two curves over the depth, quadratic and linear; the present depth is marked on both."""

    size = 490, 250
    _key: object = None

    def build(self) -> None:
        """Curves with their names stand still; marks with their numbers move."""
        axes = self.axes = self.figure.add_axes((0.125, 0.155, 0.685, 0.755))
        with_grid(axes)
        axes.set_title("multiplications for all ∂J/∂w   dotted: present depth")
        axes.set_xlabel("depth", labelpad=1)
        axes.set(xlim=(0, 10), ylim=(0, 1))
        looks = ((NEURON[1], "--", "s"), (NEURON[0], "-", "o"))
        self.curves = [axes.plot([], [], color=colour, linestyle=dash, linewidth=2.2)[0]
                       for colour, dash, _ in looks]
        self.names = [QuickText(axes, 0, 0, name, color=colour, align="left")
                      for (colour, _, _), name in zip(looks, ("without\nreuse", "with\nreuse"),
                                                      strict=True)]
        self.line = self.moving(axes.axvline(0, color=GREY, linewidth=1, linestyle=":"))
        self.marks = [self.moving(axes.plot([], [], mark, color=colour, markersize=7)[0])
                      for colour, _, mark in looks]
        self.counts = [self.moving(QuickText(axes, 0, 0, color=colour, size=NORMAL, align="right"))
                       for colour, _, _ in looks]

    def update(self, scene: CountsScene) -> None:
        """Show another present depth, or other counts."""
        depth, with_reuse, without = scene.present
        reach = next((r for r in REACHES if r >= depth), int(scene.depths[-1]))
        reach = min(max(reach, depth), max(int(scene.depths[-1]), depth))
        key = (reach, scene.with_reuse.tobytes(), scene.without.tobytes(), scene.depths.tobytes())
        if key != self._key:
            self._key = key
            self._show_curves(scene, reach)
        self.line.set_xdata([depth, depth])
        across = self.axes.get_xlim()[1] / (self.axes.bbox.width / self.scale)
        left, *ways = LABEL
        for mark, text, count, way in zip(self.marks, self.counts, (without, with_reuse), ways,
                                          strict=True):
            mark.set_data([depth], [count])
            text.show(number(count, 6), place=(depth + left * across, count + way * self._pixel()))

    def _pixel(self) -> float:
        """How many multiplications a CSS pixel is high."""
        low, high = self.axes.get_ylim()
        return (high - low) / (self.axes.bbox.height / self.scale)

    def _show_curves(self, scene: CountsScene, reach: int) -> None:
        """Other curves or a longer axis: the still part is drawn anew."""
        shown = scene.depths <= reach
        ends = []
        for curve, counts in zip(self.curves, (scene.without, scene.with_reuse), strict=True):
            curve.set_data(scene.depths[shown], counts[shown])
            ends.append(float(counts[shown][-1]))
        top = max(*ends, 1.0)
        self.axes.set(xlim=(0, 1.04 * reach), ylim=(-0.13 * top, 1.13 * top))
        places = ends[0], min(ends[1], ends[0] - 34 * self._pixel())  # two lines are 34 high
        for name, place in zip(self.names, places, strict=True):
            name.show(name.text, place=(1.06 * reach, place))
        self.redraw_still()
