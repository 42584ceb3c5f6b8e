"""Three ways to a sum of hinges side by side, and below them the error against their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ..text import number
from .log_lanes import LaneCurve, LogLanes
from .picture import Picture, Scene
from .quick_artists import QuickText, QuickTicks
from .style import BLACK, FAINT, GREY, LINE, NEURON, NORMAL, VALUE, Look

MOST = 30
"""Of the axis of K."""
LEFTS, LOW, WIDE, HIGH = (10, 170, 330), 208, 150, 78
"""Of the three plots: left ends, lower end, width and height, CSS pixels."""
LOOKS: dict[str, Look] = {
    "least": {"color": VALUE, "linestyle": "-", "marker": "o", "markersize": 3.5, "linewidth": 1.6},
    "descent": {"color": NEURON[1], "linestyle": (0, (4, 2)), "marker": "s", "markersize": 5.5,
                "linewidth": 1.6},
    "best": {"color": LINE, "linestyle": "none", "marker": "D", "markersize": 6,
             "markerfacecolor": "none", "markeredgewidth": 1.8},
    "bound": {"color": GREY, "linestyle": (0, (1, 1.2)), "linewidth": 1.6},
    "own": {"color": BLACK, "linestyle": "none", "marker": "x", "markersize": 7,
            "markeredgewidth": 1.8},
}
NAMES = {"least": "hinges fixed", "descent": "descent", "best": "best there is",
         "bound": "no K hinges are below", "own": "your network, as it is now"}
PANELS = ("least", "descent", "best")
SAMPLES = {**{name: (left, LOW + HIGH + 13) for name, left in zip(PANELS, LEFTS, strict=True)},
           "bound": (12, 11), "own": (218, 11)}
"""Where the samples of the lines of J begin: those of the three ways beside the names of their
plots, the others below all."""
LENGTH = 28.0


@dataclass(frozen=True, eq=False)
class Fitted:
    """What one way came to: ŷ on a grid, both of shape (G,), where its kinks are, and its J in a
    few words; without a curve these say why there is none."""

    note: str
    grid: np.ndarray | None = None
    curve: np.ndarray | None = None
    kinks: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class WaysScene(Scene):
    """x, y: the target, shape (N,); ways: by the names of PANELS; K: of the network; heights:
    the ends of the axis of y; errors: by the names of LOOKS, (K, J) of shape (M,) each."""

    x: np.ndarray
    y: np.ndarray
    ways: dict[str, Fitted]
    K: int
    heights: tuple[float, float]
    errors: dict[str, tuple[np.ndarray, np.ndarray]]

    def words(self) -> str:
        """What the ways came to, and J for some K."""
        ways = "; ".join(f"{NAMES[name]}: {way.note}" for name, way in self.ways.items())
        curves = " ".join(self._curve(name) for name in ("least", "descent", "best")
                          if len(self.errors[name][0]))
        (own,) = self.errors["own"][1]
        return (f"Three ways with K = {self.K}. {ways}. J against K: {curves} {NAMES['own']}: "
                f"{number(float(own), 3)} for {self.K}.")

    def _curve(self, name: str) -> str:
        places, J = self.errors[name]
        some = [k for k, K in enumerate(places) if K in (1, 2, 3, 5, 8, 12, 20, 30)]
        return f"{NAMES[name]}: " + ", ".join(
            f"{number(float(J[k]), 3)} for {places[k]:g}" for k in some) + "."


class WaysPicture(Picture[WaysScene]):
    """Three small plots of the target with ŷ, and J against K on a log axis."""

    size = 490, 310
    _data: np.ndarray | None = None

    def build(self) -> None:
        """Axes, three curves above, five below, and their names."""
        page = self.page()
        self.plots, self.points, self.curves, self.kinks, self.notes = {}, {}, {}, {}, {}
        for left, name in zip(LEFTS, PANELS, strict=True):
            axes = self.plots[name] = self._small(left)
            self.points[name] = self.moving(
                axes.plot([], [], "o", color=BLACK, markersize=2.5)[0])
            self.kinks[name] = self.moving(axes.plot(
                [], [], "|", color=GREY, markersize=10, transform=axes.get_xaxis_transform())[0])
            self.curves[name] = self.moving(axes.plot(
                [], [], color=LOOKS[name]["color"], linewidth=2.0)[0])
            self.notes[name] = self.moving(QuickText(page, left, LOW - 12, size=NORMAL,
                                                    align="left"))
        axes = self.figure.add_axes(self._box(52, 57, 426, 108))
        page.text(52, 172, "J against K, the number of neurons", size=NORMAL)
        axes.set_xlim(0.2, MOST + 0.8)
        self.lanes = LogLanes(self, axes, NORMAL)
        ticks = QuickTicks(axes, "x", "K", NORMAL)
        ticks.show_ticks([1, *range(5, MOST + 1, 5)], ["1", *map(str, range(5, MOST + 1, 5))])
        self.here = self.moving(axes.axvline(1, color=FAINT, linewidth=5))
        self.errors = {name: LaneCurve(self.lanes, LOOKS[name])
                       for name in ("bound", "least", "descent", "best", "own")}
        for name, (left, y) in SAMPLES.items():
            page.plot([left, left + LENGTH / 2, left + LENGTH], [y] * 3, markevery=[1],
                      **LOOKS[name])
            color = LOOKS[name]["color"] if name in PANELS else BLACK
            QuickText(page, left + LENGTH + 6, y, NAMES[name], size=NORMAL, color=color,
                      align="left")

    def _box(self, left: float, low: float, wide: float, high: float
             ) -> tuple[float, float, float, float]:
        """CSS pixels as shares of the picture."""
        return left / self.width, low / self.height, wide / self.width, high / self.height

    def _small(self, left: float) -> Axes:
        """A plot without numbers: they stand in the larger picture of the same points."""
        axes = self.figure.add_axes(self._box(left, LOW, WIDE, HIGH))
        axes.set(xlim=(-1.06, 1.06), xticks=[], yticks=[])
        return axes

    def update(self, scene: WaysScene) -> None:
        """Show other numbers."""
        if self._data is not scene.y:
            self._show_data(scene)
        for name, way in scene.ways.items():
            none = np.empty(0)
            grid, curve, kinks = (none if of is None else of
                                  for of in (way.grid, way.curve, way.kinks))
            self.curves[name].set_data(grid, curve)
            self.kinks[name].set_data(kinks, np.zeros_like(kinks))
            self.notes[name].show(way.note)
        self.here.set_xdata([scene.K, scene.K])
        self.lanes.fit(*(J for _, J in scene.errors.values()))
        for name, (places, J) in scene.errors.items():
            self.errors[name].show(places, J, dots=name != "bound")

    def _show_data(self, scene: WaysScene) -> None:
        """The points of all three, and the limits that follow."""
        self._data = scene.y
        for name, axes in self.plots.items():
            self.points[name].set_data(scene.x, scene.y)
            self.set_limits(axes, y=scene.heights)
