"""The fit of a two-hidden-neuron network to one-input data: ŷ, contributions, residuals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from ..text import number
from .exits import ROW, Exits, Span, row_height
from .picture import Picture, Scene, stepped_limit, with_grid
from .quick_artists import QuickText, text_width
from .style import BLACK, GREY, HIDDEN, NORMAL, VALUE

BESIDE = 5.0
"""CSS pixels from the line of a kink to its text."""
ROUNDING = 0.01
"""CSS pixels by which a text may stand over the edge: a kink at the edge is not rounded away."""
ABOVE = 5.0
"""CSS pixels from axes up to their title."""
BASELINES = {"line": ("—", "-"), "quadratic": ("· · ·", ":")}
"""Name -> how it looks: in its name and as a line. They are black, as the data are."""
MARKS = ("^", "s")
"""On the curves of the hidden neurons 1 and 2: with dashes the diagram says that a weight is
negative."""
MARKED = 7
"""Marks on each curve."""


@dataclass(frozen=True, eq=False)
class FitScene(Scene):
    """What the picture shows: numbers only, computed elsewhere.

    x, y: the data, shape (N,); y_hat: the prediction at x; grid: where curves are drawn, shape
    (G,); curve: ŷ on the grid; contributions: w2j a1j on the grid, shape (2, G); kinks: where z1j
    is 0, None if nowhere; baselines: name -> curve on the grid, only those to be shown; x_label,
    y_label: what x and y are.
    """

    x: np.ndarray
    y: np.ndarray
    y_hat: np.ndarray
    grid: np.ndarray
    curve: np.ndarray
    contributions: np.ndarray
    kinks: tuple[float | None, ...]
    baselines: dict[str, np.ndarray]
    x_label: str = "x"
    y_label: str = ""

    def words(self) -> str:
        """ŷ at both ends and at the largest error, and where the neurons switch."""
        worst = int(np.argmax(np.abs(self.y - self.y_hat)))
        places = dict.fromkeys((0, worst, len(self.x) - 1))
        points = "; ".join(f"x = {number(self.x[k])}: y = {number(self.y[k])}, "
                           f"ŷ = {number(self.y_hat[k])}" for k in places)
        kinks = "".join(f" Neuron {j} switches at x = {number(kink)}."
                        for j, kink in enumerate(self.kinks, 1) if kink is not None)
        also = f" Also drawn: {', '.join(self.baselines)}." if self.baselines else ""
        return (f"The fit, over {self.x_label}, {len(self.x)} points. {points}. The largest error "
                f"is at x = {number(self.x[worst])}.{kinks}{also}")


class FitPicture(Picture[FitScene]):
    """Three plots over the same x: data with ŷ, the contributions w2j·a1j, the residuals."""

    size = 490, 336
    _data: np.ndarray | None = None

    def build(self) -> None:
        """Axes and artists; the data points come with the first update."""
        grid = {"height_ratios": (5, 2.2, 1.8), "hspace": 0.36,
                "left": 0.12, "right": 0.985, "top": 0.94, "bottom": 0.105}
        self.fit, self.parts, self.residual = self.figure.subplots(3, sharex=True, gridspec_kw=grid)
        with_grid(self.fit, self.parts, self.residual)
        *_, self.unit = self._titles(self.fit, ("data ●", BLACK), ("ŷ —", VALUE), ("", BLACK))
        self._titles(self.parts, ("what each hidden neuron adds:", BLACK),
                     ("w₂₁·a₁₁ ▲", HIDDEN[0]), ("w₂₂·a₁₂ ■", HIDDEN[1]))
        self.residual.set_title("residuals ŷ − y")
        self.residual.xaxis.labelpad = 1
        self._build_fit()
        for axes in (self.parts, self.residual):
            axes.axhline(0.0, color=GREY, linewidth=0.8)
        self.contributions = [
            self.moving(self.parts.plot([], [], color=colour, linewidth=2, marker=mark,
                                        markersize=6)[0])
            for colour, mark in zip(HIDDEN, MARKS, strict=True)
        ]
        self.sticks = self.moving(self.residual.vlines([], 0, 0, color=GREY, linewidth=1.5))
        self.heads = self.moving(self.residual.plot([], [], "o", color=BLACK, markersize=3)[0])

    def _titles(self, axes: Axes, *parts: tuple[str, str]) -> list[Text]:
        """A title whose parts (text, colour) stand side by side."""
        wide, high = axes.bbox.width / self.scale, axes.bbox.height / self.scale
        x, made = 0.0, []
        for text, colour in parts:
            made.append(axes.text(x / wide, 1 + ABOVE / high, text, size=NORMAL, color=colour,
                                  transform=axes.transAxes))
            x += text_width(text, NORMAL) + 8
        return made

    def _build_fit(self) -> None:
        """The upper plot: points, baselines, kinks, curve, and the labels of the kinks."""
        self.points = self.fit.plot([], [], "o", color=BLACK, markersize=4.5, zorder=3)[0]
        self.baselines = {
            name: self.moving(self.fit.plot([], [], color=BLACK, linestyle=dash, linewidth=1.4)[0])
            for name, (_, dash) in BASELINES.items()
        }
        self.baseline_names = {
            name: self.fit.text(right, 1.04, f"{name} {BASELINES[name][0]}", ha="right",
                                visible=False, transform=self.fit.transAxes)
            for name, right in (("line", 0.76), ("quadratic", 1.0))
        }
        self.kinks = [
            self.moving(axes.axvline(0.0, color=colour, linewidth=1.2))
            for colour in HIDDEN for axes in (self.fit, self.parts)
        ]
        self.kink_names = [
            self.moving(QuickText(self.fit, 0, 0, color=colour, box=True))
            for colour in HIDDEN
        ]
        self.curve = self.moving(self.fit.plot([], [], color=VALUE, linewidth=2.4)[0])
        self.exits = Exits(self, self.fit, color=VALUE)

    def update(self, scene: FitScene) -> None:
        """Show other numbers."""
        if self._data is not scene.y:
            self._show_data(scene)
        self.curve.set_data(scene.grid, scene.curve)
        apart = max(len(scene.grid) // MARKED, 2)
        for j, values in enumerate(scene.contributions):
            self.contributions[j].set(data=(scene.grid, values),
                                      markevery=((1 + 2 * j) * apart // 4, apart))
        for name, line in self.baselines.items():
            shown = name in scene.baselines
            if shown != self.baseline_names[name].get_visible():
                self.baseline_names[name].set_visible(shown)
                self.redraw_still()
            line.set_visible(shown)
            if shown:
                line.set_data(scene.grid, scene.baselines[name])
        self.exits.show(scene.grid, scene.curve, *self._show_kinks(scene))
        self._show_residuals(scene)
        reach = stepped_limit(float(np.abs(scene.contributions).max()), 1.2 * self._span)
        self.set_limits(self.parts, y=(-reach, reach))

    def _show_data(self, scene: FitScene) -> None:
        """Points, their names, and the limits that follow; the still part is drawn anew."""
        x, y = scene.x, scene.y
        self._data = y
        self.points.set_data(x, y)
        self.unit.set_text(scene.y_label)
        self.residual.set_xlabel(scene.x_label)
        low, high = float(x.min()), float(x.max())
        margin = 0.05 * ((high - low) or 1.0)
        self.fit.set_xlim(low - margin, high + margin)
        self._span = float(np.ptp(y)) or abs(float(y[0])) or 1.0
        bottom, top = float(y.min()) - 0.35 * self._span, float(y.max()) + 0.35 * self._span
        self.fit.set_ylim(bottom, top)
        up = (top - bottom) / (self.fit.bbox.height / self.scale)  # y of a CSS pixel
        self.rows = [*(top - row_height(row) * up for row in (0, 1)),
                     *(bottom + row_height(row) * up for row in (1, 0))]
        self.redraw_still()

    def _show_kinks(self, scene: FitScene) -> tuple[list[Span], list[Span]]:
        """Vertical lines where a hidden neuron switches, with the place written beside; of a place
        outside an arrow at the edge. Returned is where these texts stand at the upper edge and at
        the lower one."""
        low, high = self.fit.get_xlim()
        rows: dict[float, list[Span]] = {row: [] for row in self.rows}
        for j, (kink, label) in enumerate(zip(scene.kinks, self.kink_names, strict=True)):
            lines = self.kinks[2 * j : 2 * j + 2]
            label.set_visible(kink is not None)
            for line in lines:
                line.set_visible(kink is not None and low < kink < high)
                line.set_xdata([kink, kink])
            if kink is not None:
                text = f"kink {j + 1}: x = {number(kink)}"
                text = f"◂ {text}" if kink <= low else f"{text} ▸" if kink >= high else text
                self._name_kink(label, text, min(max(kink, low), high), scene, rows)
        return rows[self.rows[0]], rows[self.rows[-1]]

    def _name_kink(self, label: QuickText, text: str, x: float, scene: FitScene,
                   rows: dict[float, list[Span]]) -> None:
        """The text beside the line of a kink: at the first place where it meets neither another
        text nor the curve, on the other side if it meets the line of another kink there; if there
        is none, at the first without another text."""
        (low, high), (bottom, top) = self.fit.get_xlim(), self.fit.get_ylim()
        width = self.fit.bbox.width / self.scale
        unit = (high - low) / width  # x of a CSS pixel
        half = 0.5 * ROW * (top - bottom) / (self.fit.bbox.height / self.scale)
        length, right = text_width(text) + 2 * BESIDE, x <= low + 0.7 * (high - low)
        lines = [(kink - low) / unit for kink in scene.kinks if kink is not None and kink != x]
        alone: list[tuple[int, float, Span]] = []
        clear: list[tuple[int, float, Span]] = []
        for way, y in product((1, -1) if right else (-1, 1), rows):
            start, end = sorted(((x - low) / unit, (x - low) / unit + way * length))
            if (clear and y != clear[0][1]) or start < -ROUNDING or end > width + ROUNDING or any(
                    start < there and end > here for here, there in rows[y]):
                continue
            alone.append(place := (way, y, (start, end)))
            first, last = np.searchsorted(scene.grid, (low + start * unit, low + end * unit))
            curve = scene.curve[first:last]
            if not len(curve) or curve.max() < y - half or curve.min() > y + half:
                clear.append(place)
                if not any(start < line < end for line in lines):
                    break
        else:
            way, y, (start, end) = (clear or alone)[0]
        rows[y].append((start, end))
        label.show(text, place=(x + way * BESIDE * unit, y), align="left" if way > 0 else "right")

    def _show_residuals(self, scene: FitScene) -> None:
        """A stick for every point, on an axis that widens in steps."""
        gap = scene.y_hat - scene.y
        self.sticks.set_segments([((x, 0.0), (x, g)) for x, g in zip(scene.x, gap, strict=True)])
        self.heads.set_data(scene.x, gap)
        reach = stepped_limit(float(np.abs(gap).max()), 0.5 * self._span)
        self.set_limits(self.residual, y=(-reach, reach))
