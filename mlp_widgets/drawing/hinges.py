"""A sum of hinges over the points that it is to meet, and below it every hinge."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from ..text import number
from .exits import Exits
from .picture import Picture, Scene, added, stepped_limit, with_grid
from .quick_artists import QuickText
from .style import BLACK, GREY, HIDDEN, RING, VALUE, VALUE_PALE

ENDS = (-1.06, 1.06)
"""Of the axis of x: the points are between -1 and 1."""
HALOS = {"hinge": 12.0, "sum": 12.0, "target": 17.0}
"""What the stepper speaks of at a point, and the size of its halo."""


@dataclass(frozen=True, eq=False)
class HingesScene(Scene):
    """What the picture shows: numbers only, computed elsewhere.

    x, y: the target, shape (N,); grid, curve: ŷ, shape (G,); added: w2j a1j on the grid, shape
    (K, G); kinks: where each neuron switches, NaN for nowhere, shape (K,); neuron: the one on the
    sliders, counted from 0; point: the one that can be moved, counted from 0; heights: the ends of
    the axis of y; x_label: what x is; halos: (a key of HALOS, "now" or "reused") -> its place.
    """

    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    curve: np.ndarray
    added: np.ndarray
    kinks: np.ndarray
    neuron: int
    point: int
    heights: tuple[float, float]
    x_label: str
    halos: Mapping[tuple[str, str], tuple[float, float]]

    def words(self) -> str:
        """ŷ at both ends, the kinks, and the point that can be moved."""
        ends = ", ".join(f"ŷ = {number(float(np.interp(x, self.grid, self.curve)))} at x = "
                         f"{number(float(x))}" for x in self.x[[0, -1]])
        kinks = ", ".join(map(number, sorted(self.kinks[np.isfinite(self.kinks)]))) or "nowhere"
        return (f"The sum of {len(self.kinks)} hinges over {len(self.x)} points: {ends}. Kinks at "
                f"x = {kinks}. {self.of_the_neuron}. Point {self.point + 1} is at "
                f"x = {number(self.x[self.point])}, y = {number(self.y[self.point])}.")

    @property
    def of_the_neuron(self) -> str:
        """Which neuron is on the sliders, and its kink."""
        kink = self.kinks[self.neuron]
        where = f"kink at x = {number(kink)}" if np.isfinite(kink) else "no kink"
        return f"neuron {self.neuron + 1}: {where}"


class HingesPicture(Picture[HingesScene]):
    """Above the points ● with ŷ; below every hinge, that of the neuron on the sliders in colour."""

    size = 490, 336
    _data: np.ndarray | None = None

    def build(self) -> None:
        """Two axes over the same x; the points come with the first update."""
        grid = {"height_ratios": (5, 3), "hspace": 0.27,
                "left": 0.12, "right": 0.985, "top": 0.94, "bottom": 0.115}
        self.fit, self.parts = self.figure.subplots(2, sharex=True, gridspec_kw=grid)
        with_grid(self.fit, self.parts)
        self.fit.set_xlim(*ENDS)
        self.fit.set_title("target ●, sum ŷ —")
        self.parts.set_title("every hinge w₂ⱼ·a₁ⱼ")
        self.parts.axhline(0.0, color=GREY, linewidth=0.8)
        self.parts.xaxis.labelpad = 1
        self.halos = {(name, kind): self.moving(self._halo(name, kind))
                      for name in HALOS for kind in ("now", "reused")}
        # they move too: a target is drawn on this picture
        self.points = self.moving(self.fit.plot([], [], "o", color=BLACK, markersize=4.5)[0])
        self.ring = self.moving(self.fit.plot([], [], "o", color=BLACK, markersize=9,
                                              markerfacecolor="none")[0])
        self.kinks = self.moving(self.fit.plot(
            [], [], "|", color=GREY, markersize=14, markeredgewidth=1.5,
            transform=self.fit.get_xaxis_transform())[0])
        self.curve = self.moving(self.fit.plot([], [], color=VALUE, linewidth=2.4)[0])
        self.hinges = self.moving(added(self.parts, LineCollection([], color=VALUE_PALE,
                                                                   linewidth=1.2)))
        self.own = self.moving(self.parts.plot([], [], color=HIDDEN[0], linewidth=2.4)[0])
        self.own_kinks = [self.moving(axes.axvline(0.0, color=HIDDEN[0], linewidth=1.2))
                          for axes in (self.fit, self.parts)]
        self.about = self.moving(QuickText(self.parts, 0, 0, color=HIDDEN[0], align="right"))
        self.exits = Exits(self, self.fit, color=VALUE)

    def _halo(self, name: str, kind: str) -> Line2D:
        """A yellow disc around what the stepper computes, a ring around what it uses again."""
        axes = self.parts if name == "hinge" else self.fit
        return axes.plot([], [], "o", color=RING, markersize=HALOS[name], markeredgewidth=3,
                         markerfacecolor=RING if kind == "now" else "none")[0]

    def update(self, scene: HingesScene) -> None:
        """Show other numbers."""
        if self._data is not scene.y:
            self._show_data(scene)
        self.ring.set_data([scene.x[scene.point]], [scene.y[scene.point]])
        self.curve.set_data(scene.grid, scene.curve)
        here = scene.kinks[np.isfinite(scene.kinks)]
        self.kinks.set_data(here, np.zeros_like(here))
        self.hinges.set_segments([np.column_stack([scene.grid, one]) for one in scene.added])
        self.own.set_data(scene.grid, scene.added[scene.neuron])
        kink = scene.kinks[scene.neuron]
        for line in self.own_kinks:
            line.set_visible(bool(np.isfinite(kink)))
            line.set_xdata([kink, kink])
        reach = stepped_limit(float(np.abs(scene.added).max()), 1.2 * self._span)
        self.set_limits(self.parts, y=(-reach, reach))
        up = 11 / (self.parts.bbox.height / self.scale)
        self.about.show(scene.of_the_neuron, place=(ENDS[1], reach * (1 + 2 * up)))
        self.exits.show(scene.grid, scene.curve)
        for key, halo in self.halos.items():
            halo.set_data(*([value] for value in scene.halos[key])
                          if key in scene.halos else ((), ()))

    def _show_data(self, scene: HingesScene) -> None:
        """Points, and the limits and the name of the axis that follow."""
        self._data = scene.y
        self.points.set_data(scene.x, scene.y)
        if self.parts.get_xlabel() != scene.x_label:
            self.parts.set_xlabel(scene.x_label)
            self.redraw_still()
        self._span = float(np.ptp(scene.y)) or 2.0 * abs(float(scene.y[0])) or 2.0
        self.set_limits(self.fit, y=scene.heights)


def heights_shown(y: np.ndarray) -> tuple[float, float]:
    """The ends of an axis for a curve that is being drawn on it: a point that is dragged to an end
    leaves them as they are. Data far from 0, compared with their span, get an axis of their own."""
    low, high, size = float(y.min()), float(y.max()), float(np.abs(y).max()) or 1.0
    if 0 < high - low < size / 4:
        return low - 0.35 * (high - low), high + 0.35 * (high - low)
    end = 1.6 * 2.0 ** math.ceil(math.log2(size / 1.6) - 1e-9)
    return (-end, end) if low < -end / 4 or high <= 0 else (-end / 4, end)
