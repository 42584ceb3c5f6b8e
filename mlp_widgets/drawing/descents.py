"""Several descents on the same data: J over the updates and over the points seen, and the paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from ..text import number
from .picture import Picture, Scene, few_ticks, short_ticks
from .quick_artists import QuickImage, QuickText
from .style import BLACK, FAINT, GREY, LINE, MARK, NEURON, PALE_LANDSCAPE, Look

LOOKS: tuple[Look, ...] = (
    {"color": BLACK, "linewidth": 2.4},
    {"color": NEURON[1], "linewidth": 1.1},
    {"color": LINE, "linewidth": 1.6, "linestyle": (0, (4, 1.5))},
)
ROUND = (1.0, 2.0, 5.0)
LEAST = 1e-8
"""Of J at the start: what is smaller stands at the lower end of the axis."""
DEEP = 1e-3
"""The same for the colours of the landscape."""


@dataclass(frozen=True, eq=False)
class Descent:
    """One of them: J at the start and after each update, how many points were seen up to there,
    and the two parameters; shapes (K,), (K,) and (K, 2). note: a few words on it. diverged: it
    leaves the picture at its top."""

    J: np.ndarray
    seen: np.ndarray
    path: np.ndarray
    note: str = ""
    diverged: bool = False


@dataclass(frozen=True, eq=False)
class DescentsScene(Scene):
    """What the picture shows.

    descents: name -> what it did; up to three. updates, points: ends of the two axes. names:
    of the parameters across and up; across, up: grid, (A,) and (B,); J: on the grid, (B, A);
    start: of the two parameters; others: what is said of the other parameters.
    """

    descents: Mapping[str, Descent]
    updates: int
    points: int
    names: tuple[str, str]
    across: np.ndarray
    up: np.ndarray
    J: np.ndarray
    start: tuple[float, float]
    others: str = ""

    def words(self) -> str:
        """Each descent with both ends, and the lowest place of the map."""
        row, column = np.unravel_index(np.argmin(self.J), self.J.shape)
        said = [f"{name}: J from {number(d.J[0])} to {number(d.J[-1])} in {len(d.J) - 1} updates, "
                f"{self.names[0]} = {number(d.path[-1, 0])}, {self.names[1]} = "
                f"{number(d.path[-1, 1])}." for name, d in self.descents.items()]
        return (f"Map of J: lowest at {self.names[0]} = {number(self.across[column])}, "
                f"{self.names[1]} = {number(self.up[row])}. {' '.join(said) or 'No training yet.'}")


class DescentsPicture(Picture[DescentsScene]):
    """Left and middle: J, on a log axis. Right: the paths on the map of J, stronger is lower:
    what is dark on white is light on black."""

    def __init__(self, names: tuple[str, ...], width: int = 980, height: int = 242,
                 scale: float = 2.0) -> None:
        self.names = names
        super().__init__(width, height, scale)

    def build(self) -> None:
        """Three axes, a curve for each descent in each of them, and their notes below."""
        box = {"y": 76 / 242, "height": 146 / 242}
        self.by_update, self.by_point, self.map = (
            self.figure.add_axes((x / 980, box["y"], width / 980, box["height"]))
            for x, width in ((46, 174), (296, 174), (566, 398)))
        for axes, title in ((self.by_update, "J over updates"),
                            (self.by_point, "J over points seen")):
            axes.set_title(title)
            axes.set_yscale("log")
            axes.grid(color=FAINT, linewidth=0.5)
            axes.yaxis.set_major_formatter(short_ticks)
            axes.yaxis.set_minor_formatter(NullFormatter())
            axes.yaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_locator(few_ticks(5, whole=True))
            axes.xaxis.set_major_formatter(short_ticks)
        self._build_map()
        self.curves = [[self.moving(axes.plot([], [], **look)[0]) for look in LOOKS]
                       for axes in (self.by_update, self.by_point, self.map)]
        page = self.page()
        self.samples, self.notes = [], []
        for row, look in enumerate(LOOKS):
            y = 42 - 16 * row
            self.samples.append(self.moving(page.plot([8, 40], [y, y], **look)[0]))
            self.notes.append(self.moving(QuickText(page, 48, y, align="left")))
        self.others = self.moving(QuickText(page, 964, 10, color=GREY, align="right"))

    def _build_map(self) -> None:
        self.image = self.moving(QuickImage(self.map, PALE_LANDSCAPE))
        self.title = self.map.set_title(" ")
        self.map.xaxis.set_major_formatter(short_ticks)
        self.map.yaxis.set_major_formatter(short_ticks)
        self.start = self.moving(self.map.plot([], [], "s", markersize=7, color=MARK,
                                               markeredgecolor=BLACK)[0])

    def update(self, scene: DescentsScene) -> None:
        """Show more of the descents, or another map."""
        descents = [scene.descents.get(name) for name in self.names]
        self._show_axes(scene)
        top = np.log10(scene.J.max())
        low = max(np.log10(max(scene.J.min(), np.finfo(float).tiny)), top + np.log10(DEEP))
        self.image.limits = (float(low), float(max(top, low + 1e-6)))
        self.image.values = np.log10(np.maximum(scene.J, 10.0 ** (low - 1)))
        self.start.set_data([scene.start[0]], [scene.start[1]])
        for k, (name, descent) in enumerate(zip(self.names, descents, strict=True)):
            empty = np.empty(0)
            J, seen = (descent.J, descent.seen) if descent else (empty, empty)
            shown = np.maximum(J, self.by_update.get_ylim()[0])
            self.curves[0][k].set_data(np.arange(len(J)), shown)
            self.curves[1][k].set_data(seen, shown)
            self.curves[2][k].set_data(*(descent.path.T if descent else (empty, empty)))
            self.notes[k].show(f"{name}: {descent.note}" if descent else name)
        self.others.show(scene.others)

    def _show_axes(self, scene: DescentsScene) -> None:
        """Ends of all axes; those of J widen in steps, so that they seldom change."""
        # beside one that diverged the others would be flat
        kept = [d.J[:1] if d.diverged else d.J for d in scene.descents.values()]
        J = np.concatenate(kept or [np.array([1.0, 10.0])])
        low, high = _ends(max(J.min(), LEAST * J[0]), J.max())
        self.set_limits(self.by_update, (0.0, 1.02 * scene.updates), (low, high))
        self.set_limits(self.by_point, (0.0, 1.02 * scene.points), (low, high))
        for axes in (self.by_update, self.by_point):
            _set_ticks(axes, low, high)
        self.set_limits(self.map, (scene.across[0], scene.across[-1]),
                        (scene.up[0], scene.up[-1]))
        across, up = scene.names
        if self.map.get_xlabel() != across:
            self.map.set_xlabel(across, loc="right", labelpad=0)
            self.map.set_ylabel(up, rotation=0, labelpad=4)
            self.title.set_text(f"J over {across} and {up}; stronger is lower")
            self.redraw_still()


def _ends(low: float, high: float) -> tuple[float, float]:
    """Ends of a log axis: 1, 2 or 5 times a power of ten, around two numbers; never the same."""
    steps = np.array([m * 10.0**power for power in range(-30, 31) for m in ROUND])
    first = min(max(int(np.searchsorted(steps, low * 1.0000001, "right")) - 1, 0), len(steps) - 2)
    last = min(max(int(np.searchsorted(steps, high)), first + 1), len(steps) - 1)
    return float(steps[first]), float(steps[last])


def _set_ticks(axes: Axes, low: float, high: float) -> None:
    """1, 2 and 5 where there is room for them, else powers of ten."""
    decades = np.log10(high / low)
    factors = ROUND if decades < 3 else (1.0,)
    step = max(1, int(np.ceil(decades / 6)))
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1, step)
    axes.yaxis.set_major_locator(FixedLocator([m * 10.0**p for p in powers for m in factors]))
