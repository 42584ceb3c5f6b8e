"""A map of depth and weight, coloured by the size of the gradient of the first layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from ..text import number
from .picture import Picture, Scene
from .quick_artists import QuickImage, QuickText
from .style import BLACK, GRADIENT, GRADIENTS, GREY, MARK, OVERFLOW, SMALL, ZERO, ZERO_LINES

EDGES = np.array([-100, -30, -10, -3, -1, 1, 3, 10, 30, 100])
"""log10 of the gradients between two bands: one band on each side of 10^±100, one about 1."""
BANDS = len(EDGES) + 1
ZERO_AT, LINES_AT, OVERFLOW_AT = BANDS, BANDS + 1, BANDS + 2
HATCH = 4
"""Cells from one line of the hatch over zeros to the next."""


@dataclass(frozen=True, eq=False)
class MapScene(Scene):
    """What the picture shows: numbers only, computed elsewhere.

    scales: of the weights, across, shape (W,), rising; depths: up, shape (D,), rising; log10:
    log10 |∂J/∂w_1| for each, shape (D, W), -inf for exactly 0 and +inf for overflow; point: the
    present (scale, depth), shown if ``visible``; across: what the scales are.
    """

    scales: np.ndarray
    depths: np.ndarray
    log10: np.ndarray
    point: tuple[float, float]
    across: str = "w of every layer"
    title: str = "|∂J/∂w₁| by depth and weight"
    visible: bool = True

    def words(self) -> str:
        """Where the present setting is, and how much of the map vanishes, explodes or is 0."""
        scale, depth = self.point
        count = self.log10.size
        shares = [(f"{number(100 * float(part.sum()) / count, 3)} percent of the map {what}")
                  for part, what in (
                      (np.isneginf(self.log10), "is exactly 0"),
                      ((self.log10 < -6) & ~np.isneginf(self.log10), "is below 1e−6"),
                      ((self.log10 > 6) & ~np.isposinf(self.log10), "is over 1e6"),
                      (np.isposinf(self.log10), "overflows")) if part.any()]
        outside = "" if self.visible else " (outside the map)"
        return (f"Map of {self.title}: {self.across} from {number(self.scales[0])} to "
                f"{number(self.scales[-1])}, depth from {int(self.depths[0])} to "
                f"{int(self.depths[-1])}. Now at {number(scale)}, depth {int(depth)}{outside}. "
                f"{', '.join(shares) or 'All of the map is between 1e−6 and 1e6'}.")


def bands(log10: np.ndarray) -> np.ndarray:
    """The index of the colour of each cell; zeros are hatched."""
    indices = np.searchsorted(EDGES, log10, side="right")
    indices[log10 == np.inf] = OVERFLOW_AT
    row, column = np.nonzero(log10 == -np.inf)
    indices[row, column] = np.where((row + column) % HATCH == 0, LINES_AT, ZERO_AT)
    return indices


class MapPicture(Picture[MapScene]):
    """Bands of colour: blue where the gradient vanishes, vermilion where it explodes.

    Every value has a cell of the same size, so the axes count cells.
    """

    size = 490, 250
    _log10: np.ndarray | None = None

    def build(self) -> None:
        """The map with its point, and the colours with their numbers beside it."""
        self._scales = self._depths = np.arange(2.0)
        self.map = self.figure.add_axes((0.105, 0.155, 0.632, 0.755))
        self.image = self.moving(QuickImage(self.map, GRADIENTS))
        self.image.limits = (0, OVERFLOW_AT + 1)
        self.map.set(xlim=(-0.5, 0.5), ylim=(-0.5, 0.5))
        self.map.set_ylabel("depth", labelpad=1)
        self.map.set_xlabel(" ", labelpad=1)
        self.title = self.map.set_title(" ", color=GRADIENT)
        page = self.page()
        QuickText(page, 361, 10, "○ now", color=GREY, align="right")
        self.note = self.moving(QuickText(page, 310, 10, color=GREY, align="right"))
        self.point = self.moving(self.map.plot([], [], "o", markersize=10, color=MARK,
                                               markeredgecolor=BLACK, markeredgewidth=2,
                                               clip_on=False)[0])
        self._build_colors()

    def _build_colors(self) -> None:
        """The bands above each other, overflow over them and zero below."""
        axes = self.bar = self.figure.add_axes((0.765, 0.155, 0.235, 0.8))
        axes.set(xlim=(0, 115), ylim=(-1.9, BANDS + 1.9))
        axes.axis("off")
        colors: list[tuple[float, float, ColorType, str | None]] = [
            *((k, k + 1, GRADIENTS(k), None) for k in range(BANDS)),
            (-1.7, -0.6, ZERO, "/////"), (BANDS + 0.6, BANDS + 1.7, OVERFLOW, None)]
        for low, high, color, hatch in colors:
            axes.add_patch(Rectangle((0, low), 15, high - low, facecolor=color, linewidth=0,
                                     edgecolor=ZERO_LINES, hatch=hatch, hatch_linewidth=1.2))
        for k, edge in enumerate(EDGES, 1):
            axes.plot([15, 18], [k, k], color=GREY, linewidth=0.8)
            QuickText(axes, 21, k, number(10.0**int(edge)), size=SMALL, align="left")
        QuickText(axes, 20, -1.15, "exactly 0", size=SMALL, align="left")
        QuickText(axes, 20, BANDS + 1.15, "overflow", size=SMALL, align="left")
        for place, word in ((BANDS * 0.22, "vanishes"), (BANDS * 0.78, "explodes")):
            QuickText(axes, 86, place, word, size=SMALL, rotation=90, color=GREY)

    def update(self, scene: MapScene) -> None:
        """Show other numbers; the cells change only with the array of gradients."""
        if scene.log10 is not self._log10:
            self._log10, self.image.values = scene.log10, bands(scene.log10) + 0.5
        if not (np.array_equal(scene.scales, self._scales)
                and np.array_equal(scene.depths, self._depths)):
            self._show_axes(scene.scales, scene.depths)
        self._show_words(scene)
        self.point.set_visible(scene.visible)
        scale, depth = scene.point  # a point outside the map is shown at its edge
        self.note.show("" if scene.visible else f"outside: {number(scale, 3)}")
        self.point.set_data([np.interp(scale, scene.scales, np.arange(len(scene.scales)))],
                            [np.interp(depth, scene.depths, np.arange(len(scene.depths)))])

    def _show_axes(self, scales: np.ndarray, depths: np.ndarray) -> None:
        """Ticks at round numbers, at the places of their cells."""
        self._scales, self._depths = np.array(scales, float), np.array(depths, float)
        self.map.set(xlim=(-0.5, len(scales) - 0.5), ylim=(-0.5, len(depths) - 0.5))
        ticks = _ticks(self._scales)
        self.map.set_xticks(np.interp(ticks, scales, np.arange(len(scales))),
                            [number(tick) for tick in ticks])
        ticks = _whole_ticks(self._depths)
        self.map.set_yticks(np.interp(ticks, depths, np.arange(len(depths))),
                            [number(tick) for tick in ticks])
        self.redraw_still()

    def _show_words(self, scene: MapScene) -> None:
        """Title and name of the weights."""
        if (self.title.get_text(), self.map.get_xlabel()) != (scene.title, scene.across):
            self.title.set_text(scene.title)
            self.map.set_xlabel(scene.across, loc="left")
            self.redraw_still()

    def share_to_setting(self, share_x: float, share_y: float) -> tuple[float, int] | None:
        """The (scale, depth) at a share of the picture, (0, 0) upper left; None outside the map.

        The inverse of where ``update`` puts the point; the depth is the nearest in ``depths``.
        """
        box = self.map.get_position()
        across = (share_x - box.x0) / box.width
        up = (1 - share_y - box.y0) / box.height
        if not (0 <= across <= 1 and 0 <= up <= 1):
            return None
        columns, rows = len(self._scales), len(self._depths)
        scale = np.interp(across * columns - 0.5, np.arange(columns), self._scales)
        row = min(int(up * rows), rows - 1)
        return float(scale), int(self._depths[row])


def _whole_ticks(depths: np.ndarray) -> np.ndarray:
    """The first of these whole numbers, and up to 6 round ones after it."""
    low, high = float(depths[0]), float(depths[-1])
    ticks = np.asarray(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True).tick_values(low, high))
    return np.append(low, ticks[(ticks > low) & (ticks <= high)])


def _ticks(values: np.ndarray) -> np.ndarray:
    """Up to 7 round numbers within these values; where the values grow by factors, powers of 10."""
    low, high = float(values[0]), float(values[-1])
    if low > 0 and high > 2 * low and np.allclose(np.diff(np.log(values), 2), 0, atol=1e-9):
        ends = np.array([np.floor(np.log10(low)), np.ceil(np.log10(high))])
        step = np.ceil((ends[1] - ends[0]) / 6)  # counted from 10^0
        powers = 10.0 ** (step * np.arange(np.floor(ends[0] / step), ends[1] / step + 1))
        ticks = np.outer(powers, (1, 2, 5) if high / low < 150 else (1,)).ravel()
    else:
        ticks = np.asarray(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
        ticks = np.where(np.abs(ticks) < 1e-12 * max(abs(low), abs(high)), 0.0, ticks)
    slack = 1e-9 * (high - low)
    return ticks[(ticks >= low - slack) & (ticks <= high + slack)]
