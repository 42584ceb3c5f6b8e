"""A log axis for sizes from 1e-323 to 1e308, on which exact zeros and overflow have their place.

The axis is linear in decades: y = log10 |v|. Below it is a lane for numbers that are exactly 0,
above it a lane for overflow; so a vanished gradient and a very small one never look alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from ..text import number
from .picture import Picture
from .quick_artists import QuickTicks
from .style import (
    BLACK,
    GRADIENT,
    GRADIENT_PALE,
    GREY,
    OFF,
    SMALL,
    VALUE,
    VALUE_PALE,
    Look,
)

STEPS = (1, 2, 4, 6, 10, 20, 40, 60, 100, 200, 330)
"""Decades from 1 to the ends of the axis: few sizes, so that the axis seldom changes."""
FLOAT32 = (float(np.log10(2.0) * -149), float(np.log10(np.finfo(np.float32).max)))
"""log10 of the smallest number above 0 and of the largest one that a 32-bit float can hold."""
LANE, GAP, BETWEEN = 14.0, 6.0, 19.0
"""CSS pixels: height of a lane, its distance from the decades, least distance of two ticks."""
LAYERS = {5: (1, 2, 3, 4, 5), 10: (1, 4, 7, 10), 20: (1, 5, 10, 15, 20),
          50: (1, 10, 20, 30, 40, 50), 100: (1, 25, 50, 75, 100)}
"""How far an axis of layers goes, and its ticks: few axes, so that they seldom change."""
LOOKS: dict[str, Look] = {
    "plain": {"linestyle": "-", "marker": "o", "markersize": 4.5, "linewidth": 2.0},
    "skip": {"linestyle": (0, (4, 2)), "marker": "s", "markersize": 6.5,
             "markerfacecolor": "none", "linewidth": 2.0},
    "clipping": {"linestyle": (0, (5, 1.5, 1, 1.5)), "marker": "^", "markersize": 5.5,
                 "linewidth": 2.0},
}
"""Dash and marker of each way to train. The colour says of what kind a number is."""
SHADES = {"value": {"plain": VALUE_PALE, "skip": VALUE, "clipping": BLACK},
          "gradient": {"plain": GRADIENT_PALE, "skip": GRADIENT, "clipping": GRADIENT},
          "name": {"plain": GREY, "skip": BLACK, "clipping": BLACK}}
"""Kind -> the colour of each way: the first is pale, so that the dashes of another are seen on it.
The kind "name" is for the piece of a line that stands beside the name of a way."""


def look_of(way: str, kind: str) -> Look:
    """Colour, dash and marker of a curve of such numbers."""
    return {**LOOKS[way], "color": SHADES[kind][way]}


class LogLanes:
    """Gives ``axes`` of ``picture`` a y axis in decades, with a lane "0" below and "∞" above.

    The y axis of matplotlib is switched off: its ticks take 20 times as long to draw.
    """

    def __init__(self, picture: Picture, axes: Axes, size: float = SMALL) -> None:
        self.picture, self.axes = picture, axes
        self.low = self.high = 0
        self.zero = self.overflow = np.nan
        across = blended_transform_factory(axes.transAxes, axes.transData)
        self.lanes = PolyCollection([], facecolor=OFF, edgecolor="none", transform=across, zorder=0)
        axes.add_collection(self.lanes, autolim=False)
        self.ends = axes.hlines([0, 0], 0, 1, color=GREY, linestyle=(0, (1, 1.5)), linewidth=1.2,
                                transform=across)
        self.names = [
            axes.text(0.99, 0.0, "float32 ends here", size=size, color=GREY, ha="right", va=va,
                      transform=across) for va in ("top", "bottom")
        ]
        self.ticks = QuickTicks(axes, "y", size=size)
        self._set(-2, 1)

    def fit(self, *arrays: np.ndarray) -> None:
        """Choose the ends so that all sizes |v| stand between them; 1 is always on the axis."""
        sizes = np.concatenate([decades_of(values) for values in arrays])
        sizes = sizes[np.isfinite(sizes)]
        low, high = sizes.min(initial=-2.0), sizes.max(initial=0.0)
        ends = -_step(-low), _step(high)
        if ends != (self.low, self.high):
            self._set(*ends)

    def on_line(self, values: np.ndarray) -> np.ndarray:
        """log10 |v|, the height of each number; NaN where it is 0 or not finite."""
        return decades_of(values)

    def in_lane(self, values: np.ndarray) -> np.ndarray:
        """The height of the lane for each number that is exactly 0 or not finite; NaN elsewhere."""
        values = np.asarray(values, float)
        overflow = np.where(np.isfinite(values), np.nan, self.overflow)
        return np.where(values == 0, self.zero, overflow)

    def _set(self, low: int, high: int) -> None:
        """Other ends: limits, lanes, ticks, and the float32 lines that are between the ends."""
        self.low, self.high = low, high
        pixels = self.axes.bbox.height / self.picture.scale
        unit = (high - low) / (pixels - 2 * (LANE + GAP))  # decades of one CSS pixel
        gap, lane = GAP * unit, LANE * unit
        self.zero, self.overflow = low - gap - lane / 2, high + gap + lane / 2
        self.lanes.set_verts([[(0, y), (1, y), (1, y + lane), (0, y + lane)]
                              for y in (low - gap - lane, high + gap)])
        powers = decade_ticks(low, high, BETWEEN * unit)
        self.ticks.show_ticks([self.zero, *powers, self.overflow],
                        ["0", *(power_of_ten(power) for power in powers), "∞"])
        inside = [low < end < high for end in FLOAT32]
        self.ends.set_segments([((0, end), (1, end)) for end, shown
                                in zip(FLOAT32, inside, strict=True) if shown])
        for name, end, shown in zip(self.names, FLOAT32, inside, strict=True):
            name.set(y=end, visible=shown)
        self.axes.set_ylim(low - gap - lane, high + gap + lane)
        self.picture.redraw_still()


class LaneCurve:
    """One curve on the axes of ``lanes``: joined along the decades, along "0" and along "∞".

    Between these it is never joined: such a line would pass through sizes that do not occur.
    """

    def __init__(self, lanes: LogLanes, look: Look) -> None:
        self.lanes = lanes
        self.line = lanes.picture.moving(lanes.axes.plot([], [], **look)[0])

    def show(self, x: np.ndarray, values: np.ndarray, dots: bool = False) -> None:
        """Draw other numbers, shape (K,); with ``dots`` a marker at every one of them."""
        lane = self.lanes.in_lane(values)
        zero = np.where(lane == self.lanes.zero, lane, np.nan)
        overflow = np.where(lane == self.lanes.overflow, lane, np.nan)
        show_parts(self.line, x, (self.lanes.on_line(values), zero, overflow), dots)


class LayerAxis:
    """Gives ``axes`` an x axis of the layers 1..L that is 5, 10, 20, 50 or 100 layers long."""

    def __init__(self, picture: Picture, axes: Axes) -> None:
        self.picture, self.axes, self.end = picture, axes, 0
        self.ticks = QuickTicks(axes, "x", "layer ℓ")
        self.fit(1)

    def fit(self, layers: int) -> None:
        """Choose the end so that so many layers stand on the axis; ValueError beyond 100."""
        if layers > max(LAYERS):
            raise ValueError(f"{layers} layers were given, the axis shows at most {max(LAYERS)}.")
        end = next(end for end in LAYERS if end >= layers)
        if end != self.end:
            self.end = end
            self.ticks.show_ticks(LAYERS[end], [str(tick) for tick in LAYERS[end]])
            self.axes.set_xlim(1 - 0.04 * end, end + 0.04 * end)
            self.picture.redraw_still()


def show_parts(line: Line2D, x: np.ndarray, parts: Sequence[np.ndarray], dots: bool) -> None:
    """Let a line draw several rows of numbers over x, shapes (K,), without joining them.

    NaN is drawn nowhere. A number without a neighbour gets a marker, for a line would not show it;
    with ``dots`` every number gets one.
    """
    x = np.concatenate([np.append(x, np.nan)] * len(parts))
    y = np.concatenate([np.append(part, np.nan) for part in parts])
    here = np.isfinite(y)
    if not dots:
        padded = np.concatenate([[False], here, [False]])
        here = here & ~padded[:-2] & ~padded[2:]
    line.set_data(x, y)
    line.set_markevery(np.flatnonzero(here).tolist())


def decades_of(values: np.ndarray) -> np.ndarray:
    """log10 |v|; NaN where v is 0 or not finite."""
    sizes = np.abs(np.asarray(values, float))
    good = (sizes > 0) & np.isfinite(sizes)
    return np.log10(sizes, where=good, out=np.full(sizes.shape, np.nan))


def decade_ticks(low: int, high: int, least: float) -> list[int]:
    """Decades with a label: multiples of a round number, at least ``least`` decades apart."""
    width = next((w for w in (1, 2, 5, 10, 20, 50, 100, 200) if w >= least), 400)
    return [tick for tick in range(-(-low // width) * width, high + 1, width)
            if -323 <= tick <= 308]


def power_of_ten(decade: int) -> str:
    """10 to this power, written short."""
    return number(10.0**decade) if decade < 5 else f"1e{decade}"


def _step(decades: float) -> int:
    """The smallest step that is at least so many decades."""
    return next(step for step in STEPS if step >= decades)
