"""Two numbers of every layer of a wide network, over several random draws; and histograms.

``LayersPicture``: the variance of the activations and the length of ∂J/∂W by layer, for one or two
initializations. ``HistogramsPicture``: the activations of up to three layers, for the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import MaxNLocator

from ..text import counted, number
from .log_lanes import LogLanes
from .picture import Picture, Scene
from .quick_artists import QuickText, text_width
from .style import BLACK, GRADIENT, GREY, NEURON, NORMAL, SMALL, Look

LOOKS: tuple[Look, Look] = (
    {"color": NEURON[0], "linestyle": "-", "marker": "o"},
    {"color": NEURON[1], "linestyle": (0, (5, 2)), "marker": "s"})
"""The initialization that is chosen, and the one drawn beside it."""
SIGNS = ("●", "■")
LAST_LAYERS = (6, 11, 21, 36, 51)
"""Ends of the axis of the layers: few, so that it seldom changes."""
BINS = 40


@dataclass(frozen=True, eq=False)
class Curve:
    """One number of every layer: values of S draws, shape (S, K), for the layers from first on.

    mean, low and high: over the draws, each of shape (K,); NaN where there is none.
    """

    name: str
    values: np.ndarray
    first: int
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def layers(self) -> np.ndarray:
        """Numbers of the layers, shape (K,)."""
        return np.arange(self.first, self.first + self.values.shape[1])


@dataclass(frozen=True, eq=False)
class LayersScene(Scene):
    """Curves of one or two initializations: variance (layers 0..D) and gradient (1..D+1)."""

    variance: Sequence[Curve]
    gradient: Sequence[Curve]
    draws: int

    def words(self) -> str:
        """Both numbers in the first and in the last layer, for each initialization."""
        parts = [f"{what}, {curve.name}: {_ends_of(curve)}"
                 for what, curves in (("Variance of a", self.variance),
                                      ("Length of the gradient", self.gradient))
                 for curve in curves]
        return f"Mean of {counted(self.draws, 'draw')}. {'. '.join(parts)}."


def _ends_of(curve: Curve) -> str:
    """The mean over the draws in the first and in the last layer."""
    return ", ".join(f"{_told(curve.mean[k], curve.values[:, k])} in layer {curve.layers[k]}"
                     for k in (0, -1))


def _told(mean: float, values: np.ndarray) -> str:
    """A mean over draws, or why there is none."""
    if np.isfinite(mean):
        return number(mean, 3)
    return "0" if (values == 0).all() else "overflow"


class LayersPicture(Picture[LayersScene]):
    """Left the variance of a by layer, right the length of ∂J/∂W by layer."""

    size = 828, 260

    def build(self) -> None:
        """Two axes with lanes; for each of two initializations a band, a line, marks in lanes."""
        self.plots = [self._plot(left, title) for left, title in
                      ((0.06, "variance of aˡ"), (0.56, "length of ∂J/∂Wˡ"))]
        self.plots[1].axes.set_xlabel("layer l", labelpad=1)
        self.note = self.moving(QuickText(self.plots[0].axes, 0, 0))

    def _plot(self, left: float, title: str) -> LayersPlot:
        axes = self.figure.add_axes((left, 0.135, 0.425, 0.73))
        axes.set_title(title, pad=6, color=GRADIENT if "∂" in title else BLACK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        return LayersPlot(self, axes)

    def update(self, scene: LayersScene) -> None:
        """Show other curves."""
        for plot, curves in zip(self.plots, (scene.variance, scene.gradient), strict=True):
            plot.update(curves)
        axes = self.plots[0].axes
        low, high = axes.get_ylim()
        text = (f"layer l   (line: mean of {scene.draws} draws, band: smallest to largest)"
                if scene.draws > 1 else "layer l   (one draw)")
        self.note.show(text, place=(sum(axes.get_xlim()) / 2, low - 0.135 * (high - low)))


class LayersPlot:
    """One of the two plots."""

    def __init__(self, picture: Picture, axes: Axes) -> None:
        self.picture, self.axes = picture, axes
        self.lanes = LogLanes(picture, axes)
        moving = picture.moving
        self.bands = [moving(PolyCollection([], facecolor=look["color"], edgecolor="none",
                                            alpha=0.2)) for look in LOOKS]
        for band in self.bands:
            axes.add_collection(band, autolim=False)
        self.lines = [moving(axes.plot([], [], markersize=3.6, linewidth=2.0, **look)[0])
                      for look in LOOKS]
        self.marks = [moving(axes.plot([], [], markersize=5.0, color=look["color"], linestyle="",
                                       marker=look["marker"])[0]) for look in LOOKS]
        self.names = [moving(QuickText(axes, 0, 0, color=look["color"], align="right"))
                      for look in LOOKS]

    def update(self, curves: Sequence[Curve]) -> None:
        """Show one or two curves."""
        last = max(curve.layers[-1] for curve in curves)
        end = next(end for end in LAST_LAYERS if end >= last)
        self.picture.set_limits(self.axes, x=(-0.6, end + 0.6))
        self.lanes.fit(*(v for curve in curves for v in (curve.mean, curve.low, curve.high)))
        for place in range(len(LOOKS)):
            here = place < len(curves)
            for artist in (self.bands, self.lines, self.marks, self.names):
                artist[place].set_visible(here)
            if here:
                self._show(place, curves[place])
        self._place_names(curves, end)

    def _show(self, place: int, curve: Curve) -> None:
        """Line and band where there are numbers, marks in the lanes for 0 and overflow."""
        layers = curve.layers
        self.lines[place].set_data(layers, self.lanes.on_line(curve.mean))
        low, high = self.lanes.on_line(curve.low), self.lanes.on_line(curve.high)
        self.bands[place].set_verts([
            np.concatenate([np.column_stack([layers[run], low[run]]),
                            np.column_stack([layers[run], high[run]])[::-1]])
            for run in _runs(np.isfinite(low))])
        draws, which = np.nonzero((curve.values == 0) | ~np.isfinite(curve.values))
        inside = self.lanes.in_lane(curve.values[draws, which])
        self.marks[place].set_data(layers[which], inside)

    def _place_names(self, curves: Sequence[Curve], end: int) -> None:
        """Names above the plot on the right, side by side."""
        low, high = self.axes.get_ylim()
        x, y = end + 0.6, high + 0.045 * (high - low)
        unit = (end + 1.2) / (self.axes.bbox.width / self.picture.scale)  # layers in a CSS pixel
        for place in range(len(curves) - 1, -1, -1):
            text = f"{SIGNS[place]} {curves[place].name}"
            self.names[place].show(text, place=(x, y))
            x -= unit * (text_width(text) + 12)


def _runs(good: np.ndarray) -> Iterator[slice]:
    """The stretches in which all are good."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(int)))
    return (slice(*pair) for pair in edges.reshape(-1, 2))


# -- histograms ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Histogram:
    """How the activations of one layer lie between ``low`` and ``high``, zeros left out. An end
    that is NaN is not told.

    counts: shape (BINS,), for each initialization; notes: a line of text for each.
    """

    title: str
    low: float
    high: float
    counts: Sequence[np.ndarray]
    notes: Sequence[str]


@dataclass(frozen=True, eq=False)
class HistogramsScene(Scene):
    """At most three histograms beside each other."""

    layers: Sequence[Histogram]

    def words(self) -> str:
        """Title, ends and notes of each."""
        return "Histograms. " + " ".join(
            f"{h.title}, from {number(h.low, 3)} to {number(h.high, 3)}: {'; '.join(h.notes)}."
            for h in self.layers)


Line = list[tuple[float, float]]
"""The ends of a line, CSS pixels."""


class HistogramsPicture(Picture[HistogramsScene]):
    """Up to three layers beside each other; the second initialization hangs downwards."""

    size = 828, 196

    def build(self) -> None:
        """One pair of axes in CSS pixels for all; everything in it moves."""
        axes = self.page()
        self.bars = [self.moving(PolyCollection([], facecolor=look["color"], edgecolor="none",
                                                alpha=alpha))
                     for look, alpha in zip(LOOKS, (0.75, 0.75), strict=True)]
        self.lines = self.moving(LineCollection([], color=GREY, linewidth=0.9))
        self.count = self.moving(QuickText(axes, 12, self.height / 2 - 14, "how many", color=GREY,
                                           rotation=90))
        for collection in (*self.bars, self.lines):
            axes.add_collection(collection, autolim=False)
        self.texts = [[self.moving(QuickText(axes, 0, 0, size=size, color=color, align=align))
                       for size, color, align in (
                           (NORMAL, BLACK, "left"), (SMALL, LOOKS[0]["color"], "left"),
                           (SMALL, LOOKS[1]["color"], "left"), (SMALL, BLACK, "center"),
                           (SMALL, BLACK, "center"), (SMALL, BLACK, "right"))]
                      for _ in range(3)]

    def update(self, scene: HistogramsScene) -> None:
        """Show other histograms."""
        verts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        lines: list[Line] = []
        for column, texts in enumerate(self.texts):
            for text in texts:
                text.show("")
            if column < len(scene.layers):
                left = 21.0 + 260 * column
                self._show(scene.layers[column], texts, left, left + 232, verts, lines)
        for bars, polygons in zip(self.bars, verts, strict=True):
            bars.set_verts(polygons)
        self.lines.set_segments(lines)

    def _show(self, histogram: Histogram, texts: list[QuickText], left: float, right: float,
              verts: Sequence[list[np.ndarray]], lines: list[Line]) -> None:
        """One layer: title and notes above, bars up and down, an axis with three numbers below."""
        double = len(histogram.counts) == 2
        bottom, top = 26.0, self.height - 54.0
        base = (bottom + top) / 2 if double else bottom
        texts[0].show(histogram.title, place=(left, self.height - 10))
        for place, (counts, note) in enumerate(zip(histogram.counts, histogram.notes,
                                                   strict=True)):
            texts[1 + place].show(note, place=(left, self.height - 27 - 15 * place))
            height = (-1 if place else 1) * ((base - bottom) if place else (top - base))
            verts[place].append(_stairs(counts, left, right, base, height))
        middle = (left + right) / 2
        half = (histogram.low + histogram.high) / 2
        for text, x, value in zip(texts[3:], (left, middle, right),
                                  (histogram.low, half, histogram.high), strict=True):
            # the last number ends near the edge of the picture
            written = "" if np.isnan(value) else number(value, 3)
            text.show(written, place=(x + 10 * (x == right), bottom - 13))
            lines.append([(x, bottom - 6), (x, bottom - 2)])
        lines.append([(left, bottom - 2), (right, bottom - 2)])
        if double:
            lines.append([(left, base), (right, base)])


def _stairs(counts: np.ndarray, left: float, right: float, base: float,
            height: float) -> np.ndarray:
    """The outline of bars on ``base``, the largest of this ``height``."""
    x = np.repeat(np.linspace(left, right, len(counts) + 1), 2)
    y = np.concatenate([[0.0], np.repeat(counts / max(counts.max(), 1), 2), [0.0]])
    return np.column_stack([x, base + height * y])
